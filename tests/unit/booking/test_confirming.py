"""Until when an unconfirmed booking is held, and how many of one address may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.booking.confirming import MOST_UNCONFIRMED, check_unconfirmed, held_until
from app.booking.refusals import TooManyUnconfirmed
from app.booking.values import Service
from tests.unit.booking.cast import NINE, TEN

PLAIN = Service(1, "s1", "Consultation", (30,), (), ())
ASKS = replace(PLAIN, confirm_minutes=30)


@pytest.mark.parametrize(
    ("services", "until"),
    [
        ((PLAIN,), None),
        ((), None),
        ((ASKS,), NINE + 1800),
        ((PLAIN, ASKS, replace(ASKS, confirm_minutes=5)), NINE + 300),
        ((replace(ASKS, confirm_minutes=60),), TEN),
        ((replace(ASKS, confirm_minutes=61),), TEN),
    ],
)
def test_held_for_the_shortest_time_and_not_beyond_the_start(services: tuple[Service, ...], until: int | None) -> None:
    assert held_until(services, TEN, NINE) == until


def test_one_more_unconfirmed_than_may_be_is_refused() -> None:
    check_unconfirmed(MOST_UNCONFIRMED)
    with pytest.raises(TooManyUnconfirmed) as refused:
        check_unconfirmed(MOST_UNCONFIRMED + 1)
    assert (refused.value.limit, refused.value.field) == (MOST_UNCONFIRMED, "email")

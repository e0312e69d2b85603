"""What one booking takes besides what its service needs."""

from __future__ import annotations

import pytest

from app.booking.extras import extras_among, fit, with_extras
from app.booking.values import Requirement, Service

ADA, BEN, CARL, ROOM, OTHER, LASER = 1, 2, 3, 4, 5, 6


def service(*requirements: Requirement) -> Service:
    return Service(1, "s1", "Meeting", (30,), requirements, (1,))


def one_of(number: int, *resource_ids: int, count: int = 1) -> Requirement:
    return Requirement(number, f"needs {number}", resource_ids, count)


def taken(found: Service) -> list[tuple[tuple[int, ...], int, bool]]:
    return [(one.resource_ids, one.count, one.is_extra) for one in found.requirements]


@pytest.mark.parametrize(
    ("needs", "chosen", "expected"),
    [
        ([one_of(1, ADA, BEN)], [one_of(-1, LASER)], [((ADA, BEN), 1, False), ((LASER,), 1, True)]),
        ([one_of(1, ADA, BEN)], [one_of(-1, BEN)], [((BEN,), 1, False)]),
        ([one_of(1, ADA, BEN)], [one_of(-1, BEN), one_of(-2, ADA)], [((BEN,), 1, False), ((ADA,), 1, True)]),
        ([one_of(1, ADA, BEN, CARL, count=2)], [one_of(-1, BEN)], [((BEN,), 1, False), ((ADA, BEN, CARL), 1, False)]),
        ([one_of(1, ROOM, OTHER)], [one_of(-1, OTHER, ROOM, LASER)], [((ROOM, OTHER), 1, False)]),
        ([one_of(1, ROOM, OTHER)], [one_of(-1, OTHER, LASER), one_of(-2, ROOM)],
         [((ROOM,), 1, False), ((OTHER, LASER), 1, True)]),
        ([one_of(1, ADA, BEN), one_of(2, BEN, CARL)], [one_of(-1, BEN), one_of(-2, ADA)],
         [((ADA,), 1, False), ((BEN,), 1, False)]),
        ([], [one_of(-1, ROOM)], [((ROOM,), 1, True)]),
    ],
)  # fmt: skip
def test_chosen_takes_places_of_the_service_first(
    needs: list[Requirement], chosen: list[Requirement], expected: list[tuple[tuple[int, ...], int, bool]]
) -> None:
    assert taken(fit(service(*needs), chosen)) == expected


def test_extras_are_told_from_what_the_service_needs() -> None:
    needed = fit(service(one_of(1, ADA, BEN)), [one_of(-1, BEN), one_of(-2, ADA), one_of(-3, ROOM, OTHER)])

    assert extras_among(needed, (ADA, BEN, OTHER)) == (ADA, OTHER)
    assert extras_among(service(one_of(1, ADA)), (ADA,)) == ()
    assert extras_among(needed, (BEN, OTHER)) == ()


def test_extras_of_a_booking_take_no_place_of_the_service() -> None:
    needed = with_extras(service(one_of(1, ADA, BEN)), [one_of(-1, BEN)])

    assert taken(needed) == [((ADA, BEN), 1, False), ((BEN,), 1, True)]

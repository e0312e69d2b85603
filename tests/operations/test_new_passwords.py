"""Which passwords may be chosen."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from app.booking.refusals import InvalidInput
from app.operations.accounts.new_passwords import MAX_PASSWORD, MIN_PASSWORD, TOO_EASY, check_new_password

MAKER = "Ada Lindenhof"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "lano-kebupa-fona",
        "4Xt!mm2qLz",
        "drei kluge Amseln",
        "密码安全问题解决方案之一",
    ],
)
def test_password_that_is_hard_to_guess_is_taken_as_it_is(password: str) -> None:
    assert check_new_password(password, MAKER) == password


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "P@ssw0rd2024",
        "1234567890",
        "qwertyuiop",
        "aaaaaaaaaa",
        "iloveyou123",
        "Ada Lindenhof",
        "eigenplan2026",
    ],
)
def test_password_that_is_common_or_ones_own_name_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_new_password(password, MAKER, "ada@lindenhof.example")
    assert refused.value == InvalidInput("password", TOO_EASY)


def test_password_of_the_mail_address_is_refused_and_the_field_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_new_password("zebrafisch-77", "Ada", "zebrafisch-77@example.org", field="new")
    assert refused.value.field == "new"


@pytest.mark.parametrize("length", [0, MIN_PASSWORD - 1, MAX_PASSWORD + 1])
def test_password_that_is_too_short_or_too_long_says_the_limits(length: int) -> None:
    with pytest.raises(InvalidInput, match="10 to 200 characters"):
        check_new_password("k7!q" * 60 + "x" if length > MAX_PASSWORD else "k7!qZ-vw,"[:length])


@pytest.mark.parametrize("password", ["4@8({[<369&#!1/|0$5+7%2" * 8, "a1" * 100, "qwer" * 50, "19901990" * 25])
def test_password_made_to_be_slow_to_look_at_is_looked_at_quickly(password: str) -> None:
    begun = time.process_time()
    with suppress(InvalidInput):
        check_new_password(password[:MAX_PASSWORD])
    assert time.process_time() - begun < 6.0  # three times what is wished

from __future__ import annotations

import random

import pytest

from app.booking.answers import check_email, check_phone, clean_line
from app.demo.clients import invent
from app.demo.group import BERLIN, LONDON


@pytest.mark.parametrize("tzid", [BERLIN, LONDON])
def test_clients_pass_the_checks_of_the_forms(tzid: str) -> None:
    for person in invent(500, tzid, random.Random(5)):
        assert check_email(person.email) == person.email
        assert check_phone(person.phone) == person.phone
        assert clean_line(person.name, "name") == person.name


def test_clients_have_different_addresses() -> None:
    people = [one for tzid in (BERLIN, LONDON) for one in invent(1000, tzid, random.Random(5))]
    assert len({one.email for one in people}) == 2000


def test_clients_numbers_belong_to_nobody() -> None:
    numbers = {one.phone for tzid in (BERLIN, LONDON) for one in invent(500, tzid, random.Random(5)) if one.phone}
    assert {number[:13] for number in numbers} == {"+49 30 23125 ", "+44 20 7946 0"}

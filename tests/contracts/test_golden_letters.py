"""Every letter to clients, word for word as in its golden file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.operations.letters.letter_facts import DateFacts, LetterFacts, PartFacts
from app.operations.letters.letters_text import KINDS, say_time, subject_of, text_of
from tests.cast import HOUR, MONDAY
from tests.contracts.golden_files import FOLDER, golden

TEN = MONDAY + 10 * HOUR
LINK = "https://book.example.org/manage/b1.mac"
FACTS = LetterFacts(
    kind="confirmed",
    name="Ada Client",
    service="Consultation",
    location="Health Centre North",
    address="12 Long Street\nNorthtown",
    time=(TEN, TEN + HOUR // 2),
    tzid="America/New_York",
    place_tzid="Europe/Berlin",
    people=("Ben Provider",),
    rooms=("Blue room",),
    changeable_until=TEN - 24 * HOUR,
    link=LINK,
)
HOME = "https://book.example.org"
MORE: dict[str, LetterFacts] = {
    "requested": replace(FACTS, until=TEN - 48 * HOUR, comment="Second floor, please.\nI come by wheelchair."),
    "approved": replace(FACTS, seats=2, attendees=("Cleo Guest",), code="K7M-2QX", check_in=f"{HOME}/check-in/c1"),
    "released": replace(FACTS, link=HOME),
    "declined": replace(FACTS, people=(), rooms=(), reason="We are away that week.", link=HOME),
    "expired": replace(FACTS, people=(), rooms=(), link=HOME),
    "moved": replace(FACTS, other=(TEN - 2 * HOUR, TEN - 3 * HOUR // 2)),
    "cancelled": replace(FACTS, people=(), rooms=(), reason="I am ill.", link=HOME),
    "change_requested": replace(FACTS, other=(TEN + HOUR, TEN + 3 * HOUR // 2)),
    "change_declined": replace(FACTS, other=(TEN + HOUR, TEN + 3 * HOUR // 2), reason="We are closed then."),
    "change_expired": replace(FACTS, other=(TEN + HOUR, TEN + 3 * HOUR // 2)),
    "waiting_joined": replace(
        FACTS,
        time=(MONDAY, MONDAY + 7 * 24 * HOUR),
        rooms=(),
        tzid="Europe/Berlin",
        link=f"{HOME}/book/times?service=s1&location=l1",
        leave=f"{HOME}/book/waiting/w1.mac",
    ),
    "slot_offered": replace(FACTS, until=TEN - 3 * HOUR),
    "confirm_asked": replace(FACTS, until=TEN - 3 * HOUR, link=f"{HOME}/book/confirm/b1.mac"),
    "series_booked": replace(
        FACTS,
        tzid="Europe/Berlin",
        dates=(
            DateFacts((TEN, TEN + HOUR), LINK, "K7M-2QX"),
            DateFacts((TEN + 168 * HOUR, TEN + 169 * HOUR), "https://book.example.org/manage/b2.mac", "P4N-8RT"),
        ),
        check_in=f"{HOME}/check-in/c1",
    ),
}
MORE["visit_booked"] = replace(
    FACTS,
    people=(),
    rooms=(),
    comment="I come by wheelchair.",
    check_in=f"{HOME}/check-in/c1",
    parts=(
        PartFacts("Massage", (TEN, TEN + HOUR), LINK, ("Ben Provider",), ("Blue room",), code="K7M-2QX"),
        PartFacts(
            "Consultation",
            (TEN + HOUR, TEN + 2 * HOUR),
            "https://book.example.org/manage/b2.mac",
            ("Cleo Provider",),
            waits_until=TEN - 48 * HOUR,
        ),
    ),
)
MORE["series_requested"] = replace(
    MORE["series_booked"], dates=tuple(replace(one, code="") for one in MORE["series_booked"].dates)
)


@pytest.mark.parametrize("kind", KINDS)
def test_letter_is_word_for_word_the_golden_one(kind: str) -> None:
    facts = replace(MORE.get(kind, FACTS), kind=kind)
    now = f"Subject: {subject_of(facts)}\n\n{text_of(facts)}"
    assert now == golden(f"letter_{kind}.txt", now)


def test_golden_letters_are_exactly_the_kinds_there_are() -> None:
    assert sorted(path.name for path in FOLDER.glob("letter_*.txt")) == sorted(f"letter_{kind}.txt" for kind in KINDS)


def test_letter_to_a_client_in_the_same_zone_shows_one_clock() -> None:
    text = text_of(replace(FACTS, tzid="Europe/Paris"))
    assert "When:          Monday 7 January 2030, 11:00 to 11:30 (Europe/Paris)\n  Where:" in text


def test_letter_without_a_name_greets_all_the_same() -> None:
    assert text_of(replace(FACTS, name="")).startswith("Hello,\n")


@pytest.mark.parametrize(
    ("start", "hours", "words"),
    [
        (MONDAY + 22 * HOUR, 1, "Monday 7 January 2030, 23:00 to 00:00"),
        (MONDAY + 22 * HOUR, 3, "Monday 7 January 2030, 23:00 to Tuesday 8 January 2030, 02:00"),
        (1_919_293_200, 1, "Sunday 27 October 2030, 02:00 CET to 03:00"),
    ],
)
def test_time_over_midnight_and_in_the_doubled_hour_is_plain(start: int, hours: int, words: str) -> None:
    assert say_time((start, start + hours * HOUR), "Europe/Berlin") == words

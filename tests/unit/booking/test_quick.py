"""What is heard in one typed line: services and people, days, times, durations, and who is left."""

from __future__ import annotations

from datetime import date

import pytest

from app.booking.quick import Heard, Named, hear
from app.texts import speaking
from app.translations import load_languages

PHYSIO, HAND, MASSAGE = Named("p", "Physiotherapy"), Named("h", "Hand therapy"), Named("m", "Massage, classic")
SERVICES = (PHYSIO, HAND, MASSAGE)
ADA, BEN = Named("a", "Ada Lovelace"), Named("b", "Ben Okri")
TODAY = date(2030, 1, 7)
"""A Monday."""


@pytest.fixture(autouse=True)
def german_too() -> None:
    load_languages()


def heard(line: str) -> Heard:
    return hear(line, SERVICES, (ADA, BEN), TODAY)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Anna Berger, physio, tomorrow 10:00", Heard("Anna Berger", (PHYSIO,), (), date(2030, 1, 8), 600)),
        ("Anna Berger physio tomorrow 10:00", Heard("Anna Berger", (PHYSIO,), (), date(2030, 1, 8), 600)),
        ("tomorrow at 10 physio for Anna Berger", Heard("Anna Berger", (PHYSIO,), (), date(2030, 1, 8), 600)),
        ("physio with Ada, Friday 2 pm, Anna", Heard("Anna", (PHYSIO,), (ADA,), date(2030, 1, 11), 840)),
        ("Anna; hand thera; 2030-02-03; 9:15; 45 min", Heard("Anna", (HAND,), (), date(2030, 2, 3), 555, 45)),
        ("classic massage on 3 February for 1 h", Heard("", (MASSAGE,), (), date(2030, 2, 3), None, 60)),
        ("Anna, MASSAGE, Feb 3rd 2031, 12am", Heard("Anna", (MASSAGE,), (), date(2031, 2, 3), 0)),
        ("Anna, therapy, today", Heard("Anna", (HAND,), (), TODAY)),
        ("Anna, thera", Heard("Anna", (HAND,))),
        ("Ada Berger, physio", Heard("Ada Berger", (PHYSIO,))),
        ("Anna, ph", Heard("Anna ph")),
        ("Anna, physio, 10:00-10:45", Heard("Anna", (PHYSIO,), (), None, 600, 45)),
        ("Anna, physio, 12:00-10:00", Heard("Anna 12:00-10:00", (PHYSIO,))),
        ("Anna, physio, 2030-02-31", Heard("Anna 2030-02-31", (PHYSIO,))),
        ("Anna, physio, 31.2.", Heard("Anna 31.2.", (PHYSIO,))),
        ("Anna, physio, 2:30 p.m., 45 min", Heard("Anna", (PHYSIO,), (), None, 870, 45)),
        ("Sun Li, physio, tomorrow", Heard("Sun Li", (PHYSIO,), (), date(2030, 1, 8))),
        ("Sun Li, physio, 10:00", Heard("Sun Li", (PHYSIO,), (), None, 600)),
        ("Anna, physio, next Friday", Heard("Anna", (PHYSIO,), (), date(2030, 1, 11))),
        ("Anna, physio, 1.5 h", Heard("Anna 1.5 h", (PHYSIO,))),
        ("Anna, physio, fr\u0131day", Heard("Anna fr\u0131day", (PHYSIO,))),
        ("Anna, physio, 7 apr\u0131l", Heard("Anna 7 apr\u0131l", (PHYSIO,))),
        ("", Heard()),
        (" , ;; ", Heard()),
    ],
)
def test_line_is_heard(line: str, expected: Heard) -> None:
    assert heard(line) == expected


def test_names_with_points_and_hyphens_are_heard() -> None:
    weber, follow_up = Named("w", "Dr. Weber"), Named("f", "Follow-up")
    assert hear("Anna, follow-up with Dr. Weber", (follow_up,), (weber,), TODAY) == Heard(
        "Anna", (follow_up,), (weber,)
    )


def test_beginning_that_fits_several_is_all_of_them() -> None:
    both = (Named("1", "Physiotherapy"), Named("2", "Physics lesson"))
    assert hear("Anna, phys", both, (), TODAY).services == both


def test_whole_name_is_chosen_before_longer_ones() -> None:
    short, long = Named("1", "Massage"), Named("2", "Massage, long")
    assert hear("massage", (long, short), (), TODAY).services == (short,)


@pytest.mark.parametrize(
    ("line", "day", "minute"),
    [
        ("Monday 8:00", date(2030, 1, 14), 480),
        ("Sunday", date(2030, 1, 13), None),
        ("day after tomorrow", date(2030, 1, 9), None),
        ("6 January", date(2031, 1, 6), None),
        ("7 January", TODAY, None),
        ("7.2.", date(2030, 2, 7), None),
        ("7.2.2031 10:30", date(2031, 2, 7), 630),
        ("30 February 10:00", None, 600),
        ("2030-13-01", None, None),
        ("25:00", None, None),
        ("10", None, None),
        ("13 pm", None, None),
        ("room 10", None, None),
    ],
)
def test_day_and_time(line: str, day: date | None, minute: int | None) -> None:
    found = heard(line)
    assert (found.day, found.minute) == (day, minute)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Anna Berger, physio, morgen 10:00", Heard("Anna Berger", (PHYSIO,), (), date(2030, 1, 8), 600)),
        ("Anna, physio bei Ada, übermorgen um 9", Heard("Anna", (PHYSIO,), (ADA,), date(2030, 1, 9), 540)),
        ("Anna, physio, Freitag 14 Uhr, 30 Minuten", Heard("Anna", (PHYSIO,), (), date(2030, 1, 11), 840, 30)),
        ("Anna, physio, 14:00 am Freitag", Heard("Anna", (PHYSIO,), (), date(2030, 1, 11), 840)),
        ("Anna, physio, 14.30 Uhr, 7.1.31", Heard("Anna", (PHYSIO,), (), date(2031, 1, 7), 870)),
        ("Anna, physio, um 10.30, nächsten Freitag", Heard("Anna", (PHYSIO,), (), date(2030, 1, 11), 630)),
        ("Anna, physio, um 14h", Heard("Anna", (PHYSIO,), (), None, 840)),
        ("Anna, physio, am 3. März", Heard("Anna", (PHYSIO,), (), date(2030, 3, 3))),
        ("Anna, physio, tomorrow", Heard("Anna", (PHYSIO,), (), date(2030, 1, 8))),
    ],
)
def test_german_is_heard_where_german_is_spoken(line: str, expected: Heard) -> None:
    with speaking("de"):
        assert heard(line) == expected

"""A sentence for every refusal."""

from __future__ import annotations

from datetime import date

import pytest

from app.booking import refusals as r
from app.booking.refusals import Conflict, Refusal
from app.booking.words import say_clock, say_list, say_minutes, say_moment, say_span, sentence
from tests.unit.booking.cast import DAY, ELEVEN, MONDAY, NINE, NOON, TEN, at

UTC = "UTC"
AUTUMN = date(2030, 10, 27)
EXAMPLES: list[tuple[Refusal, str]] = [
    (r.NotFound("waiting_entry", "x"), "There is no such waiting entry; please check the link or choose again."),
    (r.NotAllowed("book", "Please sign in: book."), "Please sign in: book."),
    (r.InvalidInput("name", "Please fill in this field."), "Please fill in this field."),
    (r.InvalidInput("name"), "This cannot be used; please check what you typed."),
    (r.UnknownZone("Mars"), "There is no time zone of this name; please choose one like Europe/Berlin."),
    (r.InPast(), "This time has already begun; please choose a later one."),
    (r.TooSoon(NINE), "This is too soon; please choose a time from Monday 7 January 2030, 09:00 on."),
    (
        r.BeyondWindow(NINE),
        "This cannot be booked so far ahead yet; please choose a time up to Monday 7 January 2030, 09:00.",
    ),
    (
        r.WrongDuration((30, 60, 90)),
        "This service does not take that long; please choose 30 minutes, 1 hour or 90 minutes.",
    ),
    (
        r.NotOnGrid(15),
        "This service begins every 15 minutes from the start of the hours; please choose one of the times offered.",
    ),
    (r.NotOfferedHere("Yoga", "North"), "Yoga is not offered at North; please choose another location or service."),
    (r.LocationClosed("North", "Easter"), "North is closed that day (Easter); please choose another day."),
    (
        r.OutsideHours("Ada", ((NINE, TEN), (ELEVEN, NOON))),
        "This is outside the hours of Ada: the hours that day are from 09:00 to 10:00 and from 11:00 to 12:00; "
        "please choose a time within them or another day.",
    ),
    (
        r.OutsideHours("Ada", ()),
        "This is outside the hours of Ada: there are none that day; please choose another day.",
    ),
    (
        r.ResourceAway("Ada", "ill", NINE, TEN),
        "Ada is away from 09:00 to 10:00 (ill); please choose another time or somebody else.",
    ),
    (
        r.ResourceAway("Ada", "", NINE, TEN),
        "Ada is away from 09:00 to 10:00; please choose another time or somebody else.",
    ),
    (
        r.NoAssignment(("Doctors", "Rooms")),
        "Not everything that is needed is free together at this time (Doctors and Rooms); please choose another time.",
    ),
    (r.NotAvailable(), "This time is not available; please choose another time."),
    (
        r.NotAvailable((NINE,)),
        "This time is not available; please choose another time, for example Monday 7 January 2030, 09:00.",
    ),
    (r.JustTaken(), "This time has just been taken; please choose another time."),
    (
        r.JustTaken((), (NINE, TEN)),
        "This time has just been taken; please choose another time, for example Monday 7 January 2030, 09:00 or "
        "Monday 7 January 2030, 10:00.",
    ),
    (
        r.JustTaken((Conflict("Ada", NINE, TEN, status="odd"),)),
        "This time is not free because Ada is taken from 09:00 to 10:00; please choose another time.",
    ),
    (
        r.JustTaken((Conflict("Ada", NINE, TEN, status="odd"),), (TEN,)),
        "This time is not free because Ada is taken from 09:00 to 10:00; please choose another time, for example "
        "Monday 7 January 2030, 10:00.",
    ),
    (r.SessionFull(0), "This group session is full; please choose another time."),
    (r.SessionFull(1), "Only 1 seat is left in this group session; please take fewer seats or choose another time."),
    (r.SessionFull(2), "Only 2 seats are left in this group session; please take fewer seats or choose another time."),
    (
        r.LimitReached("client", 1),
        "This service allows 1 booking per client at a time; please use or cancel an earlier one first.",
    ),
    (
        r.LimitReached("week", 8),
        "This service allows 8 bookings per week and has that many; please choose another week.",
    ),
    (
        r.TooManyUnconfirmed(3),
        "With this email address 3 bookings wait to be confirmed already; please confirm one by the link in our mail "
        "first.",
    ),
    (r.NotConfirmed(), "This time is not kept any longer, as it was not confirmed in time; please book again."),
    (
        r.TooLateToChange(NINE),
        "This could be changed until Monday 7 January 2030, 09:00; please tell us directly instead.",
    ),
    (
        r.InvalidTransition("no_show", "declined"),
        "This booking is no-show and cannot become declined any more; please load the page again to see how it stands.",
    ),
    (
        r.StepDecided(),
        "This step has been decided in the meantime; please load the page again to see how it stands.",
    ),
    (
        r.CannotUndo("late"),
        "This cannot be undone any more, as it is too long ago or was undone already; please change the booking anew.",
    ),
    (
        r.CannotUndo("taken"),
        "This cannot be undone, as somebody has taken what the booking gave back; please choose another time for it.",
    ),
    (
        r.CannotUndo("changed"),
        "This cannot be undone, as the booking was changed in the meantime; please look how it stands.",
    ),
    (
        r.CannotUndo("other"),
        "Only whoever moved or cancelled the booking can undo that; please change it instead.",
    ),
    (
        r.StaleVersion(),
        "Somebody else changed this in the meantime; please load the page again and repeat your change.",
    ),
    (
        r.KeyReused(),
        "This form was sent before with other details; please load the page again and fill it in once more.",
    ),
    (r.AlreadyWaiting(), "You are on this waiting list already; we will write to you as soon as a time becomes free."),
    (
        r.MissingHour(NINE),
        "This time does not exist because the clocks go forward; the next possible time is "
        "Monday 7 January 2030, 09:00.",
    ),
    (
        r.LinkSpent("used"),
        "This link has been used already; please sign in with the password that was chosen by it.",
    ),
    (
        r.LinkSpent("replaced"),
        "This link counts no more, as a newer one was made or the account was changed; please use the newest.",
    ),
    (
        r.LinkSpent("expired"),
        "This link has expired; please ask for a new one, where you sign in or whoever looks after the users.",
    ),
    (
        r.LinkSpent("over"),
        "This booking is over and its link shows nothing of it any more; a new one can be made at any time.",
    ),
    (
        r.LinkSpent("readdressed"),
        "This link counts no more; please use the one in our latest mail, or ask us for it.",
    ),
    (
        r.SourceAway("ldap"),
        "The directory that knows passwords cannot be asked right now, so only who has a password of this site can "
        "sign in; please try again in a few minutes.",
    ),
    (
        r.SourceAway("oidc"),
        "The place where you sign in cannot be reached right now; please try again in a few minutes.",
    ),
    (
        r.TooOften(40),
        "This was tried too often in a short time; please wait 40 seconds, then try again.",
    ),
    (
        r.TooOften(1),
        "This was tried too often in a short time; please wait 1 second, then try again.",
    ),
    (
        r.TooOften(601),
        "This was tried too often in a short time; please wait 11 minutes, then try again.",
    ),
    (
        r.Unavailable("locked"),
        "The database is busy right now, so nothing was changed; please try again in a moment.",
    ),
    (
        r.Unavailable("forbidden"),
        "The database refuses this to the program's account, so nothing was changed; "
        "please tell whoever looks after the server.",
    ),
    (
        r.Unavailable("odd"),
        "The database cannot be reached, so nothing was changed; please try again in a few minutes.",
    ),
]


@pytest.mark.parametrize(("refusal", "expected"), EXAMPLES, ids=lambda each: getattr(each, "code", ""))
def test_sentence_of_each_refusal(refusal: Refusal, expected: str) -> None:
    assert sentence(refusal, UTC) == expected


def test_sentence_exists_for_every_refusal() -> None:
    ours = [one for one in Refusal.__subclasses__() if one.__module__ == r.__name__]

    assert {type(refusal) for refusal, _ in EXAMPLES} == set(ours)
    assert all(one in sentence.registry for one in ours)
    assert len({one.code for one in ours}) == len(ours)


def test_sentence_of_an_unknown_refusal_is_a_mistake() -> None:
    class Odd(Refusal):
        """Not one of ours."""

    with pytest.raises(TypeError, match="Odd has no sentence yet"):
        sentence(Odd(), UTC)


def test_sentence_is_one_and_ends() -> None:
    for refusal, _ in EXAMPLES:
        words = sentence(refusal, UTC)
        assert (words[-1], words.count(". ")) == (".", 0)


def test_refusal_as_text_for_logs() -> None:
    assert str(r.SessionFull(2)) == "session_full: {'seats_left': 2, 'field': 'seats'}"


def test_clock_names_the_zone_only_when_doubled() -> None:
    first, second = at(AUTUMN, 0, 30), at(AUTUMN, 1, 30)
    berlin = "Europe/Berlin"

    assert [say_clock(each, berlin) for each in (first, second)] == ["02:30 CEST", "02:30 CET"]
    assert say_clock(second + 1800, berlin) == "03:00"


def test_span_over_midnight_names_both_days() -> None:
    assert say_span(NINE, NINE + DAY, UTC) == "from Monday 7 January 2030, 09:00 to Tuesday 8 January 2030, 09:00"
    assert say_moment(MONDAY, "Asia/Kathmandu") == "Monday 7 January 2030, 05:45"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, "0 minutes"), (1, "1 minute"), (45, "45 minutes"), (60, "1 hour"), (90, "90 minutes"), (2880, "2 days")],
)
def test_minutes_in_words(minutes: int, expected: str) -> None:
    assert say_minutes(minutes) == expected


def test_lists_in_words() -> None:
    assert [say_list(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]

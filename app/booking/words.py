"""The sentence of every refusal: what is wrong and what to do, for people who have never seen the program's inside.

Also used in mails and on the command line. Times are shown on the wall clock of ``tzid``; where the clocks go back and
a time exists twice, the name of the zone's time (CEST, CET) is added. No sentence holds a client's details.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import singledispatch

from app.booking import refusals
from app.booking.dates import date_and_time, date_text
from app.booking.formats import clock
from app.booking.reason_words import AWAY, NOT_UNDONE, PROBLEMS, SPENT
from app.booking.refusals import Conflict, Refusal
from app.booking.values import DAY_MINUTES, Cause, Instant
from app.booking.wall_clock import local, local_date, to_instants
from app.texts import _, mark, plural

_SHOWN = 5
_BOOKED = mark("{resource} is booked {span}")
_TAKEN_BY: Mapping[str, str] = {
    "held": mark("{resource} is held for somebody who is booking right now {span}"),
    "requested": mark("{resource} is kept for a request that waits for approval {span}"),
    "confirmed": _BOOKED,
    "completed": _BOOKED,
    "no_show": _BOOKED,
}
_TAKEN = mark("{resource} is taken {span}")
_CAUSES: Mapping[str, str] = {
    Cause.SESSION: mark("{resource} is taken by a group session {span}"),
    Cause.BUSY_TIME: mark("{resource} is busy by an entry of an imported calendar {span}"),
}
_LAST: Mapping[str, str] = {"and": mark("{others} and {last}"), "or": mark("{others} or {last}")}
_THINGS: Mapping[str, str] = {
    "account": mark("account"),
    "app": mark("app"),
    "approval rule": mark("approval rule"),
    "booking": mark("booking"),
    "calendar file": mark("calendar file"),
    "client": mark("client"),
    "closure": mark("closure"),
    "deputy": mark("deputy"),
    "example": mark("example"),
    "group": mark("group"),
    "link": mark("link"),
    "location": mark("location"),
    "message": mark("message"),
    "passkey": mark("passkey"),
    "pool": mark("pool"),
    "resource": mark("resource"),
    "role": mark("role"),
    "series": mark("series"),
    "service": mark("service"),
    "session": mark("session"),
    "time off": mark("time off"),
    "user": mark("user"),
    "visit": mark("visit"),
    "waiting entry": mark("waiting entry"),
}
"""What is looked for by its id; other kinds are said as they are."""

STATE_WORDS: Mapping[str, str] = {
    "held": mark("held"),
    "requested": mark("requested"),
    "confirmed": mark("confirmed"),
    "declined": mark("declined"),
    "cancelled": mark("cancelled"),
    "completed": mark("completed"),
    "no_show": mark("no-show"),
    "approved": mark("approved"),
    "expired": mark("expired"),
    "moved": mark("moved"),
}
"""How bookings, requests and changes of them stand, within a sentence or a list."""


@singledispatch
def sentence(refusal: Refusal, tzid: str) -> str:
    """Return one sentence that says what is wrong and what to do; times are those of ``tzid``."""
    raise TypeError(f"{type(refusal).__name__} has no sentence yet, so nothing can be said in {tzid}")


def say_day(instant: Instant, tzid: str) -> str:
    """Return a local day such as ``Monday 7 January 2030``."""
    return date_text(local(instant, tzid).date())


def say_clock(instant: Instant, tzid: str) -> str:
    """Return a local time such as ``09:30``; with the zone's short name where it exists twice that day."""
    _day, time, zone = _wall(instant, tzid)
    return f"{time} {zone}" if zone else time


def say_moment(instant: Instant, tzid: str) -> str:
    """Return a local day and time such as ``Monday 7 January 2030, 09:30``."""
    return date_and_time(*_wall(instant, tzid))


def _wall(instant: Instant, tzid: str) -> tuple[date, str, str]:
    """Return the local day, the local time, and the zone's short name where that time exists twice that day."""
    when = local(instant, tzid)
    is_doubled = len(to_instants(when.date(), when.hour * 60 + when.minute, tzid)) > 1
    return when.date(), clock(when.hour * 60 + when.minute), when.tzname() or "" if is_doubled else ""


def say_span(start: Instant, end: Instant, tzid: str) -> str:
    """Return ``from 09:00 to 10:00``, with the days where it does not end on the day it begins."""
    if local_date(start, tzid) == local_date(end, tzid):
        return _("from {start} to {end}", start=say_clock(start, tzid), end=say_clock(end, tzid))
    return _("from {first} to {last}", first=say_moment(start, tzid), last=say_moment(end, tzid))


def say_conflict(conflict: Conflict, tzid: str) -> str:
    """Return what takes a resource and when, such as ``Ada is booked from 09:00 to 10:00``."""
    told = _CAUSES.get(conflict.cause) or _TAKEN_BY.get(conflict.status, _TAKEN)
    return _(told, resource=conflict.resource, span=say_span(conflict.start, conflict.end, tzid))


def say_list(texts: Sequence[str], last: str = "and") -> str:
    """Return ``a, b and c``; ``last``: and, or."""
    if len(texts) < 2:
        return "".join(texts)
    return _(_LAST[last], others=", ".join(texts[:-1]), last=texts[-1])


def say_minutes(minutes: int) -> str:
    """Return a length of time such as ``90 minutes``, ``2 hours`` or ``3 days``."""
    if minutes and minutes % DAY_MINUTES == 0:
        return plural("{number} day", "{number} days", minutes // DAY_MINUTES)
    if minutes and minutes % 60 == 0:
        return plural("{number} hour", "{number} hours", minutes // 60)
    return plural("{number} minute", "{number} minutes", minutes)


@sentence.register
def _not_found(refusal: refusals.NotFound, tzid: str) -> str:
    thing = refusal.kind.replace("_", " ")
    return _("There is no such {thing}; please check the link or choose again.", thing=_(_THINGS.get(thing, thing)))


@sentence.register
def _not_allowed(refusal: refusals.NotAllowed, tzid: str) -> str:
    return refusal.reason


@sentence.register
def _invalid_input(refusal: refusals.InvalidInput, tzid: str) -> str:
    return refusal.problem or _("This cannot be used; please check what you typed.")


@sentence.register
def _unknown_zone(refusal: refusals.UnknownZone, tzid: str) -> str:
    return _("There is no time zone of this name; please choose one like Europe/Berlin.")


@sentence.register
def _in_past(refusal: refusals.InPast, tzid: str) -> str:
    return _("This time has already begun; please choose a later one.")


@sentence.register
def _too_soon(refusal: refusals.TooSoon, tzid: str) -> str:
    earliest = say_moment(refusal.earliest, tzid)
    return _("This is too soon; please choose a time from {earliest} on.", earliest=earliest)


@sentence.register
def _beyond_window(refusal: refusals.BeyondWindow, tzid: str) -> str:
    latest = say_moment(refusal.latest, tzid)
    return _("This cannot be booked so far ahead yet; please choose a time up to {latest}.", latest=latest)


@sentence.register
def _wrong_duration(refusal: refusals.WrongDuration, tzid: str) -> str:
    allowed = say_list([say_minutes(minutes) for minutes in refusal.allowed], "or")
    return _("This service does not take that long; please choose {allowed}.", allowed=allowed)


@sentence.register
def _not_on_grid(refusal: refusals.NotOnGrid, tzid: str) -> str:
    return _(
        "This service begins every {step} from the start of the hours; please choose one of the times offered.",
        step=say_minutes(refusal.slot_interval_minutes),
    )


@sentence.register
def _not_offered_here(refusal: refusals.NotOfferedHere, tzid: str) -> str:
    return _(
        "{service} is not offered at {location}; please choose another location or service.",
        service=refusal.service,
        location=refusal.location,
    )


@sentence.register
def _location_closed(refusal: refusals.LocationClosed, tzid: str) -> str:
    return _(
        "{location} is closed that day ({name}); please choose another day.",
        location=refusal.location,
        name=refusal.name,
    )


@sentence.register
def _outside_hours(refusal: refusals.OutsideHours, tzid: str) -> str:
    if not refusal.open:
        return _(
            "This is outside the hours of {who}: there are none that day; please choose another day.", who=refusal.who
        )
    return _(
        "This is outside the hours of {who}: the hours that day are {spans}; "
        "please choose a time within them or another day.",
        who=refusal.who,
        spans=say_list([say_span(start, end, tzid) for start, end in refusal.open]),
    )


@sentence.register
def _resource_away(refusal: refusals.ResourceAway, tzid: str) -> str:
    values = {"resource": refusal.resource, "span": say_span(refusal.start, refusal.end, tzid)}
    if not refusal.reason:
        return _("{resource} is away {span}; please choose another time or somebody else.", **values)
    values["reason"] = refusal.reason
    return _("{resource} is away {span} ({reason}); please choose another time or somebody else.", **values)


@sentence.register
def _no_assignment(refusal: refusals.NoAssignment, tzid: str) -> str:
    return _(
        "Not everything that is needed is free together at this time ({missing}); please choose another time.",
        missing=say_list(refusal.missing),
    )


@sentence.register
def _not_available(refusal: refusals.NotAvailable, tzid: str) -> str:
    if not refusal.next_free:
        return _("This time is not available; please choose another time.")
    times = say_list([say_moment(start, tzid) for start in refusal.next_free[:_SHOWN]], "or")
    return _("This time is not available; please choose another time, for example {times}.", times=times)


@sentence.register
def _just_taken(refusal: refusals.JustTaken, tzid: str) -> str:
    values = {
        "conflicts": say_list([say_conflict(conflict, tzid) for conflict in refusal.conflicts[:_SHOWN]]),
        "times": say_list([say_moment(start, tzid) for start in refusal.next_free[:_SHOWN]], "or"),
    }
    if not refusal.conflicts and not refusal.next_free:
        return _("This time has just been taken; please choose another time.")
    if not refusal.conflicts:
        return _("This time has just been taken; please choose another time, for example {times}.", **values)
    if not refusal.next_free:
        return _("This time is not free because {conflicts}; please choose another time.", **values)
    return _("This time is not free because {conflicts}; please choose another time, for example {times}.", **values)


@sentence.register
def _session_full(refusal: refusals.SessionFull, tzid: str) -> str:
    if refusal.seats_left < 1:
        return _("This group session is full; please choose another time.")
    return plural(
        "Only {number} seat is left in this group session; please take fewer seats or choose another time.",
        "Only {number} seats are left in this group session; please take fewer seats or choose another time.",
        refusal.seats_left,
    )


@sentence.register
def _limit_reached(refusal: refusals.LimitReached, tzid: str) -> str:
    if refusal.per == "client":
        return plural(
            "This service allows {number} booking per client at a time; please use or cancel an earlier one first.",
            "This service allows {number} bookings per client at a time; please use or cancel an earlier one first.",
            refusal.limit,
        )
    if refusal.per == "week":
        return plural(
            "This service allows {number} booking per week and has that many; please choose another week.",
            "This service allows {number} bookings per week and has that many; please choose another week.",
            refusal.limit,
        )
    return plural(
        "This service allows {number} booking per day and has that many; please choose another day.",
        "This service allows {number} bookings per day and has that many; please choose another day.",
        refusal.limit,
    )


@sentence.register
def _too_many_unconfirmed(refusal: refusals.TooManyUnconfirmed, tzid: str) -> str:
    return plural(
        "With this email address {number} booking waits to be confirmed already; please confirm it by the link in our "
        "mail first.",
        "With this email address {number} bookings wait to be confirmed already; please confirm one by the link in our "
        "mail first.",
        refusal.limit,
    )


@sentence.register
def _not_confirmed(refusal: refusals.NotConfirmed, tzid: str) -> str:
    return _("This time is not kept any longer, as it was not confirmed in time; please book again.")


@sentence.register
def _too_late_to_change(refusal: refusals.TooLateToChange, tzid: str) -> str:
    latest = say_moment(refusal.latest, tzid)
    return _("This could be changed until {latest}; please tell us directly instead.", latest=latest)


@sentence.register
def _invalid_transition(refusal: refusals.InvalidTransition, tzid: str) -> str:
    return _(
        "This booking is {old} and cannot become {new} any more; please load the page again to see how it stands.",
        old=_(STATE_WORDS.get(refusal.old, refusal.old)),
        new=_(STATE_WORDS.get(refusal.new, refusal.new)),
    )


@sentence.register
def _step_decided(refusal: refusals.StepDecided, tzid: str) -> str:
    return _("This step has been decided in the meantime; please load the page again to see how it stands.")


@sentence.register
def _cannot_undo(refusal: refusals.CannotUndo, tzid: str) -> str:
    return _(NOT_UNDONE[refusal.reason])


@sentence.register
def _stale_version(refusal: refusals.StaleVersion, tzid: str) -> str:
    return _("Somebody else changed this in the meantime; please load the page again and repeat your change.")


@sentence.register
def _key_reused(refusal: refusals.KeyReused, tzid: str) -> str:
    return _("This form was sent before with other details; please load the page again and fill it in once more.")


@sentence.register
def _already_waiting(refusal: refusals.AlreadyWaiting, tzid: str) -> str:
    return _("You are on this waiting list already; we will write to you as soon as a time becomes free.")


@sentence.register
def _missing_hour(refusal: refusals.MissingHour, tzid: str) -> str:
    return _(
        "This time does not exist because the clocks go forward; the next possible time is {possible}.",
        possible=say_moment(refusal.next_possible, tzid),
    )


@sentence.register
def _link_spent(refusal: refusals.LinkSpent, tzid: str) -> str:
    return _(SPENT[refusal.reason])


@sentence.register
def _source_away(refusal: refusals.SourceAway, tzid: str) -> str:
    return _(AWAY[refusal.source])


@sentence.register
def _too_often(refusal: refusals.TooOften, tzid: str) -> str:
    seconds = plural("{number} second", "{number} seconds", refusal.seconds)
    wait = seconds if refusal.seconds < 60 else say_minutes(-(-refusal.seconds // 60))
    return _("This was tried too often in a short time; please wait {wait}, then try again.", wait=wait)


@sentence.register
def _unavailable(refusal: refusals.Unavailable, tzid: str) -> str:
    return _(PROBLEMS.get(refusal.problem, PROBLEMS["gone"]))

"""The sentence of every refusal: what is wrong and what to do, for people who have never seen the program's inside.

Also used in mails and on the command line. Times are shown on the wall clock of ``tzid``; where the clocks go back and
a time exists twice, the name of the zone's time (CEST, CET) is added. No sentence holds a client's details.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch

from app.booking import refusals
from app.booking.refusals import Conflict, Refusal
from app.booking.values import DAY_MINUTES, Cause, Instant, Interval
from app.booking.wall_clock import local, to_instants

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHOWN = 5
_TAKEN_BY: Mapping[str, str] = {
    "held": "held for somebody who is booking right now",
    "requested": "kept for a request that waits for approval",
    "confirmed": "booked",
    "completed": "booked",
    "no_show": "booked",
}
_PROBLEMS: Mapping[str, str] = {
    "locked": "The database is busy right now, so nothing was changed; please try again in a moment.",
    "full": "The server's disk is full, so nothing was changed; please tell whoever looks after the server.",
    "read_only": "The database can only be read right now, so nothing was changed; please try again in a few minutes.",
    "forbidden": "The database refuses this to the program's account, so nothing was changed; "
    "please tell whoever looks after the server.",
    "gone": "The database cannot be reached, so nothing was changed; please try again in a few minutes.",
}

_AWAY: Mapping[str, str] = {
    "ldap": "The directory that knows passwords cannot be asked right now, so only who has a password of this site can "
    "sign in; please try again in a few minutes.",
    "oidc": "The place where you sign in cannot be reached right now; please try again in a few minutes.",
}

_SPENT: Mapping[str, str] = {
    "used": "This link has been used already; please sign in with the password that was chosen by it.",
    "replaced": "This link counts no more, as a newer one was made or the account was changed; please use the newest.",
    "expired": "This link has expired; please ask for a new one, where you sign in or whoever looks after the users.",
}


@singledispatch
def sentence(refusal: Refusal, tzid: str) -> str:
    """Return one sentence that says what is wrong and what to do; times are those of ``tzid``."""
    raise TypeError(f"{type(refusal).__name__} has no sentence yet, so nothing can be said in {tzid}")


def say_day(instant: Instant, tzid: str) -> str:
    """Return a local day such as ``Monday 7 January 2030``."""
    when = local(instant, tzid)
    return f"{_WEEKDAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]} {when.year}"


def say_clock(instant: Instant, tzid: str) -> str:
    """Return a local time such as ``09:30``; with the zone's short name where it exists twice that day."""
    when = local(instant, tzid)
    text = f"{when.hour:02}:{when.minute:02}"
    is_doubled = len(to_instants(when.date(), when.hour * 60 + when.minute, tzid)) > 1
    return f"{text} {when.tzname()}" if is_doubled else text


def say_moment(instant: Instant, tzid: str) -> str:
    """Return a local day and time such as ``Monday 7 January 2030, 09:30``."""
    return f"{say_day(instant, tzid)}, {say_clock(instant, tzid)}"


def say_span(start: Instant, end: Instant, tzid: str) -> str:
    """Return ``from 09:00 to 10:00``, with the days where it does not end on the day it begins."""
    if say_day(start, tzid) == say_day(end, tzid):
        return f"from {say_clock(start, tzid)} to {say_clock(end, tzid)}"
    return f"from {say_moment(start, tzid)} to {say_moment(end, tzid)}"


def say_conflict(conflict: Conflict, tzid: str) -> str:
    """Return what takes a resource and when, such as ``Ada is booked from 09:00 to 10:00``."""
    if conflict.cause == Cause.SESSION:
        how = "taken by a group session"
    elif conflict.cause == Cause.BUSY_TIME:
        how = "busy by an entry of an imported calendar"
    else:
        how = _TAKEN_BY.get(conflict.status, "taken")
    return f"{conflict.resource} is {how} {say_span(conflict.start, conflict.end, tzid)}"


def say_list(texts: Sequence[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def say_minutes(minutes: int) -> str:
    """Return a length of time such as ``90 minutes``, ``2 hours`` or ``3 days``."""
    units = ((DAY_MINUTES, "day"), (60, "hour"))
    size, name = next((unit for unit in units if minutes and minutes % unit[0] == 0), (1, "minute"))
    number = minutes // size
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _next_free(starts: Iterable[Instant], tzid: str) -> str:
    shown = [say_moment(start, tzid) for start in list(starts)[:_SHOWN]]
    if not shown:
        return "please choose another time"
    return f"please choose another time, for example {say_list(shown, 'or')}"


def _hours(intervals: Sequence[Interval], tzid: str) -> str:
    if not intervals:
        return "there are none that day; please choose another day"
    spans = say_list([say_span(start, end, tzid) for start, end in intervals])
    return f"the hours that day are {spans}; please choose a time within them or another day"


@sentence.register
def _not_found(refusal: refusals.NotFound, tzid: str) -> str:
    return f"There is no such {refusal.kind.replace('_', ' ')}; please check the link or choose again."


@sentence.register
def _not_allowed(refusal: refusals.NotAllowed, tzid: str) -> str:
    return refusal.reason


@sentence.register
def _invalid_input(refusal: refusals.InvalidInput, tzid: str) -> str:
    return refusal.problem or "This cannot be used; please check what you typed."


@sentence.register
def _unknown_zone(refusal: refusals.UnknownZone, tzid: str) -> str:
    return "There is no time zone of this name; please choose one like Europe/Berlin."


@sentence.register
def _in_past(refusal: refusals.InPast, tzid: str) -> str:
    return "This time has already begun; please choose a later one."


@sentence.register
def _too_soon(refusal: refusals.TooSoon, tzid: str) -> str:
    return f"This is too soon; please choose a time from {say_moment(refusal.earliest, tzid)} on."


@sentence.register
def _beyond_window(refusal: refusals.BeyondWindow, tzid: str) -> str:
    return f"This cannot be booked so far ahead yet; please choose a time up to {say_moment(refusal.latest, tzid)}."


@sentence.register
def _wrong_duration(refusal: refusals.WrongDuration, tzid: str) -> str:
    allowed = say_list([say_minutes(minutes) for minutes in refusal.allowed], "or")
    return f"This service does not take that long; please choose {allowed}."


@sentence.register
def _not_on_grid(refusal: refusals.NotOnGrid, tzid: str) -> str:
    step = say_minutes(refusal.slot_interval_minutes)
    return f"This service begins every {step} from the start of the hours; please choose one of the times offered."


@sentence.register
def _not_offered_here(refusal: refusals.NotOfferedHere, tzid: str) -> str:
    return f"{refusal.service} is not offered at {refusal.location}; please choose another place or service."


@sentence.register
def _location_closed(refusal: refusals.LocationClosed, tzid: str) -> str:
    return f"{refusal.location} is closed that day ({refusal.name}); please choose another day."


@sentence.register
def _outside_hours(refusal: refusals.OutsideHours, tzid: str) -> str:
    hours = _hours(refusal.open, tzid)
    return f"This is outside the hours of {refusal.who}: {hours}."


@sentence.register
def _resource_away(refusal: refusals.ResourceAway, tzid: str) -> str:
    reason = f" ({refusal.reason})" if refusal.reason else ""
    span = say_span(refusal.start, refusal.end, tzid)
    return f"{refusal.resource} is away {span}{reason}; please choose another time or somebody else."


@sentence.register
def _no_assignment(refusal: refusals.NoAssignment, tzid: str) -> str:
    missing = say_list(refusal.missing)
    return f"Not everything that is needed is free together at this time ({missing}); please choose another time."


@sentence.register
def _just_taken(refusal: refusals.JustTaken, tzid: str) -> str:
    advice = _next_free(refusal.next_free, tzid)
    if not refusal.conflicts:
        return f"This time has just been taken; {advice}."
    shown = say_list([say_conflict(conflict, tzid) for conflict in refusal.conflicts[:_SHOWN]])
    return f"This time is not free because {shown}; {advice}."


@sentence.register
def _session_full(refusal: refusals.SessionFull, tzid: str) -> str:
    if refusal.seats_left < 1:
        return "This group session is full; please choose another time."
    seats = "1 seat is" if refusal.seats_left == 1 else f"{refusal.seats_left} seats are"
    return f"Only {seats} left in this group session; please take fewer seats or choose another time."


@sentence.register
def _limit_reached(refusal: refusals.LimitReached, tzid: str) -> str:
    most = "1 booking" if refusal.limit == 1 else f"{refusal.limit} bookings"
    if refusal.per == "client":
        return f"This service allows {most} per client at a time; please use or cancel an earlier one first."
    return f"This service allows {most} per {refusal.per} and has that many; please choose another {refusal.per}."


@sentence.register
def _too_late_to_change(refusal: refusals.TooLateToChange, tzid: str) -> str:
    return f"This could be changed until {say_moment(refusal.latest, tzid)}; please call us instead."


@sentence.register
def _invalid_transition(refusal: refusals.InvalidTransition, tzid: str) -> str:
    old, new = refusal.old.replace("_", "-"), refusal.new.replace("_", "-")
    return f"This booking is {old} and cannot become {new} any more; please load the page again to see how it stands."


@sentence.register
def _step_decided(refusal: refusals.StepDecided, tzid: str) -> str:
    return "This step has been decided in the meantime; please load the page again to see how it stands."


@sentence.register
def _stale_version(refusal: refusals.StaleVersion, tzid: str) -> str:
    return "Somebody else changed this in the meantime; please load the page again and repeat your change."


@sentence.register
def _key_reused(refusal: refusals.KeyReused, tzid: str) -> str:
    return "This form was sent before with other details; please load the page again and fill it in once more."


@sentence.register
def _already_waiting(refusal: refusals.AlreadyWaiting, tzid: str) -> str:
    return "You are on this waiting list already; we will write to you as soon as a time becomes free."


@sentence.register
def _missing_hour(refusal: refusals.MissingHour, tzid: str) -> str:
    possible = say_moment(refusal.next_possible, tzid)
    return f"This time does not exist because the clocks go forward; the next possible time is {possible}."


@sentence.register
def _link_spent(refusal: refusals.LinkSpent, tzid: str) -> str:
    return _SPENT[refusal.reason]


@sentence.register
def _source_away(refusal: refusals.SourceAway, tzid: str) -> str:
    return _AWAY[refusal.source]


@sentence.register
def _too_often(refusal: refusals.TooOften, tzid: str) -> str:
    seconds = "1 second" if refusal.seconds == 1 else f"{refusal.seconds} seconds"
    wait = seconds if refusal.seconds < 60 else say_minutes(-(-refusal.seconds // 60))
    return f"This was tried too often in a short time; please wait {wait}, then try again."


@sentence.register
def _unavailable(refusal: refusals.Unavailable, tzid: str) -> str:
    return _PROBLEMS.get(refusal.problem, _PROBLEMS["gone"])

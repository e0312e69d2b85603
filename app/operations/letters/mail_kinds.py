"""The kinds of mails whose words an administrator may change: when each goes out, to whom, and what it may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.look.mail_text import MailText, Placeholder
from app.operations.letters import (
    account_letters,
    address_letters,
    approval_letters,
    letters_text,
    responsible_letters,
)
from app.operations.letters.account_news import CHANGED, ELSEWHERE, INVITATION, MAIL_TEST, RESET
from app.operations.letters.address_letters import ADDRESS_CHANGED
from app.operations.letters.approval_mails import WANTED
from app.operations.letters.letters_text import SERIES, VISIT, WAITING, WITH_CODE, WITH_CODES, WITH_REASON
from app.operations.letters.responsible_letters import ASSIGNED
from app.texts import mark

_OFFER, _CONFIRM = "slot_offered", "confirm_asked"
_HOME = frozenset({"declined", "expired", "cancelled", "released"})


@dataclass(frozen=True, slots=True)
class MailKind:
    """``when`` it goes out, in a sentence; ``to_client``: to those who come, else to those who sign in."""

    code: str
    when: str
    to_client: bool
    placeholders: tuple[Placeholder, ...]


_WHEN: Mapping[str, str] = {
    "confirmed": mark("When a booking is confirmed at once."),
    "approved": mark("When a request was approved."),
    "requested": mark("When somebody asked for a time that has to be approved."),
    "declined": mark("When a request was declined."),
    "expired": mark("When a request was not decided on in time."),
    "moved": mark("When a booking got a new time."),
    "cancelled": mark("When a booking was cancelled."),
    "released": mark("When nobody checked in, so that the time was given up."),
    "change_requested": mark("When another time was asked for that has to be approved."),
    "change_declined": mark("When another time was declined."),
    "change_expired": mark("When nobody decided in time whether another time is possible."),
    "reminder": mark("Some time before a booking, where a rule under Rules says so."),
    WAITING: mark("When somebody joined the waiting list."),
    _OFFER: mark("When a time became free for somebody who waits."),
    _CONFIRM: mark("When a visitor has to confirm by a mail what they booked."),
    "series_booked": mark("When a series of dates was booked."),
    "series_requested": mark("When a series of dates was asked for that has to be approved."),
    VISIT: mark("When several services were booked one after the other."),
    ADDRESS_CHANGED: mark("When staff change a client's email address; this mail goes to the former one."),
    INVITATION: mark("When somebody is invited to sign in."),
    RESET: mark("When somebody forgot their password."),
    ELSEWHERE: mark("When somebody asked for a new password, but theirs is kept elsewhere."),
    CHANGED: mark("When an account got another password, email address or second factor."),
    MAIL_TEST: mark("When an administrator tries whether mails arrive."),
    WANTED: mark("When a request waits for somebody's approval."),
    ASSIGNED: mark("When somebody of staff became responsible for a booking."),
}

_GREETING = Placeholder("greeting", mark("The greeting with the name, or without it where there is none."))
_CLIENT = Placeholder("client", mark("The receiver's name."), is_short=True)
_SERVICE = Placeholder("service", mark("The name of the service."), is_short=True)
_PLACE = Placeholder("place", mark("The name of the location."), is_short=True)
_WHEN_IT_IS = Placeholder("when", mark("Day and time at which it begins, on the receiver's clock."), is_short=True)
_COUNT = Placeholder("count", mark("How many dates there are."), is_short=True)
_DETAILS = Placeholder(
    "details",
    mark("What, when, where and with whom, one below the other."),
    missed=mark("what, when, where and with whom is then up to your words."),
)
_REASON = Placeholder(
    "reason",
    mark("What was typed as the reason; nothing where there is none."),
    missed=mark("the reason that was typed does not reach its reader."),
)
_CHECK_IN = Placeholder(
    "check_in",
    mark("The code to check in by and where to type it; nothing where there is none."),
    missed=mark("at locations with codes to check in nobody gets theirs."),
)
_CHECK_INS = Placeholder(
    "check_in",
    mark("Where the codes to check in by are typed, which stand with the times; nothing where there are none."),
)
_DEADLINE = Placeholder("deadline", mark("Until when something can be done; nothing where there is no such time."))
_CHANGE_LINK = Placeholder(
    "link",
    mark("The link by which the booking is seen, moved and cancelled."),
    missed=mark("nobody can change or cancel their booking by this mail."),
)
_BOOK_LINK = Placeholder("link", mark("The link to the page on which times are booked."))
_OFFER_LINK = Placeholder("link", mark("The link by which the time is taken."), is_needed=True)
_CONFIRM_LINK = Placeholder("link", mark("The link by which the booking is confirmed."), is_needed=True)
_LEAVE_LINK = Placeholder(
    "leave_link",
    mark("The link by which somebody stops waiting."),
    missed=mark("nobody can leave the waiting list by this mail."),
)
_DATES = Placeholder(
    "dates",
    mark("All dates, each with the link by which it is seen, moved and cancelled."),
    missed=mark("the mail then names no dates and has no links to them."),
)
_PARTS = Placeholder(
    "parts",
    mark("All parts of the visit, each with the link by which it is seen, moved and cancelled."),
    missed=mark("the mail then names no parts of the visit and has no links to them."),
)
_NAME = Placeholder("name", mark("The receiver's name."), is_short=True)
_SITE = Placeholder("site", mark("The address of this site."), is_short=True)
_EMAIL = Placeholder("email", mark("The email address with which the receiver signs in."), is_short=True)
_PASSWORD_LINK = Placeholder("link", mark("The link by which the password is chosen."), is_needed=True)
_UNTIL = Placeholder("until", mark("How long the link counts."), missed=mark("nobody knows how long the link counts."))
_TO_ACCOUNTS: Mapping[str, tuple[Placeholder, ...]] = {
    INVITATION: (_NAME, _EMAIL, _SITE, _PASSWORD_LINK, _UNTIL),
    RESET: (_NAME, _EMAIL, _SITE, _PASSWORD_LINK, _UNTIL),
    ELSEWHERE: (_NAME, _EMAIL, _SITE),
    MAIL_TEST: (_NAME, _EMAIL, _SITE),
    CHANGED: (
        _NAME,
        _EMAIL,
        _SITE,
        Placeholder("change", mark("What was changed, and when."), missed=mark("nobody knows what was changed.")),
        Placeholder("advice", mark("What to do if it was somebody else.")),
    ),
    WANTED: (
        _NAME,
        Placeholder("headline", mark("What is to be decided, in one line."), is_short=True),
        Placeholder("count", mark("How many requests there are."), is_short=True),
        _SITE,
        Placeholder("opening", mark("That one or several requests wait.")),
        Placeholder("requests", mark("The requests."), missed=mark("the mail then names no requests.")),
        Placeholder("way", mark("What to do with them; the link belongs below.")),
        Placeholder(
            "link",
            mark("The link to the page on which they are decided."),
            missed=mark("approvers have to look for the requests themselves."),
        ),
    ),
    ASSIGNED: (
        _GREETING,
        Placeholder("client", mark("Who comes; for those who may not see it, “somebody”."), is_short=True),
        _SERVICE,
        _PLACE,
        Placeholder("when", mark("Day and time at which it begins, on the location's clock."), is_short=True),
        _DETAILS,
        Placeholder(
            "link",
            mark("The link to the page of the booking."),
            missed=mark("its receiver has to look for the booking by themselves."),
        ),
    ),
}


def _for_client(kind: str) -> tuple[Placeholder, ...]:
    if kind == ADDRESS_CHANGED:
        return (_SITE,)
    found = [_GREETING, _CLIENT]
    found += [_WHEN_IT_IS] if kind == VISIT else [_SERVICE, *([] if kind == WAITING else [_WHEN_IT_IS])]
    found += [_COUNT] if kind in SERIES else []
    found += [_PLACE, _DETAILS]
    found += [_REASON] if kind in WITH_REASON else []
    found.append(_way_on(kind))
    found += [_LEAVE_LINK] if kind == WAITING else []
    found += [_CHECK_IN] if kind in WITH_CODE else []
    found += [_CHECK_INS] if kind in WITH_CODES else []
    return (*found, *([_DEADLINE] if letters_text.has_deadline(kind) else []))


def _way_on(kind: str) -> Placeholder:
    if kind in SERIES:
        return _DATES
    others = {VISIT: _PARTS, _OFFER: _OFFER_LINK, _CONFIRM: _CONFIRM_LINK, WAITING: _BOOK_LINK}
    return others.get(kind, _BOOK_LINK if kind in _HOME else _CHANGE_LINK)


MAIL_KINDS: Mapping[str, MailKind] = {
    code: MailKind(code, when, code not in _TO_ACCOUNTS, _TO_ACCOUNTS.get(code) or _for_client(code))
    for code, when in _WHEN.items()
}
"""All kinds by code, those to clients first."""


def built_in(kind: str) -> MailText:
    """Return the words of a kind of mail as they are where nobody has written others, in the language spoken."""
    if kind == WANTED:
        return approval_letters.built_in()
    if kind == ADDRESS_CHANGED:
        return address_letters.built_in()
    if kind == ASSIGNED:
        return responsible_letters.built_in()
    if MAIL_KINDS[kind].to_client:
        return letters_text.built_in(kind)
    return account_letters.built_in(kind)

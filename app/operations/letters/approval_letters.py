"""The mails to approvers: what waits for somebody, until when, and where to decide it. The link itself decides nothing.

Clients are not named: a mail goes through more hands than the page that it leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.values import Instant, Interval
from app.booking.words import say_moment
from app.look.mail_text import MailText, fill_subject, fill_text
from app.operations.approvals.approvers import Voice, choose_voice, voices_of
from app.operations.approvals.steps import Step, open_change, steps_of
from app.operations.context import Context
from app.operations.letters.approval_mails import WANTED
from app.operations.letters.letters_text import fact_list, say_time
from app.operations.rights import actor_of, approving_target, deciding_target
from app.storage.tables import Booking, User
from app.texts import _, in_context, plural

KINDS = (WANTED,)
"""All kinds of outbox messages that become such letters."""

MOST = 20


@dataclass(frozen=True, slots=True)
class WantedFacts:
    """One request: ``wished`` is the time that a change asks for, ``until`` when the step runs out.

    ``instead_of``: in whose place its reader may decide it; empty where it is their own to decide.
    """

    service: str
    location: str
    time: Interval
    tzid: str
    until: Instant
    resources: tuple[str, ...] = ()
    wished: Interval | None = None
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class ApproverFacts:
    """What such a letter tells; ``link`` leads to the one request, or to the list of several.

    ``own``: the words that an administrator wrote in place of ours.
    """

    name: str
    requests: tuple[WantedFacts, ...]
    link: str
    site: str
    own: MailText | None = None


def approver_facts(context: Context, user: User, bookings: Sequence[str], base_url: str) -> ApproverFacts:
    """Gather what still waits for somebody of these bookings; nothing where all is decided."""
    own = Context(context.store, actor_of(user), context.now)
    voices = voices_of(own)
    rows = list(Booking.select().where(Booking.public_id.in_(list(bookings))).order_by(Booking.start_at, Booking.id))
    found = [(row, facts) for row in rows for facts in _wanted(own, row, voices)]
    link = f"{base_url}/requests/{found[0][0].public_id}" if len(found) == 1 else f"{base_url}/requests/"
    return ApproverFacts(user.name, tuple(facts for _, facts in found), link, base_url)


def _wanted(context: Context, row: Booking, voices: Sequence[Voice]) -> list[WantedFacts]:
    """Return what is to be told of one booking, nothing where none of its waiting steps is the reader's."""
    change = open_change(row)
    target = approving_target(row, change)
    if not context.may(Permission.APPROVE, target):
        return []
    chosen = [
        (step, choose_voice(voices, step.asked, Permission.APPROVE, target)[0])
        for step in steps_of(context, row, change)
        if step.waits
    ]
    mine = [(step, voice) for step, voice in chosen if voice is not None]
    if not mine:
        return []
    catalog = context.catalog
    location = catalog.locations[row.location_id]
    return [
        WantedFacts(
            service=catalog.services[row.service_id].name,
            location=location.name,
            time=(row.start_at, row.end_at),
            tzid=location.tzid,
            until=min(_due(step) for step, _ in mine),
            resources=tuple(catalog.resources[one].name for one in deciding_target(row, change).resource_ids),
            wished=None if change is None else (change.start_at, change.end_at),
            instead_of=next((voice.actor.name for _, voice in mine if voice.is_deputy), ""),
        )
    ]


def _due(step: Step) -> Instant:
    return int(step.row.due_at)


def built_in() -> MailText:
    """Return subject and text as they are where nobody has written others."""
    parts = [
        _("Hello {name},"),
        "{opening}",
        "{requests}",
        "{way}\n{link}",
        _("Opening the link decides nothing yet."),
        "{site}",
    ]
    return MailText("{headline}", "\n\n".join(parts))


def approver_subject(facts: ApproverFacts) -> str:
    """Return the mail's subject."""
    return fill_subject((facts.own or built_in()).subject, _values(facts))


def approver_text(facts: ApproverFacts) -> str:
    """Return the mail's text; times are those of the place."""
    return fill_text((facts.own or built_in()).text, _values(facts))


def _values(facts: ApproverFacts) -> dict[str, str]:
    """Return what may stand in the letter by its placeholder."""
    opening, way = _("A request waits for you to decide."), _("Sign in, look at it, and approve or decline here:")
    if len(facts.requests) > 1:
        opening = _("These requests wait for you to decide.")
        way = _("Sign in, look at them, and approve or decline here:")
    shown = [_request(one) for one in facts.requests[:MOST]]
    more = len(facts.requests) - len(shown)
    told = [*shown, *([plural("And {number} more.", "And {number} more.", more)] if more else [])]
    return {
        "name": facts.name,
        "headline": _headline(facts),
        "opening": opening,
        "requests": "\n\n".join(told),
        "count": str(len(facts.requests)),
        "way": way,
        "link": facts.link,
        "site": facts.site,
    }


def _headline(facts: ApproverFacts) -> str:
    first, number = facts.requests[0], len(facts.requests)
    if number > 1:
        return plural("Please decide: {number} request", "Please decide: {number} requests", number)
    when = say_moment(first.time[0], first.tzid)
    return _("Please decide: {service}, {when}", service=first.service, when=when)


def _request(one: WantedFacts) -> str:
    lines = [(in_context("label", "What"), one.service)]
    lines.append((in_context("label", "When"), f"{say_time(one.time, one.tzid)} ({one.tzid})"))
    if one.wished is not None:
        lines.append((_("Wished"), f"{say_time(one.wished, one.tzid)} ({one.tzid})"))
    lines.append((in_context("label", "Where"), one.location))
    if one.resources:
        lines.append((in_context("label", "Takes"), ", ".join(one.resources)))
    lines.append((_("Decide by"), f"{say_moment(one.until, one.tzid)} ({one.tzid})"))
    if one.instead_of:
        lines.append((_("In place of"), one.instead_of))
    return fact_list(lines)

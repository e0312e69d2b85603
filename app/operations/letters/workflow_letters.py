"""The words that a workflow rule may hold, and its letters to others than the client.

What clients answered is never in them; who comes only for those who may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.booking.values import Interval, ResourceKind
from app.booking.words import say_moment
from app.look.mail_text import MailText, Placeholder, fill_subject, fill_text
from app.operations.letters.letters_text import fact_list, say_time
from app.operations.letters.mail_kinds import MAIL_KINDS, built_in
from app.operations.letters.mail_texts import own_text
from app.operations.letters.responsible_letters import ASSIGNED
from app.operations.views import BookingView
from app.operations.workflow import REMINDER
from app.texts import _, in_context, mark

_ABOUT: Mapping[str, str] = {
    "client": mark("Who comes; for those who may not see it, “somebody”."),
    "when": mark("Day and time at which it begins: on the client's clock for them, on the location's for others."),
    "link": mark("For clients the link by which they change their booking, for staff the link to it."),
    "check_in": mark("For clients the code to check in by, where there is one."),
    "deadline": mark("For clients until when they can change it, if that is to come."),
}
PLACEHOLDERS: tuple[Placeholder, ...] = tuple(
    replace(one, about=_ABOUT.get(one.name, one.about), missed="") for one in MAIL_KINDS[REMINDER].placeholders
)


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """What a letter to others tells; ``name``, ``client`` and ``link`` are empty where it must not have them."""

    name: str
    client: str
    service: str
    location: str
    time: Interval
    tzid: str
    people: tuple[str, ...]
    rooms: tuple[str, ...]
    link: str
    own: MailText


def told_facts(view: BookingView, payload: Mapping[str, Any], name: str, link: str) -> ToldFacts:
    """Return what is told of a booking to the receiver ``name``, who sees it as ``view``; ``payload``: the message.

    A rule's message has time and words of its own; who became responsible is told of the booking as it is now.
    """
    return ToldFacts(
        name=name,
        client=view.client_name,
        service=view.service_name,
        location=view.location_name,
        time=(payload.get("start", view.start), payload.get("end", view.end)),
        tzid=view.tzid,
        people=tuple(one.name for one in view.resources if one.kind == ResourceKind.PERSON.value),
        rooms=tuple(one.name for one in view.resources if one.kind == ResourceKind.ROOM.value),
        link=link,
        own=_words(payload),
    )


def _words(payload: Mapping[str, Any]) -> MailText:
    if "text" in payload:
        return MailText(payload["subject"], payload["text"])
    return own_text(ASSIGNED) or built_in(ASSIGNED)


def told_subject(facts: ToldFacts) -> str:
    """Return the mail's subject."""
    return fill_subject(facts.own.subject, _values(facts))


def told_text(facts: ToldFacts) -> str:
    """Return the mail's text."""
    return fill_text(facts.own.text, _values(facts))


def _values(facts: ToldFacts) -> dict[str, str]:
    return {
        "greeting": _("Hello {name},", name=facts.name) if facts.name else _("Hello,"),
        "client": facts.client or _("somebody"),
        "service": facts.service,
        "place": facts.location,
        "when": say_moment(facts.time[0], facts.tzid),
        "details": _details(facts),
        "link": facts.link,
        "check_in": "",
        "deadline": "",
    }


def _details(facts: ToldFacts) -> str:
    lines = [
        (in_context("label", "What"), facts.service),
        (in_context("label", "When"), f"{say_time(facts.time, facts.tzid)} ({facts.tzid})"),
        (in_context("label", "Where"), facts.location),
        (in_context("label", "With"), ", ".join(facts.people)),
        (_("Room"), ", ".join(facts.rooms)),
        (_("Client"), facts.client),
    ]
    return fact_list([(name, text) for name, text in lines if text])

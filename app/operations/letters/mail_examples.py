"""Examples of all mails: what a text becomes with the facts of a booking that nobody has made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from app.booking.values import MINUTE, Instant, ResourceKind
from app.booking.wall_clock import local_date, resolve
from app.look.mail_text import MailText
from app.operations.context import Context
from app.operations.letters.account_letters import WITH_LINK, AccountFacts, account_subject, account_text
from app.operations.letters.account_news import CHANGED
from app.operations.letters.address_letters import ADDRESS_CHANGED, former_letter
from app.operations.letters.approval_letters import ApproverFacts, WantedFacts, approver_subject, approver_text
from app.operations.letters.approval_mails import WANTED
from app.operations.letters.letter_facts import DateFacts, LetterFacts, PartFacts
from app.operations.letters.letters_text import (
    SERIES,
    VISIT,
    WAITING,
    WITH_CODE,
    WITH_CODES,
    WITH_REASON,
    subject_of,
    text_of,
)
from app.operations.letters.mail_kinds import MAIL_KINDS
from app.operations.letters.responsible_letters import ASSIGNED
from app.operations.letters.workflow_letters import ToldFacts, told_subject, told_text
from app.texts import _

_TEN, _LENGTH, _DAY = 600, 30 * MINUTE, 1440 * MINUTE
_CODE = "K7M-2QX"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom an example is addressed to; ``site`` is the site's address without a last slash."""

    name: str
    email: str
    site: str

    @property
    def link(self) -> str:
        """What stands for every link: it leads to the start page and lets nobody do anything."""
        return f"{self.site}/#example"


@dataclass(frozen=True, slots=True)
class Example:
    """A mail as it would go out."""

    subject: str
    text: str


def write_example(context: Context, kind: str, own: MailText, reader: Reader) -> Example:
    """Return an example of a kind of mail with these words, in the language spoken."""
    if kind == WANTED:
        facts = _approver_facts(context, own, reader)
        return Example(approver_subject(facts), approver_text(facts))
    if kind == ADDRESS_CHANGED:
        former = former_letter(own, reader.site)
        return Example(former.subject, former.text)
    if kind == ASSIGNED:
        return write_told_example(context, own, reader, with_client=True)
    if MAIL_KINDS[kind].to_client:
        told = _booking_facts(context, kind, own, reader)
        return Example(subject_of(told), text_of(told))
    account = AccountFacts(
        kind=kind,
        name=reader.name,
        email=reader.email,
        site=reader.site,
        at=context.now,
        link=reader.link if kind in WITH_LINK else "",
        until=context.now + _DAY,
        what="passkey" if kind == CHANGED else "",
        own=own,
    )
    return Example(account_subject(account), account_text(account))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the examples are about: names of this site where it has any, and ten o'clock in a week."""

    service: str
    location: str
    address: str
    tzid: str
    person: str
    start: Instant


def _scene(context: Context) -> _Scene:
    catalog = context.catalog
    service = next((one.name for one in catalog.services.values() if one.active), _("Consultation"))
    person = next(
        (one.name for one in catalog.resources.values() if one.active and one.kind is ResourceKind.PERSON), ""
    )
    place = next((one for one in catalog.locations.values() if one.active), None)
    tzid = "UTC" if place is None else place.tzid
    start = resolve(local_date(context.now, tzid) + timedelta(days=7), _TEN, tzid)
    if place is None:
        return _Scene(service, _("Example Street 1"), "", tzid, person, start)
    return _Scene(service, place.name, place.address, tzid, person, start)


def _booking_facts(context: Context, kind: str, own: MailText, reader: Reader) -> LetterFacts:
    scene = _scene(context)
    time = (scene.start, scene.start + _LENGTH)
    people = (scene.person,) if scene.person else ()
    facts = LetterFacts(
        kind=kind,
        name=reader.name,
        service=scene.service,
        location=scene.location,
        address=scene.address,
        time=time,
        tzid=scene.tzid,
        place_tzid=scene.tzid,
        people=people,
        reason=_("Here stands what was typed as the reason.") if kind in WITH_REASON else "",
        other=(scene.start + _DAY, scene.start + _DAY + _LENGTH),
        until=scene.start - 2 * _DAY,
        changeable_until=scene.start - 120 * MINUTE,
        link=reader.link,
        own=own,
    )
    if kind in WITH_CODE:
        return replace(facts, code=_CODE, check_in=reader.link)
    if kind == WAITING:
        return replace(facts, time=(scene.start, scene.start + 7 * _DAY), leave=reader.link)
    has_code = kind in WITH_CODES
    facts = replace(facts, check_in=reader.link if has_code else "")
    code = _CODE if has_code else ""
    if kind in SERIES:
        weeks = [week * 7 * _DAY for week in range(3)]
        return replace(
            facts, dates=tuple(DateFacts((time[0] + more, time[1] + more), reader.link, code) for more in weeks)
        )
    if kind == VISIT:
        later = (time[1], time[1] + _LENGTH)
        first = PartFacts(scene.service, time, reader.link, people, code=code)
        waiting = replace(first, time=later, waits_until=facts.until, code="")
        return replace(facts, people=(), parts=(first, waiting))
    return facts


def write_told_example(context: Context, own: MailText, reader: Reader, *, with_client: bool) -> Example:
    """Return an example of a rule's letter to somebody else than the client; ``with_client``: who may see who comes."""
    scene = _scene(context)
    facts = ToldFacts(
        name=reader.name if with_client else "",
        client=_("A client") if with_client else "",
        service=scene.service,
        location=scene.location,
        time=(scene.start, scene.start + _LENGTH),
        tzid=scene.tzid,
        people=(scene.person,) if scene.person else (),
        rooms=(),
        link=reader.link if with_client else "",
        own=own,
    )
    return Example(told_subject(facts), told_text(facts))


def _approver_facts(context: Context, own: MailText, reader: Reader) -> ApproverFacts:
    scene = _scene(context)
    time = (scene.start, scene.start + _LENGTH)
    request = WantedFacts(scene.service, scene.location, time, scene.tzid, until=scene.start - _DAY)
    return ApproverFacts(reader.name, (request,), reader.link, reader.site, own)

"""Reading the audit log: searched page by page, and what it tells of one booking."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from peewee import Expression, ModelSelect

from app.access.grants import Target
from app.access.permissions import Permission, say_role
from app.booking.values import Catalog, Instant
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import ACTOR_WORDS, MASKED, PASSED_OVER, RESPONSIBLE, Action, Kind
from app.operations.context import Context
from app.operations.views import BookingView
from app.storage.audit_tables import AuditEntry
from app.storage.label_tables import Label
from app.storage.rights_tables import Role, UserGroup
from app.storage.tables import Booking, Pool, User, WaitingEntry
from app.storage.workflow_tables import WorkflowRule
from app.texts import _

PAGE = 50
MOST_HISTORY = 200
AT_ONCE = 1000
MOST_NAMED = 500
"""So many things whose names have the words of a search are looked for."""

_NAMED = (User, UserGroup, Pool, Label, WorkflowRule)


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What is looked for, in ``[start, end)``; empty means any. ``who``: a user's public id or a kind of actor.

    ``before``: only entries with a smaller number, for the next page.
    """

    start: Instant | None = None
    end: Instant | None = None
    who: str = ""
    action: str = ""
    kind: str = ""
    text: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry. ``user`` is a public id; ``who`` and ``object_name`` are names as they are today, where there are any.

    ``batch``: the number of the batch that seals it; None: not sealed yet.
    """

    number: int
    at: Instant
    actor: str
    user: str
    who: str
    address: str
    action: str
    kind: str
    object: str
    object_name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    batch: int | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page, the newest first; ``older``: where the next one begins. ``names``: of all that facts may refer to.

    ``zones``: by public id of a booking or of a place on the waiting list, the zone of where it is.
    """

    entries: tuple[EntryView, ...]
    older: int | None
    names: Mapping[str, str]
    zones: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """Names by public id, and users by row id."""

    names: Mapping[str, str]
    users: Mapping[int, tuple[str, str]]


def search_audit(context: Context, search: AuditSearch) -> AuditPage:
    """Return one page of the entries that match, with a fixed number of queries.

    Raises:
        NotAllowed.
    """
    context.require(Permission.READ_AUDIT, Target())
    catalog = context.catalog

    def look() -> AuditPage:
        known = _known(catalog)
        rows = list(_matching(search, known).order_by(AuditEntry.id.desc()).limit(PAGE + 1))
        older = rows[PAGE - 1].id if len(rows) > PAGE else None
        return AuditPage(tuple(_shown(row, known) for row in rows[:PAGE]), older, known.names, _zones(catalog, rows))

    return context.store.read(look)


def list_people(context: Context) -> list[tuple[str, str]]:
    """Return all who may have done something, for a choice: users by name, then those without one."""
    context.require(Permission.READ_AUDIT, Target())
    query = User.select(User.public_id, User.name).order_by(User.name)
    users = context.store.read(lambda: list(query.tuples()))
    return users + [(kind, _(words)) for kind, words in ACTOR_WORDS.items() if kind != "user"]


def export_audit(context: Context, search: AuditSearch, form: str) -> Iterator[EntryView]:
    """Yield all entries that match, the oldest first; that they were taken out is an entry of its own, written before.

    Raises:
        NotAllowed. Unavailable: it cannot be written down now, so nothing is given out.
    """
    context.require(Permission.READ_AUDIT, Target())
    asked = {"start": search.start, "end": search.end, "who": search.who, "action": search.action}
    asked |= {"kind": search.kind, "text": MASKED if search.text else ""}  # it may be a client's name
    change = Change(after={"format": form, **{name: value for name, value in asked.items() if value}})
    context.store.write(lambda: record(context, Action.EXPORTED, Subject(Kind.AUDIT), change))
    return _all_matching(context, search)


def _all_matching(context: Context, search: AuditSearch) -> Iterator[EntryView]:
    known = context.store.read(lambda: _known(context.catalog))
    query, last = _matching(search, known).order_by(AuditEntry.id), 0
    while True:
        rows: list[AuditEntry] = context.store.read(partial(list, query.where(AuditEntry.id > last).limit(AT_ONCE)))
        yield from (_view(row, known) for row in rows)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def booking_history(context: Context, booking: BookingView) -> list[EntryView]:
    """Return what was done to a booking, the oldest first; nothing for those who may not see its details.

    Nothing either of what is nobody's any more: staff who booked for themselves would be named.

    Who only looked at it stands in the audit log alone.
    """
    if booking.is_nobodys or not context.actor.is_staff or not context.may(Permission.SEE_DETAILS, booking.target):
        return []
    query = AuditEntry.select().where(
        AuditEntry.object == booking.public_id,
        AuditEntry.kind == Kind.BOOKING.value,
        AuditEntry.action != Action.LOOKED.value,
    )
    rows = context.store.read(lambda: list(query.order_by(AuditEntry.id).limit(MOST_HISTORY)))
    known = _Known({}, context.store.read(lambda: _users({row.user_id for row in rows} - {None})))
    return [_shown(row, known) for row in rows]


def account_names(context: Context, entries: Collection[EntryView]) -> dict[str, str]:
    """Return the names, by public id, of accounts that entries of a booking name: who was or became responsible."""
    facts = [part for one in entries for part in (one.before, one.after)]
    ids = {str(one.get(RESPONSIBLE) or "") for one in facts} - {""}
    ids |= {str(account) for one in facts for account in one.get(PASSED_OVER, ())}
    query = User.select(User.public_id, User.name).where(User.public_id.in_(sorted(ids)))
    return context.store.read(lambda: dict(query.tuples())) if ids else {}


def _known(catalog: Catalog) -> _Known:
    names = {one.public_id: one.name for one in catalog.locations.values()}
    names |= {one.public_id: one.name for one in catalog.resources.values()}
    names |= {one.public_id: one.name for one in catalog.services.values()}
    for model in _NAMED:
        names |= dict(model.select(model.public_id, model.name).tuples())
    names |= {row.public_id: say_role(row.name) for row in Role.select(Role.public_id, Role.name)}
    return _Known(names, _users())


def _zones(catalog: Catalog, rows: Collection[AuditEntry]) -> dict[str, str]:
    """Return the zones of the places of what entries are about, by its public id."""
    zones: dict[str, str] = {}
    for kind, model in ((Kind.BOOKING, Booking), (Kind.WAITING, WaitingEntry)):
        ids = {row.object for row in rows if row.kind == kind.value}
        found = model.select(model.public_id, model.location).where(model.public_id.in_(sorted(ids)))
        zones |= {public_id: catalog.locations[place].tzid for public_id, place in found.tuples()} if ids else {}
    return zones


def _users(ids: Collection[int] | None = None) -> dict[int, tuple[str, str]]:
    query = User.select(User.id, User.public_id, User.name)
    rows = query if ids is None else query.where(User.id.in_(sorted(ids)))
    return {row_id: (public_id, name) for row_id, public_id, name in rows.tuples()}


def _matching(search: AuditSearch, known: _Known) -> ModelSelect:
    conditions = [*_simple(search), *_who(search.who, known), *_text(search.text.strip(), known)]
    return AuditEntry.select().where(*conditions) if conditions else AuditEntry.select()


def _simple(search: AuditSearch) -> Iterator[Expression]:
    if search.start is not None:
        yield AuditEntry.at >= search.start
    if search.end is not None:
        yield AuditEntry.at < search.end
    if search.action:
        yield AuditEntry.action == search.action
    if search.kind:
        yield AuditEntry.kind == search.kind
    if search.before is not None:
        yield AuditEntry.id < search.before


def _who(who: str, known: _Known) -> Iterator[Expression]:
    if who in ACTOR_WORDS:
        yield AuditEntry.actor == who
    elif who:
        ids = [row_id for row_id, (public_id, _) in known.users.items() if public_id == who]
        yield AuditEntry.user_id.in_(ids)


def _text(text: str, known: _Known) -> Iterator[Expression]:
    """Words are looked for in names, reasons and addresses; a public id has to be whole."""
    if not text:
        return
    wanted = text.casefold()
    named = [public_id for public_id, name in known.names.items() if wanted in name.casefold()][:MOST_NAMED]
    yield (AuditEntry.object.in_([text, *named]) | AuditEntry.reason.contains(text) | (AuditEntry.address == text))


def _shown(row: AuditEntry, known: _Known) -> EntryView:
    """Return an entry for a page, in the reader's language."""
    return _view(row, known, _)


def _view(row: AuditEntry, known: _Known, say: Callable[[str], str] = str) -> EntryView:
    """Return an entry; files of the log are in English, so that they compare."""
    user, name = known.users.get(row.user_id, ("", ""))
    return EntryView(
        number=row.id,
        at=row.at,
        actor=row.actor,
        user=user,
        who=name or say(ACTOR_WORDS.get(row.actor, row.actor)),
        address=row.address,
        action=row.action,
        kind=row.kind,
        object=row.object,
        object_name=known.names.get(row.object, ""),
        before=_facts(row.before),
        after=_facts(row.after),
        reason=row.reason,
        batch=row.batch,
    )


def _facts(text: str) -> Mapping[str, Any]:
    """Return stored facts; what somebody has made unreadable is shown as it is, and told by ``audit verify``."""
    try:
        facts = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return facts if isinstance(facts, dict) else {"unreadable": text}

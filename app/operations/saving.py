"""What all set-up operations share: the right to edit, one transaction, version, name and zone checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Generic, TypeVar
from zoneinfo import available_timezones

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput, NotFound, StaleVersion
from app.operations.context import Context
from app.operations.telling import Told, tell_edit
from app.storage.base import Record
from app.storage.public_ids import new_public_id
from app.texts import _

MAX_NAME = 120
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""Dates outside are slips of the hand; near the ends of the calendar they could not be counted with either."""
R = TypeVar("R", bound=Record)
T = TypeVar("T")
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Saved(Generic[D]):
    """A stored record as the form that would write it again, with the version that the form was filled in from."""

    public_id: str
    version: int
    draft: D


@dataclass(frozen=True, slots=True)
class Key:
    """Which record a save is for; ``public_id`` None makes a new one, ``version`` None overwrites any version."""

    public_id: str | None = None
    version: int | None = None


def edit(context: Context, work: Callable[[], T], permission: Permission, told: Told | None = None) -> T:
    """Run ``work`` in one transaction and tell all processes that the catalog changed.

    The counter is raised first: its row stays locked to the end, so that set-up edits follow one another, and what a
    check found (a free name, an administrator who remains) still holds when the transaction ends.

    That the actor may do it to this very record is for ``work`` to ask (``require_all``). ``told``: what the audit log
    is told of it; None: ``work`` tells it itself.

    Raises:
        NotAllowed: the actor may do so with nothing at all.
    """
    context.require_anywhere(permission)

    def tell_and_work() -> T:
        context.store.bump_catalog()
        before = None if told is None else told.state(told.public_id)
        result = work()
        if told is not None:
            tell_edit(context, told, before, result)
        return result

    return context.store.write(tell_and_work)


def look(context: Context, work: Callable[[], T], permission: Permission) -> T:
    """Run ``work``, which only reads, for somebody who may edit.

    Raises:
        NotAllowed: the actor lacks the right to edit.
    """
    context.require_anywhere(permission)
    return context.store.read(work)


def require_all(context: Context, permission: Permission, targets: Iterable[Target]) -> None:
    """Go on only with the permission on every one of these: as a record was, and as it is to become.

    Raises:
        NotAllowed: with the reason in one sentence.
    """
    for target in targets:
        context.require(permission, target)


def find_row(model: type[R], kind: str, public_id: str) -> R:
    """Return the row with this public id, or raise NotFound."""
    row: R | None = model.get_or_none(model.public_id == public_id)
    if row is None:
        raise NotFound(kind=kind, reference=public_id)
    return row


def put(context: Context, model: type[R], kind: str, key: Key, values: Mapping[str, Any]) -> R:
    """Insert a record, or update it if its version is still the one that the editor saw.

    Raises:
        NotFound: no record has this public id.
        StaleVersion: somebody else saved it meanwhile.
    """
    if key.public_id is None:
        stamps = {"public_id": new_public_id(), "created_at": context.now, "changed_at": context.now}
        row: R = model.create(**stamps, **values)
        return row
    row = find_row(model, kind, key.public_id)
    touch(context, row, key.version, values)
    return row


def touch(context: Context, row: Record, version: int | None, values: Mapping[str, Any] | None = None) -> None:
    """Write values and the next version; the condition in the update itself decides, not an earlier read.

    Raises:
        StaleVersion: the stored version is another one.
    """
    model = type(row)
    condition = model.id == row.id
    if version is not None:
        condition &= model.version == version
    stamps = {"version": model.version + 1, "changed_at": context.now}
    if model.update(**stamps, **(values or {})).where(condition).execute() != 1:
        raise StaleVersion()


def check_name(model: type[R], text: str, public_id: str | None) -> str:
    """Return the cleaned name if no other record of the kind has it.

    Raises:
        InvalidInput: empty, too long, with control characters, or taken.
    """
    name = clean_line(text, "name", MAX_NAME, required=True)
    same = model.select().where(model.name == name)
    if public_id is not None:
        same = same.where(model.public_id != public_id)
    if same.exists():
        raise InvalidInput(
            "name", _("Another record is called {name} already; please choose a different name.", name=name)
        )
    return name


@cache
def known_zones() -> tuple[str, ...]:
    """Return all IANA zone names of this machine, sorted."""
    return tuple(sorted(available_timezones()))


@cache
def _zones_by_lower_case() -> Mapping[str, str]:
    return {one.lower(): one for one in known_zones()}


def check_zone(tzid: str, field: str = "tzid") -> str:
    """Return the zone name as IANA spells it, whatever its case, or raise InvalidInput."""
    found = _zones_by_lower_case().get(tzid.strip().lower())
    if found is None:
        raise InvalidInput(
            field, _("This time zone is not known; please choose one from the list, such as Europe/Berlin.")
        )
    return found


def check_day(day: date, field: str) -> date:
    """Return the date if it is of these two centuries, or raise InvalidInput."""
    if not FIRST_DAY <= day <= LAST_DAY:
        problem = _("Please give a date of the years {first} to {last}.", first=FIRST_DAY.year, last=LAST_DAY.year)
        raise InvalidInput(field, problem)
    return day


def check_number(value: int, field: str, least: int, most: int, words: Callable[[int], str] = str) -> int:
    """Return a whole number within ``least`` and ``most``, both included; ``words`` spells these two.

    Raises:
        InvalidInput: it lies outside.
    """
    if not least <= value <= most:
        problem = _("Please stay between {least} and {most}.", least=words(least), most=words(most))
        raise InvalidInput(field, problem)
    return value


def refuse_first(problems: Mapping[str, str]) -> None:
    """Go on only where nothing is wrong; ``problems``: sentences by field.

    Raises:
        InvalidInput: the first of them.
    """
    for field, problem in problems.items():
        raise InvalidInput(field, problem)

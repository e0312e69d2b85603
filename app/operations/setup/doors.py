"""Setting up the page beside a room or device: its private address, what it tells, what may be booked at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.doors import RELEASE_MINUTES, can_be_booked_at, place_at
from app.booking.refusals import InvalidInput
from app.booking.values import Instant, ResourceKind, Service
from app.operations import records
from app.operations.audit.recording import Change, Facts, Subject, difference, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.names import get_service
from app.operations.rights import target_of_resource
from app.operations.saving import find_row
from app.storage.door_tables import Door
from app.storage.public_ids import new_public_id
from app.storage.tables import Resource
from app.texts import _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DoorDraft:
    """What the form says. ``service``: public id of what is booked there; ``release_after_minutes`` None: never."""

    service: str | None = None
    with_titles: bool = False
    release_after_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class DoorSetup:
    """The page beside a resource as it is set up. ``public_id``: of its address; empty while there is none.

    ``services``: what may be booked at it, by name. ``lacking``: rights that whoever looks does not have for it, or for
    what is booked at it; page and settings take them as well, as it shows and does what they are for without a sign-in.
    """

    resource: str
    name: str
    services: tuple[Service, ...]
    draft: DoorDraft = DoorDraft()
    public_id: str = ""
    created_at: Instant = 0
    lacking: tuple[Permission, ...] = ()

    @property
    def shows_address(self) -> bool:
        """Whether there is an address, by which nobody sees or books more than whoever looks may anyway."""
        given = {Permission.SEE_BUSY, Permission.BOOK_FOR_OTHERS}
        if self.draft.with_titles:
            given.add(Permission.SEE_TITLES)
        return bool(self.public_id) and given.isdisjoint(self.lacking)


def get_door(context: Context, resource: str) -> DoorSetup:
    """Return how the page beside a resource (its public id) is set up, or what it could be.

    Raises:
        NotAllowed, NotFound. InvalidInput: it is a person.
    """

    def look() -> DoorSetup:
        row = _resource(context, resource)
        return _setup(context, row, _door_of(row))

    return context.store.read(look)


def save_door(context: Context, resource: str, draft: DoorDraft) -> DoorSetup:
    """Give a resource its page, or change what the page tells and allows.

    Raises:
        NotAllowed: also without a right that the page gives to whoever stands there. NotFound.
        InvalidInput: also with a service that the actor may not book there for others.
    """

    def work(row: Resource, door: Door | None) -> DoorSetup:
        old = DoorDraft() if door is None else _draft(context, door)
        service_id = _check_service(context, row, old.service, draft.service)
        _check_rights(context, row, old, draft)
        before = {} if door is None else _facts(old)
        made = door or _new(context, row)
        minutes = _check_minutes(draft.release_after_minutes)
        if minutes != made.release_after_minutes:
            made.release_since = context.now
        made.service, made.with_titles, made.release_after_minutes = service_id, draft.with_titles, minutes
        made.save()
        change = difference(before, _facts(_draft(context, made)))
        if door is None or change.before or change.after:
            record(context, Action.MADE if door is None else Action.CHANGED, _subject(row), change)
        return _setup(context, row, made)

    return _edit(context, resource, work)


def renew_door(context: Context, resource: str) -> DoorSetup:
    """Give the page another address: the one before opens nothing any more. Without a page nothing happens.

    Nobody can check in until the tablet has the new address, so that what has begun is not released.

    Raises:
        NotAllowed: also without the rights to see what the page shows, and to book what is booked at it. NotFound,
        InvalidInput.
    """

    def work(row: Resource, door: Door | None) -> DoorSetup:
        if door is not None:
            _check_rights(context, row, DoorDraft(), replace(_draft(context, door), release_after_minutes=None))
            door.public_id, door.created_at, door.release_since = new_public_id(), context.now, context.now
            door.shown_since, door.shown_at = 0, 0
            door.save()
            record(context, Action.CHANGED, _subject(row), Change(after={"address": "renewed"}))
        return _setup(context, row, door)

    return _edit(context, resource, work)


def end_door(context: Context, resource: str) -> None:
    """Take the page of a resource away, and with it the release of what nobody checks in to; without one nothing."""

    def work(row: Resource, door: Door | None) -> None:
        if door is not None:
            door.delete_instance()
            record(context, Action.REMOVED, _subject(row), Change(_facts(_draft(context, door))))

    _edit(context, resource, work)


def _check_rights(context: Context, row: Resource, old: DoorDraft, draft: DoorDraft) -> None:
    """Go on only if the actor may themselves what the page newly shows or does; what others have set up may stay."""
    needed = [Permission.SEE_BUSY]
    if draft.with_titles and not old.with_titles:
        needed.append(Permission.SEE_TITLES)
    if draft.release_after_minutes not in (None, old.release_after_minutes):
        needed.append(Permission.CANCEL)
    for right in needed:
        context.require(right, target_of_resource(row))
    if draft.service not in (None, old.service):
        context.require(Permission.BOOK_FOR_OTHERS, _booking_of(context, row, draft.service))


def _booking_of(context: Context, row: Resource, service: str) -> Target:
    """Return what is asked about a booking that is made at the door, of a service by its public id."""
    found = get_service(context, context.catalog, service)
    place = place_at(context.catalog.resources[row.id], found)
    return Target(resource_ids=(row.id,), location_id=place, service_id=found.id)


def _edit(context: Context, resource: str, work: Callable[[Resource, Door | None], T]) -> T:
    """Run ``work`` with the resource's row locked: of two at once the second sees what the first has done."""

    def locked() -> T:
        row = _resource(context, resource)
        list(records.locked(Resource.select().where(Resource.id == row.id)))
        return work(row, _door_of(row))

    return context.store.write(locked)


def _resource(context: Context, public_id: str) -> Resource:
    row = find_row(Resource, "resource", public_id)
    context.require(Permission.MANAGE_RESOURCES, target_of_resource(row))
    if row.kind == ResourceKind.PERSON:
        raise InvalidInput("", _("Rooms and devices have a page beside them, people have not."))
    return row


def _door_of(row: Resource) -> Door | None:
    found: Door | None = Door.get_or_none(Door.resource == row.id)
    return found


def _new(context: Context, row: Resource) -> Door:
    return Door(resource=row.id, public_id=new_public_id(), created_at=context.now, release_since=context.now)


def _services(context: Context, row: Resource) -> tuple[Service, ...]:
    resource = context.catalog.resources[row.id]
    found = (one for one in context.catalog.services.values() if can_be_booked_at(context.catalog, resource, one))
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def _check_service(context: Context, row: Resource, old: str | None, public_id: str | None) -> int | None:
    if not public_id:
        return None
    service = get_service(context, context.catalog, public_id)
    if service not in _services(context, row):
        problem = _("{service} cannot be booked at the door; please choose another one.", service=service.name)
        raise InvalidInput("service", problem)
    if public_id != old and not context.may(Permission.BOOK_FOR_OTHERS, _booking_of(context, row, public_id)):
        problem = _("To let {service} be booked here takes the right “Book for others”.", service=service.name)
        raise InvalidInput("service", problem)
    return service.id


def _check_minutes(minutes: int | None) -> int | None:
    least, most = RELEASE_MINUTES
    if minutes is not None and not least <= minutes <= most:
        problem = _("Please choose between {least} and {most} minutes.", least=least, most=most)
        raise InvalidInput("release_after_minutes", problem)
    return minutes


def _setup(context: Context, row: Resource, door: Door | None) -> DoorSetup:
    draft = DoorDraft() if door is None else _draft(context, door)
    found = DoorSetup(row.public_id, row.name, _services(context, row), draft, lacking=_lacking(context, row, draft))
    return found if door is None else replace(found, public_id=door.public_id, created_at=door.created_at)


def _lacking(context: Context, row: Resource, draft: DoorDraft) -> tuple[Permission, ...]:
    given = dict.fromkeys((Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.CANCEL), target_of_resource(row))
    if draft.service is not None:
        given[Permission.BOOK_FOR_OTHERS] = _booking_of(context, row, draft.service)
    return tuple(right for right, target in given.items() if not context.may(right, target))


def _draft(context: Context, door: Door) -> DoorDraft:
    service = None if door.service_id is None else context.catalog.services[door.service_id].public_id
    return DoorDraft(service, bool(door.with_titles), door.release_after_minutes)


def _facts(draft: DoorDraft) -> Facts:
    facts = {
        "service": draft.service,
        "with_titles": draft.with_titles,
        "release_after_minutes": draft.release_after_minutes,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _subject(row: Resource) -> Subject:
    return Subject(Kind.DOOR, row.public_id)

"""From the public ids that edges know to the records of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import Catalog, Location, Resource, Service, Visibility
from app.operations.context import Context
from app.operations.views import BookingView
from app.texts import _


class _Named(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def public_id(self) -> str: ...
    @property
    def active(self) -> bool: ...


T = TypeVar("T", bound=_Named)


def _find(kind: str, records: Mapping[int, T], public_id: str) -> T:
    for record in records.values():
        if record.public_id == public_id and record.active:
            return record
    raise NotFound(kind=kind, reference=public_id)


def place_of(catalog: Catalog, view: BookingView) -> str:
    """Return name and address of where a booking is, in one line; the place may have been switched off since."""
    return next(one for one in catalog.locations.values() if one.public_id == view.location).name_and_address


def get_service(context: Context, catalog: Catalog, public_id: str) -> Service:
    """Return the active service, if the actor may see it.

    Raises:
        NotFound: unknown, switched off, or for staff only and the actor is not.
    """
    service = _find("service", catalog.services, public_id)
    if service.visibility is Visibility.STAFF and not context.actor.is_staff:
        raise NotFound(kind="service", reference=public_id)
    return service


def get_location(catalog: Catalog, public_id: str) -> Location:
    """Return the active location, or raise NotFound."""
    return _find("location", catalog.locations, public_id)


def get_resource(catalog: Catalog, public_id: str) -> Resource:
    """Return the active person, room or device, or raise NotFound."""
    return _find("resource", catalog.resources, public_id)


def provider_id(catalog: Catalog, service: Service, public_id: str | None) -> int | None:
    """Return the row id of a wished provider who can give this service; None when anyone will do.

    Raises:
        NotFound: unknown resource.
        InvalidInput: the resource does not give this service.
    """
    if not public_id:
        return None
    resource = get_resource(catalog, public_id)
    if not any(resource.id in requirement.resource_ids for requirement in service.requirements):
        problem = _(
            "{person} does not give {service}; please choose somebody else.", person=resource.name, service=service.name
        )
        raise InvalidInput("provider", problem)
    return resource.id


def wished_provider(context: Context, service: Service, public_id: str | None) -> int | None:
    """Return the row id of the wished provider; providers who name nobody mean themselves.

    They may book with nobody else, so that anything else would be offered to them in vain.

    Raises:
        NotFound, InvalidInput: as for ``provider_id``.
    """
    own = context.actor.resource_id
    if not public_id and own in candidate_ids(service) and _books_only_own(context, own):
        return own
    return provider_id(context.catalog, service, public_id)


def _books_only_own(context: Context, resource_id: int | None) -> bool:
    """Whether the actor may book for others what takes themselves, but not everything."""
    own = () if resource_id is None else (resource_id,)
    may_own = context.may(Permission.BOOK_FOR_OTHERS, Target(resource_ids=own))
    return may_own and not context.may(Permission.BOOK_FOR_OTHERS, Target())


def candidate_ids(service: Service) -> tuple[int, ...]:
    """Return the row ids of everything that this service could take, in id order (the order of locking)."""
    return tuple(sorted({one for requirement in service.requirements for one in requirement.resource_ids}))

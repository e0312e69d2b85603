"""What one booking takes besides what its service needs: further people, rooms and devices, together or not at all.

They become requirements of the service for this one booking. So the search, every check of a wished time and the choice
of what is taken go on as they are, and whatever they promise of a service's own needs they promise of extras too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.booking.assignment import assign
from app.booking.values import Catalog, Requirement, Service


def fit(service: Service, chosen: Sequence[Requirement]) -> Service:
    """Return the service as one booking needs it that takes what was chosen.

    Whatever was chosen out of what the service needs anyway takes a place there, so that nobody has to choose what is
    an extra; the rest comes in addition. Of a pool, what the service may take of it is meant.

    Args:
        service: what is booked.
        chosen: one resource out of each; ids that no requirement of the service has.
    """
    places = [one for one in service.requirements for _ in range(one.count)]
    holders: dict[int, int] = {}
    for number in sorted(range(len(chosen)), key=lambda one: (len(chosen[one].resource_ids), one)):
        _seat(number, chosen, places, holders, set())
    seated = set(holders.values())
    needs = [each for one in service.requirements for each in _narrowed(one, chosen, places, holders)]
    extras = [replace(one, is_extra=True) for number, one in enumerate(chosen) if number not in seated]
    return replace(service, requirements=(*needs, *extras))


def _seat(
    number: int,
    chosen: Sequence[Requirement],
    places: Sequence[Requirement],
    holders: dict[int, int],
    seen: set[int],
) -> bool:
    """Give what was chosen a place of the service, moving others where that helps (an augmenting path)."""
    for place, requirement in enumerate(places):
        if place in seen or set(requirement.resource_ids).isdisjoint(chosen[number].resource_ids):
            continue
        seen.add(place)
        if place not in holders or _seat(holders[place], chosen, places, holders, seen):
            holders[place] = number
            return True
    return False


def _narrowed(
    requirement: Requirement,
    chosen: Sequence[Requirement],
    places: Sequence[Requirement],
    holders: Mapping[int, int],
) -> list[Requirement]:
    """Return a requirement of the service with the places that were chosen for apart, those first."""
    taken = [chosen[holders[place]] for place, one in enumerate(places) if one is requirement and place in holders]
    found = [
        replace(one, resource_ids=tuple(each for each in requirement.resource_ids if each in one.resource_ids))
        for one in taken
    ]
    left = requirement.count - len(taken)
    return [*found, replace(requirement, count=left)] if left else found


def with_extras(service: Service, extras: Sequence[Requirement]) -> Service:
    """Return the service as a booking needs it that has these extras already: none of them takes a place of its own."""
    return replace(service, requirements=(*service.requirements, *(replace(one, is_extra=True) for one in extras)))


def extras_among(service: Service, resource_ids: Collection[int]) -> tuple[int, ...]:
    """Return which of the resources that a booking takes are extras, by id; ``service`` is as the booking needs it."""
    extras = {one.id for one in service.requirements if one.is_extra}
    if not extras:
        return ()
    candidates = {one.id: [each for each in resource_ids if each in one.resource_ids] for one in service.requirements}
    chosen = assign(service.requirements, candidates) or {}
    return tuple(sorted(each for one, members in chosen.items() if one in extras for each in members))


def exchanged(catalog: Catalog, service: Service) -> Catalog:
    """Return the set-up in which a service is as one booking needs it; hours that are known already stay known."""
    return replace(catalog, services={**catalog.services, service.id: service})

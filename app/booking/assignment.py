"""Which resources a booking takes: a matching between what the service requires and who is free.

Pools may overlap, so taking the first free member of each can fail where a complete assignment exists. The sets of
resources that can be matched together form a transversal matroid; on a matroid the greedy choice in order of preference
is optimal (J. Edmonds, "Matroids and the greedy algorithm", Mathematical Programming 1, 1971). A resource is therefore
kept whenever those kept so far can still all be matched, and the order of preference alone decides who is taken: first
those who were asked for, then those with the least load, then by id. The same input gives the same assignment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from app.booking.values import Requirement

_NO_LOAD: Mapping[int, int] = {}


def assign(
    requirements: Sequence[Requirement],
    candidates: Mapping[int, Collection[int]],
    prefer: Sequence[int] = (),
    load: Mapping[int, int] = _NO_LOAD,
) -> dict[int, tuple[int, ...]] | None:
    """Return the resources for each requirement, or None where no complete assignment exists.

    Args:
        requirements: what is needed.
        candidates: by requirement id, the resource ids that are free for it.
        prefer: resource ids that were asked for, the most wished first; of a repeated one the first place counts.
        load: by resource id, how much it is booked already; missing means not at all.
    """
    wished = {one: place for place, one in reversed(list(enumerate(prefer)))}
    everybody = {one for requirement in requirements for one in candidates[requirement.id]}
    order = sorted(everybody, key=lambda one: (wished.get(one, len(prefer)), load.get(one, 0), one))
    taken: dict[int, list[int]] = {requirement.id: [] for requirement in requirements}
    places = sum(requirement.count for requirement in requirements)
    for resource_id in order:
        if places and _place(resource_id, requirements, candidates, taken, set()):
            places -= 1
    if places:
        return None
    return {requirement_id: tuple(sorted(members)) for requirement_id, members in taken.items()}


def _place(
    resource_id: int,
    requirements: Sequence[Requirement],
    candidates: Mapping[int, Collection[int]],
    taken: dict[int, list[int]],
    seen: set[int],
) -> bool:
    """Give the resource a place, moving others to other requirements where that helps (an augmenting path)."""
    for requirement in requirements:
        if requirement.id in seen or resource_id not in candidates[requirement.id]:
            continue
        seen.add(requirement.id)
        members = taken[requirement.id]
        if len(members) < requirement.count:
            members.append(resource_id)
            return True
        for number, other in enumerate(members):
            if _place(other, requirements, candidates, taken, seen):
                members[number] = resource_id
                return True
    return False

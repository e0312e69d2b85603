"""When the requirements of a service can all be met at once.

By Hall's theorem (P. Hall, "On representatives of subsets", 1935) a complete assignment exists exactly when every group
of requirements finds as many free resources in its pools as the group needs. Who is free changes only where an interval
begins or ends, so one sweep over these moments decides for all starts; groups whose pools share nobody need no look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations

from app.booking.assignment import assign
from app.booking.intervals import intersect, normalise, union
from app.booking.values import Interval, Requirement

_MOST_GROUPED = 8
"""Above this many requirements with shared pools the groups become too many, and a matching decides."""


def possible_together(requirements: Sequence[Requirement], allowed: Mapping[int, Sequence[Interval]]) -> list[Interval]:
    """Return the moments at which a complete assignment exists, as a normal list.

    Args:
        requirements: what is needed, at least one.
        allowed: by resource id when it can be had, as a normal list.
    """
    parts = [_possible(group, allowed) for group in sharing_groups(requirements)]
    found = parts[0]
    for part in parts[1:]:
        found = intersect(found, part)
    return found


def sharing_groups(requirements: Iterable[Requirement]) -> list[list[Requirement]]:
    """Return the requirements grouped so that those with a resource in common are together."""
    groups: list[list[Requirement]] = []
    for requirement in requirements:
        members = set(requirement.resource_ids)
        joined = [group for group in groups if any(members & set(one.resource_ids) for one in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([one for group in joined for one in group] + [requirement])
    return groups


def _possible(group: Sequence[Requirement], allowed: Mapping[int, Sequence[Interval]]) -> list[Interval]:
    if len(group) == 1 and group[0].count == 1:
        return union(*(allowed[one] for one in group[0].resource_ids))
    return _sweep(group, allowed)


def _sweep(group: Sequence[Requirement], allowed: Mapping[int, Sequence[Interval]]) -> list[Interval]:
    """Go over all moments at which somebody becomes free or taken; the free are the bits of a number."""
    bits = {one: 1 << place for place, one in enumerate(sorted({one for each in group for one in each.resource_ids}))}
    changes = sorted((moment, bits[one]) for one in bits for interval in allowed[one] for moment in interval)
    is_enough = _rule(group, bits)
    found: list[Interval] = []
    free, since = 0, 0
    for moment, bit in changes:
        if since < moment and is_enough(free):
            found.append((since, moment))
        since, free = moment, free ^ bit
    return normalise(found)


def _rule(group: Sequence[Requirement], bits: Mapping[int, int]) -> Callable[[int], bool]:
    if len(group) > _MOST_GROUPED:
        return _by_matching(group, bits)
    conditions = [
        (_members(subset, bits), sum(one.count for one in subset))
        for size in range(1, len(group) + 1)
        for subset in combinations(group, size)
    ]
    return cache(lambda free: all((free & members).bit_count() >= needed for members, needed in conditions))


def _members(group: Iterable[Requirement], bits: Mapping[int, int]) -> int:
    members = 0
    for requirement in group:
        for one in requirement.resource_ids:
            members |= bits[one]
    return members


def _by_matching(group: Sequence[Requirement], bits: Mapping[int, int]) -> Callable[[int], bool]:
    def is_enough(free: int) -> bool:
        candidates = {each.id: [one for one in each.resource_ids if bits[one] & free] for each in group}
        return assign(group, candidates) is not None

    return cache(is_enough)

"""Half-open intervals ``[start, end)`` and lists of them: the one place where two times are compared.

A *normal* list is sorted, its intervals neither overlap nor touch. Every function here returns normal lists and, unless
it says otherwise, wants normal lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.booking.values import Instant, Interval


def overlaps(one: Interval, other: Interval) -> bool:
    """Say whether two intervals share a moment; intervals that only touch do not."""
    return one[0] < other[1] and other[0] < one[1]


def normalise(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the normal list of the same moments as any intervals, in any order; empty ones are dropped."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def union(*lists: Iterable[Interval]) -> list[Interval]:
    """Return the moments in any of the lists, which need not be normal."""
    return normalise(interval for each in lists for interval in each)


def intersect(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """Return the moments in both lists, in one pass."""
    common: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            common.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return common


def subtract(one: Sequence[Interval], other: Iterable[Interval]) -> list[Interval]:
    """Return the moments of ``one`` that are not in ``other``, in one pass.

    ``other`` needs to be sorted by start only; its intervals may touch and overlap, as those of outside calendars do.
    """
    left: list[Interval] = []
    holes = iter(other)
    hole = next(holes, None)
    for start, end in one:
        free = start
        while hole is not None and hole[0] < end:
            if hole[0] > free:
                left.append((free, hole[0]))
            free = max(free, hole[1])
            if free >= end:
                break
            hole = next(holes, None)
        if free < end:
            left.append((free, end))
    return left


def clip(intervals: Iterable[Interval], start: Instant, end: Instant) -> list[Interval]:
    """Return what of a normal list lies within ``[start, end)``."""
    return [(max(since, start), min(until, end)) for since, until in intervals if since < end and start < until]


def covers(intervals: Iterable[Interval], wanted: Interval) -> bool:
    """Say whether one interval of a normal list contains the whole wanted one."""
    return any(start <= wanted[0] and wanted[1] <= end for start, end in intervals)

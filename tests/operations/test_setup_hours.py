"""Editing weekly hours and the hours of single dates."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.operations.setup.hours import (
    HoursDraft,
    OverrideDraft,
    Owner,
    OwnerKind,
    WeeklyRange,
    get_hours,
    remove_override,
    save_override,
    save_weekly_hours,
)
from app.storage.store import Store
from tests.operations.setup_cast import add_location, add_person, context_of

MORNING = (8 * 60, 12 * 60)
FEAST = date(2031, 5, 1)


def _location(store: Store) -> Owner:
    return Owner(OwnerKind.LOCATION, add_location(context_of(store)))


def _person(store: Store) -> Owner:
    return Owner(OwnerKind.RESOURCE, add_person(context_of(store)))


def test_weekly_hours_saved_are_read_back_in_order(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    afternoon, morning = WeeklyRange(0, 780, 1080), WeeklyRange(0, *MORNING)
    save_weekly_hours(context, owner, [afternoon, morning])
    assert get_hours(context, owner).draft == HoursDraft(weekly=(morning, afternoon))


def test_weekly_hours_saved_again_replace_the_old_ones(store: Store) -> None:
    owner, context = _person(store), context_of(store)
    save_weekly_hours(context, owner, [WeeklyRange(0, *MORNING)])
    save_weekly_hours(context, owner, [WeeklyRange(4, *MORNING)])
    assert get_hours(context, owner).draft.weekly == (WeeklyRange(4, *MORNING),)


def test_weekly_hours_of_a_person_may_name_a_location(store: Store) -> None:
    owner, place, context = _person(store), _location(store), context_of(store)
    wanted = (WeeklyRange(0, *MORNING, place.public_id), WeeklyRange(1, *MORNING))
    save_weekly_hours(context, owner, wanted)
    assert get_hours(context, owner).draft.weekly == wanted


def test_weekly_hours_of_a_person_leave_the_location_alone(store: Store) -> None:
    owner, place, context = _person(store), _location(store), context_of(store)
    save_weekly_hours(context, place, [WeeklyRange(2, *MORNING)])
    save_weekly_hours(context, owner, [WeeklyRange(0, *MORNING, place.public_id)])
    save_weekly_hours(context, owner, [])
    assert get_hours(context, place).draft.weekly == (WeeklyRange(2, *MORNING),)


def test_weekly_hours_touching_each_other_are_fine(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    save_weekly_hours(context, owner, [WeeklyRange(0, 480, 720), WeeklyRange(0, 720, 1080)])
    assert len(get_hours(context, owner).draft.weekly) == 2


@pytest.mark.parametrize(
    "ranges",
    [
        [WeeklyRange(0, 600, 600)],
        [WeeklyRange(0, 600, 540)],
        [WeeklyRange(0, 600, 2881)],
        [WeeklyRange(0, -1, 60)],
        [WeeklyRange(0, 1440, 1500)],
        [WeeklyRange(0, 480, 721), WeeklyRange(0, 720, 1080)],
        [WeeklyRange(7, *MORNING)],
        [WeeklyRange(day, hour * 60, hour * 60 + 30) for day in range(7) for hour in range(15)],
    ],
)
def test_weekly_hours_that_cannot_be_are_refused(store: Store, ranges: list[WeeklyRange]) -> None:
    owner, context = _location(store), context_of(store)
    with pytest.raises(InvalidInput):
        save_weekly_hours(context, owner, ranges)
    assert get_hours(context, owner).draft == HoursDraft()


def test_weekly_hours_edited_by_two_refuse_the_second(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    save_weekly_hours(context, owner, [WeeklyRange(0, *MORNING)], version=1)
    with pytest.raises(StaleVersion):
        save_weekly_hours(context, owner, [], version=1)
    assert get_hours(context, owner).draft.weekly == (WeeklyRange(0, *MORNING),)


def test_weekly_hours_of_nobody_are_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        save_weekly_hours(context_of(store), Owner(OwnerKind.RESOURCE, "nobody"), [])


def test_weekly_hours_edited_by_a_viewer_are_refused(store: Store) -> None:
    owner = _location(store)
    with pytest.raises(NotAllowed):
        save_weekly_hours(context_of(store, ReadyMade.VIEWER), owner, [])


def test_override_saved_is_read_back(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    save_override(context, owner, OverrideDraft(FEAST, (MORNING, (780, 840))))
    assert get_hours(context, owner).draft.overrides == (OverrideDraft(FEAST, (MORNING, (780, 840))),)


def test_override_without_ranges_means_closed(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    save_override(context, owner, OverrideDraft(FEAST, (MORNING,)))
    save_override(context, owner, OverrideDraft(FEAST))
    assert get_hours(context, owner).draft.overrides == (OverrideDraft(FEAST),)


def test_overrides_of_a_person_differ_by_location(store: Store) -> None:
    owner, place, context = _person(store), _location(store), context_of(store)
    save_override(context, owner, OverrideDraft(FEAST, (MORNING,), place.public_id))
    save_override(context, owner, OverrideDraft(FEAST))
    remove_override(context, owner, FEAST)
    assert get_hours(context, owner).draft.overrides == (OverrideDraft(FEAST, (MORNING,), place.public_id),)


def test_override_that_overlaps_itself_is_refused(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    with pytest.raises(InvalidInput, match="overlap"):
        save_override(context, owner, OverrideDraft(FEAST, (MORNING, MORNING)))


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2200, 1, 1), date.max])
def test_override_of_another_century_is_refused(store: Store, day: date) -> None:
    owner, context = _location(store), context_of(store)
    with pytest.raises(InvalidInput) as caught:
        save_override(context, owner, OverrideDraft(day))
    assert (caught.value.field, get_hours(context, owner).draft.overrides) == ("day", ())


def test_hours_of_a_location_cannot_name_a_location(store: Store) -> None:
    owner, context = _location(store), context_of(store)
    with pytest.raises(InvalidInput):
        save_override(context, owner, OverrideDraft(FEAST, (MORNING,), owner.public_id))

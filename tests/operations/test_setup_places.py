"""Editing locations, people, rooms, devices, pools, closures and time off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade, all_of
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.operations.context import Context
from app.operations.setup.closures import ClosureDraft, get_closure, list_closures, remove_closure, save_closure
from app.operations.setup.locations import LocationDraft, get_location, list_locations, save_location
from app.operations.setup.pools import PoolDraft, get_pool, list_pools, remove_pool, save_pool
from app.operations.setup.resources import ResourceDraft, get_resource, list_resources, save_resource
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.setup.time_off import TimeOffDraft, get_time_off, list_time_off, remove_time_off, save_time_off
from app.storage.store import Store
from app.storage.tables import Location
from tests.cast import NOW
from tests.operations.setup_cast import add_location, add_person, add_pool, context_of

BERLIN = "Europe/Berlin"
DAY = 86_400


def test_location_saved_is_read_back(store: Store) -> None:
    context = context_of(store)
    draft = LocationDraft("Centre", BERLIN, "1 High Street\n10115 Berlin")
    public_id = save_location(context, draft)
    assert get_location(context, public_id).draft == draft
    assert [one.public_id for one in list_locations(context)] == [public_id]


def test_location_saved_reaches_the_catalog(store: Store) -> None:
    context = context_of(store)
    public_id = add_location(context)
    assert [one.public_id for one in store.catalog().locations.values()] == [public_id]


def test_location_edited_counts_its_version(store: Store) -> None:
    context = context_of(store)
    public_id = add_location(context)
    save_location(context, LocationDraft("Old town", BERLIN), public_id, version=1)
    found = get_location(context, public_id)
    assert (found.draft.name, found.version) == ("Old town", 2)


def test_location_edited_by_two_refuses_the_second(store: Store) -> None:
    context = context_of(store)
    public_id = add_location(context)
    save_location(context, LocationDraft("First", BERLIN), public_id, version=1)
    with pytest.raises(StaleVersion):
        save_location(context, LocationDraft("Second", BERLIN), public_id, version=1)
    assert get_location(context, public_id).draft.name == "First"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (LocationDraft("", BERLIN), "name"),
        (LocationDraft("   ", BERLIN), "name"),
        (LocationDraft("x" * 121, BERLIN), "name"),
        (LocationDraft("Cen\x00tre", BERLIN), "name"),
        (LocationDraft("Centre\u202e", BERLIN), "name"),
        (LocationDraft("Centre", "Europe/Nowhere"), "tzid"),
        (LocationDraft("Centre", ""), "tzid"),
        (LocationDraft("Centre", BERLIN, "x" * 501), "address"),
    ],
)
def test_location_with_bad_input_names_the_field(store: Store, draft: LocationDraft, field: str) -> None:
    context = context_of(store)
    with pytest.raises(InvalidInput) as caught:
        save_location(context, draft)
    assert (caught.value.field, list_locations(context)) == (field, [])


def test_location_with_a_taken_name_is_refused(store: Store) -> None:
    context = context_of(store)
    add_location(context, "Centre")
    with pytest.raises(InvalidInput, match="Centre already"):
        add_location(context, "Centre")


@pytest.mark.parametrize("role", [ReadyMade.PROVIDER, ReadyMade.FRONT_DESK, ReadyMade.VIEWER, ReadyMade.AUDITOR])
def test_location_edited_without_the_right_is_refused(store: Store, role: ReadyMade) -> None:
    with pytest.raises(NotAllowed):
        add_location(context_of(store, role))
    with pytest.raises(NotAllowed):
        list_locations(context_of(store, role))


@pytest.mark.parametrize("gains", [True, False])
def test_room_moves_where_its_mover_gains_no_right(store: Store, gains: bool) -> None:
    admin, centre, branch = context_of(store), *(add_location(context_of(store), name) for name in ("Centre", "Branch"))
    room = save_resource(admin, ResourceDraft("Room 1", "room", BERLIN, centre))
    there = Scope(ScopeKind.LOCATION, Location.get(Location.public_id == branch).id, name="Branch")
    keeper = Grant("Keeper", all_of(Permission.MANAGE_RESOURCES))
    hours = Grant("Hours", all_of(Permission.MANAGE_HOURS, Permission.SEE_DETAILS), there)
    somebody = Context(
        store, Actor(ActorKind.USER, "Somebody", 99, grants=(keeper, hours) if gains else (keeper,)), NOW
    )
    moved = ResourceDraft("Room 1", "room", BERLIN, branch)
    if gains:
        with pytest.raises(InvalidInput) as refused:
            save_resource(somebody, moved, room)
        said = (
            "At that location you may do more with it than now (see details), so only somebody who has that right at "
        )
        assert (refused.value.field, refused.value.problem) == ("location", said + "both locations can move it there.")
    else:
        save_resource(somebody, moved, room)
    assert get_resource(admin, room).draft.location == (centre if gains else branch)


def test_location_unknown_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        get_location(context_of(store), "nothing")
    with pytest.raises(NotFound):
        save_location(context_of(store), LocationDraft("Centre", BERLIN), "nothing")


def test_resource_saved_is_read_back(store: Store) -> None:
    context = context_of(store)
    draft = ResourceDraft("Room 1", "room", BERLIN, add_location(context))
    public_id = save_resource(context, draft)
    assert get_resource(context, public_id).draft == draft


def test_resources_listed_people_first_inactive_last(store: Store) -> None:
    context = context_of(store)
    for name, kind, active in (("Echo", "device", True), ("Zoe", "person", True), ("Ann", "person", False)):
        save_resource(context, ResourceDraft(name, kind, BERLIN, active=active))
    assert [one.draft.name for one in list_resources(context)] == ["Zoe", "Echo", "Ann"]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ResourceDraft("Ada", "robot", BERLIN), "kind"),
        (ResourceDraft("Room 1", "room", BERLIN), "location"),
        (ResourceDraft("Ada", "person", "Mars/Base"), "tzid"),
        (ResourceDraft("\t", "person", BERLIN), "name"),
    ],
)
def test_resource_with_bad_input_names_the_field(store: Store, draft: ResourceDraft, field: str) -> None:
    context = context_of(store)
    with pytest.raises(InvalidInput) as caught:
        save_resource(context, draft)
    assert (caught.value.field, list_resources(context)) == (field, [])


def test_pool_saved_is_read_back(store: Store) -> None:
    context = context_of(store)
    ada, ben = add_person(context, "Ada"), add_person(context, "Ben")
    public_id = save_pool(context, PoolDraft("Doctors", (ben, ada)))
    assert get_pool(context, public_id).draft == PoolDraft("Doctors", (ada, ben))
    assert [one.draft.members for one in list_pools(context)] == [(ada, ben)]


def test_pool_without_members_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput) as caught:
        save_pool(context_of(store), PoolDraft("Doctors"))
    assert caught.value.field == "members"


def _service_taking_two(store: Store, pool: str) -> None:
    context = context_of(store)
    draft = ServiceDraft("Surgery", (60,), (RequirementDraft(pool=pool, count=2),), (add_location(context),))
    save_service(context, draft)


def test_pool_smaller_than_a_service_needs_is_refused(store: Store) -> None:
    context = context_of(store)
    pool = add_pool(context, "Ada", "Ben")
    _service_taking_two(store, pool)
    draft = get_pool(context, pool).draft
    with pytest.raises(InvalidInput, match="Surgery takes 2"):
        save_pool(context, replace(draft, members=draft.members[:1]), pool)
    assert get_pool(context, pool).draft == draft


def test_pool_in_use_cannot_be_removed(store: Store) -> None:
    context = context_of(store)
    pool = add_pool(context, "Ada", "Ben")
    _service_taking_two(store, pool)
    with pytest.raises(InvalidInput, match="Surgery takes from this pool"):
        remove_pool(context, pool)


def test_pool_removed_is_gone(store: Store) -> None:
    context = context_of(store)
    pool = add_pool(context, "Ada")
    remove_pool(context, pool)
    assert list_pools(context) == []
    with pytest.raises(NotFound):
        remove_pool(context, pool)


def test_closure_saved_is_read_back(store: Store) -> None:
    context = context_of(store)
    draft = ClosureDraft("New Year", date(2031, 1, 1), date(2031, 1, 2), add_location(context))
    public_id = save_closure(context, draft)
    assert get_closure(context, public_id).draft == draft


def test_closures_listed_leave_out_the_past(store: Store) -> None:
    context = context_of(store)
    for year in (2029, 2032, 2031):
        save_closure(context, ClosureDraft(f"New Year {year}", date(year, 1, 1), date(year, 1, 1)))
    names = [one.draft.name for one in list_closures(context, date(2031, 1, 1))]
    assert names == ["New Year 2031", "New Year 2032"]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ClosureDraft("", date(2031, 1, 1), date(2031, 1, 1)), "name"),
        (ClosureDraft("Feast", date(2031, 1, 2), date(2031, 1, 1)), "last"),
        (ClosureDraft("Feast", date(2031, 1, 1), date(2032, 1, 5)), "last"),
        (ClosureDraft("Feast", date.max, date.max), "first"),
        (ClosureDraft("Feast", date.min, date.min), "first"),
        (ClosureDraft("Feast", date(2199, 12, 31), date(2200, 1, 1)), "last"),
    ],
)
def test_closure_with_bad_input_names_the_field(store: Store, draft: ClosureDraft, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        save_closure(context_of(store), draft)
    assert caught.value.field == field


def test_closure_removed_is_gone(store: Store) -> None:
    context = context_of(store)
    public_id = save_closure(context, ClosureDraft("Feast", date(2031, 1, 1), date(2031, 1, 1)))
    remove_closure(context, public_id)
    assert list_closures(context, date(2031, 1, 1)) == []


def test_time_off_saved_is_read_back(store: Store) -> None:
    context = context_of(store)
    draft = TimeOffDraft(add_person(context), NOW, NOW + DAY, "Vacation")
    public_id = save_time_off(context, draft)
    assert get_time_off(context, public_id).draft == draft
    assert [one.draft for one in list_time_off(context)] == [draft]


def test_time_off_that_ended_is_not_listed(store: Store) -> None:
    context = context_of(store)
    save_time_off(context, TimeOffDraft(add_person(context), NOW - DAY, NOW))
    assert list_time_off(context) == []


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(NOW, NOW, "last"), (NOW, NOW - 60, "last"), (NOW, NOW + 3 * 366 * DAY, "last"), (NOW + 1, NOW + DAY, "first")],
)
def test_time_off_with_a_bad_interval_names_the_field(store: Store, start: int, end: int, field: str) -> None:
    context = context_of(store)
    with pytest.raises(InvalidInput) as caught:
        save_time_off(context, TimeOffDraft(add_person(context), start, end))
    assert caught.value.field == field


def test_time_off_saved_twice_is_refused_and_its_own_change_is_not(store: Store) -> None:
    context = context_of(store)
    draft = TimeOffDraft(add_person(context), NOW, NOW + DAY, "Vacation")
    public_id = save_time_off(context, draft)
    with pytest.raises(InvalidInput) as caught:
        save_time_off(context, replace(draft, reason="Training"))
    assert caught.value.field == "first"
    save_time_off(context, replace(draft, reason="Training"), public_id)
    assert [one.draft.reason for one in list_time_off(context)] == ["Training"]


def test_reason_for_time_off_is_read_and_emptied_only_by_who_sees_details(store: Store) -> None:
    context = context_of(store)
    ada, ben = add_person(context), add_person(context, "Ben")
    draft = TimeOffDraft(ada, NOW, NOW + DAY, "Surgery")
    public_id = save_time_off(context, draft)
    hours = Context(store, Actor(ActorKind.USER, grants=(Grant("Hours", all_of(Permission.MANAGE_HOURS)),)), NOW)
    read = [get_time_off(hours, public_id).draft, *(one.draft for one in list_time_off(hours))]
    assert read == [replace(draft, reason=None)] * 2
    for reason, kept in ((None, "Surgery"), ("", "Surgery"), ("Vacation", "Vacation")):
        save_time_off(hours, replace(draft, end=NOW + 2 * DAY, reason=reason), public_id)
        assert get_time_off(context, public_id).draft == replace(draft, end=NOW + 2 * DAY, reason=kept)
    save_time_off(hours, replace(draft, resource=ben, reason=""), public_id)  # of whom they might see details
    assert get_time_off(context, public_id).draft.reason == ""
    save_time_off(context, draft, public_id)
    save_time_off(context, replace(draft, reason=""), public_id)
    assert get_time_off(context, public_id).draft.reason == ""


def test_time_off_removed_is_gone(store: Store) -> None:
    context = context_of(store)
    remove_time_off(context, save_time_off(context, TimeOffDraft(add_person(context), NOW, NOW + DAY)))
    assert list_time_off(context) == []

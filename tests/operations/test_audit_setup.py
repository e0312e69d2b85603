"""Every edit of the set-up stands in the audit log: made, changed, removed, with what changed and nothing else."""

from __future__ import annotations

import json
from datetime import date

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant
from app.access.permissions import Extent, Permission, ReadyMade, all_of
from app.booking.refusals import InvalidInput, StaleVersion
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.installation.probe import close_probe, open_probe
from app.operations.setup.administrator_link import make_link
from app.operations.setup.closures import ClosureDraft, remove_closure, save_closure
from app.operations.setup.groups import GroupDraft, remove_group, save_group
from app.operations.setup.hours import (
    OverrideDraft,
    Owner,
    OwnerKind,
    WeeklyRange,
    remove_override,
    save_override,
    save_weekly_hours,
)
from app.operations.setup.locations import LocationDraft, save_location
from app.operations.setup.pools import PoolDraft, remove_pool, save_pool
from app.operations.setup.questions import QuestionDraft
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.roles import RoleDraft, begin_seeing_as, remove_role, save_role
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.setup.time_off import TimeOffDraft, remove_time_off, save_time_off
from app.operations.setup.users import UserDraft, save_user
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from tests.operations.setup_cast import add_location, add_person, context_of

Told = tuple[str, str, str, dict[str, object], dict[str, object]]
PASSWORD = "seldom green lantern harbour"


def told(since: int = 0) -> list[Told]:
    """All entries after the first so many: what, to which kind of thing and which one, before, after."""
    rows = AuditEntry.select().order_by(AuditEntry.id)
    found = [(row.action, row.kind, row.object, json.loads(row.before), json.loads(row.after)) for row in rows]
    return found[since:]


def count() -> int:
    return int(AuditEntry.select().count())


def test_location_is_told_when_made_and_when_changed(store: Store) -> None:
    context = context_of(store)
    centre = save_location(context, LocationDraft("Centre", "Europe/Berlin", "1 High Street"))
    save_location(context, LocationDraft("Middle", "Europe/Berlin", active=False), centre)
    made = {"name": "Centre", "tzid": "Europe/Berlin", "address": "1 High Street", "active": True, "check_in": False}
    before = {"name": "Centre", "address": "1 High Street", "active": True}
    assert told() == [
        ("made", "location", centre, {}, made),
        ("changed", "location", centre, before, {"name": "Middle", "active": False}),
    ]
    row = AuditEntry.select().first()
    assert (row.actor, row.at) == ("user", context.now)


def test_edit_that_changes_nothing_is_not_told(store: Store) -> None:
    context = context_of(store)
    draft = LocationDraft("Centre", "Europe/Berlin")
    save_location(context, draft, save_location(context, draft))
    assert count() == 1


def test_edit_that_is_refused_is_not_told(store: Store) -> None:
    context = context_of(store)
    centre = add_location(context)
    with pytest.raises(StaleVersion):
        save_location(context, LocationDraft("Middle", "UTC"), centre, version=9)
    with pytest.raises(InvalidInput):
        save_location(context, LocationDraft("Middle", "Nowhere"), centre)
    assert count() == 1


def test_resource_and_pool_are_told_by_public_ids(store: Store) -> None:
    context = context_of(store)
    centre, ada = add_location(context), add_person(context)
    room = save_resource(context, ResourceDraft("Room", "room", "UTC", centre))
    pool = save_pool(context, PoolDraft("People", (ada,)))
    save_pool(context, PoolDraft("People", (ada, room)), pool)
    remove_pool(context, pool)
    assert told(2) == [
        (
            "made",
            "resource",
            room,
            {},
            {"name": "Room", "kind": "room", "tzid": "UTC", "location": centre, "active": True},
        ),
        ("made", "pool", pool, {}, {"name": "People", "members": [ada]}),
        ("changed", "pool", pool, {"members": [ada]}, {"members": [ada, room]}),
        ("removed", "pool", pool, {"name": "People", "members": [ada, room]}, {}),
    ]


def test_service_is_told_with_its_parts(store: Store) -> None:
    context = context_of(store)
    centre, ada, ben = add_location(context), add_person(context), add_person(context, "Ben")
    service = save_service(context, ServiceDraft("Talk", (30,), (RequirementDraft(resource=ada),), (centre,)))
    asks = (QuestionDraft("Since when?"),)
    changed = ServiceDraft("Talk", (30, 60), (RequirementDraft(resource=ben),), (centre,), questions=asks)
    save_service(context, changed, service)
    action, kind, one, before, after = told()[-1]
    questions = after.pop("questions")
    assert isinstance(questions, list)
    assert [question["label"] for question in questions] == ["Since when?"]
    assert (action, kind, one, before, after) == (
        "changed",
        "service",
        service,
        {"durations_minutes": [30], "requirements": [{"resource": ada, "count": 1}]},
        {"durations_minutes": [30, 60], "requirements": [{"resource": ben, "count": 1}]},
    )


def test_hours_are_told_of_their_owner(store: Store) -> None:
    context = context_of(store)
    centre, ada = add_location(context), add_person(context)
    place, person = Owner(OwnerKind.LOCATION, centre), Owner(OwnerKind.RESOURCE, ada)
    save_weekly_hours(context, place, [WeeklyRange(0, 480, 1080)])
    save_override(context, person, OverrideDraft(date(2030, 1, 7), ((540, 600),), centre))
    remove_override(context, person, date(2030, 1, 7), centre)
    remove_override(context, person, date(2030, 1, 8))
    weekly = [{"weekday": 0, "start_minute": 480, "end_minute": 1080}]
    special = [{"day": "2030-01-07", "ranges": [[540, 600]], "location": centre}]
    assert told(2) == [
        ("changed", "location_hours", centre, {}, {"weekly": weekly}),
        ("changed", "resource_hours", ada, {}, {"overrides": special}),
        ("changed", "resource_hours", ada, {"overrides": special}, {}),
    ]


def test_closure_and_time_off_are_told_the_reason_of_absence_is_not(store: Store) -> None:
    context = context_of(store)
    ada = add_person(context)
    feast = save_closure(context, ClosureDraft("Feast", date(2030, 5, 1), date(2030, 5, 1)))
    remove_closure(context, feast)
    off = save_time_off(context, TimeOffDraft(ada, context.now, context.now + 3600, "Hospital"))
    save_time_off(context, TimeOffDraft(ada, context.now, context.now + 7200, "Hospital again"), off)
    remove_time_off(context, off)
    days = {"name": "Feast", "first": "2030-05-01", "last": "2030-05-01"}
    times = {"resource": ada, "start": context.now, "reason": "masked"}
    assert told(1) == [
        ("made", "closure", feast, {}, days),
        ("removed", "closure", feast, days, {}),
        ("made", "time_off", off, {}, {**times, "end": context.now + 3600}),
        ("changed", "time_off", off, {"end": context.now + 3600}, {"end": context.now + 7200}),
        ("removed", "time_off", off, {**times, "end": context.now + 7200}, {}),
    ]


def test_role_is_told_by_the_rights_that_changed(store: Store) -> None:
    context = context_of(store)
    role = save_role(
        context, RoleDraft("Helper", extents={Permission.SEE_BUSY: Extent.ALL, Permission.MOVE: Extent.OWN})
    )
    wanted = {Permission.SEE_BUSY: Extent.ALL, Permission.MOVE: Extent.ALL, Permission.SEE_TITLES: Extent.ALL}
    save_role(context, RoleDraft("Helper", extents=wanted), role)
    remove_role(context, role)
    assert [(action, kind, one) for action, kind, one, *_ in told()] == [
        ("made", "role", role),
        ("changed", "role", role),
        ("removed", "role", role),
    ]
    assert told()[1][3:] == (
        {"extents": {"move": "own", "see_titles": "own"}},
        {"extents": {"move": "all", "see_titles": "all"}},
    )


def test_user_and_group_are_told_with_their_roles_and_never_a_password(store: Store) -> None:
    context = context_of(store)
    save_user(context, UserDraft("root@example.org", "Root", (GrantDraft("administrator"),), password=PASSWORD))
    uma = save_user(context, UserDraft("uma@example.org", "Uma"))
    group = save_group(context, GroupDraft("Desk", (uma,), (GrantDraft("front_desk"),)))
    save_user(context, UserDraft("uma@example.org", "Uma", (GrantDraft("viewer"),), password=PASSWORD), uma)
    remove_group(context, group)
    desk, viewer = ([{"role": role, "scope": "everything"}] for role in ("front_desk", "viewer"))
    assert told(2) == [
        ("link_made", "user", uma, {}, {"purpose": "invitation"}),
        ("made", "user", uma, {}, {"email": "uma@example.org", "name": "Uma", "active": True}),
        ("made", "group", group, {}, {"name": "Desk", "members": [uma], "grants": desk}),
        ("password_changed", "user", uma, {}, {}),
        ("changed", "user", uma, {}, {"grants": viewer}),
        ("removed", "group", group, {"name": "Desk", "members": [uma], "grants": desk}, {}),
    ]
    stored = store.rows("SELECT before, after, reason FROM audit_entry")
    assert [row for row in stored if PASSWORD in "".join(row) or "argon2" in "".join(row)] == []


def test_administrator_made_by_a_printed_link_is_told(store: Store) -> None:
    link = make_link(context_of(store), "root@example.org", "Root")
    actions = [(action, kind, after) for action, kind, _, _, after in told()]
    grants = [{"role": "administrator", "scope": "everything"}]
    assert (link.email, actions) == (
        "root@example.org",
        [
            ("made", "user", {"email": "root@example.org", "name": "Root", "grants": grants, "active": True}),
            ("link_made", "user", {"purpose": "printed"}),
        ],
    )


def test_looking_as_a_role_is_told_when_it_begins(store: Store) -> None:
    begin_seeing_as(context_of(store), ReadyMade.VIEWER)
    assert told() == [("seen_as", "role", "viewer", {}, {"role": "Viewer"})]


def test_looking_as_a_role_that_may_do_more_is_neither_allowed_nor_told(store: Store) -> None:
    little = Actor(ActorKind.USER, "Little", grants=(Grant("Users", all_of(Permission.MANAGE_USERS)),))
    with pytest.raises(Exception, match="may see more than you"):
        begin_seeing_as(Context(store, little, 0), ReadyMade.MANAGER)
    assert told() == []


def test_check_of_the_installation_is_told_by_what_it_makes(store: Store) -> None:
    context = context_of(store)
    open_probe(context)
    close_probe(context)
    assert [(action, kind) for action, kind, *_ in told()] == [
        *(("made", one) for one in ("location", "resource", "service")),
        *(("changed", one) for one in ("location", "resource", "service")),
    ]

"""Roles, groups and who is given what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind, Target
from app.access.permissions import READY_MADE, Extent, Extents, Permission, ReadyMade, all_of, own_of
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.operations.accounts.mailed_links import invite_again
from app.operations.accounts.second_factor import forget_factors
from app.operations.accounts.session_limits import needs_second_factor
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.rights import actor_of, grants_of
from app.operations.setup.groups import GroupDraft, get_group, list_groups, remove_group, save_group
from app.operations.setup.pools import PoolDraft, remove_pool, save_pool
from app.operations.setup.roles import (
    RoleDraft,
    count_grants,
    get_role,
    list_roles,
    remove_role,
    save_role,
    see_as,
)
from app.operations.setup.users import UserDraft, get_user, save_user, sign_out_everywhere
from app.storage.rights_tables import Role
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import Cast, Need
from tests.operations.helpers import system

APPROVER = RoleDraft("Approver", "Approves.", all_of(Permission.APPROVE))
COMPLETED = all_of(Permission.APPROVE, Permission.SEE_BUSY, Permission.SEE_TITLES)
HELPER = all_of(Permission.MANAGE_USERS, Permission.SEE_BUSY)


@pytest.fixture
def cast(store: Store) -> Cast:
    """Two places, a pool of two people, a service, and an administrator."""
    made = Cast(store)

    def fill() -> None:
        made.location("Centre")
        made.location("Branch")
        people = made.resources(["Ada", "Ben"])
        made.service("Talk", [Need(people)], ["Centre"])
        made.user("Root", "administrator")
        store.bump_catalog()

    store.write(fill)
    return made


def helper(cast: Cast) -> Context:
    """Somebody who manages users and sees when people are busy, and has no other right."""
    actor = Actor(ActorKind.USER, "Helper", 99, grants=(Grant("Helper", HELPER),))
    return Context(cast.store, actor, cast.now)


def test_role_saved_holds_all_that_its_permissions_need(cast: Cast) -> None:
    public_id = save_role(system(cast), APPROVER)
    assert get_role(system(cast), public_id).draft == replace(APPROVER, extents=COMPLETED)


def test_permission_without_an_own_part_is_for_all(cast: Cast) -> None:
    draft = RoleDraft("Editor", extents=own_of(Permission.MANAGE_SERVICES, Permission.CANCEL))
    stored = get_role(system(cast), save_role(system(cast), draft)).draft.extents
    assert (stored[Permission.MANAGE_SERVICES], stored[Permission.CANCEL]) == (Extent.ALL, Extent.OWN)


def test_roles_begin_with_the_ready_made_ones(cast: Cast) -> None:
    save_role(system(cast), APPROVER)
    names = [one.draft.name for one in list_roles(system(cast))]
    assert names == [*(one.name for one in READY_MADE.values()), "Approver"]


@pytest.mark.parametrize("role", ReadyMade)
def test_ready_made_role_in_the_database_is_as_the_program_knows_it(cast: Cast, role: ReadyMade) -> None:
    known = READY_MADE[role]
    assert get_role(system(cast), role).draft == RoleDraft(known.name, known.about, known.extents)


@pytest.mark.parametrize(
    ("draft", "public_id", "field"),
    [
        (replace(APPROVER, name=""), None, "name"),
        (replace(APPROVER, name="Viewer"), None, "name"),
        (replace(APPROVER, about="x" * 301), None, "about"),
        (replace(APPROVER, idle_minutes=4), None, "idle_minutes"),
        (replace(APPROVER, idle_minutes=721), "administrator", "idle_minutes"),
        (replace(APPROVER, session_hours=0), None, "session_hours"),
        (replace(APPROVER, session_hours=169), None, "session_hours"),
    ],
)
def test_role_with_bad_input_names_the_field(cast: Cast, draft: RoleDraft, public_id: str | None, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save_role(system(cast), draft, public_id)
    assert refusal.value.field == field


def test_administrators_role_changes_by_what_it_asks_of_signing_in_alone(cast: Cast) -> None:
    before, asked = get_role(system(cast), "administrator").draft, (True, 15, 8)
    save_role(system(cast), RoleDraft("Nobody", "", {}, *asked), "administrator")
    wanted = replace(before, needs_second_factor=True, idle_minutes=15, session_hours=8)
    assert get_role(system(cast), "administrator").draft == wanted
    with pytest.raises(NotAllowed):
        save_role(helper(cast), RoleDraft("Nobody"), "administrator")


def test_second_factor_of_a_role_is_asked_of_who_has_it(cast: Cast) -> None:
    cast.store.write(lambda: cast.user("Uma", "viewer"))
    public_id = save_role(system(cast), replace(APPROVER, needs_second_factor=True))
    uma = get_user(system(cast), cast.ids["Uma"]).draft
    needed = [_needs_two(cast)]
    save_user(system(cast), replace(uma, grants=(*uma.grants, GrantDraft(public_id))), cast.ids["Uma"])
    assert [*needed, _needs_two(cast)] == [False, True]


def _needs_two(cast: Cast) -> bool:
    return needs_second_factor(cast.store.read(lambda: actor_of(User.get(User.name == "Uma"))))


def test_role_changed_by_two_is_refused_to_the_second(cast: Cast) -> None:
    save_role(system(cast), APPROVER, "viewer", 1)
    with pytest.raises(StaleVersion):
        save_role(system(cast), APPROVER, "viewer", 1)


def test_role_that_is_given_stays(cast: Cast) -> None:
    cast.store.write(lambda: cast.user("Uma", "viewer"))
    with pytest.raises(InvalidInput, match="The role Viewer is given once"):
        remove_role(system(cast), "viewer")
    assert count_grants(system(cast)) == {"administrator": 1, "viewer": 1}


def test_role_that_nobody_has_is_removed(cast: Cast) -> None:
    remove_role(system(cast), "viewer")
    with pytest.raises(NotFound):
        get_role(system(cast), "viewer")
    with pytest.raises(InvalidInput):
        remove_role(system(cast), "administrator")


@pytest.mark.parametrize(
    ("extents", "public_id"),
    [(all_of(Permission.EXPORT), None), (all_of(Permission.SEE_BUSY), "manager"), ({}, "front_desk")],
)
def test_nobody_shapes_a_role_beyond_their_own_rights(cast: Cast, extents: Extents, public_id: str | None) -> None:
    with pytest.raises(NotAllowed, match="only what you have everywhere yourself"):
        save_role(helper(cast), RoleDraft("Mine", extents=extents), public_id)


@pytest.mark.parametrize(("two", "idle", "hours"), [(False, 15, 8), (True, None, 8), (True, 15, 24)])
def test_nobody_changes_how_a_role_that_may_do_more_signs_in(
    cast: Cast, two: bool, idle: int | None, hours: int
) -> None:
    manager = get_role(system(cast), "manager").draft
    strict = replace(manager, needs_second_factor=True, idle_minutes=15, session_hours=8)
    save_role(system(cast), strict, "manager")
    with pytest.raises(NotAllowed, match="can change what it asks at sign-in"):
        save_role(
            helper(cast), replace(strict, needs_second_factor=two, idle_minutes=idle, session_hours=hours), "manager"
        )
    save_role(helper(cast), replace(strict, about="Runs it."), "manager")
    assert get_role(system(cast), "manager").draft == replace(strict, about="Runs it.")


def test_who_manages_users_changes_how_a_role_that_may_do_as_much_signs_in(cast: Cast) -> None:
    watcher = RoleDraft("Watcher", extents=all_of(Permission.SEE_BUSY), needs_second_factor=True)
    public_id = save_role(helper(cast), watcher)
    save_role(helper(cast), replace(watcher, needs_second_factor=False, session_hours=8), public_id)
    assert get_role(system(cast), public_id).draft == replace(watcher, needs_second_factor=False, session_hours=8)


def test_who_manages_users_shapes_roles_within_their_own_rights(cast: Cast) -> None:
    public_id = save_role(helper(cast), RoleDraft("Watcher", extents=all_of(Permission.SEE_BUSY)))
    assert get_role(helper(cast), public_id).draft.extents == all_of(Permission.SEE_BUSY)


@pytest.mark.parametrize("role", ["administrator", "manager", "front_desk"])
def test_nobody_gives_a_role_that_may_do_more_than_they(cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed, match="may do more than you"):
        save_user(helper(cast), UserDraft("uma@example.org", "Uma", (GrantDraft(role),), password="correct horse"))
    assert not cast.store.read(lambda: User.select().where(User.email == "uma@example.org").exists())


def test_nobody_takes_a_role_that_may_do_more_than_they(cast: Cast) -> None:
    context = system(cast)
    save_user(context, UserDraft("boss@example.org", "Boss", (GrantDraft("administrator"),), password="correct horse"))
    root = cast.ids["Root"]
    with pytest.raises(NotAllowed):
        save_user(helper(cast), replace(get_user(context, root).draft, grants=()), root)


@pytest.mark.parametrize(
    "change", [{"name": "Ruth"}, {"password": "correct horse battery"}, {"email": "me@example.org"}]
)
def test_nobody_changes_an_account_that_may_do_more_than_they(cast: Cast, change: dict[str, str]) -> None:
    root = cast.ids["Root"]
    draft = get_user(system(cast), root).draft
    with pytest.raises(NotAllowed, match="Root may do more than you"):
        save_user(helper(cast), replace(draft, **change), root)  # type: ignore[arg-type]  # texts all of them
    for work in (invite_again, forget_factors, sign_out_everywhere):
        with pytest.raises(NotAllowed):
            work(helper(cast), root)
    assert get_user(system(cast), root).draft == draft


def test_who_may_do_as_much_changes_an_account(cast: Cast) -> None:
    cast.store.write(lambda: cast.user("Uma", "viewer"))
    uma = cast.ids["Uma"]
    save_user(helper(cast), replace(get_user(system(cast), uma).draft, name="Ursula"), uma)
    assert get_user(system(cast), uma).draft.name == "Ursula"


@pytest.mark.parametrize(
    ("draft", "scope"),
    [
        (GrantDraft("viewer"), Scope()),
        (GrantDraft("viewer", "location", "Centre"), Scope(ScopeKind.LOCATION, 1, name="Centre")),
        (GrantDraft("viewer", "service", "Talk"), Scope(ScopeKind.SERVICE, 1, name="Talk")),
        (
            GrantDraft("viewer", "resource", "Ben"),
            Scope(ScopeKind.RESOURCE, resource_ids=frozenset({2}), name="Ben"),
        ),
    ],
)
def test_grant_given_is_what_the_user_has(cast: Cast, draft: GrantDraft, scope: Scope) -> None:
    given = replace(draft, reference=cast.ids.get(draft.reference, ""))
    public_id = save_user(system(cast), UserDraft("u@example.org", "U", (given, given), password="correct horse"))
    row = cast.store.read(lambda: User.get(User.public_id == public_id))
    assert get_user(system(cast), public_id).draft.grants == (given,)
    assert cast.store.read(lambda: grants_of(row.id)) == (Grant("Viewer", READY_MADE[ReadyMade.VIEWER].extents, scope),)


def test_pool_that_a_role_is_given_for_gets_only_members_whose_rights_one_has(cast: Cast) -> None:
    ada, ben = cast.ids["Ada"], cast.ids["Ben"]
    role = cast.store.write(lambda: cast.role("Nurse", Permission.SEE_CONFIDENTIAL, Permission.MANAGE_USERS))
    pool = save_pool(system(cast), PoolDraft("Nurses", (ada,)))
    mine = UserDraft("u@example.org", "U", (GrantDraft(role, "pool", pool),), password="correct horse battery")
    save_user(system(cast), mine)
    manager = READY_MADE[ReadyMade.MANAGER].extents
    of_ada = Grant(
        "Nurse", all_of(Permission.SEE_CONFIDENTIAL), Scope(ScopeKind.POOL, None, frozenset({cast.rows["Ada"]}))
    )
    grants = (Grant("Manager", manager), of_ada)
    context = Context(cast.store, Actor(ActorKind.USER, "U", grants=grants), cast.now)
    with pytest.raises(InvalidInput, match=r"The role Nurse .* you add .see confidential details."):
        save_pool(context, PoolDraft("Nurses", (ada, ben)), pool)
    save_pool(context, PoolDraft("Day nurses", (ada,)), pool)
    save_pool(context, PoolDraft("Others", (ada, ben)))
    save_pool(system(cast), PoolDraft("Nurses", (ada, ben)), pool)
    save_pool(context, PoolDraft("Nurses", (ben,)), pool)


def test_grant_for_a_pool_follows_its_members(cast: Cast) -> None:
    pool = save_pool(system(cast), PoolDraft("Talkers", (cast.ids["Ada"],)))
    public_id = save_user(
        system(cast), UserDraft("u@example.org", "U", (GrantDraft("viewer", "pool", pool),), password="correct horse")
    )
    save_pool(system(cast), PoolDraft("Talkers", (cast.ids["Ben"],)), pool)
    row = cast.store.read(lambda: User.get(User.public_id == public_id))
    [grant] = cast.store.read(lambda: grants_of(row.id))
    assert [grant.scope.covers(Target(resource_ids=(one,))) for one in (1, 2)] == [False, True]
    with pytest.raises(InvalidInput, match="Somebody has a role for this pool"):
        remove_pool(system(cast), pool)


def test_permission_that_the_program_lost_is_left_out(cast: Cast) -> None:
    stored = '{"see_busy": "all", "fly": "all"}'
    cast.store.write(Role.update(permissions=stored).where(Role.public_id == "viewer").execute)
    assert get_role(system(cast), "viewer").draft.extents == all_of(Permission.SEE_BUSY)


def test_group_gives_its_members_what_it_has(cast: Cast) -> None:
    cast.store.write(lambda: cast.user("Uma", "viewer"))
    draft = GroupDraft("Reception", (cast.ids["Uma"],), (GrantDraft("front_desk"),))
    public_id = save_group(system(cast), draft)
    assert get_group(system(cast), public_id).draft == draft
    assert [one.role for one in cast.store.read(lambda: grants_of(cast.rows["Uma"]))] == ["Viewer", "Front desk"]
    remove_group(system(cast), public_id)
    assert [one.role for one in cast.store.read(lambda: grants_of(cast.rows["Uma"]))] == ["Viewer"]
    assert list_groups(system(cast)) == []


def test_member_without_the_right_is_not_put_into_a_stronger_group(cast: Cast) -> None:
    cast.store.write(lambda: cast.user("Uma", "viewer"))
    group = save_group(system(cast), GroupDraft("Reception", (), (GrantDraft("front_desk"),)))
    joined = GroupDraft("Reception", (cast.ids["Uma"],), (GrantDraft("front_desk"),))
    for attempt in (lambda: save_group(helper(cast), joined, group), lambda: remove_group(helper(cast), group)):
        with pytest.raises(NotAllowed):
            attempt()
    assert get_group(system(cast), group).draft.members == ()


@pytest.mark.parametrize("way", ["member goes", "member comes", "role goes", "group goes", "role asks less"])
def test_group_and_its_role_ask_an_account_that_may_do_more_only_what_one_like_it_wants(cast: Cast, way: str) -> None:
    strict = save_role(system(cast), RoleDraft("Strict", needs_second_factor=True))
    asked, root = GroupDraft("Everybody", (cast.ids["Root"],), (GrantDraft(strict),)), cast.ids["Root"]
    group = save_group(system(cast), asked)
    empty = save_group(system(cast), GroupDraft("Nobody"))
    ways: dict[str, Callable[[], object]] = {
        "member goes": lambda: save_group(helper(cast), replace(asked, members=()), group),
        "member comes": lambda: save_group(helper(cast), GroupDraft("Nobody", (root,)), empty),
        "role goes": lambda: save_group(helper(cast), replace(asked, grants=()), group),
        "group goes": lambda: remove_group(helper(cast), group),
        "role asks less": lambda: save_role(helper(cast), RoleDraft("Strict"), strict),
    }
    with pytest.raises(NotAllowed) as refused:
        ways[way]()
    said = "Root may do more than you, so only somebody who may do as much can change this account."
    assert refused.value.reason == said
    actor = cast.store.read(lambda: actor_of(User.get(User.name == "Root")))
    assert (needs_second_factor(actor), get_group(system(cast), group).draft) == (True, asked)


def test_group_with_a_member_who_may_do_more_can_be_renamed(cast: Cast) -> None:
    draft = GroupDraft("Everybody", (cast.ids["Root"],), (GrantDraft("viewer"),))
    group = save_group(system(cast), draft)
    save_group(helper(cast), replace(draft, name="All"), group)
    assert get_group(system(cast), group).draft == replace(draft, name="All")


def test_group_with_an_unknown_member_is_refused(cast: Cast) -> None:
    with pytest.raises(NotFound):
        save_group(system(cast), GroupDraft("Reception", ("nobody",)))


def test_seen_as_is_the_role_alone(cast: Cast) -> None:
    context = system(cast)
    found = see_as(context, "viewer")
    assert (found.seen_as, found.grants) == ("Viewer", (Grant("Viewer", READY_MADE[ReadyMade.VIEWER].extents),))


def test_nobody_sees_as_a_role_that_sees_more(cast: Cast) -> None:
    assert see_as(helper(cast), "viewer").seen_as == "Viewer"
    with pytest.raises(NotAllowed, match="may see more than you"):
        see_as(helper(cast), "front_desk")


@pytest.mark.parametrize("work", [list_roles, list_groups, count_grants])
def test_roles_are_closed_to_those_who_do_not_manage_users(cast: Cast, work: Callable[[Context], object]) -> None:
    stranger = Context(cast.store, Actor(ActorKind.USER, "Uma", 7), cast.now)
    with pytest.raises(NotAllowed):
        work(stranger)

"""Who may do what."""

from __future__ import annotations

import pytest

from app.access.actors import SYSTEM, VISITOR, Actor, ActorKind, client_of
from app.access.decision import Decision, decide, may_everything
from app.access.grants import Grant, Scope, ScopeKind, Target
from app.access.permissions import GLOBAL, READY_MADE, WORDS, Permission, ReadyMade, all_of, own_of
from tests.cast import granted, user

ADA, BEN, ROOM = 7, 8, 9
CENTRE, BRANCH = 1, 2
MASSAGE = 5
OWN = Target("own", (ADA, ROOM), CENTRE, MASSAGE)
OTHERS = Target("others", (BEN, ROOM), CENTRE, MASSAGE)
ELSEWHERE = Target("elsewhere", (BEN,), BRANCH, 6)
AT_CENTRE = Scope(ScopeKind.LOCATION, CENTRE, name="Centre")
OF_MASSAGE = Scope(ScopeKind.SERVICE, MASSAGE, name="Massage")
OF_ROOM = Scope(ScopeKind.RESOURCE, resource_ids=frozenset({ROOM}), name="Room 1")
OF_PAIR = Scope(ScopeKind.POOL, resource_ids=frozenset({ADA, BEN}), name="therapists")


def holder(*grants: Grant, resource_id: int | None = None) -> Actor:
    return Actor(ActorKind.USER, "Ada", user_id=1, grants=grants, resource_id=resource_id)


@pytest.mark.parametrize("permission", Permission)
def test_system_may_everything(permission: Permission) -> None:
    assert decide(SYSTEM, permission, OTHERS) == Decision(allowed=True)


REST = [one for one in Permission if one is not Permission.READ_AUDIT]


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ((granted(ReadyMade.ADMINISTRATOR),), True),
        ((Grant("Half", all_of(*REST)), Grant("Rest", all_of(Permission.READ_AUDIT))), True),
        ((Grant("Half", all_of(*REST)),), False),
        ((granted(ReadyMade.ADMINISTRATOR, AT_CENTRE),), False),
        ((Grant("Own", {**all_of(*Permission), **own_of(Permission.SEE_CONFIDENTIAL)}),), False),
        ((Grant("Own", own_of(*Permission)),), False),
        ((), False),
    ],
)
def test_everything_is_every_right_for_all_of_the_installation(grants: tuple[Grant, ...], expected: bool) -> None:
    assert may_everything(holder(*grants, resource_id=ADA)) is expected


@pytest.mark.parametrize("actor", [VISITOR, client_of("own")])
def test_strangers_may_book_what_is_public_and_nothing_else(actor: Actor) -> None:
    assert [one for one in Permission if decide(actor, one).allowed] == [Permission.BOOK_FOR_SELF]


@pytest.mark.parametrize("permission", [one for one in Permission if one is not Permission.BOOK_FOR_SELF])
def test_visitor_is_asked_to_sign_in(permission: Permission) -> None:
    assert decide(VISITOR, permission, OWN) == Decision(False, f"Please sign in: {WORDS[permission].help}")


CLIENT = {
    Permission.MOVE,
    Permission.CANCEL,
    Permission.SEE_TITLES,
    Permission.SEE_DETAILS,
    Permission.SEE_CONTACTS,
    Permission.SEE_CONFIDENTIAL,
}


@pytest.mark.parametrize("permission", [one for one in Permission if one is not Permission.BOOK_FOR_SELF])
def test_client_may_change_only_the_booking_of_the_link(permission: Permission) -> None:
    found = [decide(client_of("own"), permission, target).allowed for target in (OWN, OTHERS, None)]

    assert found == [permission in CLIENT, False, False]


def test_client_without_a_link_may_nothing() -> None:
    assert not decide(Actor(ActorKind.CLIENT), Permission.CANCEL, OWN).allowed


@pytest.mark.parametrize("role", [one for one in ReadyMade if one is not ReadyMade.PROVIDER])
@pytest.mark.parametrize("permission", Permission)
def test_role_for_everything_has_exactly_its_permissions(role: ReadyMade, permission: Permission) -> None:
    assert decide(user(role), permission, OTHERS).allowed is (permission in READY_MADE[role].extents)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (Scope(), [True, True, True, True]),
        (AT_CENTRE, [True, True, False, False]),
        (OF_MASSAGE, [True, True, False, False]),
        (OF_ROOM, [True, True, False, False]),
        (OF_PAIR, [True, True, True, False]),
        (Scope(ScopeKind.RESOURCE, resource_ids=frozenset({ADA})), [True, False, False, False]),
    ],
)
def test_grant_for_a_part_covers_what_lies_in_it(scope: Scope, covered: list[bool]) -> None:
    approver = holder(Grant("Approver", all_of(Permission.APPROVE), scope))

    found = [decide(approver, Permission.APPROVE, one).allowed for one in (OWN, OTHERS, ELSEWHERE, Target())]

    assert found == covered


def test_several_grants_add_up() -> None:
    both = holder(granted(ReadyMade.FRONT_DESK, AT_CENTRE), granted(ReadyMade.VIEWER))

    asked = [(Permission.MOVE, OWN), (Permission.MOVE, ELSEWHERE), (Permission.SEE_BUSY, ELSEWHERE)]

    assert [decide(both, *one).allowed for one in asked] == [True, False, True]


@pytest.mark.parametrize("permission", sorted(GLOBAL))
def test_permission_about_the_installation_counts_only_for_everything(permission: Permission) -> None:
    there, everywhere = (holder(Grant("Boss", all_of(permission), scope)) for scope in (AT_CENTRE, Scope()))

    found = [decide(actor, permission, target).allowed for actor in (there, everywhere) for target in (None, OWN)]

    assert found == [False, False, True, True]


@pytest.mark.parametrize(
    ("permission", "target", "allowed"),
    [
        (Permission.MOVE, OWN, True),
        (Permission.MOVE, OTHERS, False),
        (Permission.SEE_CONTACTS, OTHERS, False),
        (Permission.SEE_CONFIDENTIAL, OWN, True),
        (Permission.SEE_BUSY, OTHERS, True),
        (Permission.BOOK_FOR_OTHERS, None, True),
        (Permission.BOOK_FOR_OTHERS, Target(), False),
        (Permission.APPROVE, OWN, False),
    ],
)
def test_provider_may_change_only_own_bookings(permission: Permission, target: Target | None, allowed: bool) -> None:
    assert decide(user(ReadyMade.PROVIDER, ADA), permission, target).allowed is allowed


def test_own_is_also_what_was_booked_for_oneself() -> None:
    somebody = holder(Grant("Staff", own_of(Permission.CANCEL)))

    found = [decide(somebody, Permission.CANCEL, Target(user_id=one)).allowed for one in (1, 2, None)]

    assert found == [True, False, False]


def test_nobody_in_particular_owns_nothing() -> None:
    unknown = Actor(ActorKind.USER, grants=(Grant("Staff", own_of(Permission.CANCEL)),))

    assert not decide(unknown, Permission.CANCEL, Target()).allowed


@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        (holder(), "You have no role yet, so you lack this right: {} An administrator can give you one."),
        (holder(granted(ReadyMade.VIEWER)), "You have the role Viewer, which lacks this right: {}"),
        (
            holder(granted(ReadyMade.VIEWER), granted(ReadyMade.AUDITOR), granted(ReadyMade.VIEWER, OF_ROOM)),
            "You have the roles Viewer and Auditor, which lack this right: {}",
        ),
        (holder(granted(ReadyMade.PROVIDER)), "You have this right only for bookings of your own: {}"),
        (
            holder(granted(ReadyMade.FRONT_DESK, AT_CENTRE), granted(ReadyMade.PROVIDER, OF_MASSAGE)),
            "You have this right only for Centre and bookings of your own in Massage: {}",
        ),
    ],
)
def test_refusal_says_what_is_missing(actor: Actor, reason: str) -> None:
    found = decide(actor, Permission.MOVE, ELSEWHERE)

    assert found == Decision(False, reason.format(WORDS[Permission.MOVE].help))


def test_actors_that_are_staff() -> None:
    actors = (VISITOR, client_of("x"), SYSTEM, user(ReadyMade.VIEWER))

    assert [actor.is_staff for actor in actors] == [False, False, True, True]

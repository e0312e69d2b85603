"""Who may do what."""

from __future__ import annotations

import pytest

from app.access.actors import SYSTEM, VISITOR, Actor, ActorKind, client_of
from app.access.decision import ANYTHING, Decision, Target, decide
from app.access.permissions import HELP, ROLE_PERMISSIONS, Permission, Role

ADA = 7
OWN, OTHERS = Target("own", (ADA, 9)), Target("others", (8, 9))


def user(role: Role | None, resource_id: int | None = None) -> Actor:
    return Actor(ActorKind.USER, "Ada", user_id=1, role=role, resource_id=resource_id)


@pytest.mark.parametrize("permission", Permission)
def test_system_may_everything(permission: Permission) -> None:
    assert decide(SYSTEM, permission, OTHERS) == Decision(allowed=True)


@pytest.mark.parametrize("actor", [VISITOR, client_of("own"), user(None), user(Role.AUDITOR)])
def test_everybody_may_book_what_is_public(actor: Actor) -> None:
    assert decide(actor, Permission.BOOK) == Decision(allowed=True)


@pytest.mark.parametrize("permission", [one for one in Permission if one is not Permission.BOOK])
def test_visitor_is_asked_to_sign_in(permission: Permission) -> None:
    assert decide(VISITOR, permission, OWN) == Decision(False, f"Please sign in: {HELP[permission]}")


CLIENT = {Permission.BOOK, Permission.MOVE, Permission.CANCEL, Permission.SEE_DETAILS, Permission.SEE_CLIENTS}


@pytest.mark.parametrize("permission", Permission)
def test_client_may_change_only_the_booking_of_the_link(permission: Permission) -> None:
    found = [decide(client_of("own"), permission, target).allowed for target in (OWN, OTHERS, ANYTHING)]

    is_public = permission is Permission.BOOK
    assert found == [permission in CLIENT, is_public, is_public]


def test_client_without_a_link_may_nothing() -> None:
    assert not decide(Actor(ActorKind.CLIENT), Permission.CANCEL, ANYTHING).allowed


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.PROVIDER])
@pytest.mark.parametrize("permission", [one for one in Permission if one is not Permission.BOOK])
def test_role_has_exactly_its_permissions(role: Role, permission: Permission) -> None:
    assert decide(user(role), permission, OTHERS).allowed is (permission in ROLE_PERMISSIONS[role])


def test_missing_permission_names_role_and_right() -> None:
    found = decide(user(Role.FRONT_DESK), Permission.EDIT_USERS)

    assert found.reason == "You have the role front desk, which lacks this right: Invite people and change their roles."


def test_user_without_a_role_is_told_so() -> None:
    found = decide(user(None), Permission.SEE_OUTBOX)

    assert found == Decision(False, f"You have no role, which lacks this right: {HELP[Permission.SEE_OUTBOX]}")


@pytest.mark.parametrize(
    ("permission", "target", "allowed"),
    [
        (Permission.MOVE, OWN, True),
        (Permission.MOVE, OTHERS, False),
        (Permission.SEE_CLIENTS, OTHERS, False),
        (Permission.SEE_FREEBUSY, OTHERS, True),
        (Permission.BOOK_FOR_OTHERS, ANYTHING, True),
        (Permission.APPROVE, OWN, False),
    ],
)
def test_provider_may_change_only_own_bookings(permission: Permission, target: Target, allowed: bool) -> None:
    assert decide(user(Role.PROVIDER, ADA), permission, target).allowed is allowed


def test_provider_who_is_no_resource_owns_nothing() -> None:
    found = decide(user(Role.PROVIDER), Permission.MOVE, OWN)

    assert found == Decision(False, "Providers may do this only with bookings that they give themselves.")


def test_actors_that_are_staff() -> None:
    assert [actor.is_staff for actor in (VISITOR, client_of("x"), SYSTEM, user(Role.VIEWER))] == [
        False,
        False,
        True,
        True,
    ]


def test_every_permission_has_help_and_every_role_a_set() -> None:
    assert set(HELP) == set(Permission)
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert ROLE_PERMISSIONS[Role.ADMINISTRATOR] == set(Permission)

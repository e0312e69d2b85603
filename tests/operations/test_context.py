"""What a context requires: on one thing, on the installation as a whole, or on anything at all."""

from __future__ import annotations

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Scope, ScopeKind, Target
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import NotAllowed
from app.operations.context import Context
from app.storage.store import Store
from tests.cast import NOW, granted

TARGETS = {"here": Target(location_id=1), "elsewhere": Target(location_id=2), "whole": Target()}


def test_right_for_a_part_is_one_for_anything_but_not_for_the_whole(store: Store) -> None:
    grant = granted(ReadyMade.MANAGER, Scope(ScopeKind.LOCATION, 1, frozenset(), "Centre"))
    context = Context(store, Actor(ActorKind.USER, "Somebody", grants=(grant,)), NOW)
    context.require_anywhere(Permission.MANAGE_HOURS)
    refused = []
    for name, target in TARGETS.items():
        try:
            context.require(Permission.MANAGE_HOURS, target)
        except NotAllowed:
            refused.append(name)
    with pytest.raises(NotAllowed):
        context.require_anywhere(Permission.MANAGE_USERS)
    assert refused == ["elsewhere", "whole"]

"""The setting that says which sites may embed: stored, told, refused, and kept from those who manage a part only."""

from __future__ import annotations

import json

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade, all_of
from app.booking.refusals import InvalidInput, NotAllowed, StaleVersion
from app.operations.archive.export_settings import settings_text
from app.operations.context import Context
from app.operations.setup.embedding import KEY, allowed_origins, save_origins
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Setting
from tests.cast import NOW
from tests.operations.setup_cast import context_of

ONE, TWO = "https://www.example.org", "https://*.example.net"


def told() -> list[tuple[str, str, str, object, object]]:
    rows = AuditEntry.select().order_by(AuditEntry.id)
    return [(row.action, row.kind, row.object, json.loads(row.before), json.loads(row.after)) for row in rows]


def test_origins_are_kept_told_exported_and_taken_away(store: Store) -> None:
    context = context_of(store)
    assert allowed_origins(store) == ()
    assert save_origins(context, f"{ONE}/\n{TWO}", "") == (ONE, TWO)
    save_origins(context, f"{ONE}\n{TWO}", f"{ONE} {TWO}")
    assert (allowed_origins(store), ONE in store.read(settings_text)) == ((ONE, TWO), True)
    assert save_origins(context, "") == allowed_origins(store) == ()
    both = {"origins": [ONE, TWO]}
    assert told() == [("changed", "embedding", KEY, {}, both), ("changed", "embedding", KEY, both, {})]
    assert Setting.select().where(Setting.key == KEY).count() == 0


def test_origins_that_are_wrong_or_late_change_nothing(store: Store) -> None:
    context = context_of(store)
    save_origins(context, ONE)
    with pytest.raises(InvalidInput):
        save_origins(context, f"{TWO}\nhttp://example.org")
    with pytest.raises(StaleVersion):
        save_origins(context, TWO, "")
    assert (allowed_origins(store), len(told())) == ((ONE,), 1)


def test_origins_are_for_whoever_manages_settings_of_everything(store: Store) -> None:
    place = Grant("Settings", all_of(Permission.MANAGE_SETTINGS), Scope(ScopeKind.LOCATION, 1))
    part = Context(store, Actor(ActorKind.USER, "Part", grants=(place,)), NOW)
    for context in (part, context_of(store, ReadyMade.VIEWER)):
        with pytest.raises(NotAllowed):
            save_origins(context, ONE)
    assert allowed_origins(store) == ()

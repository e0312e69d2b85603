"""The migrations, in order. A migration that was released is never changed; the next one mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.storage.migrations import (
    m0001_tables,
    m0002_guard,
    m0003_indexes,
    m0004_sign_in,
    m0005_rights,
    m0006_throttle,
    m0007_accounts,
    m0008_retention,
    m0009_approvals,
    m0010_session_limits,
    m0011_outside,
    m0012_encryption,
    m0013_audit,
    m0014_calendar_feeds,
    m0015_languages,
    m0016_undo,
    m0017_extra_resources,
    m0018_door,
    m0019_confirming,
    m0020_links,
    m0021_door_shown,
    m0022_workflow,
    m0023_waiting_links,
    m0024_rule_actions,
    m0025_responsible,
)

if TYPE_CHECKING:
    from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Migration:
    """One step forward: ``statements`` gives its SQL for ``sqlite`` or ``postgresql``.

    ``convert`` changes rows after it, in the same transaction. ``rewrites``: tables that are written anew when all is
    committed, so that nothing is left of what their rows said before.
    """

    number: int
    name: str
    statements: Callable[[str], list[str]]
    convert: Callable[[Store], None] | None = None
    rewrites: tuple[str, ...] = ()


MIGRATIONS = (
    Migration(1, "tables", m0001_tables.statements),
    Migration(2, "guard", m0002_guard.statements),
    Migration(3, "indexes", m0003_indexes.statements),
    Migration(4, "sign_in", m0004_sign_in.statements),
    Migration(5, "rights", m0005_rights.statements),
    Migration(6, "throttle", m0006_throttle.statements),
    Migration(7, "accounts", m0007_accounts.statements),
    Migration(8, "retention", m0008_retention.statements),
    Migration(9, "approvals", m0009_approvals.statements),
    Migration(10, "session_limits", m0010_session_limits.statements),
    Migration(11, "outside", m0011_outside.statements),
    Migration(12, "encryption", m0012_encryption.statements, m0012_encryption.convert, m0012_encryption.REWRITES),
    Migration(13, "audit", m0013_audit.statements),
    Migration(14, "calendar_feeds", m0014_calendar_feeds.statements),
    Migration(15, "languages", m0015_languages.statements),
    Migration(16, "undo", m0016_undo.statements),
    Migration(17, "extra_resources", m0017_extra_resources.statements),
    Migration(18, "door", m0018_door.statements),
    Migration(19, "confirming", m0019_confirming.statements),
    Migration(20, "links", m0020_links.statements),
    Migration(21, "door_shown", m0021_door_shown.statements),
    Migration(22, "workflow", m0022_workflow.statements),
    Migration(23, "waiting_links", m0023_waiting_links.statements),
    Migration(24, "rule_actions", m0024_rule_actions.statements),
    Migration(25, "responsible", m0025_responsible.statements),
)

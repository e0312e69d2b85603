"""The audit log: entries that are only ever added, and the batches that seal them; the database itself keeps it so."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_TABLES = (
    """CREATE TABLE audit_entry (
    id $id,
    at $int NOT NULL,
    actor TEXT NOT NULL CHECK (actor IN ('visitor', 'client', 'user', 'system', 'command')),
    user_id $int,
    address TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL DEFAULT '',
    before TEXT NOT NULL DEFAULT '{}',
    after TEXT NOT NULL DEFAULT '{}',
    reason TEXT NOT NULL DEFAULT '',
    batch $int
$end""",
    "CREATE INDEX audit_entry_at ON audit_entry (at, id)",
    "CREATE INDEX audit_entry_object ON audit_entry (object, id)",
    "CREATE INDEX audit_entry_user ON audit_entry (user_id, at) WHERE user_id IS NOT NULL",
    "CREATE INDEX audit_entry_open ON audit_entry (id) WHERE batch IS NULL",
    """CREATE TABLE audit_batch (
    number $int PRIMARY KEY NOT NULL,
    first_id $int NOT NULL,
    last_id $int NOT NULL,
    entries $int NOT NULL CHECK (entries > 0),
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    sealed_at $int NOT NULL
$end""",
)

_COLUMNS = ("id", "at", "actor", "user_id", "address", "action", "kind", "object", "before", "after", "reason")
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in _COLUMNS) for row in ("OLD", "NEW"))
_SEALED = f"OLD.batch IS NOT NULL OR NEW.batch IS NULL OR ({_OLD}) {{differs}} ({_NEW})"
"""Nothing of an entry may change but that it is put into a batch, once."""

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END"
_SQLITE = (
    f"CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry {_REFUSE}",
    f"CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry WHEN {_SEALED.format(differs='IS NOT')} {_REFUSE}",
    f"CREATE TRIGGER audit_batch_kept BEFORE DELETE ON audit_batch {_REFUSE}",
    f"CREATE TRIGGER audit_batch_fixed BEFORE UPDATE ON audit_batch {_REFUSE}",
)

_EACH = "EXECUTE FUNCTION audit_append_only()"
_POSTGRESQL = (
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_append_only' USING ERRCODE = 'restrict_violation'; END $$""",
    f"CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry FOR EACH ROW {_EACH}",
    f"""CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry FOR EACH ROW
WHEN ({_SEALED.format(differs="IS DISTINCT FROM")}) {_EACH}""",
    f"CREATE TRIGGER audit_entry_whole BEFORE TRUNCATE ON audit_entry {_EACH}",
    f"CREATE TRIGGER audit_batch_kept BEFORE DELETE OR UPDATE ON audit_batch FOR EACH ROW {_EACH}",
    f"CREATE TRIGGER audit_batch_whole BEFORE TRUNCATE ON audit_batch {_EACH}",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    tables = [Template(one).substitute(WORDS[kind]) for one in _TABLES]
    return [*tables, *(_SQLITE if kind == "sqlite" else _POSTGRESQL)]

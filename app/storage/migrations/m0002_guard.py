"""The guarantee: two active allocations of one resource never overlap, whatever the code above does."""

from __future__ import annotations

_LOOK_UP = """CREATE INDEX allocation_start ON allocation (resource_id, start_at, end_at, expires_at) WHERE active"""

# Active rows of a resource never overlap, so the last one that starts before the new end is the only one that can
# reach into the new interval: one step down the index decides. A two-sided comparison would read all of the past.
_ON_INSERT = """CREATE TRIGGER allocation_guard_insert BEFORE INSERT ON allocation WHEN NEW.active
BEGIN
    SELECT RAISE(ABORT, 'allocation_overlap') WHERE (
        SELECT end_at FROM allocation
        WHERE active AND resource_id = NEW.resource_id AND start_at < NEW.end_at
        ORDER BY start_at DESC LIMIT 1) > NEW.start_at;
END"""

_ON_UPDATE = """CREATE TRIGGER allocation_guard_update
BEFORE UPDATE OF resource_id, start_at, end_at, active ON allocation WHEN NEW.active
BEGIN
    SELECT RAISE(ABORT, 'allocation_overlap') WHERE (
        SELECT end_at FROM allocation
        WHERE active AND resource_id = NEW.resource_id AND start_at < NEW.end_at AND id <> OLD.id
        ORDER BY start_at DESC LIMIT 1) > NEW.start_at;
END"""

_EXCLUDE = """ALTER TABLE allocation ADD CONSTRAINT allocation_overlap
EXCLUDE USING gist (resource_id WITH =, int8range(start_at, end_at) WITH &&) WHERE (active)"""


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    if kind == "sqlite":
        return [_LOOK_UP, _ON_INSERT, _ON_UPDATE]
    return ["CREATE EXTENSION IF NOT EXISTS btree_gist", _LOOK_UP, _EXCLUDE]

"""Roles as data, who has them where, and groups; the one role that every account had becomes a grant for everything."""

from __future__ import annotations

import json
from string import Template

from app.storage.migrations.m0001_tables import RECORD, WORDS

_ROLES = (
    ("administrator", "Administrator", "May do everything; cannot be changed.", "", ""),
    (
        "manager",
        "Manager",
        "Runs the daily work of a place: set-up, requests, every booking, but no confidential answers.",
        "book_for_self book_for_others move cancel approve decline override_rules see_busy see_titles see_details "
        "see_contacts edit_clients export manage_hours manage_resources manage_services manage_settings see_messages",
        "",
    ),
    (
        "provider",
        "Provider",
        "Gives services: everything of their own bookings, of others only when they are busy.",
        "book_for_self see_busy",
        "book_for_others move cancel see_titles see_details see_contacts see_confidential edit_clients",
    ),
    (
        "front_desk",
        "Front desk",
        "Books for everybody and sees contacts, but no confidential answers.",
        "book_for_self book_for_others move cancel see_busy see_titles see_details see_contacts edit_clients",
        "",
    ),
    ("viewer", "Viewer", "Sees when people, rooms and devices are busy.", "see_busy", ""),
    ("auditor", "Auditor", "Reads the audit log and nothing else.", "read_audit", ""),
)
"""Key, name, purpose, permissions for all, permissions for one's own, as an installation begins; frozen here."""

_TABLES = (
    """CREATE TABLE role ($record
    name TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    permissions TEXT NOT NULL
$end""",
    """CREATE TABLE user_group ($record
    name TEXT NOT NULL
$end""",
    """CREATE TABLE user_group_member (
    group_id $int NOT NULL REFERENCES user_group (id),
    user_id $int NOT NULL REFERENCES "user" (id),
    PRIMARY KEY (group_id, user_id)
$end""",
    "CREATE INDEX user_group_member_user ON user_group_member (user_id)",
    """CREATE TABLE role_grant (
    id $id,
    role_id $int NOT NULL REFERENCES role (id),
    user_id $int REFERENCES "user" (id),
    group_id $int REFERENCES user_group (id),
    scope TEXT NOT NULL CHECK (scope IN ('everything', 'location', 'service', 'pool', 'resource')),
    location_id $int REFERENCES location (id),
    service_id $int REFERENCES service (id),
    pool_id $int REFERENCES pool (id),
    resource_id $int REFERENCES resource (id),
    CHECK ((user_id IS NULL) <> (group_id IS NULL)),
    CHECK ((scope = 'location') = (location_id IS NOT NULL)),
    CHECK ((scope = 'service') = (service_id IS NOT NULL)),
    CHECK ((scope = 'pool') = (pool_id IS NOT NULL)),
    CHECK ((scope = 'resource') = (resource_id IS NOT NULL))
$end""",
    "CREATE INDEX role_grant_user ON role_grant (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX role_grant_group ON role_grant (group_id) WHERE group_id IS NOT NULL",
    "CREATE INDEX role_grant_role ON role_grant (role_id)",
    'ALTER TABLE client ADD COLUMN user_id $int REFERENCES "user" (id)',
    "CREATE INDEX client_user ON client (user_id) WHERE user_id IS NOT NULL",
)

_CONVERT = (
    """INSERT INTO role_grant (role_id, user_id, scope)
SELECT role.id, "user".id, 'everything' FROM "user" JOIN role ON role.public_id = "user".role""",
    'ALTER TABLE "user" DROP COLUMN role',
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    words = {**WORDS[kind], "record": Template(RECORD).substitute(WORDS[kind])}
    tables = [Template(one).substitute(words) for one in _TABLES]
    return [*tables, *ready_made_roles(), *_CONVERT]


def ready_made_roles() -> list[str]:
    """Return the statements that put the ready-made roles into an empty table."""
    return [_insert(*role) for role in _ROLES]


def _insert(key: str, name: str, about: str, for_all: str, for_own: str) -> str:
    permissions = json.dumps({**dict.fromkeys(for_all.split(), "all"), **dict.fromkeys(for_own.split(), "own")})
    return (
        "INSERT INTO role (public_id, version, created_at, changed_at, name, about, permissions) "
        f"VALUES ('{key}', 1, 0, 0, '{name}', '{about}', '{permissions}')"
    )

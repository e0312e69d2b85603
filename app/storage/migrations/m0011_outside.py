"""Accounts that an OpenID provider or a directory vouches for, and groups that have names there.

The table of sessions is written anew, as SQLite cannot change which methods a column allows.
"""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_COLUMNS = "public_id, token_hash, user_id, created_at, seen_at, proved_at, method, factors, needed, device, address"
_STATEMENTS = (
    """CREATE TABLE external_identity (
    id $id,
    user_id $int NOT NULL REFERENCES "user" (id),
    source TEXT NOT NULL CHECK (source IN ('oidc', 'ldap')),
    issuer TEXT NOT NULL,
    subject TEXT,
    created_at $int NOT NULL,
    seen_at $int,
    UNIQUE (source, issuer, subject),
    UNIQUE (user_id, source)
$end""",
    """CREATE TABLE outside_group (
    group_id $int NOT NULL REFERENCES user_group (id),
    source TEXT NOT NULL CHECK (source IN ('oidc', 'ldap')),
    name TEXT NOT NULL,
    PRIMARY KEY (group_id, source, name)
$end""",
    "ALTER TABLE user_session RENAME TO user_session_before",
    "DROP INDEX user_session_user",
    "DROP INDEX user_session_seen",
    """CREATE TABLE user_session (
    id $id,
    public_id TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    user_id $int NOT NULL REFERENCES "user" (id),
    created_at $int NOT NULL,
    seen_at $int NOT NULL,
    proved_at $int NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('password', 'passkey', 'oidc', 'ldap')),
    factors $int NOT NULL CHECK (factors BETWEEN 1 AND 2),
    needed $int NOT NULL CHECK (needed BETWEEN 1 AND 2),
    device TEXT NOT NULL,
    address TEXT NOT NULL
$end""",
    f"INSERT INTO user_session ({_COLUMNS}) SELECT {_COLUMNS} FROM user_session_before",
    "DROP TABLE user_session_before",
    "CREATE INDEX user_session_user ON user_session (user_id)",
    "CREATE INDEX user_session_seen ON user_session (seen_at)",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]

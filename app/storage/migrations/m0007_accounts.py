"""Sign-ins as rows, second factors, passkeys, and which roles need two factors.

Sessions used to be cookies that named the account and a stamp, so the counter that was a part of it goes; whoever was
signed in signs in once more.
"""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE user_session (
    id $id,
    public_id TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    user_id $int NOT NULL REFERENCES "user" (id),
    created_at $int NOT NULL,
    seen_at $int NOT NULL,
    proved_at $int NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('password', 'passkey')),
    factors $int NOT NULL CHECK (factors BETWEEN 1 AND 2),
    needed $int NOT NULL CHECK (needed BETWEEN 1 AND 2),
    device TEXT NOT NULL,
    address TEXT NOT NULL
$end""",
    "CREATE INDEX user_session_user ON user_session (user_id)",
    "CREATE INDEX user_session_seen ON user_session (seen_at)",
    """CREATE TABLE authenticator (
    user_id $int PRIMARY KEY NOT NULL REFERENCES "user" (id),
    secret TEXT NOT NULL,
    created_at $int NOT NULL,
    confirmed_at $int,
    last_step $int NOT NULL DEFAULT 0
$end""",
    """CREATE TABLE recovery_code (
    id $id,
    user_id $int NOT NULL REFERENCES "user" (id),
    code_hash TEXT NOT NULL,
    UNIQUE (user_id, code_hash)
$end""",
    """CREATE TABLE passkey (
    id $id,
    public_id TEXT NOT NULL UNIQUE,
    user_id $int NOT NULL REFERENCES "user" (id),
    name TEXT NOT NULL,
    credential TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL,
    sign_count $int NOT NULL,
    created_at $int NOT NULL,
    used_at $int
$end""",
    "CREATE INDEX passkey_user ON passkey (user_id)",
    """CREATE TABLE spent_challenge (
    challenge_hash TEXT PRIMARY KEY NOT NULL,
    expires_at $int NOT NULL
$end""",
    "CREATE INDEX spent_challenge_age ON spent_challenge (expires_at)",
    "ALTER TABLE role ADD COLUMN needs_second_factor $no",
    'ALTER TABLE "user" DROP COLUMN sign_outs',
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]

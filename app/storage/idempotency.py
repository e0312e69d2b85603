"""Answers that were given for idempotency keys; written in the transaction of what they answer.

An answer is public ids and nothing else, so it is kept in clear.
"""

from __future__ import annotations

from app.booking.refusals import KeyReused
from app.booking.values import Instant
from app.storage.base import database_proxy
from app.storage.statements import fetch, insert_sql, run

_FIND = "SELECT fingerprint, answer FROM idempotency_key WHERE scope = %s AND key = %s"
_INSERT = insert_sql("idempotency_key", ("scope", "key", "fingerprint", "answer", "created_at"), 1)


def keyed(fingerprint: str) -> str:
    """Return what is stored of a fingerprint: without the key nobody can try out what the request said."""
    return str(database_proxy.keys.tag("idempotency_key.fingerprint", fingerprint))


def find_answer(scope: str, key: str, fingerprint: str) -> str | None:
    """Return the answer that this key got before, or None when it is new.

    Raises:
        KeyReused: the key came with another request.
    """
    rows = fetch(_FIND, (scope, key))
    if not rows:
        return None
    known, answer = rows[0]
    if known != keyed(fingerprint):
        raise KeyReused()
    return str(answer)


def store_answer(scope: str, key: str, fingerprint: str, answer: str, now: Instant) -> None:
    """Keep an answer. Of two transactions with one key the second fails here, and ``Store.write`` runs it again."""
    run(_INSERT, (scope, key, keyed(fingerprint), answer, now))


def purge(before: Instant) -> int:
    """Forget answers given before this time and return how many."""
    return int(run("DELETE FROM idempotency_key WHERE created_at < %s", (before,)).rowcount)

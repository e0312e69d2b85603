"""How often somebody did something of late: one row for each who is counted, shared by all processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.booking.values import Instant
from app.storage.statements import fetch, marks, run

_REMEMBER = """INSERT INTO throttle (who, empty_at, next_at) VALUES (%s, %s, 0)
ON CONFLICT (who) DO UPDATE SET empty_at = excluded.empty_at"""


@dataclass(frozen=True, slots=True)
class Level:
    """How full a bucket is: ``empty_at`` is when all has drained from it, ``next_at`` when one more may come."""

    empty_at: Instant
    next_at: Instant


@cache
def _pour_sql(rows: int) -> str:
    values = ", ".join(["(%s, %s, 0)"] * rows)
    return f"""INSERT INTO throttle (who, empty_at, next_at) VALUES {values}
ON CONFLICT (who) DO UPDATE SET empty_at = CASE WHEN throttle.empty_at > %s
THEN throttle.empty_at + excluded.empty_at - %s ELSE excluded.empty_at END RETURNING who, empty_at, next_at"""


def pour(seconds: Mapping[str, int], now: Instant) -> dict[str, Level]:
    """Add to each bucket what drains in so many seconds, and return how full they are then; one statement.

    The rows stay locked until the transaction ends, so of two at once the second sees what the first has poured.
    """
    params = [one for who, more in seconds.items() for one in (who, now + more)]
    rows = run(_pour_sql(len(seconds)), (*params, now, now)).fetchall()
    return {who: Level(empty_at, next_at) for who, empty_at, next_at in rows}


def take_back(seconds: Mapping[str, int]) -> None:
    """Take out again what was poured in, and with it the wait that came of it."""
    for who, less in seconds.items():
        run("UPDATE throttle SET empty_at = empty_at - %s, next_at = 0 WHERE who = %s", (less, who))


def close(who: str, until: Instant, more: int) -> None:
    """Let nobody pour into this bucket before that moment; ``more``: what drains in so many seconds is added."""
    run("UPDATE throttle SET next_at = %s, empty_at = empty_at + %s WHERE who = %s", (until, more, who))


def find(who: tuple[str, ...]) -> list[Level]:
    """Return how full these buckets are; those that were never used are left out."""
    rows = fetch(f"SELECT empty_at, next_at FROM throttle WHERE who IN ({marks(len(who))})", who)
    return [Level(*row) for row in rows]


def remember(who: str, until: Instant) -> None:
    """Know somebody until then, however often this is said."""
    run(_REMEMBER, (who, until))


def forget(who: str) -> None:
    """Empty a bucket."""
    run("DELETE FROM throttle WHERE who = %s", (who,))


def purge(now: Instant) -> int:
    """Forget all that has drained and keeps nobody waiting; return how many."""
    return int(run("DELETE FROM throttle WHERE empty_at <= %s AND next_at <= %s", (now, now)).rowcount)

"""Looking through a live database for anything that must never be; one snapshot, nothing is locked or changed."""

from __future__ import annotations

from collections.abc import Iterator

from peewee import ForeignKeyField, Model

from app.storage.all_tables import ALL_TABLES
from app.storage.invariants import INVARIANTS, Invariant
from app.storage.migrate import schema_number
from app.storage.migrations import MIGRATIONS
from app.storage.statements import marks
from app.storage.store import Store

MOST = 10
"""How many exceptions from one rule are told one by one."""

_ANSWERED = ("book", "hold", "move", "visit")
"""Operations whose stored answers are public ids of bookings, separated by commas."""


def check_database(store: Store) -> list[str]:
    """Return one sentence for each thing that is wrong; an empty list when all is well.

    A database of a million bookings takes seconds. Of many exceptions from one rule the first ten are told, then how
    many there are.

    Raises:
        Unavailable: the database cannot be used now.
    """
    found, known = schema_number(store), MIGRATIONS[-1].number
    if found != known:
        return [f"The database has schema {found}, this program needs {known}."]
    return store.snapshot(lambda: list(_all(store)))


def _all(store: Store) -> Iterator[str]:
    if not store.rows("SELECT 1 FROM revision WHERE name = 'catalog'"):
        yield "The counter of changes to the set-up is missing."
    for invariant in INVARIANTS:
        yield from _exceptions(store, invariant)
    for orphan in orphan_rules():
        yield from _exceptions(store, orphan)
    yield from _lost_answers(store)


def _exceptions(store: Store, invariant: Invariant) -> Iterator[str]:
    rows = store.rows(f"{invariant.query} LIMIT {MOST + 1}")
    for row in rows[:MOST]:
        yield invariant.sentence.format(*row)
    if len(rows) > MOST:
        count = store.rows(f"SELECT COUNT(*) FROM ({invariant.query}) AS everything")[0][0]
        yield f"... and {count - MOST} more of this kind."


def orphan_rules() -> list[Invariant]:
    """Return a rule for every reference from one table to another."""
    return [
        _orphan_rule(model, field)
        for model in ALL_TABLES
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField)
    ]


def _orphan_rule(model: type[Model], field: ForeignKeyField) -> Invariant:
    table, column, target = model._meta.table_name, field.column_name, field.rel_model._meta.table_name
    name = table.replace("_", " ")
    return Invariant(
        f"A row of {name} refers to {target.replace('_', ' ')} {{}}, which does not exist.",
        f'SELECT one.{column} FROM "{table}" AS one WHERE one.{column} IS NOT NULL '
        f'AND NOT EXISTS (SELECT 1 FROM "{target}" AS other WHERE other.id = one.{column})',
    )


def _lost_answers(store: Store) -> Iterator[str]:
    """Answers that promise bookings which are not there."""
    promised: dict[str, str] = {}
    for scope, key, answer in store.rows("SELECT scope, key, answer FROM idempotency_key ORDER BY scope, key"):
        if scope.rpartition(":")[2] in _ANSWERED:
            promised.update(dict.fromkeys(answer.split(","), key))
    ids = list(promised)
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        known = {
            one for (one,) in store.rows(f"SELECT public_id FROM booking WHERE public_id IN ({marks(len(some))})", some)
        }
        for one in some:
            if one not in known:
                yield f"The stored answer to request {promised[one]} promises booking {one}, which does not exist."

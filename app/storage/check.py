"""Looking through a live database for anything that must never be; one snapshot, nothing is locked or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, product

from peewee import ForeignKeyField, Model

from app.crypto.sealing import BrokenSealError
from app.storage.all_tables import ALL_TABLES
from app.storage.confidential import SEALED, SealedTable, unseal_text
from app.storage.invariants import INVARIANTS, Invariant
from app.storage.migrate import schema_number
from app.storage.migrations import MIGRATIONS
from app.storage.statements import marks
from app.storage.store import Store

MOST = 10
"""How many exceptions from one rule are told one by one."""

_ANSWERED = ("book", "hold", "move", "visit")
"""Operations whose stored answers are public ids of bookings, separated by commas."""


BATCH = 1000

_SAME_KIND = """SELECT o.id, o.public_id, o.kind, b.public_id, o.payload
FROM outbox_message o JOIN booking b ON b.id = o.booking_id
WHERE (o.booking_id, o.kind) IN (SELECT booking_id, kind FROM outbox_message GROUP BY booking_id, kind
HAVING COUNT(*) > 1) ORDER BY o.id"""


def check_database(store: Store) -> list[str]:
    """Return one sentence for each thing that is wrong; an empty list when all is well.

    A database of a million bookings takes seconds. Of many exceptions from one rule the first ten are told, then how
    many there are.

    Raises:
        SchemaError: the keys of what is encrypted cannot be used. Unavailable: the database cannot be used now.
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
    yield from _doubled_messages(store)
    yield from _unreadable(store)


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


def _doubled_messages(store: Store) -> Iterator[str]:
    """Messages of one booking that say the same; what they say is encrypted, so no query can compare it."""
    found: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], int] = {}
    for row_id, delivery_id, kind, booking, payload in store.rows(_SAME_KIND):
        same = (booking, kind, unseal_text("outbox_message", "payload", (delivery_id,), payload))
        found[same] += 1
        first.setdefault(same, row_id)
    for same, count in found.items():
        if count > 1:
            yield f"Message {first[same]} about booking {same[0]} ({same[1]}) is in the outbox {count} times."


def _unreadable(store: Store) -> Iterator[str]:
    """Encrypted texts that cannot be opened: changed, put into another row, or encrypted by an unknown key."""
    for table, sealed in SEALED.items():
        yield from islice(_unreadable_in(store, table, sealed), MOST)


def _unreadable_in(store: Store, table: str, sealed: SealedTable) -> Iterator[str]:
    key, names = sealed.key, len(sealed.sealed_to)
    columns = ", ".join((key, *sealed.sealed_to, *sealed.columns))
    sql, last = f"SELECT {columns} FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT {BATCH}", 0
    while rows := store.rows(sql, (last,)):
        for row, (place, column) in product(rows, enumerate(sealed.columns, 1 + names)):
            if not _opens(table, column, row[1 : 1 + names], row[place]):
                yield f"What is encrypted in {table} {column} of row {row[0]} cannot be opened."
        last = rows[-1][0]


def _opens(table: str, column: str, place: Sequence[object], text: str) -> bool:
    try:
        unseal_text(table, column, place, text)
    except BrokenSealError:
        return False
    return True

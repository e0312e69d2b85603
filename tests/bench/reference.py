"""The yardstick: the barest booking server that still refuses an overlap.

Flask, peewee, one table, one guard; no sign-in, zones, buffers, pools or mail. Our figures are ratios to what this
answers under the same gunicorn on the same machine in the same run.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from peewee import AutoField, BigIntegerField, IntegrityError, Model
from playhouse.db_url import connect

DAY = 86_400
OPEN, CLOSE, STEP = 8 * 3600, 18 * 3600, 900

_GUARDS = {
    "sqlite": """
        CREATE TRIGGER IF NOT EXISTS taken_guard BEFORE INSERT ON taken WHEN EXISTS (
            SELECT 1 FROM (SELECT end_at FROM taken WHERE provider = NEW.provider AND start_at < NEW.end_at
                           ORDER BY start_at DESC LIMIT 1) WHERE end_at > NEW.start_at)
        BEGIN SELECT RAISE(ABORT, 'overlap'); END""",
    "postgresql": """
        ALTER TABLE taken ADD CONSTRAINT taken_guard
        EXCLUDE USING gist (provider WITH =, int8range(start_at, end_at) WITH &&)""",
}


def open_database(url: str) -> Any:  # noqa: ANN401 peewee has no types
    """Open the reference's database: WAL and full sync on SQLite, as ours."""
    if url.startswith("sqlite"):
        pragmas = {"journal_mode": "wal", "synchronous": "full", "busy_timeout": 5000}
        return connect(url, pragmas=pragmas)
    return connect(url.replace("postgresql://", "psycopg3://", 1))


def table(database: Any) -> Any:  # noqa: ANN401 peewee has no types
    """Return the one table, bound to this database."""

    class Taken(Model):
        id = AutoField()
        provider = BigIntegerField()
        start_at = BigIntegerField()
        end_at = BigIntegerField()

        class Meta:
            table_name = "taken"
            indexes = ((("provider", "start_at"), False),)

    Taken.bind(database)
    return Taken


def prepare(url: str, rows: list[tuple[int, int, int]]) -> None:
    """Make the table with its guard and fill it."""
    database = open_database(url)
    taken = table(database)
    database.connect()
    taken.create_table()
    if not url.startswith("sqlite"):
        database.execute_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")
    with database.atomic():
        for first in range(0, len(rows), 5000):
            taken.insert_many(rows[first : first + 5000], fields=["provider", "start_at", "end_at"]).execute()
    database.execute_sql(_GUARDS["sqlite" if url.startswith("sqlite") else "postgresql"])
    database.close()


def free_starts(taken: list[tuple[int, int]], start: int, end: int, duration: int) -> list[int]:
    """The plain sweep over sorted integers: every free start of ``duration`` seconds, day by day."""
    starts: list[int] = []
    position = 0
    for day in range(start - start % DAY, end, DAY):
        free, close = day + OPEN, day + CLOSE
        while position < len(taken) and taken[position][0] < close:
            if taken[position][0] >= free:
                starts.extend(range(free, taken[position][0] - duration + 1, STEP))
            free = max(free, -(-taken[position][1] // STEP) * STEP)
            position += 1
        starts.extend(range(free, close - duration + 1, STEP))
    return starts


def create_app() -> Flask:
    """Make the reference application for the database in ``REFERENCE_URL``."""
    app = Flask(__name__)
    database = open_database(os.environ["REFERENCE_URL"])
    taken = table(database)

    @app.get("/slots")
    def slots() -> ResponseReturnValue:
        start, end = int(request.args["start"]), int(request.args["end"])
        first, last = int(request.args["first"]), int(request.args["last"])
        database.connect(reuse_if_open=True)
        query = taken.select(taken.provider, taken.start_at, taken.end_at).where(
            taken.provider.between(first, last), taken.start_at < end, taken.end_at > start
        )
        by_provider: dict[int, list[tuple[int, int]]] = {one: [] for one in range(first, last + 1)}
        for provider, since, until in query.order_by(taken.provider, taken.start_at).tuples():
            by_provider[provider].append((since, until))
        free: set[int] = set()
        for rows in by_provider.values():
            free.update(free_starts(rows, start, end, 1800))
        return jsonify(sorted(free))

    @app.post("/book")
    def book() -> ResponseReturnValue:
        start, provider = int(request.form["start"]), int(request.form["provider"])
        database.connect(reuse_if_open=True)
        try:
            with database.atomic():
                row = taken.create(provider=provider, start_at=start, end_at=start + 1800)
        except IntegrityError:
            return jsonify(error="taken"), 409
        return jsonify(id=row.id), 201

    return app

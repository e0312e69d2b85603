"""What a booking takes besides what its service needs: several people, rooms and devices booked together."""

from __future__ import annotations

from string import Template

from app.storage.migrations.m0001_tables import WORDS

_STATEMENTS = (
    """CREATE TABLE extra_resource (
    booking_id $int NOT NULL REFERENCES booking (id),
    resource_id $int NOT NULL REFERENCES resource (id),
    PRIMARY KEY (booking_id, resource_id)
$end""",
)


def statements(kind: str) -> list[str]:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return [Template(one).substitute(WORDS[kind]) for one in _STATEMENTS]

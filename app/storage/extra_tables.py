"""What a booking takes besides what its service needs."""

from __future__ import annotations

from peewee import CompositeKey, ForeignKeyField

from app.storage.base import Table
from app.storage.tables import Booking, Resource


class ExtraResource(Table):
    """One of several people, rooms and devices that were booked together; stays with the booking when it moves."""

    booking = ForeignKeyField(Booking)
    resource = ForeignKeyField(Resource)

    class Meta:
        primary_key = CompositeKey("booking", "resource")
        table_name = "extra_resource"


EXTRA_TABLES: tuple[type[Table], ...] = (ExtraResource,)
"""Each after those that it refers to."""

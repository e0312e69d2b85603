"""The tables of labels: those of the site, and which bookings have them."""

from __future__ import annotations

from peewee import CharField, CompositeKey, ForeignKeyField, IntegerField

from app.storage.base import Record, Table
from app.storage.tables import Booking


class Label(Record):
    """A word that bookings may carry; ``hue``: which of the eight hues of calendars it has."""

    name = CharField()
    hue = IntegerField(default=0)


class BookingLabel(Table):
    """That a booking has a label."""

    booking = ForeignKeyField(Booking)
    label = ForeignKeyField(Label)

    class Meta:
        primary_key = CompositeKey("booking", "label")
        table_name = "booking_label"


LABEL_TABLES: tuple[type[Table], ...] = (Label, BookingLabel)
"""Each after those that it refers to."""

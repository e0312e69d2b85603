"""The table of what staff may still take back."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, CharField, ForeignKeyField, IntegerField, TextField

from app.storage.base import Table
from app.storage.tables import Booking, User


class UndoableChange(Table):
    """A move or cancellation that ``user`` may take back before ``until_at``; the row goes then, or with its undoing.

    ``kind``: moved, wished (another time was asked for), cancelled. ``version``: of the booking after the change, so
    that a later one is noticed. JSON: ``state`` as of ``booking_states``, ``freed`` is what will be offered to those
    who wait, ``messages`` are the delivery ids of what will be told.
    """

    id = AutoField()
    public_id = CharField(unique=True)
    booking = ForeignKeyField(Booking)
    user = ForeignKeyField(User)
    kind = CharField()
    version = IntegerField()
    state = TextField()
    freed = TextField()
    messages = TextField()
    until_at = BigIntegerField()


UNDO_TABLES: tuple[type[Table], ...] = (UndoableChange,)

"""The pages beside rooms and devices; each has a private address, of which nothing here opens it."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

from app.storage.base import Table
from app.storage.tables import Resource, Service


class Door(Table):
    """The page beside a resource; its address is made of the public id and the secret key.

    ``service``: what is booked there, None for nothing. ``with_titles``: it tells which service a booking is for.
    ``release_after_minutes``: so long after its start a booking is kept for somebody who has not checked in; None: to
    its end. ``release_since``: what began earlier is kept, as nobody could know that they had to check in. The page was
    fetched time and again from ``shown_since`` to ``shown_at``, both 0 where it never was.
    """

    id = AutoField()
    public_id = CharField(unique=True)
    resource = ForeignKeyField(Resource, unique=True)
    service = ForeignKeyField(Service, null=True)
    with_titles = BooleanField(default=False)
    release_after_minutes = IntegerField(null=True)
    release_since = BigIntegerField()
    shown_since = BigIntegerField(default=0)
    shown_at = BigIntegerField(default=0)
    created_at = BigIntegerField()


DOOR_TABLES: tuple[type[Table], ...] = (Door,)

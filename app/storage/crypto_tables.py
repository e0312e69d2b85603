"""The tables of encryption: keys, and the blind index by which clients are found."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, CompositeKey, ForeignKeyField, IntegerField, TextField

from app.storage.base import Table
from app.storage.tables import Client


class EncryptionKey(Table):
    """A key, encrypted by the master key that ``master`` names; ``purpose``: data or index (``keys.py``)."""

    id = IntegerField(primary_key=True)
    purpose = CharField()
    state = CharField()
    wrapped = TextField()
    master = CharField()
    created_at = BigIntegerField()


class ClientIndex(Table):
    """What a client is found by: tags of their email address, phone number, and the words of their name."""

    kind = CharField()
    tag = CharField()
    client = ForeignKeyField(Client)

    class Meta:
        primary_key = CompositeKey("kind", "tag", "client")


CRYPTO_TABLES: tuple[type[Table], ...] = (EncryptionKey, ClientIndex)
"""Each after those that it refers to."""

"""Tables of what is remembered for a while: answers to repeat, and who asked how often."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, CompositeKey, TextField

from app.storage.base import Table


class IdempotencyKey(Table):
    """The answer to a request that may be repeated."""

    scope = CharField()
    key = CharField()
    fingerprint = CharField()
    answer = TextField()
    created_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("scope", "key")


class Throttle(Table):
    """How often somebody did something of late; ``who`` is a keyed hash that tells nobody's name or address."""

    who = CharField(primary_key=True)
    empty_at = BigIntegerField()
    next_at = BigIntegerField()


REPEAT_TABLES: tuple[type[Table], ...] = (IdempotencyKey, Throttle)

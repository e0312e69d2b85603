"""What all tables have in common, and the one open database that they are bound to."""

from __future__ import annotations

from typing import Any

from peewee import AutoField, BigIntegerField, CharField, DatabaseProxy, IntegerField, Model

database_proxy: Any = DatabaseProxy()


class Table(Model):
    """Base of all tables: bound to the one open database."""

    class Meta:
        database = database_proxy
        legacy_table_names = False


class Record(Table):
    """Base of tables whose rows people edit and URLs name."""

    id = AutoField()
    public_id = CharField(unique=True)
    version = IntegerField(default=1)
    created_at = BigIntegerField()
    changed_at = BigIntegerField()

"""What all tables have in common, and the one open database that they are bound to."""

from __future__ import annotations

from typing import Any, ClassVar

from peewee import AutoField, BigIntegerField, CharField, DatabaseProxy, IntegerField, Model

from app.storage.confidential import seal_model

database_proxy: Any = DatabaseProxy()


class Table(Model):
    """Base of all tables: bound to the one open database."""

    sealed_to: ClassVar[tuple[str, ...]] = ("public_id",)
    """The fields that name a row to which confidential texts are bound; they never change."""

    class Meta:
        database = database_proxy
        legacy_table_names = False

    def save(self, force_insert: bool = False, only: Any = None) -> Any:
        """Write the record; its confidential texts are encrypted."""
        seal_model(self)
        return super().save(force_insert=force_insert, only=only)


class Record(Table):
    """Base of tables whose rows people edit and URLs name."""

    id = AutoField()
    public_id = CharField(unique=True)
    version = IntegerField(default=1)
    created_at = BigIntegerField()
    changed_at = BigIntegerField()

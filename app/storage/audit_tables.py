"""The tables of the audit log. The database refuses whatever would change or remove a row (``m0013_audit.py``)."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, CharField, TextField

from app.storage.base import Table


class AuditEntry(Table):
    """One change or look. ``before`` and ``after`` are JSON of what changed; ``batch``: the batch that seals it.

    It refers to nothing by a foreign key: what becomes of other rows never reaches it.
    """

    id = AutoField()
    at = BigIntegerField()
    actor = CharField()
    user_id = BigIntegerField(null=True)
    address = CharField(default="")
    action = CharField()
    kind = CharField()
    object = CharField(default="")
    before = TextField(default="{}")
    after = TextField(default="{}")
    reason = TextField(default="")
    batch = BigIntegerField(null=True)


class AuditBatch(Table):
    """Entries that were sealed together; ``digest`` covers them and ``previous``, the digest of the batch before."""

    number = BigIntegerField(primary_key=True)
    first_id = BigIntegerField()
    last_id = BigIntegerField()
    entries = BigIntegerField()
    previous = CharField()
    digest = CharField()
    sealed_at = BigIntegerField()


AUDIT_TABLES: tuple[type[Table], ...] = (AuditEntry, AuditBatch)

"""All tables with content, each after those that it refers to."""

from __future__ import annotations

from app.storage.account_tables import ACCOUNT_TABLES
from app.storage.approval_tables import APPROVAL_TABLES
from app.storage.audit_tables import AUDIT_TABLES
from app.storage.base import Table
from app.storage.crypto_tables import CRYPTO_TABLES
from app.storage.door_tables import DOOR_TABLES
from app.storage.extra_tables import EXTRA_TABLES
from app.storage.label_tables import LABEL_TABLES
from app.storage.repeat_tables import REPEAT_TABLES
from app.storage.rights_tables import RIGHTS_TABLES
from app.storage.tables import TABLES
from app.storage.undo_tables import UNDO_TABLES
from app.storage.workflow_tables import WORKFLOW_TABLES

ALL_TABLES: tuple[type[Table], ...] = (
    *TABLES,
    *REPEAT_TABLES,
    *RIGHTS_TABLES,
    *ACCOUNT_TABLES,
    *WORKFLOW_TABLES,
    *APPROVAL_TABLES,
    *EXTRA_TABLES,
    *DOOR_TABLES,
    *LABEL_TABLES,
    *CRYPTO_TABLES,
    *AUDIT_TABLES,
    *UNDO_TABLES,
)

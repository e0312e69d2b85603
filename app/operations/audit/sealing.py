"""Sealing the audit log, as the worker does every few seconds; the head of the chain goes into its log."""

from __future__ import annotations

import logging

from app.operations.context import Context
from app.storage.audit_chain import Batch, is_anything_open, seal

MARK = "eigenplan-audit"
log = logging.getLogger(MARK)


def seal_entries(context: Context) -> int:
    """Seal all entries that are there, and return into how many batches; others may seal some of them meanwhile.

    Each head is logged after its commit, so the log has none that does not count.
    """
    if not context.store.read(is_anything_open):
        return 0
    count = 0
    while batch := context.store.write(lambda: seal(context.store, context.now)):
        log.info("%s", head_line(batch))
        count += 1
    return count


def head_line(batch: Batch) -> str:
    """Return the line that tells a batch's head; its form is promised (docs/audit.md)."""
    return f"{MARK} batch={batch.number} entries={batch.entries} digest={batch.digest}"

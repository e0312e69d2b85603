"""The site's own keys: made on the host, once, and known nowhere else."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

KEY_BYTES = 32
MASTER_PREFIX = "eigenplan-master-key-1-"
_CHECK_BYTES = 4


def make_key(path: Path, uid: int) -> None:
    """Write a new key, whole or not at all, that only one account may read; a key that is there stays as it is."""
    _make(path, secrets.token_hex(KEY_BYTES), 0o400, (uid, uid))


def make_master_key(path: Path, gid: int) -> None:
    """Write the key that opens clients' details, for root and one group: the service and who migrates read it.

    The program knows it by this form (``app/crypto/master.py``): the key with four bytes that show mistakes.
    """
    key = secrets.token_bytes(KEY_BYTES)
    check = hashlib.sha256(b"eigenplan master key check\0" + key).digest()[:_CHECK_BYTES]
    _make(path, MASTER_PREFIX + base64.urlsafe_b64encode(key + check).decode("ascii"), 0o440, (os.geteuid(), gid))


def _make(path: Path, text: str, mode: int, owner: tuple[int, int]) -> None:
    if path.exists():
        return
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(number)
    os.chown(fresh, *owner)
    fresh.chmod(mode)
    fresh.rename(path)

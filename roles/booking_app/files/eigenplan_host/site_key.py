"""The site's own key: made on the host, once, and known nowhere else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def make_key(path: Path, uid: int) -> None:
    """Write a new key, whole or not at all, that only one account may read; a key that is there stays as it is."""
    if path.exists():
        return
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(number)
    os.chown(fresh, uid, uid)
    fresh.rename(path)

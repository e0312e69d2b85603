"""One short text that changes with every setting that a container is started with."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

SETTINGS = ("compose.yml", "eigenplan.env")


def fingerprint(settings: Path) -> str:
    """Return the fingerprint of the settings in a folder, secrets included.

    It is keyed with the site's own secret, so that a password cannot be guessed from it.
    """
    secrets = sorted(path for path in (settings / "secrets").glob("*") if path.is_file())
    paths = [settings / name for name in SETTINGS] + secrets
    key_file = settings / "secrets" / "secret_key"
    digest = hmac.new(key_file.read_bytes(), digestmod=hashlib.sha256)
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:32]

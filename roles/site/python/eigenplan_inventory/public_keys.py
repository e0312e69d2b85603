"""SSH public keys as they stand in authorized_keys (RFC 4253, section 6.6, and what OpenSSH adds)."""

from __future__ import annotations

import base64
import binascii

TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
FEWEST_RSA_BITS = 2048
LENGTH = 4


def check_public_key(text: str) -> str:
    """One line: a type, the key in base 64, a comment; options before the type are not taken."""
    if "PRIVATE KEY" in text:
        return "is a private key; keep it secret and give the public one, the file that ends with .pub"
    words = text.split()
    if len(text.strip().splitlines()) != 1 or len(words) < 2:
        return "must be an SSH public key on one line, as in a file that ends with .pub"
    if words[0] not in TYPES:
        return f"must begin with the type of an SSH public key: {', '.join(TYPES)}"
    return _check_blob(words[0], words[1])


def _check_blob(name: str, encoded: str) -> str:
    try:
        parts = _split(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return "is not whole; copy the line of the .pub file anew"
    if len(parts) < 2 or parts[0] != name.encode():
        return "is not whole; copy the line of the .pub file anew"
    bits = int.from_bytes(parts[-1]).bit_length()
    if name == "ssh-rsa" and bits < FEWEST_RSA_BITS:
        return f"has only {bits} bits; use ssh-ed25519, or RSA with {FEWEST_RSA_BITS} bits or more"
    return ""


def _split(blob: bytes) -> list[bytes]:
    """Return the strings of a key, each of which stands behind its length.

    Raises:
        ValueError: a length says more than there is.
    """
    parts = []
    while blob:
        end = LENGTH + int.from_bytes(blob[:LENGTH])
        if end > len(blob):
            raise ValueError("a length that is too long")
        parts.append(blob[LENGTH:end])
        blob = blob[end:]
    return parts

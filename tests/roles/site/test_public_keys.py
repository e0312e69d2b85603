"""SSH public keys: those that OpenSSH writes are taken, halves and strangers are not."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from eigenplan_inventory.public_keys import check_public_key


def _line(public: ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    encoding, form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return public.public_bytes(encoding, form).decode()


ED25519 = _line(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key())
"""The same in every process: it is part of the names of tests."""


def _rsa(bits: int) -> str:
    """Return a public key with a modulus of so many bits; nobody needs the factors."""
    parts = [b"ssh-rsa", (65537).to_bytes(3), b"\0" * (bits % 8 == 0) + (1 << (bits - 1) | 1).to_bytes((bits + 7) // 8)]
    blob = b"".join(len(part).to_bytes(4) + part for part in parts)
    return f"ssh-rsa {base64.b64encode(blob).decode()}"


@pytest.mark.parametrize(
    "line",
    [
        ED25519,
        f"{ED25519} ada@lab.test",
        f"{ED25519} a comment of several words\n",
        _line(ec.derive_private_key(2**200 + 7, ec.SECP256R1()).public_key()),
        _rsa(2048),
    ],
)
def test_key_that_is_whole_is_taken(line: str) -> None:
    assert check_public_key(line) == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "is a private key"),
        ("ada", "on one line"),
        (f"{ED25519}\n{ED25519}", "on one line"),
        ("ssh-dss AAAAB3NzaC1kc3M=", "must begin with the type"),
        (f"no-pty {ED25519}", "must begin with the type"),
        (ED25519[:-8], "is not whole"),
        (f"{ED25519[:40]}!{ED25519[41:]}", "is not whole"),
        (ED25519.replace("ssh-ed25519 ", "ssh-rsa "), "is not whole"),
        ("ssh-ed25519 AAAA", "is not whole"),
        (_rsa(1024), "has only 1024 bits"),
    ],
)
def test_key_that_cannot_be_used_is_refused(line: str, told: str) -> None:
    assert told in check_public_key(line)


def test_private_key_is_not_shown_when_refused() -> None:
    assert "c2VjcmV0" not in check_public_key("-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0")

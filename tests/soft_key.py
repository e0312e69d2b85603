"""A passkey in software, that answers as an authenticator and a browser would (WebAuthn), with faults of choice."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text_of(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class SoftKey:
    """One passkey; ``count`` is what it tells next, ``flags`` whether somebody was there and unlocked it."""

    origin: str = ORIGIN
    host: str = "localhost"
    count: int = 1
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    ident: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    user: str = ""

    def make(self, options: str) -> str:
        """Answer a page that wants to register a passkey."""
        wanted = json.loads(options)
        self.user = wanted["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.ident).to_bytes(2, "big") + self.ident + cbor2.dumps(public)
        data = self._data(self.flags | ATTESTED) + attested
        self.count += 1
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(self._client("webauthn.create", wanted), attestationObject=text_of(statement))

    def show(self, options: str, **changes: str) -> str:
        """Answer a page that asks for a passkey; ``changes`` to what the browser says of the page."""
        client = self._client("webauthn.get", json.loads(options) | {"changes": changes})
        data = self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        self.count += 1
        return self._answer(client, authenticatorData=text_of(data), signature=text_of(signature), userHandle=self.user)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | options.get("changes", {})).encode()

    def _answer(self, client: bytes, **response: str) -> str:
        ident = text_of(self.ident)
        body = {"clientDataJSON": text_of(client), **response}
        return json.dumps(
            {"id": ident, "rawId": ident, "type": "public-key", "response": body, "clientExtensionResults": {}}
        )


def challenge_of(options: str) -> bytes:
    text = json.loads(options)["challenge"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

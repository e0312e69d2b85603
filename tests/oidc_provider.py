"""An OpenID provider of our own: a real HTTP server with a key, which lets in whom it is told to, or answers badly."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app.integrations.oidc.values import OidcSettings
from tests.cast import NOW

CLIENT, SECRET = "eigenplan at home", "a secret: with 100% odd signs & more"
Words = dict[str, Any]


def unchanged(words: Words) -> Words:
    """Change nothing."""
    return words


@dataclass
class OidcProvider:
    """What it says. The functions change what goes out, for tests of bad answers; ``codes`` are those not yet used."""

    issuer: str = ""
    person: Words = field(default_factory=dict)
    more: Words = field(default_factory=dict)
    now: int = NOW
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}, private=True))
    published: list[Words] | None = None
    about: Callable[[Words], Words] = unchanged
    header: Callable[[Words], Words] = unchanged
    claims: Callable[[Words], Words] = unchanged
    token: Callable[[Words], Words] = unchanged
    back: Callable[[Words], Words] = unchanged
    status: int = 200
    wait: float = 0.0
    codes: dict[str, Words] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def settings(self) -> OidcSettings:
        """Return how it is asked."""
        return OidcSettings(self.issuer, CLIENT, SECRET, two_factors=frozenset({"mfa"}), seconds=2.0)

    def authorize(self, words: Words) -> str:
        """Let its person in at once, and return where their browser goes back to."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = words
        back = self.back({"code": code, "state": words["state"], "iss": self.issuer})
        return f"{words['redirect_uri']}?{urlencode(back)}"

    def redeem(self, form: Words, authorization: str) -> tuple[int, Words]:
        """Give a token for a code, once, to whom it is due."""
        words = self.codes.pop(form.get("code", ""), None)
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if words is None or challenge != words["code_challenge"] or form["redirect_uri"] != words["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, self.token(
            {"id_token": self.sign(words), "access_token": "an access token", "token_type": "Bearer"}
        )

    def sign(self, words: Words) -> str:
        """Return the token of its person for a sign-in."""
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": self.now, "exp": self.now + 300, "nonce": words["nonce"]}
        if "max_age" in words:
            claims["auth_time"] = self.now
        header = self.header({"alg": "RS256", "kid": self.key.kid})
        made = self.claims({**claims, **self.person})
        if header["alg"] == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (header, made)]
            return ".".join([*parts, ""])
        key: Any = OctKey.import_key(SECRET.ljust(32, "x")) if header["alg"].startswith("HS") else self.key
        return jwt.encode(header, made, key, algorithms=[header["alg"]])

    def describe(self) -> Words:
        """Return what it says about itself."""
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/person",
            "authorization_response_iss_parameter_supported": True,
        }
        return self.about(found)

    def keys(self) -> Words:
        """Return its public keys."""
        return {"keys": [self.key.as_dict(private=False)] if self.published is None else self.published}

    def _is_client(self, form: Words, authorization: str) -> bool:
        if authorization:
            wanted = base64.b64encode(f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}".encode()).decode()
            return authorization == f"Basic {wanted}"
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)


class _Handler(BaseHTTPRequestHandler):
    provider: OidcProvider

    def do_GET(self) -> None:
        """Answer a browser, or the site."""
        parts = urlsplit(self.path)
        words = {name: texts[0] for name, texts in parse_qs(parts.query).items()}
        self._count(parts.path)
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(words))
            self.end_headers()
            return
        answers: dict[str, Callable[[], Words]] = {
            "/.well-known/openid-configuration": self.provider.describe,
            "/keys": self.provider.keys,
            "/person": lambda: self.provider.more,
        }
        self._send(self.provider.status, answers[parts.path]())

    def do_POST(self) -> None:
        """Give a token."""
        self._count(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: texts[0] for name, texts in parse_qs(body).items()}
        self._send(*self.provider.redeem(form, self.headers.get("Authorization", "")))

    def _count(self, path: str) -> None:
        self.provider.asked.append(path)
        time.sleep(self.provider.wait)

    def _send(self, status: int, words: Words) -> None:
        content = json.dumps(words).encode() if "raw" not in words else str(words["raw"]).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def oidc_provider(**person: object) -> Iterator[OidcProvider]:
    """Run a provider, which lets this person in."""
    said: Words = {"sub": "1234", "email": "ada@example.org", "email_verified": True, "name": "Ada", "groups": ["desk"]}
    provider = OidcProvider(person=said | person)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

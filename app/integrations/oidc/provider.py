"""The provider: what it says about itself, where people are sent, and what its answer is worth.

Its description and keys are kept for an hour; a key that is not among them has them fetched again, at most once a
minute, so that neither a change of keys nor tokens with made-up ones matter.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.integrations.oidc.fetch import fetch
from app.integrations.oidc.tokens import read_token, shown_at
from app.integrations.oidc.values import Asked, Identity, OidcSettings, WrongAnswerError

KEEP_SECONDS, PAUSE_SECONDS = 3600.0, 60.0
WELL_KNOWN = "/.well-known/openid-configuration"
_KINDS = ("RSA", "EC", "OKP")
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """One provider, for one process."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._about: dict[str, Any] = {}
        self._keys = KeySet([])
        self._about_at = self._keys_at = -KEEP_SECONDS

    def address(self, asked: Asked) -> str:
        """Return where to send a browser (OpenID Connect Core 1.0, 3.1.2.1).

        Raises:
            TransientProviderError, WrongAnswerError: the provider does not say where.
        """
        words = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": self.settings.scopes,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": create_s256_code_challenge(asked.verifier),
            "code_challenge_method": "S256",
        }
        if asked.is_again:
            words |= {"prompt": "login", "max_age": "0"}
        address = str(self._description()["authorization_endpoint"])
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(words)}"

    def identify(self, asked: Asked, answer: Mapping[str, str], now: int) -> Identity:
        """Return who somebody is by what their browser brought back from the provider.

        Raises:
            TransientProviderError: the provider cannot be asked. WrongAnswerError: it says no, or nothing to rely on.
        """
        about = self._description()
        _check_issuer(about, answer, self.settings.issuer)
        if "error" in answer or not answer.get("code"):
            raise WrongAnswerError("the provider let nobody in")
        tokens = self._redeem(about, asked, answer["code"])
        claims = self._read(str(tokens.get("id_token", "")), asked, now)
        more = self._ask_more(about, tokens, claims)
        return _identity(self.settings, claims, more, now)

    def _redeem(self, about: Mapping[str, Any], asked: Asked, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier,
        }
        headers: dict[str, str] = {}
        methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            name, secret = quote(self.settings.client_id, safe=""), quote(self.settings.client_secret, safe="")
            headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
        else:
            form |= {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        return fetch(self.settings, about["token_endpoint"], headers, form)

    def _read(self, token: str, asked: Asked, now: int) -> dict[str, Any]:
        claims = read_token(self.settings, token, self._key_set(fresh=False), asked, now)
        if claims is None:  # signed by a key that came after we looked
            claims = read_token(self.settings, token, self._key_set(fresh=True), asked, now)
        if claims is None:
            raise WrongAnswerError("the token is signed by no key of the provider")
        return claims

    def _ask_more(
        self, about: Mapping[str, Any], tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what the provider tells only when it is asked again (5.3): email address and groups, as a rule."""
        address, access = about.get("userinfo_endpoint"), tokens.get("access_token")
        is_all_there = "email" in claims and self.settings.groups_claim in claims
        if is_all_there or not isinstance(access, str) or not self._is_safe(address):
            return {}
        more = fetch(self.settings, str(address), {"Authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:
            raise WrongAnswerError("the provider tells about somebody else than the token is of")
        return more

    def _description(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._about_at >= KEEP_SECONDS:
                about = fetch(self.settings, self.settings.issuer.rstrip("/") + WELL_KNOWN, {})
                if about.get("issuer") != self.settings.issuer:
                    raise WrongAnswerError("the provider calls itself otherwise than EIGENPLAN_OIDC_ISSUER does")
                if not all(self._is_safe(about.get(name)) for name in _ADDRESSES):
                    raise WrongAnswerError("the provider names addresses that are missing or not safe")
                self._about, self._about_at = about, time.monotonic()
            return self._about

    def _key_set(self, *, fresh: bool) -> KeySet:
        address = self._description()["jwks_uri"]
        with self._lock:
            if time.monotonic() - self._keys_at >= (PAUSE_SECONDS if fresh else KEEP_SECONDS):
                try:
                    self._keys = _read_keys(fetch(self.settings, address, {}))
                except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                    raise WrongAnswerError("the provider's keys cannot be read") from error
                self._keys_at = time.monotonic()
            return self._keys

    def _is_safe(self, address: object) -> bool:
        """Whether an address is asked by https; by http only where the provider itself is, which is this machine."""
        scheme = urlsplit(address).scheme if isinstance(address, str) else ""
        return scheme == "https" or (scheme == "http" and self.settings.issuer.startswith("http:"))


def _read_keys(found: Mapping[str, Any]) -> KeySet:
    """Return the keys that may sign tokens; there may be others, of kinds that are none of our business."""
    known = [one for one in found["keys"] if isinstance(one, dict) and one.get("kty") in _KINDS]
    return KeySet.import_key_set({"keys": [one for one in known if one.get("use", "sig") == "sig"]})


def _check_issuer(about: Mapping[str, Any], answer: Mapping[str, str], issuer: str) -> None:
    """Refuse an answer that is another provider's (RFC 9207): who says so must, others may."""
    is_due = about.get("authorization_response_iss_parameter_supported") is True
    if answer.get("iss", None if is_due else issuer) != issuer:
        raise WrongAnswerError("the answer is another provider's")


def _identity(settings: OidcSettings, claims: Mapping[str, Any], more: Mapping[str, Any], now: int) -> Identity:
    said = {**more, **claims}
    groups = said.get(settings.groups_claim)
    listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    acr, amr = claims.get("acr"), claims.get("amr")
    shown = {one for one in [acr, *(amr if isinstance(amr, list) else [])] if isinstance(one, str)}
    return Identity(
        subject=str(claims["sub"]),
        email=_text(said.get("email")),
        is_verified=said.get("email_verified") is True,
        name=_text(said.get("name")) or _text(said.get("preferred_username")),
        groups=tuple(one for one in listed if isinstance(one, str)),
        factors=2 if shown & settings.two_factors else 1,
        shown_at=shown_at(claims, now),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

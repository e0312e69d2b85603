"""What an ID token is worth: its signature, and all that binds it to us and to one sign-in (Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.integrations.oidc.values import Asked, OidcSettings, WrongAnswerError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Asymmetric ones only: with the others our own secret would sign, and "none" signs nothing."""

LEEWAY_SECONDS = 60
MAX_LENGTH = 50_000


def read_token(settings: OidcSettings, token: str, keys: KeySet, asked: Asked, now: int) -> dict[str, Any] | None:
    """Return what a token says; None when its signature is by none of these keys.

    Raises:
        WrongAnswerError: it is no token of this provider for us and for this sign-in, or its time is over.
    """
    if not 0 < len(token) <= MAX_LENGTH:
        raise WrongAnswerError("the provider gave no token")
    try:
        read = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    options = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
    }
    params = {"client_id": settings.client_id, "nonce": asked.nonce}
    try:
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(now, LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError) as error:
        raise WrongAnswerError(f"the token cannot be relied on: {error}") from error
    _check_ours(settings, claims, asked, now)
    return dict(claims)


def _check_ours(settings: OidcSettings, claims: dict[str, Any], asked: Asked, now: int) -> None:
    """Check what the library leaves open: others in the audience, how old a token is, and when it was shown again."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if audience != [settings.client_id] and claims.get("azp") != settings.client_id:
        raise WrongAnswerError("the token is for others, too")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise WrongAnswerError("the token names nobody")
    if claims["iat"] > now + LEEWAY_SECONDS:
        raise WrongAnswerError("the token is of a time to come")
    if asked.is_again and shown_at(claims, now) < asked.asked_at - LEEWAY_SECONDS:
        raise WrongAnswerError("the provider did not let them show again who they are")


def shown_at(claims: Mapping[str, Any], now: int) -> int:
    """Return when somebody showed the provider who they are, never later than now; 0 if the token does not say."""
    told = claims.get("auth_time")
    return max(0, min(int(told), now)) if isinstance(told, (int, float)) and math.isfinite(told) else 0

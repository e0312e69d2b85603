"""What the provider is asked with, what it says, and the two ways in which that fails."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The provider. ``two_factors``: words of its ``amr`` or ``acr`` that mean two. Seconds bound every single step."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid email profile"
    groups_claim: str = "groups"
    two_factors: frozenset[str] = frozenset()
    ca_file: str = ""
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What one sign-in is about: random values that its answer must have again.

    ``is_again``: they are to show anew who they are, at the provider, since ``asked_at``.
    """

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    asked_at: int
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is; ``subject`` never changes.

    ``factors``: how many they have shown there; ``shown_at``: when (``auth_time``, Core 1.0, 2), 0 where it does not
    say.
    """

    subject: str
    email: str
    is_verified: bool
    name: str
    groups: tuple[str, ...]
    factors: int
    shown_at: int = 0


class ProviderError(Exception):
    """The provider did not say who somebody is; the text is for the log, and quotes no code, token or person."""


class TransientProviderError(ProviderError):
    """It may later: it is away, busy, too slow, or its certificate is not trusted."""


class WrongAnswerError(ProviderError):
    """What it says, or what a browser brings from it, cannot be used."""

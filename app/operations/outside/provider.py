"""Signing in at an OpenID provider: what is kept by the browser meanwhile, and what comes of the answer.

The browser keeps the random values in its signed cookie, so that an answer counts in the browser alone that asked, for
ten minutes; which ones were used is remembered for as long, so that a copy of the cookie is of no use either.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.booking.refusals import InvalidInput, SourceAway
from app.booking.values import Instant
from app.integrations.oidc.values import Asked, Identity, ProviderError, TransientProviderError
from app.operations.accounts.own_account import own_id
from app.operations.context import Context
from app.operations.outside.accounts import admit
from app.operations.outside.values import Claim, Source, Sources
from app.storage.account_tables import ExternalIdentity, SpentChallenge
from app.storage.store import Store
from app.texts import _, mark

if TYPE_CHECKING:
    from app.integrations.oidc.provider import Provider

__all__ = ["Asked"]
ASKED_SECONDS = 600
REFUSED = mark(
    "That sign-in did not work: it was used already, its time is over, or it began elsewhere; please begin anew."
)
WRONG = mark("Signing in there did not work; please try again, or sign in another way.")
SOMEBODY_ELSE = mark("Somebody else signed in there; please show who you are as yourself.")
_TOKEN_BYTES = 32
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whose account it is, how many factors they have shown there, and when; 0 where the provider does not say."""

    public_id: str
    factors: int
    proved_at: Instant


def new_asked(redirect_uri: str, now: Instant, *, is_again: bool = False) -> Asked:
    """Return the random values of a new sign-in."""
    state, nonce, verifier = (secrets.token_urlsafe(_TOKEN_BYTES) for __ in range(3))
    return Asked(state, nonce, verifier, redirect_uri, now, is_again)


def address_of(sources: Sources, asked: Asked) -> str:
    """Return where the browser goes to sign in.

    Raises:
        SourceAway: the provider does not answer.
    """
    try:
        return _provider(sources).address(asked)
    except ProviderError as error:
        raise _away(error) from error


def admit_answer(store: Store, sources: Sources, asked: Asked, answer: Mapping[str, str], now: Instant) -> Admitted:
    """Return the account of whoever came back from the provider.

    Raises:
        InvalidInput: nothing to rely on, or they get no account. SourceAway: the provider does not answer. Unavailable.
    """
    who = _identify(store, sources, asked, answer, now)
    issuer = _provider(sources).settings.issuer
    claim = Claim(Source.OIDC, issuer, who.subject, who.email, who.name, who.groups, who.is_verified)
    return Admitted(admit(store, sources, claim, now), who.factors, who.shown_at)


def check_own_answer(context: Context, sources: Sources, asked: Asked, answer: Mapping[str, str]) -> None:
    """See that whoever came back from the provider is the one who acts, and showed there again who they are.

    Raises:
        InvalidInput, SourceAway: as for ``admit_answer``.
    """
    who = _identify(context.store, sources, asked, answer, context.now)
    issuer = _provider(sources).settings.issuer
    mine = (ExternalIdentity.user == own_id(context)) & (ExternalIdentity.source == Source.OIDC.value)
    same = mine & (ExternalIdentity.issuer == issuer) & (ExternalIdentity.subject == who.subject)
    if not context.store.read(lambda: ExternalIdentity.select().where(same).exists()):
        raise InvalidInput(None, _(SOMEBODY_ELSE))


def _identify(store: Store, sources: Sources, asked: Asked, answer: Mapping[str, str], now: Instant) -> Identity:
    _spend(store, asked, now)
    try:
        return _provider(sources).identify(asked, answer, now)
    except TransientProviderError as error:
        raise _away(error) from error
    except ProviderError as error:
        _log.warning("%s", error)
        raise InvalidInput(None, _(WRONG)) from error


def _spend(store: Store, asked: Asked, now: Instant) -> None:
    """Use the values of a sign-in up, or raise InvalidInput when they are over or used."""
    until = asked.asked_at + ASKED_SECONDS
    spent = SpentChallenge.insert(challenge_hash=hashlib.sha256(asked.state.encode()).hexdigest(), expires_at=until)

    def work() -> bool:
        SpentChallenge.delete().where(SpentChallenge.expires_at <= now).execute()
        return bool(spent.on_conflict_ignore().as_rowcount().execute() == 1)

    if until <= now or not store.write(work):
        raise InvalidInput(None, _(REFUSED))


def _provider(sources: Sources) -> Provider:
    if sources.provider is None:
        raise InvalidInput(None, _(WRONG))
    return sources.provider


def _away(error: ProviderError) -> SourceAway:
    level = logging.WARNING if isinstance(error, TransientProviderError) else logging.ERROR
    _log.log(level, "%s", error)
    return SourceAway(Source.OIDC.value)

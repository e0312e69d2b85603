"""What pages with a passkey form need: this site as browsers see it, and what to ask them for."""

from __future__ import annotations

from app.operations.accounts.passkeys import Purpose, RelyingParty, offer
from app.web.context import now, site


def party() -> RelyingParty:
    """Return this site as browsers see it."""
    config = site().config
    return RelyingParty(config.secret_key, config.base_url)


def passkey_options(purpose: Purpose, user_id: int = 0) -> str:
    """Return what a page's script hands to the browser."""
    return offer(site().store, party(), purpose, now(), user_id)

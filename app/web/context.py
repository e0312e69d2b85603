"""What views hand to operations: the open store, who acts, the present time."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import current_app, g, request
from flask_login import UserMixin, current_user

from app import clock
from app.access.actors import VISITOR, Actor, client_of, waiting_client_of
from app.booking.values import Catalog, Instant
from app.config import Config
from app.operations.accounts.buckets import Source, source_of
from app.operations.accounts.sessions import Account
from app.operations.context import Context
from app.operations.installation.readiness import Store
from app.operations.outside.values import Sources

EXTENSION = "eigenplan"


@dataclass(frozen=True, slots=True)
class Site:
    """What one process keeps open."""

    config: Config
    store: Store
    sources: Sources = field(default_factory=Sources)


class SignedIn(UserMixin):
    """An account as Flask-Login knows it; ``id`` is the token of its session."""

    def __init__(self, token: str, account: Account) -> None:
        self.id = token
        self.account = account


def site() -> Site:
    """Return what the running application keeps open."""
    found: Site = current_app.extensions[EXTENSION]
    return found


def now() -> Instant:
    """Return the present time, the same throughout a request."""
    if "now" not in g:
        g.now = clock.now()
    found: Instant = g.now
    return found


def current_actor() -> Actor:
    """Return who is signed in, or the visitor; whoever still owes a second factor is none of us yet."""
    if "actor" not in g:
        account = current_account()
        g.actor = account.actor if account is not None and account.is_complete else VISITOR
    found: Actor = g.actor
    return found


def current_account() -> Account | None:
    """Return whose session this is, complete or not; asks the database once a request."""
    user = current_user._get_current_object()
    return user.account if isinstance(user, SignedIn) else None


def current_context() -> Context:
    """Return the surroundings of whoever is signed in, one object per request."""
    if "context" not in g:
        g.context = context_for(current_actor())
    found: Context = g.context
    return found


def context_for(actor: Actor, source: Source | None = None) -> Context:
    """Return the surroundings of somebody who is behind the present request."""
    made = Context(site().store, actor, now(), source, request.remote_addr or "", site().sources.issuers)
    if "first_catalog" in g:
        made = made.knowing(g.pop("first_catalog"))
    g.setdefault("contexts", []).append(made)
    return made


def read_catalog_first() -> Catalog:
    """Read the set-up before there is anybody to read it for; the request's first context goes on with it.

    Raises:
        Unavailable: it cannot be read now.
    """
    g.first_catalog = site().store.catalog()
    found: Catalog = g.first_catalog
    return found


def seen_catalog() -> Catalog | None:
    """Return the set-up as this request has read it already; None as long as it has not."""
    return next((one.seen for one in g.get("contexts", ()) if one.seen is not None), None)


def current_source() -> Source:
    """Return where the request comes from, as it is counted; behind a proxy of ours by the visitor's own address."""
    config = site().config
    return source_of(config.secret_key, request.remote_addr or "", config.limit_times)


def visitor_context() -> Context:
    """Return the surroundings of somebody on the public page; reads no cookie."""
    return context_for(VISITOR, current_source())


def client_context(booking: str) -> Context:
    """Return the surroundings of the client who holds the manage link of this booking (its public id)."""
    return context_for(client_of(booking), current_source())


def waiting_context(entry: str) -> Context:
    """Return the surroundings of the client who holds the link of this waiting entry (its public id)."""
    return context_for(waiting_client_of(entry), current_source())

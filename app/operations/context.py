"""What every operation is given: the open store, who acts, and the present time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from app.access.actors import SYSTEM, Actor
from app.access.decision import allows, decide
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import NotAllowed
from app.booking.values import Catalog, Instant
from app.operations.accounts.buckets import Source
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """One call's surroundings. Everything that one call decides is decided on one snapshot of the set-up.

    ``source``: where a request of the public way or of a client's link comes from, which is limited; None for others.
    ``address``: where any request comes from, for the audit log; empty where there is no request.
    ``elsewhere``: who else people may show now who they are, as the options say: the source and issuer of each.
    """

    store: Store
    actor: Actor
    now: Instant
    source: Source | None = None
    address: str = ""
    elsewhere: Collection[tuple[str, str]] = ()
    _snapshot: list[Catalog] = field(default_factory=list, compare=False, repr=False)

    @property
    def catalog(self) -> Catalog:
        """The set-up as it was when this context first asked for it."""
        if not self._snapshot:
            self._snapshot.append(self.store.catalog())
        return self._snapshot[0]

    @property
    def seen(self) -> Catalog | None:
        """The same, without asking for it; None as long as nobody has."""
        return self._snapshot[0] if self._snapshot else None

    def knowing(self, catalog: Catalog) -> Context:
        """Return the same surroundings on a snapshot of the set-up that was read already."""
        return replace(self, _snapshot=[catalog])

    def may(self, permission: Permission, target: Target | None = None) -> bool:
        """Whether the acting user has this permission on ``target``; None: on anything at all."""
        return allows(self.actor, permission, target)

    def require(self, permission: Permission, target: Target) -> None:
        """Go on only with this permission on ``target``; an empty one is the installation as a whole.

        Raises:
            NotAllowed: with the reason in one sentence.
        """
        self._require(permission, target)

    def require_anywhere(self, permission: Permission) -> None:
        """Go on only with this permission on anything at all: it opens a page or begins a search, and decides no more.

        Every single thing on the page, or that is done, has to be asked about again.

        Raises:
            NotAllowed: with the reason in one sentence.
        """
        self._require(permission, None)

    def _require(self, permission: Permission, target: Target | None) -> None:
        decision = decide(self.actor, permission, target)
        if not decision.allowed:
            raise NotAllowed(permission=permission.value, reason=decision.reason)

    def as_system(self) -> Context:
        """Return the same surroundings with the system acting, for what follows from somebody's action."""
        return replace(self, actor=SYSTEM, address="")

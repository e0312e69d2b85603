"""Who acts: a visitor, a client with the link of their booking, somebody signed in, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.access.grants import Grant


class ActorKind(StrEnum):
    """How somebody came to us."""

    VISITOR = "visitor"
    CLIENT = "client"
    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """``resource_id`` is the provider that a user is, ``grants`` are the roles that they have, and where.

    ``seen_as``: an administrator looks at the site as this role sees it, and can change nothing.

    ``booking`` or ``waiting`` is the public id that a client's link names.
    """

    kind: ActorKind
    name: str = ""
    user_id: int | None = None
    email: str = ""
    grants: tuple[Grant, ...] = ()
    resource_id: int | None = None
    seen_as: str = ""
    booking: str | None = None
    waiting: str | None = None

    @property
    def is_staff(self) -> bool:
        """Somebody signed in, or the system."""
        return self.kind in (ActorKind.USER, ActorKind.SYSTEM)


VISITOR = Actor(ActorKind.VISITOR)
SYSTEM = Actor(ActorKind.SYSTEM, name="Eigenplan")
COMMAND_LINE = Actor(ActorKind.SYSTEM, name="Command line")
"""Whoever has the server: may do what the system may, and is told from it in the audit log."""


def client_of(booking_public_id: str) -> Actor:
    """The client who holds the manage link of this booking."""
    return Actor(ActorKind.CLIENT, booking=booking_public_id)


def waiting_client_of(entry_public_id: str) -> Actor:
    """The client who holds the link of this entry of the waiting list."""
    return Actor(ActorKind.CLIENT, waiting=entry_public_id)

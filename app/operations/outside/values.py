"""Who vouches for people, what is said of them, and what this site makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app.integrations.ldap.values import LdapSettings

if TYPE_CHECKING:
    from app.integrations.oidc.provider import Provider


DIRECTORY = ""
"""The issuer of a directory: there is one, and what never changes of a person there is nobody else's anywhere."""


class Source(StrEnum):
    """Where somebody may have shown who they are instead of here. The value is what the database keeps."""

    OIDC = "oidc"
    LDAP = "ldap"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says of somebody who has just shown there who they are; ``subject`` never changes.

    ``is_verified``: the email address is known to be theirs.
    """

    source: Source
    issuer: str
    subject: str
    email: str
    name: str
    groups: tuple[str, ...] = ()
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """Where people may sign in besides here; None: not there. ``label``: what the button calls the provider.

    ``everybody``: they get an account also without a group that counts here. ``link_mail``: whoever has the mail
    address of an account gets that account.
    """

    directory: LdapSettings | None = field(default=None, repr=False)
    provider: Provider | None = None
    label: str = ""
    everybody: bool = False
    link_mail: bool = False

    @property
    def present(self) -> tuple[Source, ...]:
        """Those that there are."""
        found = {Source.OIDC: self.provider, Source.LDAP: self.directory}
        return tuple(one for one, source in found.items() if source is not None)

    @property
    def issuers(self) -> tuple[tuple[str, str], ...]:
        """Those that there are, each with the issuer that accounts there are known by."""
        provider = () if self.provider is None else ((Source.OIDC.value, self.provider.settings.issuer),)
        directory = () if self.directory is None else ((Source.LDAP.value, DIRECTORY),)
        return provider + directory

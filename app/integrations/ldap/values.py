"""What the directory is asked with, what it answers, and the two ways in which that fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LdapSettings:
    """The directory. ``url`` is ldaps://HOST or ldap://HOST, which is secured by StartTLS unless ``plain``.

    ``user_filter`` has ``{login}`` where what was typed goes; ``group_filter`` has ``{dn}``, empty: groups are the
    values of ``group_attribute`` alone. Seconds bound every single step.
    """

    url: str
    base_dn: str
    plain: bool = False
    ca_file: str = ""
    bind_dn: str = ""
    bind_password: str = ""
    user_filter: str = "(|(uid={login})(mail={login}))"
    id_attribute: str = "entryUUID"
    mail_attribute: str = "mail"
    name_attribute: str = "cn"
    group_attribute: str = "memberOf"
    group_filter: str = ""
    seconds: int = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the directory knows: ``subject`` never changes, ``groups`` are whole names (DN)."""

    subject: str
    email: str
    name: str
    groups: tuple[str, ...]


class DirectoryError(Exception):
    """The directory gave no answer about a password; the text is for the log and quotes nothing that was typed."""


class TransientDirectoryError(DirectoryError):
    """It may later: it is away, busy, too slow, or its certificate is not trusted."""


class PermanentDirectoryError(DirectoryError):
    """It never will with these options."""

"""Asking a directory whether a password is somebody's (RFC 4511, 4513), by ldap3, every step bounded in time.

An account of ours searches for the person, then the person's own name and password are bound. Where nobody is found a
name that nobody has is bound, so that neither answer nor steps tell whether there is such a person.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core import results
from ldap3.core.exceptions import (
    LDAPBindError,
    LDAPCommunicationError,
    LDAPException,
    LDAPOperationResult,
    LDAPStartTLSError,
)
from ldap3.utils.dn import parse_dn

from app.integrations.ldap.values import (
    LdapSettings,
    PermanentDirectoryError,
    Person,
    TransientDirectoryError,
)

MAX_GROUPS = 1000
_LATER = (results.RESULT_BUSY, results.RESULT_UNAVAILABLE, results.RESULT_TIME_LIMIT_EXCEEDED)
_SEVERAL = results.RESULT_SIZE_LIMIT_EXCEEDED
_GUID = "objectguid"
"""Active Directory's identifier is 16 bytes and no text."""


class _Tls(ldap3.Tls):
    """TLS as the standard library does it: the name is checked by it, and what it refuses is closed."""

    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:
        """Secure a connection."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(connection.socket, server_hostname=connection.server.host)


def check_login(settings: LdapSettings, login: str, password: str) -> Person | None:
    """Return who signs in with this name and password; None when they do not belong to exactly one person.

    Raises:
        TransientDirectoryError: the directory cannot be asked now.
        PermanentDirectoryError: it cannot be asked with these options.
    """
    wanted = settings.user_filter.replace("{login}", escape(login.strip().encode(errors="replace")))
    return _check(settings, wanted, password) if login.strip() else None


def check_again(settings: LdapSettings, subject: str, password: str) -> bool:
    """Whether this is the password of the person with this identifier.

    Raises:
        TransientDirectoryError, PermanentDirectoryError: as for ``check_login``.
    """
    is_guid = settings.id_attribute.lower() == _GUID
    value = bytes.fromhex(subject) if is_guid else subject.encode()
    return _check(settings, f"({settings.id_attribute}={escape(value)})", password) is not None


def escape(value: bytes) -> str:
    """Return a value as it may stand in a filter: all in hexadecimal, so that nothing means anything there."""
    return "".join(f"\\{one:02x}" for one in value)


def same_dn(name: str) -> str:
    """Return a whole name (DN) as it is compared: without blanks around its parts, in small letters."""
    try:
        parts = parse_dn(name.strip(), strip=True)
    except LDAPException:
        return name.strip().casefold()
    return "".join(f"{kind.strip()}={value.strip()}{mark}" for kind, value, mark in parts).casefold()


def _check(settings: LdapSettings, wanted: str, password: str) -> Person | None:
    if not password or "\0" in password:  # by RFC 4513, 5.1.2 a bind without a password says yes and means nothing
        return None
    with _connected(settings) as connection:
        _bind_ours(settings, connection)
        entry = _find_one(settings, connection, wanted)
        nobody = f"cn={secrets.token_hex(8)},{settings.base_dn}"
        is_right = _bind(connection, nobody if entry is None else str(entry["dn"]), password)
        if entry is None or not is_right:
            return None
        _bind_ours(settings, connection)
        return _person(settings, connection, entry)


@contextmanager
def _connected(settings: LdapSettings) -> Iterator[ldap3.Connection]:
    """Connect and secure; what the library raises becomes one of our two errors."""
    try:
        connection = _connection(settings)
        try:
            _open(settings, connection)
            yield connection
        finally:
            _close(connection)
    except (LDAPCommunicationError, LDAPStartTLSError, LDAPBindError, OSError) as error:
        raise TransientDirectoryError(f"the directory cannot be used: {_words(error)}") from error
    except (LDAPException, LDAPOperationResult) as error:
        raise PermanentDirectoryError(f"the directory cannot be asked with these options: {_words(error)}") from error


def _connection(settings: LdapSettings) -> ldap3.Connection:
    parts = urlsplit(settings.url)
    is_tls = parts.scheme == "ldaps"
    server = ldap3.Server(
        parts.hostname,
        port=parts.port or (636 if is_tls else 389),
        use_ssl=is_tls,
        get_info=ldap3.NONE,
        connect_timeout=settings.seconds,
        tls=_Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.ca_file or None),
    )
    return ldap3.Connection(
        server, receive_timeout=settings.seconds, auto_referrals=False, read_only=True, check_names=False
    )


def _open(settings: LdapSettings, connection: ldap3.Connection) -> None:
    connection.open(read_server_info=False)
    if not (connection.server.ssl or settings.plain) and not connection.start_tls(read_server_info=False):
        raise LDAPStartTLSError("the directory does not speak TLS on this port")


def _close(connection: ldap3.Connection) -> None:
    """Say goodbye if anybody still listens, and close the socket also where it was never secured."""
    try:
        connection.unbind()
    except (LDAPException, OSError):
        pass
    finally:
        if connection.socket is not None:
            connection.socket.close()


def _bind_ours(settings: LdapSettings, connection: ldap3.Connection) -> None:
    if settings.bind_dn and not _bind(connection, settings.bind_dn, settings.bind_password):
        raise PermanentDirectoryError("the directory refuses the account that searches (EIGENPLAN_LDAP_BIND_DN)")


def _bind(connection: ldap3.Connection, name: str, password: str) -> bool:
    """Whether the directory takes a name and password; in bytes it goes as it was typed, and nothing is left out."""
    secret = password.encode(errors="replace")
    if connection.rebind(user=name, password=secret, authentication=ldap3.SIMPLE, read_server_info=False):
        return True
    if connection.result["result"] in _LATER:
        raise TransientDirectoryError(f"the directory is busy: {connection.result['description']}")
    return False


def _find_one(settings: LdapSettings, connection: ldap3.Connection, wanted: str) -> dict[str, Any] | None:
    """Return the one person that a filter finds; with several nobody could say who it is, so that is none."""
    attributes = [settings.id_attribute, settings.mail_attribute, settings.name_attribute, settings.group_attribute]
    found = _search(settings, connection, wanted, [one for one in attributes if one], limit=2)
    return found[0] if len(found) == 1 else None


def _search(
    settings: LdapSettings, connection: ldap3.Connection, wanted: str, attributes: list[str], limit: int
) -> list[dict[str, Any]]:
    connection.search(settings.base_dn, wanted, attributes=attributes, size_limit=limit, time_limit=settings.seconds)
    result = connection.result["result"]
    if result in _LATER:
        raise TransientDirectoryError(f"the directory is busy: {connection.result['description']}")
    if result not in (results.RESULT_SUCCESS, _SEVERAL):
        raise PermanentDirectoryError(f"the directory refuses to search: {connection.result['description']}")
    return [one for one in connection.response or () if one["type"] == "searchResEntry"]


def _person(settings: LdapSettings, connection: ldap3.Connection, entry: dict[str, Any]) -> Person:
    value = _first(entry, settings.id_attribute)
    if not value:
        raise PermanentDirectoryError(f"the directory tells no {settings.id_attribute} (EIGENPLAN_LDAP_ID_ATTRIBUTE)")
    groups = [_text(one) for one in _values(entry, settings.group_attribute)]
    if settings.group_filter:
        wanted = settings.group_filter.replace("{dn}", escape(str(entry["dn"]).encode()))
        groups += [str(one["dn"]) for one in _search(settings, connection, wanted, ["1.1"], MAX_GROUPS)]
    return Person(
        subject=value.hex() if settings.id_attribute.lower() == _GUID else _text(value),
        email=_text(_first(entry, settings.mail_attribute)),
        name=_text(_first(entry, settings.name_attribute)),
        groups=tuple(dict.fromkeys(groups)),
    )


def _values(entry: dict[str, Any], name: str) -> list[bytes]:
    """Return the values of an attribute; its name may come in other letters than it was asked for."""
    found: dict[str, list[bytes]] = entry["raw_attributes"]
    return next((values for key, values in found.items() if key.lower() == name.lower()), [])


def _first(entry: dict[str, Any], name: str) -> bytes:
    return next(iter(_values(entry, name)), b"")


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]

"""The formats of values: each check takes a text and returns what is wrong with it, nothing when it is right."""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from urllib.parse import urlsplit

from eigenplan_inventory.options import suggest
from eigenplan_inventory.public_keys import check_public_key

Check = Callable[[str], str]

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
LONGEST_NAME = 253
HIGHEST_PORT = 65535
FIRST_UID, LAST_UID = 100, 59999
"""Debian's policy keeps other numbers for itself (section 9.2.2)."""


def check_name(text: str) -> str:
    """A host's name in DNS, of two labels or more (RFC 1123)."""
    if "://" in text or "/" in text:
        return "must be the name alone, without https:// and without a path"
    labels = text.split(".")
    if not text.isascii():
        return "must be written as DNS knows it, beginning with xn-- where it has letters beyond a to z"
    if text != text.lower():
        return "must be in small letters"
    if len(text) > LONGEST_NAME or len(labels) < 2 or not all(map(LABEL.fullmatch, labels)) or labels[-1].isdecimal():
        return "must be a full name, such as bookings.example.org"
    return ""


def check_host(text: str) -> str:
    """A host by name or IPv4 address."""
    return "" if _address(text) or not check_name(text) else "must be a host's full name or its IPv4 address"


def check_relay(text: str) -> str:
    """A mail server that the site's containers reach: for them a loopback address is the container itself."""
    address = _address(text)
    is_here = text.endswith((".localhost", ".localdomain")) or (address and (address.is_loopback or not int(address)))
    if text == "localhost" or is_here:
        return "must be what others reach it by, as localhost is the container itself; on the host that is site_address"
    return check_host(text)


def check_own_address(text: str) -> str:
    """An IPv4 address that a host can have for itself."""
    address = _address(text)
    if address is None:
        return "must be an IPv4 address, such as 10.0.0.5, without a prefix length"
    unusable = address.is_loopback or address.is_multicast or address.is_unspecified or address.is_link_local
    return "must be an address by which others reach the host" if unusable or int(address) == 2**32 - 1 else ""


def check_email(text: str) -> str:
    """An e-mail address as people have them (RFC 5321, without quoted local parts)."""
    local, at, domain = text.rpartition("@")
    good = at and LOCAL_PART.fullmatch(local) and not check_name(domain.lower())
    return "" if good else "must be an e-mail address, such as ada@example.org"


def check_sender(text: str) -> str:
    """An address, or a name with an address in angle brackets (RFC 5322)."""
    _, address = parseaddr(text)
    good = not check_email(address) and text.count("@") == 1 and "\n" not in text
    return "" if good else "must be an address, or a name with an address such as: Bookings <bookings@example.org>"


def check_zone(text: str) -> str:
    """A time zone of the IANA database."""
    zones = zoneinfo.available_timezones()
    return "" if text in zones else f"must be an IANA time zone, such as Europe/Rome{suggest(text, zones)}"


def check_web_address(text: str) -> str:
    """An address that begins with http:// or https://."""
    parts = urlsplit(text)
    try:
        port_is_right = parts.port is None or 0 < parts.port <= HIGHEST_PORT
    except ValueError:
        port_is_right = False
    good = parts.scheme in ("http", "https") and parts.hostname and port_is_right and " " not in text
    return "" if good else "must begin with http:// or https:// and a host's name"


def check_directory(text: str) -> str:
    """The directory of an ACME authority, which always speaks TLS (RFC 8555, section 6.1)."""
    return "" if text.startswith("https://") and not check_web_address(text) else "must begin with https://"


def check_account(text: str) -> str:
    """A name that Debian takes for an account."""
    return "" if ACCOUNT.fullmatch(text) else "must be of small letters, digits, - and _, and begin with a letter"


def check_port(text: str) -> str:
    """A TCP port."""
    return "" if 0 < int(text) <= HIGHEST_PORT else f"must be a port between 1 and {HIGHEST_PORT}"


def check_uid(text: str) -> str:
    """A number that an account of ours may have."""
    return "" if FIRST_UID <= int(text) <= LAST_UID else f"must be between {FIRST_UID} and {LAST_UID}"


def check_words(text: str) -> str:
    """Any text but an empty one, on one line."""
    return "" if text.strip() and "\n" not in text else "must not be empty, and on one line"


def _address(text: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(text)
    except ValueError:
        return None


FORMATS: Mapping[str, Check] = {
    "site_domain": check_name,
    "site_address": check_own_address,
    "site_administrator_name": check_words,
    "site_administrator_email": check_email,
    "site_administrator_keys": check_public_key,
    "site_time_zone": check_zone,
    "site_mail_relay": check_relay,
    "site_mail_port": check_port,
    "site_mail_from": check_sender,
    "site_acme_directory": check_directory,
    "site_http_proxy": check_web_address,
    "site_package_mirror": check_web_address,
    "site_package_security_mirror": check_web_address,
    "site_ntp_servers": check_host,
    "site_service_user": check_account,
    "site_service_uid": check_uid,
    "site_owner_user": check_account,
    "site_owner_uid": check_uid,
}
"""The check of a variable, or of each entry where the variable is a list. Empty texts are not looked at."""


def check_format(name: str, value: object) -> list[str]:
    """Return what is wrong with a value whose type is right, each beginning with the variable's name."""
    check = FORMATS.get(name) or (check_port if name.endswith("_port") else None)
    if check is None:
        return []
    if isinstance(value, list | tuple):
        checked = [(f"entry {number} of {name}", check(str(one))) for number, one in enumerate(value, 1)]
        return [f"{where} {wrong}" for where, wrong in checked if wrong]
    wrong = check(str(value))
    return [f"{name} {wrong}"] if wrong else []

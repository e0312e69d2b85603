"""All that can be said about one host's variables before anybody speaks to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eigenplan_inventory.formats import check_format
from eigenplan_inventory.options import Option, explain_unknown
from eigenplan_inventory.value_types import check_type

OTHERS = "site_other_variables"
FILES = ("site_tls_certificate", "site_tls_key")
AUTHORITY = ("site_acme_directory", "site_acme_root")
UNUSED = {"acme": FILES, "internal": (*FILES, *AUTHORITY), "files": AUTHORITY}
"""What says nothing where certificates come from elsewhere."""


def check_names(
    given: Iterable[str], options: Mapping[str, Option], others: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield pairs of a name and what is wrong with it."""
    for name in given:
        wrong = explain_unknown(name, options, others)
        if wrong:
            yield name, wrong


def check_missing(given: Mapping[str, Any], options: Mapping[str, Option]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a required variable and a sentence, for those that are not given or given empty."""
    for option in options.values():
        if option.required and given.get(option.name) in (None, "", []):
            yield option.name, f"{option.name} is missing: {option.description.rstrip('.')}"


def check_values(given: Mapping[str, Any], options: Mapping[str, Option]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a name and what is wrong with its value; the value itself is never shown."""
    for name, value in given.items():
        option = options.get(name)
        if option is None or (option.required and value in (None, "", [])):
            continue
        wrong = list(check_type(option, value)) or ([] if value in ("", []) else check_format(name, value))
        yield from ((name, sentence) for sentence in wrong)


def check_together(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with values that are right by themselves but not together."""
    user, password = given.get("site_mail_user"), given.get("site_mail_password")
    if user and not password:
        yield "site_mail_user", "site_mail_user is set, so site_mail_password is needed too"
    if password and not user:
        yield "site_mail_password", "site_mail_password is set, so site_mail_user is needed too"
    if user and given.get("site_mail_security") == "none":
        yield "site_mail_security", "site_mail_security must be starttls or tls where a password is sent"
    yield from _check_tls(given)
    yield from _check_accounts(given)


def _check_tls(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind = given.get("site_tls")
    for name in UNUSED.get(str(kind), ()):
        if given.get(name):
            yield name, f"{name} is set but would not be used, as site_tls is {kind}"
    if given.get("site_acme_root") and not given.get("site_acme_directory"):
        yield "site_acme_root", "site_acme_root is for an authority of your own, so site_acme_directory is needed too"


def _check_accounts(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for own, other, what in (
        ("site_owner_uid", ("site_service_uid", 820), "number"),
        ("site_owner_user", ("site_service_user", "eigenplan"), "name"),
    ):
        if own in given and str(given[own]) == str(given.get(other[0], other[1])):
            yield own, f"{own} must be another {what} than {other[0]}"


def check_addresses(addresses: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a host and a sentence for hosts of which another has the same address."""
    first: dict[str, str] = {}
    for host, address in addresses.items():
        if address and first.setdefault(str(address), host) != host:
            yield host, f"site_address is also that of the host {first[str(address)]}"

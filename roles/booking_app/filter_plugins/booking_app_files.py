"""Filters of the role: what stands in its files, what a host has noted, and what may be shown of errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_ARCHIVE = re.compile(r"eigenplan-([A-Za-z0-9_][A-Za-z0-9_.-]*)-(?:x86_64|aarch64)\.tar")
_ADDRESS = re.compile(r"\S*(?://|/password/)\S*")
_LAST_LINES = 4
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f]|\\\\|\\'|\\$")


def booking_app_unwritable(values: Mapping[str, object]) -> list[str]:
    """Return the names of values that Compose 1.29 and 2.26 would not read alike from a file of options."""
    return [name for name, value in values.items() if _UNWRITABLE.search(str(value))]


def booking_app_option(value: object) -> str:
    """Write a value so that both read it as it is: in apostrophes nothing is special but they themselves."""
    return "'" + str(value).replace("'", r"\'") + "'"


def booking_app_release(path: str) -> str:
    """Return the release that an archive holds, by its name; empty when it has none."""
    found = _ARCHIVE.fullmatch(path.rpartition("/")[2])
    return found[1] if found else ""


def booking_app_complaint(text: str) -> str:
    """Return the last lines of what a program complained about, without addresses: one of them may let somebody in."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][-_LAST_LINES:]
    return _ADDRESS.sub("[an address]", " | ".join(lines)) or "It did not say why."


def booking_app_kept_in(state: str, settings: str) -> str:
    """Return the kind of database that has the bookings of the site which serves; empty when none does.

    ``state``: what the operators' command has noted, an older one without the kind; ``settings``: what it goes by.
    """
    noted = _read(state)
    serving = noted.get("web", {}).get(noted.get("active"))
    return str(serving.get("database") or _read(settings).get("database", "")) if serving else ""


def _read(text: str) -> dict[str, Any]:
    """Return what a file holds; nothing where it is not there or damaged, which the operators' command tells."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters by their names."""
        known = (
            booking_app_unwritable,
            booking_app_option,
            booking_app_release,
            booking_app_complaint,
            booking_app_kept_in,
        )
        return {one.__name__: one for one in known}

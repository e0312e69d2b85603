"""What of a daemon's settings this role would lose."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection


def docker_strange_settings(text: str, known: Collection[str]) -> list[str]:
    """Return the names of the settings in a ``daemon.json`` that are none of the known ones.

    A file with nothing in it has none; of one that cannot be read it is said that it cannot.
    """
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError as error:
        return [f"what is no JSON ({error})"]
    return sorted(set(found) - set(known)) if isinstance(found, dict) else ["what is no JSON object"]


class FilterModule:
    """What Ansible finds the filters of this file by."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters, by name."""
        return {"docker_strange_settings": docker_strange_settings}

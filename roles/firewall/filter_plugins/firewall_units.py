"""Which units of systemd have a host's rules in their hands."""

from __future__ import annotations

from collections.abc import Callable

SLEEPING = {"", "disabled", "masked", "masked-runtime", "static", "indirect"}
"""States of a unit's file in which nothing starts it at boot; empty: there is no such unit."""

ACTIVE = {"active", "activating", "reloading"}


def firewall_units_in_use(shown: str) -> list[str]:
    """Return the units that run or will at the next boot.

    Args:
        shown: what ``systemctl show --property=Id,ActiveState,UnitFileState UNIT…`` prints.
    """
    units = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    return [one["Id"] for one in units if _is_active(one) or one["UnitFileState"] not in SLEEPING]


def _is_active(unit: dict[str, str]) -> bool:
    """Say whether a unit runs; one that is masked runs for the last time and does nothing when it is stopped."""
    return unit["ActiveState"] in ACTIVE and not unit["UnitFileState"].startswith("masked")


class FilterModule:
    """What Ansible finds the filters of this file by."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters by their names."""
        return {"firewall_units_in_use": firewall_units_in_use}

"""What the preflight asks of networks and of systemd."""

from __future__ import annotations

import pytest

from roles.firewall.filter_plugins.firewall_networks import (
    firewall_networks,
    firewall_networks_with,
    firewall_networks_wrong,
)
from roles.firewall.filter_plugins.firewall_units import FilterModule, firewall_units_in_use


def unit(name: str, active: str, file: str) -> str:
    return f"Id={name}.service\nActiveState={active}\nUnitFileState={file}\n"


@pytest.mark.parametrize(
    ("active", "file", "in_use"),
    [
        ("inactive", "", False),
        ("inactive", "disabled", False),
        ("inactive", "enabled", True),
        ("active", "disabled", True),
        ("activating", "enabled", True),
        ("failed", "enabled-runtime", True),
        ("active", "masked", False),
        ("inactive", "masked", False),
    ],
)
def test_unit_is_in_use_when_it_runs_or_will(active: str, file: str, in_use: bool) -> None:
    shown = "\n".join([unit("ufw", active, file), unit("firewalld", "inactive", "")])
    assert firewall_units_in_use(shown) == (["ufw.service"] if in_use else [])


def test_networks_that_are_none_are_named() -> None:
    given = ["192.0.2.0/24", "192.0.2.1", "::/0", "192.0.2.1/24", "office", "10.0.0.0/33", ""]
    assert firewall_networks_wrong(given) == ["192.0.2.1/24", "office", "10.0.0.0/33", ""]


@pytest.mark.parametrize(
    ("address", "found"), [("172.30.4.1", ["172.30.0.0/16"]), ("172.29.4.1", []), ("2001:db8::1", [])]
)
def test_networks_that_hold_an_address_are_found(address: str, found: list[str]) -> None:
    assert firewall_networks_with(["172.30.0.0/16", "172.31.0.0/16"], address) == found


def test_networks_that_lie_in_others_are_left_out() -> None:
    given = ["192.0.2.7", "192.0.2.0/24", "2001:db8::/33", "192.0.2.0/24", "2001:db8:8000::/33"]
    assert (firewall_networks(given, 4), firewall_networks(given, 6)) == (["192.0.2.0/24"], ["2001:db8::/32"])


def test_filters_have_the_names_that_tasks_use() -> None:
    assert list(FilterModule().filters()) == ["firewall_units_in_use"]

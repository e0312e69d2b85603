"""The rules as text, and what nftables makes of them. After a change that is meant, write `golden` anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from firewall.commit_confirm.kernel import Kernel, rehearse
from tests.firewall.conftest import kernel
from tests.roles.firewall.conftest import render

GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, dict[str, object]] = {
    "default": {},
    "narrow": {
        "firewall_ssh_sources": ["192.0.2.0/24", "192.0.2.7", "198.51.100.9", "2001:db8:7::/48"],
        "firewall_ssh_port": 2222,
        "firewall_open_ports": [
            {"port": 8443},
            {"port": 9100, "sources": ["192.0.2.7"]},
            {"port": 53, "protocol": "udp", "sources": ["2001:db8::/32"]},
        ],
        "firewall_container_pools": ["172.30.0.0/16", "172.31.0.0/16"],
    },
    "no_containers": {"firewall_container_interfaces": []},
}

__all__ = ["kernel"]


@pytest.mark.parametrize("name", CASES)
def test_rules_are_as_written_down(name: str) -> None:
    assert render(CASES[name]) == (GOLDEN / f"{name}.nft").read_text()


@pytest.mark.parametrize("name", CASES)
def test_rules_are_understood_by_the_kernel(name: str, kernel: Kernel, tmp_path: Path) -> None:
    file = tmp_path / "rules.nft"
    file.write_text(render(CASES[name]))
    kernel.check(file)
    assert rehearse(file).count("policy drop;") == 2


@pytest.mark.parametrize("name", CASES)
def test_rules_never_touch_those_of_others(name: str) -> None:
    text = render(CASES[name])
    assert "flush" not in text
    assert [line for line in text.splitlines() if line.startswith(("table", "delete"))] == [
        "table inet eigenplan",
        "delete table inet eigenplan",
        "table inet eigenplan {",
    ]

"""Where the site is asked and which ports may answer, as the inventory says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.playing import play, said

SHOWN = "so: {{ ([verify_address] + (__verify_opened | map(attribute='port') | list)) | join(' ') }}."
OPEN = [{"port": 8443}, {"port": 53, "protocol": "udp"}, {"port": 9100, "protocol": "tcp", "sources": ["192.0.2.9"]}]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"preflight_domain_addresses": []}, ["192.0.2.7"]),
        ({"preflight_domain_addresses": ["203.0.113.5"], "firewall_open_ports": OPEN}, ["203.0.113.5", "8443", "9100"]),
    ],
)
def test_site_is_asked_where_it_is_reached_and_opened_ports_may_answer(
    tmp_path: Path, given: dict[str, object], shown: list[str]
) -> None:
    task = {"name": "Show", "ansible.builtin.debug": {"msg": SHOWN}}
    done = play(tmp_path, "verify", [task], {"site_address": "192.0.2.7", **given})
    assert f"so: {' '.join(shown)}." in said(done)

"""How hard an installed host is, asked of Lynis and of the host itself."""

from __future__ import annotations

import pytest

from tests.lab.lynis import audit
from tests.lab.site import Site

pytestmark = pytest.mark.lab

LEAST_INDEX = 85


def test_host_is_hard_by_lynis_measure(site: Site) -> None:
    found = audit(site.host)
    print(f"Lynis {found.version}: hardening index {found.index}")
    assert found.index >= LEAST_INDEX, f"Lynis {found.version} gives {found.index}"


def test_host_lets_nobody_in_by_password(site: Site) -> None:
    told = site.host.run("sshd", "-T").stdout.splitlines()
    assert {"passwordauthentication no", "kbdinteractiveauthentication no"} <= set(told)


def test_host_tells_what_was_changed_in_its_settings(site: Site) -> None:
    site.host.run("systemctl", "start", "eigenplan-changes.service")
    site.host.run("touch", "/etc/changed-by-a-test")
    try:
        done = site.host.run("systemctl", "start", "eigenplan-changes.service")
        told = site.host.run("journalctl", "--unit=eigenplan-changes.service", "--since=-1min", "--output=cat").stdout
    finally:
        site.host.run("rm", "/etc/changed-by-a-test")
    assert done.returncode == 0
    assert "/etc/changed-by-a-test" in told


def test_host_has_no_failed_units(site: Site) -> None:
    assert site.host.run("systemctl", "--failed", "--no-legend", "--plain").stdout == ""

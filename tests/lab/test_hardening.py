"""How hard an installed host is, asked of Lynis and of the host itself."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.lab.lynis import audit
from tests.lab.site import Site

pytestmark = pytest.mark.lab

LEAST_INDEX = 85
DAYS = (1, 2)
SETTING, SECRET = "/etc/changed-by-a-test", "/etc/eigenplan/secrets/changed-by-a-test"


def test_host_is_hard_by_lynis_measure(site: Site) -> None:
    found = audit(site.host)
    print(f"Lynis {found.version}: hardening index {found.index}")
    assert found.index >= LEAST_INDEX, f"Lynis {found.version} gives {found.index}"


def test_host_lets_nobody_in_by_password(site: Site) -> None:
    done = site.host.run("sshd", "-T")
    assert done.returncode == 0, done.stderr
    assert {"passwordauthentication no", "kbdinteractiveauthentication no"} <= set(done.stdout.splitlines())


def digest(file: str, day: int) -> str:
    """Return the first line of a checksum of what ``write`` writes, as aide tells it."""
    return base64.b64encode(hashlib.sha256(f"{file} {day}".encode()).digest()).decode()[:16]


def write(site: Site, file: str, day: int) -> None:
    """Write a file as if on a day of January."""
    words = f"printf '%s' '{file} {day}' > {file} && touch --date=2026-01-0{day} {file}"
    assert site.host.run("sh", "-c", words).returncode == 0


def changes_told(site: Site, *files: str) -> str:
    """Return what the host tells when files were written that it knew with another content."""
    for day in DAYS:
        for file in files:
            write(site, file, day)
        assert site.host.run("systemctl", "start", "eigenplan-changes.service").returncode == 0
    told = site.host.run("journalctl", "--unit=eigenplan-changes.service", "--since=-2min", "--output=cat")
    assert told.returncode == 0
    return told.stdout


def test_host_tells_what_was_changed_in_its_settings_but_of_secrets_not_how(site: Site) -> None:
    try:
        told = changes_told(site, SETTING, SECRET)
        kept = site.host.run("cat", "/var/lib/aide/aide.db").stdout
    finally:
        site.host.run("rm", SETTING, SECRET)
    assert [f"File: {one}\n" in told for one in (SETTING, SECRET)] == [True, True], told
    assert [digest(SETTING, day) in told for day in DAYS] == [True, True]
    assert [digest(SECRET, day) in told for day in DAYS] == [False, False]
    assert [digest(one, DAYS[-1]) in kept for one in (SETTING, SECRET)] == [True, False]


@pytest.mark.slow
def test_keys_of_the_kernel_win_over_other_files_at_a_boot(site: Site) -> None:
    """One that the role has for all interfaces with a star and others name in full, and one that both name in full."""
    keys = ("net.ipv4.conf.all.send_redirects", "net.ipv4.tcp_rfc1337")
    other = site.host.root / "etc/sysctl.d/99-sysctl-local.conf"  # sorts as what Debian 12 makes of /etc/sysctl.conf
    other.write_text(f"{keys[0]} = 1\n{keys[1]} = 0\n")
    try:
        site.host.power_cycle()
        found = site.host.run("sysctl", "--values", *keys).stdout.split()
    finally:
        other.unlink()
    assert found == ["0", "1"]


def test_host_has_no_failed_units(site: Site) -> None:
    done = site.host.run("systemctl", "--failed", "--no-legend", "--plain")
    assert (done.returncode, done.stdout) == (0, "")

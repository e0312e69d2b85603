"""Everything of a site goes into one archive while it serves, and comes back from it."""

from __future__ import annotations

import subprocess

import pytest

from tests.lab.machine import wait_until
from tests.lab.site import Site
from tests.lab.systems import System

pytestmark = pytest.mark.lab

ARCHIVE, WORDS = "/root/site.archive", "/root/words"
CLEAN = "rm -rf /root/site.archive /root/words /var/lib/eigenplan/before-import-*"


def operate(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    """Do as an operator does, with the passphrase from a file."""
    return site.host.run("eigenplan", *words, "--passphrase-file", WORDS, seconds=120.0)


def test_archive_brings_back_what_it_holds(site: Site, system: System) -> None:
    assert site.visit(site.plan(20, visitors=1, seed=31)).booked
    before = site.confirmed()
    assert site.host.run("sh", "-c", f"umask 077; echo four words of nobody > {WORDS}").returncode == 0
    try:
        written = operate(site, "export", ARCHIVE)
        assert (written.returncode, "site.archive has" in written.stdout) == (0, True), written.stderr
        assert site.host.run("stat", "--format=%a %U", ARCHIVE).stdout.strip() == "600 root"
        assert "is there already" in operate(site, "export", ARCHIVE).stderr
        if system.database == "sqlite":
            take_in(site, before)
        else:
            assert "sudo eigenplan move postgresql" in operate(site, "import", ARCHIVE).stderr
    finally:
        site.host.run("sh", "-c", CLEAN)
    assert site.host.run("ls", "/var/lib/eigenplan-host").stdout.split().count("archive") == 0


def take_in(site: Site, before: list[str]) -> None:
    """What was booked after the archive was written is not in it."""
    assert site.visit(site.plan(20, visitors=1, seed=32)).booked
    later = site.confirmed()
    refused = operate(site, "import", ARCHIVE)
    assert (refused.returncode, "--replace" in refused.stderr, site.confirmed() == later) == (1, True, True)
    done = operate(site, "import", ARCHIVE, "--replace")
    assert done.returncode == 0, done.stderr
    wait_until(site.answers, 30.0, f"{site.url} does not come back")
    assert (site.confirmed(), len(later) > len(before)) == (before, True)
    assert site.host.run("eigenplan", "status").returncode == 0
    assert site.visit(site.plan(20, visitors=1, seed=33)).failed == 0

"""Everything of a site goes into one archive while it serves, and comes back from it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.lab.machine import wait_until
from tests.lab.site import Site
from tests.lab.systems import System

pytestmark = pytest.mark.lab

KEPT = "/var/lib/eigenplan/before-import-*"


@pytest.fixture
def folder(site: Site) -> Iterator[str]:
    """An operator's folder on the host, with a passphrase in a file; it is gone afterwards, and so is what was kept."""
    made = site.host.run("mktemp", "--directory").stdout.strip()
    assert site.host.run("sh", "-c", f"echo four words of nobody > {made}/words").returncode == 0
    yield made
    assert site.host.run("sh", "-c", f"rm -rf {made} {KEPT}").returncode == 0


def operate(site: Site, folder: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Do something with an operator's archive; any further words go with it."""
    command, *more = words
    files = (f"{folder}/site.archive", "--passphrase-file", f"{folder}/words")
    return site.host.run("eigenplan", command, *files, *more, seconds=120.0)


def test_archive_brings_back_what_it_holds(site: Site, system: System, folder: str) -> None:
    assert site.visit(site.plan(20, visitors=1, seed=31)).booked
    before = site.confirmed()
    written = operate(site, folder, "export")
    assert (written.returncode, "site.archive has" in written.stdout) == (0, True), written.stderr
    assert site.host.run("stat", "--format=%a %U", f"{folder}/site.archive").stdout.strip() == "600 root"
    assert "is there already" in operate(site, folder, "export").stderr
    if system.database == "sqlite":
        take_in(site, folder, before)
    else:
        assert "sudo eigenplan move postgresql" in operate(site, folder, "import").stderr
    assert "archive" not in site.host.run("ls", "/var/lib/eigenplan-host").stdout.split()


def take_in(site: Site, folder: str, before: list[str]) -> None:
    """What was booked after the archive was written is not in it."""
    assert site.visit(site.plan(20, visitors=1, seed=32)).booked
    later = site.confirmed()
    refused = operate(site, folder, "import")
    assert (refused.returncode, "--replace" in refused.stderr, site.confirmed() == later) == (1, True, True)
    done = operate(site, folder, "import", "--replace")
    assert done.returncode == 0, done.stderr
    wait_until(site.answers, 30.0, f"{site.url} does not come back")
    assert (site.confirmed(), len(later) > len(before)) == (before, True)
    assert site.host.run("eigenplan", "status").returncode == 0
    assert site.visit(site.plan(20, visitors=1, seed=33)).failed == 0

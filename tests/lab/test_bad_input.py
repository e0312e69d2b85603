"""What goes wrong is said in a sentence, before anything is changed or so that a later run completes it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.lab.disk import MIB
from tests.lab.playbook import ROOT, Run
from tests.lab.site import Site, files_changed_since

pytestmark = pytest.mark.lab

FILL = """
import os, sys
disk = os.statvfs("/")
with open("/fill", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, disk.f_bfree * disk.f_frsize - int(sys.argv[1]))
"""
NO_SPACE = ("No space left on device", "enough free space")
"""What apt says of a full disk: while it writes, or before it downloads what no cache of the lab has yet."""

FULL = (
    ("TASK [docker : Validating", 64, NO_SPACE),
    ("TASK [base : Look at the lists of packages", 128, NO_SPACE),
    ("TASK [booking_app : Make an image", 64, ("make room",)),
)
"""When the disk fills up, how many MiB are left, what is said then: in the midst of lists, packages, an image."""


def play_without(folder: Path, *roles: str) -> Path:
    """Write ``site.yml`` without some roles; returns its path."""
    plays = yaml.safe_load((ROOT / "playbooks" / "site.yml").read_text())
    for play in plays:
        play["roles"] = [one for one in play.get("roles", []) if one["role"] not in roles]
    return _write(folder / f"without-{'-'.join(roles)}.yml", plays)


def play_of(folder: Path, *roles: str) -> Path:
    """Write a play of these roles alone; returns its path."""
    play = {"name": "A few roles", "hosts": "eigenplan", "become": True, "roles": list(roles)}
    return _write(folder / f"{'-'.join(roles)}.yml", [play])


def _write(file: Path, plays: object) -> Path:
    file.write_text(yaml.safe_dump(plays, sort_keys=False))
    return file


@contextmanager
def nothing_changed(site: Site) -> Iterator[None]:
    """What is done in here must change no file of the host."""
    moment = time.time()
    yield
    assert files_changed_since(site.host.root, moment) == []


def refused(run: Run, *words: str) -> None:
    """A run has to end with a failure that says these words."""
    missing = [one for one in words if one not in run.sentence]
    assert (run.status != 0, missing) == (True, []), run.output[-3000:]


def test_missing_value_is_named(bare: Site) -> None:
    bare.change_inventory(site_mail_relay=None)
    with nothing_changed(bare):
        refused(bare.player.deploy("site"), "site_mail_relay", "nothing was touched")


def test_address_of_another_host_is_named(bare: Site) -> None:
    wrong = str(bare.lab.plan.client(9).ip)
    bare.change_inventory()
    with nothing_changed(bare):
        refused(bare.player.play("site", site_address=wrong), wrong, bare.host.address)


def test_host_that_cannot_be_reached_is_named(bare: Site) -> None:
    bare.change_inventory()
    bare.host.cut_link()
    try:
        refused(bare.player.deploy("site"), "other", "reach")
    finally:
        bare.host.restore_link()
        bare.host.wait_up()


def test_system_that_is_not_supported_is_named(bare: Site) -> None:
    files = [bare.host.root / "etc/os-release", bare.host.root / "etc/debian_version"]
    kept = {one: one.read_text() for one in files}
    version = kept[files[1]].split(".")[0]
    for one in files:
        one.write_text(kept[one].replace(version, "11"))
    try:
        with nothing_changed(bare):
            refused(bare.player.play("site"), "11", "Eigenplan needs Debian 12 or 13")
    finally:
        for one in files:
            one.write_text(kept[one])


@contextmanager
def squatter(site: Site) -> Iterator[None]:
    """Let something else have port 443 of the host."""
    done = site.host.run("systemd-run", "--unit=squatter", "python3", "-m", "http.server", "443")
    assert done.returncode == 0, done.stderr
    try:
        yield
    finally:
        site.host.run("systemctl", "stop", "squatter")


def test_port_that_something_else_holds_is_named(bare: Site) -> None:
    with squatter(bare), nothing_changed(bare):
        refused(bare.player.play("site"), "443", "python3")


def test_rules_of_an_administrator_are_named_before_any_role_changes_anything(bare: Site) -> None:
    """The role ``firewall`` cannot do with them; those that come before it have not begun then."""
    rules = bare.host.root / "etc/nftables.conf"
    kept = rules.read_text()
    rules.write_text(f"{kept}# ours\n")
    assert bare.host.run("systemctl", "enable", "nftables.service").returncode == 0
    try:
        with nothing_changed(bare):
            refused(bare.player.play("site"), "loads rules of your own from /etc/nftables.conf")
            refused(bare.player.deploy("preflight"), "role firewall refuses the host", "from /etc/nftables.conf")
    finally:
        rules.write_text(kept)
        bare.host.run("systemctl", "disable", "nftables.service")


@pytest.mark.parametrize(("database", "needed"), [("sqlite", "docker"), ("postgresql", "postgresql")])
def test_missing_hard_dependency_is_named(bare: Site, database: str, needed: str, tmp_path: Path) -> None:
    with nothing_changed(bare):
        run = bare.player.play(play_of(tmp_path, "booking_app"), site_database=database)
        refused(run, f"booking_app needs {needed} on")


def fill_disk(site: Site, left_mib: int, process: subprocess.Popen[bytes]) -> None:
    """Leave little of the host's disk free, while Ansible is at work on it."""
    assert process.poll() is None
    done = site.host.run("python3", "-", str(left_mib * MIB), given=FILL)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_full_disk_is_named_and_a_later_run_completes(bare: Site, tmp_path: Path) -> None:
    """Twice the disk fills up: while Docker is installed, and while the image is built. Then a run is killed.

    The last run completes what all of them have begun; ``base`` is left out of it, so that the others show that they
    can do without.
    """
    play = play_without(tmp_path, "base")
    for task, left, words in FULL:
        try:
            run = bare.player.play_until(task, partial(fill_disk, bare, left), play)
            assert (run.status != 0, any(one in run.sentence for one in words)) == (True, True), run.output[-3000:]
        finally:
            bare.host.run("rm", "/fill")
    killed = bare.player.play_until("TASK [reverse_proxy : Write how visitors", kill, play)
    assert killed.status == -signal.SIGKILL
    done = bare.player.play(play)
    assert done.status == 0, done.output[-4000:]
    outcome = bare.visit(bare.plan(30, visitors=1))
    assert (outcome.failed, outcome.shown) == (0, [])


def kill(process: subprocess.Popen[bytes]) -> None:
    """End Ansible and all that it has started on this machine, at once."""
    os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
def test_removed_site_comes_back_with_its_bookings_and_the_role_that_was_left_out(bare: Site) -> None:
    """The whole site on a host that had all but ``base``."""
    assert bare.visit(bare.plan(30, visitors=1, seed=2)).booked
    before = bare.confirmed()
    removed = bare.player.play("remove", remove_confirm=bare.url.removeprefix("https://"))
    assert removed.status == 0, removed.output[-4000:]
    assert not bare.answers()
    run = bare.player.play("site")
    assert run.status == 0, run.output[-4000:]
    assert bare.confirmed() == before
    assert bare.visit(bare.plan(30, visitors=1, seed=3)).failed == 0

"""The two ways to a site that the README shows, walked step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.lab.base_system import BaseCache
from tests.lab.checkout import copy_checkout
from tests.lab.folder import LabFolder, state_folder
from tests.lab.host import Host
from tests.lab.inventory import GROUP, site_name
from tests.lab.lab import down, find_running, up
from tests.lab.playbook import Player, Run
from tests.lab.readme import IN_A_LAB, ON_A_HOST, Reader, steps
from tests.lab.site import Site, files_changed_since, write_vault
from tests.lab.systems import System

OPERATOR = "debian"
"""The account by which an installation on somebody's own host comes in: the example's."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A site, and how it came about."""

    site: Site
    dry: Run
    """Check mode on the bare host."""
    touched: list[str]
    """Files that check mode has changed there."""
    install: Run
    verify: Run


@contextmanager
def in_a_lab(system: System, folder: Path) -> Iterator[Installed]:
    """Walk the README's steps for a lab; the last of them, when the site is needed no more.

    Raises:
        AssertionError: the README's steps are others, or the lab does not come up or go away.
    """
    _, up_step, deploy, verify, down_step = steps(IN_A_LAB)
    reader = Reader(folder, environment={"XDG_STATE_HOME": str(folder / "state")})
    came_up = reader.type(up_step)
    assert came_up.status == 0, came_up.output
    try:
        lab = find_running(LabFolder(state_folder(reader.environment)))
        site = Site(lab, lab.host(system.host), folder, Player(lab.folder.inventory, runs=reader.runs), system.host)
        write_vault(site, site_database=system.database)
        reader.environment = {**reader.environment, "ANSIBLE_VAULT_PASSWORD_FILE": str(site.vault_key)}
        yield _install(site, reader, deploy, verify)
    finally:
        went_away = reader.type(down_step)
    assert (went_away.status, went_away.output) == (0, "The lab is gone.\n")


@contextmanager
def on_a_host(system: System, folder: Path, cache: BaseCache) -> Iterator[Installed]:
    """Walk the README's steps for a host of one's own, from a copy of the checkout, by an account that may use sudo.

    Raises:
        AssertionError: the README's steps are others, or one before the installation failed.
    """
    copy, edit, preflight, deploy, verify = steps(ON_A_HOST)
    place = LabFolder(folder / "lab")
    lab = up(place, cache, system.plans[:1], print)
    try:
        host = lab.host(system.host)
        add_operator(host, place.key.with_suffix(".pub").read_text())
        checkout = copy_checkout(folder / "checkout")
        player = Player(checkout / "inventory", checkout)
        site = Site(lab, host, folder, player, "bookings")
        environment = {"ANSIBLE_VAULT_PASSWORD_FILE": str(site.vault_key), "XDG_STATE_HOME": str(folder / "state")}
        reader = Reader(folder, checkout, environment, player.runs)
        reader.edit_with(values_of(lab.folder.inventory, host))
        for step in (copy, edit):
            done = reader.type(step)
            assert done.status == 0, done.output
        write_vault(site, site_database=system.database)
        looked = reader.type(preflight)
        assert looked.status == 0, looked.output
        yield _install(site, reader, deploy, verify)
    finally:
        down(place, cache)


def _install(site: Site, reader: Reader, deploy: str, verify: str) -> Installed:
    moment = time.time()
    dry = site.player.play("site", "--check", "--diff")
    touched = files_changed_since(site.host.root, moment)
    return Installed(site, dry, touched, reader.type(deploy), reader.type(verify))


def add_operator(host: Host, public_key: str) -> None:
    """Make the account, with its key and the right to use sudo, as an installer or a cloud's image does.

    Raises:
        AssertionError: it could not be made.
    """
    home = f"/home/{OPERATOR}"
    rule = f"{OPERATOR} ALL=(ALL) NOPASSWD: ALL\n"
    for words, given in (
        (["useradd", "--create-home", "--shell=/bin/bash", OPERATOR], ""),
        (["install", "-d", "-m", "700", "-o", OPERATOR, f"{home}/.ssh"], ""),
        (["install", "-m", "600", "-o", OPERATOR, "/dev/stdin", f"{home}/.ssh/authorized_keys"], public_key),
        (["install", "-m", "440", "/dev/stdin", f"/etc/sudoers.d/{OPERATOR}"], rule),
    ):
        done = host.run(*words, given=given)
        assert done.returncode == 0, done.stderr


def values_of(lab: Path, host: Host) -> dict[str, dict[str, object]]:
    """Return what is to be written over the values of ``inventory.example`` for a host of a lab, by file."""
    values = yaml.safe_load((lab / "group_vars" / f"{GROUP}.yml").read_text())
    del values["ansible_user"]
    hosts = {"ansible_host": host.plan.name, "ansible_user": OPERATOR, "site_address": host.address}
    shared = {**values, "site_domain": site_name(host.plan.name)}
    return {"hosts.yml": hosts, f"{GROUP}.yml": shared}

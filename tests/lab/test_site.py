"""A bare host becomes the site, stays the site, and is the site again after a loss of power."""

from __future__ import annotations

import time

import pytest

from tests.lab.conftest import INSTALL_SECONDS
from tests.lab.installing import Installed
from tests.lab.machine import wait_until
from tests.lab.site import Site
from tests.lab.streaming import listening
from tests.lab.systems import System
from tests.lab.times import TOLERANCE, Times

pytestmark = pytest.mark.lab

BACK_SECONDS = 30.0
TOLD_SECONDS = 2.0


def test_dry_run_on_a_bare_host_completes_and_changes_nothing(installed: Installed) -> None:
    name = installed.site.name
    assert (installed.dry.status, installed.dry.recap(name)["failed"]) == (0, 0), installed.dry.output[-4000:]
    assert installed.touched == []


def test_bare_host_becomes_a_verified_site(installed: Installed) -> None:
    assert installed.install.status == 0, installed.install.output[-4000:]
    assert installed.verify.status == 0, installed.verify.output[-4000:]
    assert installed.install.seconds + installed.verify.seconds < TOLERANCE * INSTALL_SECONDS


def test_docker_never_had_addresses_of_its_own_choice(site: Site) -> None:
    """Not even between its installation and its configuration: an administrator may come from there."""
    said = site.host.run("journalctl", "--unit=docker.service", "--output=cat", "--no-pager").stdout
    assert ("API listen on" in said, "172.17." in said) == (True, False), said


def test_second_run_changes_nothing(site: Site, system: System, times: Times) -> None:
    run = site.player.play("site", "--diff")
    assert times.note(system.name, "second run", run.seconds)
    assert run.status == 0, run.output[-4000:]
    assert run.recap(site.name)["changed"] == 0, run.changes


def test_dry_run_on_the_installed_host_would_change_nothing(site: Site, system: System, times: Times) -> None:
    run = site.player.play("site", "--check", "--diff")
    assert times.note(system.name, "check mode on the installed host", run.seconds)
    assert run.status == 0, run.output[-4000:]
    assert run.recap(site.name)["changed"] == 0, run.changes


def test_site_is_back_by_itself_with_every_booking(site: Site, system: System, times: Times) -> None:
    outcome = site.visit(site.plan(60, visitors=2, seed=2))
    assert (outcome.failed, outcome.shown, len(outcome.booked) > 0) == (0, [], True)
    before = site.confirmed()
    assert set(outcome.booked) <= set(before)
    site.host.cut_power()
    begun = time.monotonic()
    site.host.start()
    wait_until(site.answers, TOLERANCE * BACK_SECONDS, f"{site.url} does not come back")
    assert times.note(system.name, "back after a loss of power", time.monotonic() - begun, BACK_SECONDS)
    site.host.wait_up()
    assert site.confirmed() == before


def test_all_is_as_it_should_be_after_the_loss_of_power(site: Site) -> None:
    site.host.wait_up()
    done = site.host.run("eigenplan", "status")
    assert done.returncode == 0, done.stdout
    failed = site.host.run("systemctl", "--failed", "--no-legend", "--plain")
    assert (failed.returncode, failed.stdout) == (0, "")


def test_open_calendar_is_told_of_a_change_by_the_process_that_came_back(
    site: Site, system: System, times: Times
) -> None:
    site.plan(0)  # makes a place, where no other test has
    with listening(site) as listener:
        begun = site.inside("change")["begun"]
        assert isinstance(begun, float)
        told = listener.wait_for("event: change", begun)
    assert times.note(system.name, "a change in an open calendar", told - begun, TOLD_SECONDS)


def test_mails_reach_the_relay_with_the_password(site: Site) -> None:
    outcome = site.visit(site.plan(20, visitors=1, seed=3))
    assert outcome.booked
    wanted = outcome.booked[0]
    relay = site.lab.relay
    wait_until(lambda: any(mail["X-Lab-To"] == wanted for mail in relay.mails()), 60.0, f"no mail for {wanted}")
    [mail] = [one for one in relay.mails() if one["X-Lab-To"] == wanted]
    assert mail["X-Lab-Login"] == f"lab {site.mail_password}"

"""All bookings of a site are moved into the other kind of database, and back."""

from __future__ import annotations

import pytest

from tests.lab.machine import wait_until
from tests.lab.playbook import Run
from tests.lab.site import Site
from tests.lab.systems import System
from tests.lab.times import Times

pytestmark = [pytest.mark.lab, pytest.mark.slow]

SET_ASIDE = (
    "mkdir -p /var/lib/set-aside && find /var/lib/eigenplan -name 'eigenplan.db*' -exec mv -t /var/lib/set-aside {} +"
)
DROP = "! command -v psql || runuser -u postgres -- dropdb --if-exists eigenplan"


def make_room(site: Site, target: str) -> None:
    """Do what the role's README says comes before a move: away with what is old there, and a server."""
    done = site.host.run("sh", "-c", SET_ASIDE if target == "sqlite" else DROP)
    assert done.returncode == 0, done.stderr
    if target == "postgresql":
        made = site.player.play("site", "--tags", "postgresql", site_database=target)
        assert made.status == 0, made.output[-4000:]
    assert site.answers()


def move(site: Site, target: str) -> Run:
    """Move, and run the playbook, which was refused before; returns that run."""
    refused = site.player.play("site", site_database=target)
    assert (refused.status, refused.recap(site.name)["changed"]) == (2, 0), refused.output[-4000:]
    assert f"site_database is {target}, but the bookings of {site.name} are in" in refused.sentence
    moved = site.host.run("eigenplan", "move", target, seconds=300.0)
    assert (moved.returncode, "tables are the same in both databases." in moved.stdout) == (0, True), moved.stderr
    assert not site.answers()
    run = site.player.play("site", site_database=target)
    assert run.status == 0, run.output[-4000:]
    wait_until(site.answers, 30.0, f"{site.url} does not come back")
    return run


def test_bookings_come_along_to_the_other_database_and_back(site: Site, system: System, times: Times) -> None:
    assert site.visit(site.plan(30, visitors=1, seed=8)).booked
    [other] = {"sqlite", "postgresql"} - {system.database}
    for target in (other, system.database):
        before = site.confirmed()
        make_room(site, target)
        times.note(system.name, f"run after a move to {target}", move(site, target).seconds)
        assert site.confirmed() == before
        assert site.visit(site.plan(30, visitors=1, seed=len(site.player.runs))).failed == 0
    after = site.confirmed()
    site.host.power_cycle()
    wait_until(site.answers, 30.0, f"{site.url} does not come back")
    assert (site.confirmed(), len(after) > len(before)) == (after, True)


def test_move_that_fails_leaves_the_site_as_it_was(site: Site, system: System) -> None:
    """What the test before has left is in the way: a database that is not empty."""
    [other] = {"sqlite", "postgresql"} - {system.database}
    moved = site.host.run("eigenplan", "move", other, seconds=300.0)
    words = "is there already, from an earlier time" if other == "sqlite" else "The target database is not empty"
    assert (moved.returncode, words in moved.stderr) == (1, True), moved.stderr
    assert site.answers()
    assert site.host.run("eigenplan", "status").returncode == 0

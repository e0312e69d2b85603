"""New versions while visitors come: nobody notices a good one, nobody meets a broken one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.load import Outcome
from tests.lab.releases import Releases, answers_500, as_good, give, never_ready, release_of
from tests.lab.site import Site
from tests.lab.systems import System, current_tier
from tests.lab.times import Times

pytestmark = pytest.mark.lab

FULL = current_tier() == "full"
REQUESTS = 50_000 if FULL else 5_000
RATE = 120.0 if FULL else 40.0
"""Requests a second, of all visitors together; both systems may be updated on the same two cores at once."""

DURING_BROKEN = 500


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    return Releases(tmp_path_factory.mktemp("releases"))


def running(site: Site) -> str:
    """Which release serves."""
    state = json.loads(site.host.run("eigenplan", "status", "--json").stdout)["state"]
    return str(state["web"][state["active"]]["release"])


def check_nothing_lost(site: Site, outcome: Outcome, before: list[str]) -> None:
    """Every request was answered as it has to be; whoever was told of a booking has exactly one."""
    assert (outcome.failed, outcome.shown) == (0, [])
    since = Counter(site.confirmed()) - Counter(before)
    assert since == Counter(dict.fromkeys(outcome.booked, 1))


def test_update_under_load_loses_nothing(
    site: Site, system: System, releases: Releases, times: Times, tmp_path: Path
) -> None:
    archive, old, before = releases.make(as_good), running(site), site.confirmed()
    enough = tmp_path / "enough"
    with site.visitors(site.plan(REQUESTS, until=str(enough), rate=RATE, seed=4)) as crowd:
        run = site.player.play("site", "--tags", "booking_app", booking_app_release_archive=archive)
        new = running(site)
        back = site.host.run("eigenplan", "rollback")
        enough.touch()
        outcome = crowd.outcome()
    assert (run.status, back.returncode) == (0, 0), run.output[-4000:] + back.stderr
    assert (new, running(site)) == (release_of(archive), old)
    times.note(system.name, "update by a playbook under load", run.seconds)
    times.note(system.name, f"{outcome.requests} requests meanwhile", outcome.seconds)
    times.note(system.name, "the slowest of them", outcome.slowest)
    assert outcome.requests >= REQUESTS
    check_nothing_lost(site, outcome, before)


@pytest.mark.parametrize("change", [never_ready, pytest.param(answers_500, marks=pytest.mark.slow)])
def test_broken_version_is_refused_while_the_old_one_serves(
    site: Site, releases: Releases, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    archive, old, before = releases.make(change), running(site), site.confirmed()
    enough = tmp_path / "enough"
    with site.visitors(site.plan(DURING_BROKEN, until=str(enough), rate=RATE, seed=5 + len(change.__name__))) as crowd:
        built = site.host.run("eigenplan", "build", give(site.host, archive), seconds=600.0)
        update = site.host.run("eigenplan", "update", release_of(archive), seconds=600.0)
        enough.touch()
        outcome = crowd.outcome()
    assert (built.returncode, update.returncode) == (0, 1), built.stderr + update.stdout
    assert update.stderr.startswith("eigenplan: ")
    assert running(site) == old
    check_nothing_lost(site, outcome, before)
    assert site.host.run("eigenplan", "status").returncode == 0

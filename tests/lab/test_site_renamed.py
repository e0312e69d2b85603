"""A site gets another name by a normal run, and its own back."""

from __future__ import annotations

import pytest

from tests.lab.inventory import other_name
from tests.lab.machine import wait_until
from tests.lab.site import Site
from tests.lab.systems import System
from tests.lab.times import Times

pytestmark = [pytest.mark.lab, pytest.mark.slow]


def take_name(site: Site, **variables: object) -> float:
    """Run the playbook; afterwards visitors book and the site is verified. Returns how long the run took."""
    run = site.player.play("site", **variables)
    assert run.status == 0, run.output[-4000:]
    wait_until(site.answers, 30.0, f"{site.url} does not answer")
    outcome = site.visit(site.plan(30, visitors=1, seed=len(site.player.runs)))
    assert (outcome.failed, outcome.shown, len(outcome.booked) > 0) == (0, [], True)
    verified = site.player.play("verify", **variables)
    assert verified.status == 0, verified.output[-4000:]
    return run.seconds


def test_site_gets_another_name_and_its_own_back(site: Site, system: System, times: Times) -> None:
    before, new = site.confirmed(), other_name(site.host.plan.name)
    with site.called(new):
        assert not site.answers()
        times.note(system.name, "another name", take_name(site, site_domain=new))
        assert any(f"https://{new}" in one.as_string() for one in site.lab.relay.mails())
    assert not site.answers()
    take_name(site)
    assert set(before) < set(site.confirmed())

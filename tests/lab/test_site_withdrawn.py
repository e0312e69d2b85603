"""The site is removed, its data stay, and it comes back with them.

In the lab tier ``test_bad_input.py`` shows it, on a host that has to be installed anyway.
"""

from __future__ import annotations

import pytest

from tests.lab.machine import wait_until
from tests.lab.site import Site
from tests.lab.systems import System
from tests.lab.times import Times

pytestmark = [pytest.mark.lab, pytest.mark.slow]


def test_removed_site_keeps_its_data_and_comes_back(site: Site, system: System, times: Times) -> None:
    assert site.visit(site.plan(30, visitors=1, seed=6)).booked
    before = site.confirmed()
    name = site.url.removeprefix("https://")
    removed = site.player.play("remove", remove_confirm=name)
    times.note(system.name, "removal", removed.seconds)
    assert removed.status == 0, removed.output[-4000:]
    assert not site.answers()
    [other] = {"sqlite", "postgresql"} - {system.database}
    wrong = site.player.play("site", site_database=other)
    assert (wrong.status, f"are in {system.database}, and the site would" in wrong.sentence) == (
        2,
        True,
    )
    back = site.player.play("site")
    times.note(system.name, "installation on data that stayed", back.seconds)
    assert back.status == 0, back.output[-4000:]
    wait_until(site.answers, 30.0, f"{site.url} does not come back")
    assert site.confirmed() == before

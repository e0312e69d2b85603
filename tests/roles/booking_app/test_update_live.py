"""The live process at an update: it follows the slot that serves, and never keeps pages from being served."""

from __future__ import annotations

import json

import pytest
from eigenplan_host.refusal import FailedError
from eigenplan_host.site import LIVE
from eigenplan_host.update import update

from .proxy import Visitor
from .thread_host import ThreadHost
from .updating import enabled, on


def test_live_process_follows_the_slot_that_serves(host: ThreadHost) -> None:
    """There is one, so that its streams have a gap while it changes; pages never have."""
    update(host.site(), "two")
    order = [host.changes.index(step) for step in ("stop web-a", "stop live", "start live")]
    assert (order, host.running()) == (sorted(order), on("b", "two", "two"))


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        ("mute", "the live process ended by itself: live has no words"),
        ("blind", "it was not ready after 6 s: The database is locked"),
    ],
)
def test_broken_live_process_is_replaced_by_the_one_before(host: ThreadHost, release: str, reason: str) -> None:
    with Visitor(host) as visitor, pytest.raises(FailedError) as error:
        update(host.site(), release)
    told = f"The site serves, but the new live process does not run ({reason}), so the one before goes on."
    assert (str(error.value), visitor.failed) == (told, [])
    assert host.running() == {**on("b", release, release), "live": "one"}
    update(host.site(), "two")
    assert host.running() == on("a", "two", "two")


def test_first_live_process_that_dies_is_told(bare: ThreadHost) -> None:
    with pytest.raises(
        FailedError, match="does not run, so open calendars look for changes once a minute only: the live"
    ):
        update(bare.site(), "mute")
    assert bare.running() == {"web-a": "mute", "worker": "mute"}


def test_live_process_ends_with_a_release_that_has_none_and_comes_back(host: ThreadHost) -> None:
    update(host.site(), "without")
    assert (host.running(), LIVE in host.enabled) == ({"web-b": "without", "worker": "without"}, False)
    assert not update(host.site(), "without")
    update(host.site(), "one")
    assert (host.running(), host.enabled) == (on("a", "one", "one"), enabled("a"))


def test_live_process_that_is_not_wanted_is_ended_and_the_site_left_alone(host: ThreadHost) -> None:
    host.live = False
    assert update(host.site())
    assert (host.running(), host.enabled) == ({"web-a": "one", "worker": "one"}, {"web-a", "worker"})
    assert not update(host.site())


def test_site_of_a_version_without_live_process_gets_one(host: ThreadHost) -> None:
    path = host.site().places.state / "state.json"
    noted = json.loads(path.read_text())
    del noted["live"]
    path.write_text(json.dumps(noted))
    host.stop(LIVE)
    assert update(host.site())
    assert host.running() == on("a", "one", "one")

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eigenplan_host.refresh import refresh
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import LIVE, WORKER
from eigenplan_host.state import load_state
from eigenplan_host.update import update

from .proxy import Visitor
from .thread_host import Image, KilledError, ThreadHost
from .updating import bare_host, enabled, on, shut_down, write_settings


def test_first_update_migrates_before_anything_starts(bare: ThreadHost) -> None:
    assert update(bare.site(), "one")
    assert bare.changes.index("migrate task") < bare.changes.index("start web-a")
    assert (bare.serving(), bare.enabled, bare.schema) == ("one", enabled("a"), 4)


def test_second_update_to_the_same_changes_nothing(host: ThreadHost) -> None:
    assert not update(host.site(), "one")
    assert host.changes == []


def test_update_without_a_release_keeps_the_present_one(host: ThreadHost) -> None:
    assert not update(host.site())


def test_update_on_a_bare_host_without_a_release_is_refused(bare: ThreadHost) -> None:
    with pytest.raises(RefusedError, match="name a release"):
        update(bare.site())


def test_update_to_a_release_without_image_is_refused(host: ThreadHost) -> None:
    with pytest.raises(RefusedError, match="no image of release three"):
        update(host.site(), "three")
    assert host.changes == []


def test_update_to_an_older_schema_is_refused(host: ThreadHost) -> None:
    with pytest.raises(RefusedError, match="schema 3 only"):
        update(host.site(), "older")
    assert host.serving() == "one"


def test_update_to_settings_with_another_database_is_refused(host: ThreadHost) -> None:
    host.database = "postgresql"
    write_settings(host.site().places, "another database")
    for release in ("one", "two"):
        with pytest.raises(RefusedError, match="are in sqlite, but its settings say postgresql, where they are not"):
            update(host.site(), release)
    assert (host.changes, host.serving()) == ([], "one")


def test_update_of_a_site_whose_database_was_never_noted_goes_on(host: ThreadHost) -> None:
    path = host.site().places.state / "state.json"
    path.write_text(path.read_text().replace('"database": "sqlite"', '"database": ""'))
    assert update(host.site(), "two")
    assert load_state(path.parent).web["b"].database == "sqlite"


def test_update_fails_no_visitor(host: ThreadHost) -> None:
    with Visitor(host) as visitor:
        update(host.site(), "two")
        update(host.site(), "one")
        update(host.site(), "two")
    assert visitor.failed == []
    assert visitor.visits > 50
    assert (host.serving(), host.running()) == ("two", on("b", "two", "two"))
    assert host.enabled == enabled("b")


def test_changed_settings_go_through_the_other_slot(host: ThreadHost) -> None:
    write_settings(host.site().places, "another domain")
    with Visitor(host) as visitor:
        assert update(host.site())
    assert (visitor.failed, host.active(), host.serving()) == ([], "b", "one")


def test_update_keeps_the_release_before_for_a_way_back(host: ThreadHost) -> None:
    update(host.site(), "two")
    previous = load_state(host.site().places.state).previous
    assert previous is not None
    assert (previous.release, host.tags["previous"]) == ("one", "sha256:one")


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        ("never", "it was not ready after 6 s: The database is locked. Slot a serves as before"),
        ("error", "its pages do not work: / answers 500"),
        ("behind", "its pages do not work: /book/x"),
        ("dead", "it ended by itself: web-b has no words"),
        ("later", "it stopped serving: no answer"),
    ],
)
def test_broken_release_is_not_taken(host: ThreadHost, release: str, reason: str) -> None:
    with Visitor(host) as visitor, pytest.raises(FailedError) as error:
        update(host.site(), release)
    assert reason in str(error.value)
    assert (host.serving(), host.running()) == ("one", on("a", "one", "one"))
    assert host.enabled == enabled("a")
    assert [one for one in visitor.failed if one != "RemoteDisconnected"] == []


def test_good_release_is_taken_after_a_broken_one(host: ThreadHost) -> None:
    with pytest.raises(FailedError):
        update(host.site(), "error")
    update(host.site(), "two")
    assert (host.serving(), host.running()) == ("two", on("b", "two", "two"))


def test_worker_that_dies_is_replaced_by_the_one_before(host: ThreadHost) -> None:
    with pytest.raises(FailedError, match="the one before goes on"):
        update(host.site(), "lazy")
    assert host.running() == on("b", "lazy", "one")
    update(host.site(), "two")
    assert host.running() == on("a", "two", "two")


def test_first_worker_that_dies_is_told(bare: ThreadHost) -> None:
    with pytest.raises(FailedError, match="so no mail leaves"):
        update(bare.site(), "lazy")
    assert bare.running() == {"web-a": "lazy"}


def test_first_release_that_is_broken_leaves_nothing_running(bare: ThreadHost) -> None:
    with pytest.raises(FailedError, match="Nothing serves yet"):
        update(bare.site(), "error")
    assert (bare.running(), bare.active()) == ({}, "")
    update(bare.site(), "one")
    assert bare.serving() == "one"


def test_host_that_refuses_to_start_the_slot_keeps_the_old_one(host: ThreadHost) -> None:
    host.refuses = "prepare web-b"
    with Visitor(host) as visitor, pytest.raises(FailedError, match="Slot a serves as before"):
        update(host.site(), "two")
    assert (visitor.failed, host.serving()) == ([], "one")


def test_other_schema_migrates_while_nothing_runs(host: ThreadHost) -> None:
    update(host.site(), "newer")
    order = [
        host.changes.index(step) for step in ("stop web-a", "stop worker", "stop live", "migrate task", "start web-b")
    ]
    assert order == sorted(order)
    assert (host.serving(), host.schema, host.running()) == ("newer", 5, on("b", "newer", "newer"))


def test_migration_that_fails_lets_the_old_release_serve_again(host: ThreadHost) -> None:
    host.refuses = "migrate"
    with pytest.raises(FailedError, match="The database was not changed"):
        update(host.site(), "newer")
    assert (host.serving(), host.running()) == ("one", on("a", "one", "one"))


def test_old_release_that_does_not_come_back_is_not_said_to_serve(host: ThreadHost) -> None:
    host.refuses = "migrate"
    host.containers["web-a"].image = Image("one", "never-ready")
    with pytest.raises(FailedError, match=r"does not run again as it should: it was not ready after 6 s") as error:
        update(host.site(), "newer")
    assert "as before" not in str(error.value)


@pytest.mark.parametrize(("service", "name"), [(WORKER, "worker"), (LIVE, "live process")])
def test_old_single_service_that_does_not_come_back_is_told(host: ThreadHost, service: str, name: str) -> None:
    host.refuses = "migrate"
    host.containers[service].image = Image("one", f"{service}-dies")
    with pytest.raises(FailedError, match=f"the {name} ended by itself: {service} has no words"):
        update(host.site(), "newer")
    assert host.serving() == "one"


def test_single_services_of_the_old_schema_start_at_no_boot_once_the_schema_is_new(host: ThreadHost) -> None:
    host.refuses = "prepare web-b"
    with pytest.raises(FailedError, match="The site is down until"):
        update(host.site(), "newer")
    left = {WORKER, LIVE}
    assert (host.schema, left & set(host.running()), left & host.enabled) == (5, set(), set())
    host.refuses = ""
    update(host.site(), "newer")
    assert (host.running(), host.enabled) == (on("b", "newer", "newer"), enabled("b"))


def test_way_back_over_a_change_of_the_schema_is_refused(host: ThreadHost) -> None:
    update(host.site(), "newer")
    with pytest.raises(RefusedError, match="the database has 5"):
        update(host.site(), "one")


def test_slot_that_was_stopped_by_hand_is_started_again(host: ThreadHost) -> None:
    host.stop("web-a")
    assert update(host.site())
    assert host.serving() == "one"


@pytest.mark.parametrize("service", [WORKER, LIVE])
def test_single_service_that_was_stopped_by_hand_is_started_again(host: ThreadHost, service: str) -> None:
    host.stop(service)
    assert update(host.site())
    assert host.running()[service] == "one"


def test_disk_that_is_full_changes_nothing(host: ThreadHost, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = host.site().places.state
    fresh = folder / f"state.{os.getpid()}.new"
    fresh.symlink_to("/dev/full")
    with Visitor(host) as visitor, pytest.raises(FailedError, match="No space left on device"):
        update(host.site(), "two")
    assert (host.serving(), visitor.failed) == ("one", [])
    fresh.unlink()
    update(host.site(), "two")
    assert host.serving() == "two"


def count_changes(folder: Path, release: str) -> int:
    host = bare_host(folder)
    update(host.site(), "one")
    before = len(host.changes)
    update(host.site(), release)
    shut_down(host)
    return len(host.changes) - before


def killed(folder: Path, step: int, release: str) -> ThreadHost:
    host = bare_host(folder)
    update(host.site(), "one")
    host.kill_at = len(host.changes) + step
    with pytest.raises(KilledError):
        update(host.site(), release)
    host.kill_at = -1
    return host


def steps(release: str, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    total = count_changes(tmp_path / "whole", release)
    for step in range(total):
        yield step, tmp_path / str(step)


def rebuilt(host: ThreadHost, image: Image) -> Callable[[str], None]:
    """What makes the image of a release anew: as this one."""

    def rebuild(release: str) -> None:
        host.add(image)
        host.tags[release] = f"sha256:{image.name}"

    return rebuild


def test_refresh_lets_the_same_release_run_from_its_new_image_without_a_gap(host: ThreadHost) -> None:
    update(host.site(), "two")
    with Visitor(host) as visitor:
        refresh(host.site(), rebuilt(host, Image("two-fresh")))
    assert (visitor.failed, host.running()) == ([], on("a", "two-fresh", "two-fresh"))
    state = load_state(host.site().places.state)
    assert state.serving
    assert state.previous
    assert (state.serving.release, state.previous.release) == ("two", "one")


def test_refresh_that_makes_something_broken_keeps_what_runs_and_its_name(host: ThreadHost) -> None:
    with pytest.raises(FailedError, match="Slot a serves as before"):
        refresh(host.site(), rebuilt(host, Image("fresh", "error-500")))
    assert (host.running(), host.tags["one"]) == (on("a", "one", "one"), "sha256:one")
    assert not update(host.site())


def test_refresh_with_settings_of_another_database_is_refused_before_anything_is_built(host: ThreadHost) -> None:
    host.database = "postgresql"
    with pytest.raises(RefusedError, match="its settings say postgresql"):
        refresh(host.site(), rebuilt(host, Image("fresh")))
    assert host.tags["one"] == "sha256:one"


def test_refresh_of_nothing_is_refused(bare: ThreadHost) -> None:
    with pytest.raises(RefusedError, match="run the playbook first"):
        refresh(bare.site(), rebuilt(bare, Image("fresh")))
    assert bare.changes == []


@pytest.mark.gate
def test_update_that_is_killed_anywhere_leaves_somebody_serving_and_the_next_completes(tmp_path: Path) -> None:
    for step, folder in steps("two", tmp_path):
        host = killed(folder, step, "two")
        assert host.serving(), f"nobody serves after step {step}"
        with Visitor(host) as visitor:
            update(host.site(), "two")
        assert (visitor.failed, host.serving()) == ([], "two"), f"after step {step}"
        assert sorted(host.running().values()) == ["two", "two", "two"], f"after step {step}"
        shut_down(host)


@pytest.mark.gate
def test_power_that_is_lost_anywhere_in_an_update_leaves_one_slot_serving(tmp_path: Path) -> None:
    for step, folder in steps("two", tmp_path):
        host = killed(folder, step, "two")
        host.cut_power()
        assert host.serving() in ("one", "two"), f"after step {step}"
        assert len(host.running()) == 3, f"after step {step}"
        update(host.site(), "two")
        assert host.serving() == "two", f"after step {step}"
        shut_down(host)


@pytest.mark.gate
def test_change_of_the_schema_that_is_killed_anywhere_is_completed_by_the_next_run(tmp_path: Path) -> None:
    for step, folder in steps("newer", tmp_path):
        host = killed(folder, step, "newer")
        update(host.site(), "newer")
        assert (host.serving(), host.schema) == ("newer", 5), f"after step {step}"
        shut_down(host)


@pytest.mark.gate
def test_change_of_the_schema_that_is_asked_to_end_before_the_schema_is_new_is_led_back(tmp_path: Path) -> None:
    for step, folder in steps("newer", tmp_path):
        host = bare_host(folder)
        update(host.site(), "one")
        host.end_at = len(host.changes) + step
        with pytest.raises(FailedError, match="asked to end") as error:
            update(host.site(), "newer")
        is_led_back = "Slot a serves as before" in str(error.value)
        assert is_led_back == (host.schema == 4), f"after step {step}"
        if is_led_back:
            assert (host.serving(), host.running()) == ("one", on("a", "one", "one")), f"after step {step}"
            assert host.enabled == enabled("a"), f"after step {step}"
        update(host.site(), "newer")
        assert (host.serving(), host.running()[WORKER]) == ("newer", "newer"), f"after step {step}"
        shut_down(host)

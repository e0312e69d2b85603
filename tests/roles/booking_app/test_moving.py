"""Moving all bookings into the other kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from eigenplan_host.host import Copying
from eigenplan_host.moving import move
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.state import load_state
from eigenplan_host.update import update

from .thread_host import KilledError, ThreadHost
from .updating import bare_host, enabled, on, shut_down, write_settings

CONTENT = {"eigenplan.db": "bookings", "eigenplan.db-wal": "the newest"}


def make_host(folder: Path) -> ThreadHost:
    """Make a host on which ``one`` serves from a file, and PostgreSQL runs."""
    host = bare_host(folder)
    places = host.site().places
    for one in (places.data, places.postgresql):
        one.mkdir()
    (places.postgresql / ".s.PGSQL.5432").touch()
    for name, text in CONTENT.items():
        (places.data / name).write_text(text)
    update(host.site(), "one")
    host.changes.clear()
    return host


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ThreadHost]:
    host = make_host(tmp_path)
    yield host
    shut_down(host)


def use_postgresql(host: ThreadHost) -> None:
    """What the playbook does after the inventory says so."""
    host.database = "postgresql"
    write_settings(host.site().places, "the other database")
    update(host.site(), "one")


def data_of(host: ThreadHost) -> dict[str, str]:
    return {one.name: one.read_text() for one in sorted(host.site().places.data.iterdir())}


def test_bookings_are_copied_by_the_owner_while_nothing_serves(host: ThreadHost) -> None:
    move(host.site(), "postgresql")
    [(copying, given)] = host.copied
    folder = host.site().places.state / "moving"
    assert copying == Copying("sqlite:////mnt/eigenplan.db", "postgresql:///x?user=owner", True, str(folder))
    assert (given, data_of(host), folder.exists()) == (CONTENT, CONTENT, False)
    order = [host.changes.index(step) for step in ("stop web-a", "stop worker", "stop live", "copy")]
    assert order == sorted(order)
    assert host.said[-1].startswith(
        "2 rows in 1 tables are the same in both databases. Now set site_database: postgres"
    )


def test_moved_site_serves_only_once_the_settings_are_others(host: ThreadHost) -> None:
    move(host.site(), "postgresql")
    host.cut_power()
    assert (host.serving(), host.running(), host.enabled) == ("", {}, set())
    use_postgresql(host)
    assert (host.serving(), host.running()) == ("one", on("a", "one", "one"))
    assert load_state(host.site().places.state).web["a"].database == "postgresql"


def test_moved_site_is_brought_back_to_where_it_was_by_the_old_settings(host: ThreadHost) -> None:
    move(host.site(), "postgresql")
    update(host.site(), "one")
    assert (host.serving(), data_of(host)) == ("one", CONTENT)


def test_first_administrator_is_not_asked_for_again(host: ThreadHost) -> None:
    path = host.site().places.state / "state.json"
    path.write_text(path.read_text().replace('"administrator_asked": false', '"administrator_asked": true'))
    move(host.site(), "postgresql")
    assert load_state(path.parent).administrator_asked


def test_bookings_are_moved_back_into_a_file_of_the_service(host: ThreadHost) -> None:
    move(host.site(), "postgresql")
    use_postgresql(host)
    for name in CONTENT:
        (host.site().places.data / name).unlink()
    move(host.site(), "sqlite")
    file = host.site().places.data / "eigenplan.db"
    assert host.copied[-1] == (Copying("postgresql:///x", f"sqlite:///{file}"), {})


@pytest.mark.parametrize("target", ["postgresql", "sqlite"])
def test_copy_that_fails_lets_everything_run_as_before(host: ThreadHost, target: str) -> None:
    if target == "sqlite":
        move(host.site(), "postgresql")
        use_postgresql(host)
        for name in CONTENT:
            (host.site().places.data / name).unlink()
    before = host.serving(), host.running(), set(host.enabled), load_state(host.site().places.state), data_of(host)
    host.refuses = "copy"
    with pytest.raises(
        FailedError, match=r"The bookings were not moved: copy is refused here\. Slot a serves as before"
    ):
        move(host.site(), target)
    after = host.serving(), host.running(), set(host.enabled), load_state(host.site().places.state), data_of(host)
    assert after == before


def test_disk_that_is_full_at_the_end_lets_everything_run_as_before(host: ThreadHost) -> None:
    host.refuses = "enable web-b False"
    with pytest.raises(FailedError, match="Slot a serves as before"):
        move(host.site(), "postgresql")
    assert (host.serving(), host.enabled, load_state(host.site().places.state).active) == (
        "one",
        enabled("a"),
        "a",
    )


def test_move_to_where_the_bookings_are_is_refused(host: ThreadHost) -> None:
    with pytest.raises(RefusedError, match="The bookings are in sqlite already"):
        move(host.site(), "sqlite")
    assert host.changes == []


def test_move_without_a_server_is_refused_with_what_to_do(host: ThreadHost) -> None:
    (host.site().places.postgresql / ".s.PGSQL.5432").unlink()
    with pytest.raises(RefusedError, match=r"PostgreSQL does not run on this host\..*-- --tags postgresql"):
        move(host.site(), "postgresql")
    assert (host.changes, host.serving()) == ([], "one")


def test_move_over_a_file_of_an_earlier_time_is_refused(host: ThreadHost) -> None:
    move(host.site(), "postgresql")
    use_postgresql(host)
    with pytest.raises(
        RefusedError, match=r"eigenplan\.db is there already, from an earlier time; move it away, and with it"
    ):
        move(host.site(), "sqlite")
    assert (host.serving(), data_of(host)) == ("one", CONTENT)


def test_move_of_a_site_that_was_moved_just_now_is_refused(host: ThreadHost) -> None:
    move(host.site(), "postgresql")
    with pytest.raises(RefusedError, match="Nothing serves here"):
        move(host.site(), "sqlite")


@pytest.mark.gate
def test_move_that_is_killed_anywhere_never_serves_from_both(tmp_path: Path) -> None:
    """After it either the old database is in use, or nothing serves until the settings are others."""
    whole = make_host(tmp_path / "whole")
    move(whole.site(), "postgresql")
    steps = len(whole.changes)
    for step in range(steps):
        host = make_host(tmp_path / str(step))
        host.kill_at = step
        with pytest.raises(KilledError):
            move(host.site(), "postgresql")
        host.cut_power()
        update(host.site(), "one")
        assert (host.serving(), data_of(host)) == ("one", CONTENT), f"after step {step}"
        shut_down(host)

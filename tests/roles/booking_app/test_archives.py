"""Everything out of a host's site as one archive, and in again; the application's part stands in for itself."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from eigenplan_host.archives import Wanted, export_archive, import_archive
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.update import update

from .thread_host import ThreadHost, make_database
from .updating import bare_host, on, shut_down


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ThreadHost]:
    host = bare_host(tmp_path)
    host.site().places.data.mkdir()
    make_database(host.site().places.data / "eigenplan.db")
    update(host.site(), "one")
    host.changes.clear()
    yield host
    shut_down(host)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("four words of nobody\n")
    return file


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    file = tmp_path / "practice.archive"
    file.write_text("all records")
    return file


def bookings(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT name FROM booking")]


def stays_as_it_was(host: ThreadHost) -> bool:
    """One serves with all that it has, and nothing that was lent is left."""
    data, state = host.site().places.data, host.site().places.state
    names = [one.name for one in data.iterdir() if not one.name.endswith(("-wal", "-shm"))]
    is_same = (host.serving(), host.running(), names) == ("one", on("a", "one", "one"), ["eigenplan.db"])
    return is_same and not (state / "archive").exists()


def test_archive_is_roots_alone_and_nothing_is_left_of_making_it(
    host: ThreadHost, tmp_path: Path, secret: Path
) -> None:
    target = tmp_path / "out" / "practice.archive"
    target.parent.mkdir()
    export_archive(host.site(), Wanted(target, secret))
    words = ("export", "--passphrase-file=.first-line", "--", "practice.archive")
    assert host.ran == [(words, {".first-line": "four words of nobody\n"})]
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("all records", 0o600)
    assert [one.name for one in target.parent.iterdir()] == ["practice.archive"]
    assert (host.changes, stays_as_it_was(host)) == (["export"], True)


def test_archive_may_be_written_in_clear(host: ThreadHost, tmp_path: Path) -> None:
    export_archive(host.site(), Wanted(tmp_path / "-x", plain=True))
    assert host.ran == [(("export", "--plain", "--", "-x"), {})]


def test_file_that_is_there_is_not_written_over(host: ThreadHost, archive: Path, secret: Path) -> None:
    with pytest.raises(RefusedError, match="is there already; please choose another name"):
        export_archive(host.site(), Wanted(archive, secret))
    assert (archive.read_text(), host.ran) == ("all records", [])


def test_file_in_no_folder_is_refused(host: ThreadHost, tmp_path: Path, secret: Path) -> None:
    with pytest.raises(RefusedError, match="There is no folder"):
        export_archive(host.site(), Wanted(tmp_path / "no" / "practice.archive", secret))


def test_passphrase_that_is_in_no_file_is_refused(host: ThreadHost, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="is no file with a passphrase"):
        export_archive(host.site(), Wanted(tmp_path / "new", tmp_path / "no"))
    assert (host.ran, stays_as_it_was(host)) == ([], True)


def test_nobody_to_ask_for_a_passphrase_is_refused(
    host: ThreadHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(RefusedError, match="no terminal to ask for the passphrase at; give --passphrase-file FILE"):
        export_archive(host.site(), Wanted(tmp_path / "new"))


def test_export_that_is_given_up_leaves_no_file(host: ThreadHost, tmp_path: Path, secret: Path) -> None:
    host.status = 1
    with pytest.raises(FailedError, match="The export was given up, as said above"):
        export_archive(host.site(), Wanted(tmp_path / "new", secret))
    assert ((tmp_path / "new").exists(), stays_as_it_was(host)) == (False, True)


def test_link_that_the_service_put_there_leads_nowhere(host: ThreadHost, tmp_path: Path, secret: Path) -> None:
    host.links_to = secret
    with pytest.raises(FailedError, match="new cannot be written"):
        export_archive(host.site(), Wanted(tmp_path / "new", secret))
    assert not (tmp_path / "new").exists()


def test_site_serves_what_the_archive_has_and_keeps_what_it_had(host: ThreadHost, archive: Path, secret: Path) -> None:
    import_archive(host.site(), Wanted(archive, secret))
    words = ("import", "--passphrase-file=.first-line", "--database=sqlite:////mnt/eigenplan.db", "--", "archive")
    assert host.ran == [(words, {".first-line": "four words of nobody\n", "archive": "all records"})]
    data = host.site().places.data
    kept, now = sorted(data.iterdir())
    assert (bookings(now), bookings(kept / "eigenplan.db")) == (["imported"], [])
    assert (kept.stat().st_mode & 0o777, host.serving(), host.running()) == (0o700, "one", on("a", "one", "one"))
    assert host.changes.index("import") < host.changes.index("stop web-a")
    assert host.said[-1].endswith(f"What it had before is in {kept}; remove that once you are sure.")
    assert not (host.site().places.state / "archive").exists()


def test_bookings_are_put_aside_only_where_that_is_asked_for(host: ThreadHost, archive: Path, secret: Path) -> None:
    file = host.site().places.data / "eigenplan.db"
    file.unlink()
    make_database(file, "mine")
    with pytest.raises(RefusedError, match="This site has bookings"):
        import_archive(host.site(), Wanted(archive, secret))
    assert (host.ran, stays_as_it_was(host)) == ([], True)
    import_archive(host.site(), Wanted(archive, secret, replace=True))
    kept, now = sorted(host.site().places.data.iterdir())
    assert (bookings(now), bookings(kept / "eigenplan.db")) == (["imported"], ["mine"])


def test_archive_that_the_application_refuses_changes_nothing(host: ThreadHost, archive: Path, secret: Path) -> None:
    host.status = 1
    with pytest.raises(FailedError, match="The import was given up, as said above; the site is as it was"):
        import_archive(host.site(), Wanted(archive, secret))
    assert (host.changes, stays_as_it_was(host)) == (["import"], True)


def test_site_that_does_not_come_up_has_its_own_records_again(host: ThreadHost, archive: Path, secret: Path) -> None:
    """Whatever fails at whichever step of the exchange."""
    import_archive(host.site(), Wanted(archive, secret))
    steps, data = len(host.changes), host.site().places.data
    for step in range(1, steps):
        for one in data.glob("before-import-*"):
            (one / "eigenplan.db").unlink()
            one.rmdir()
        (data / "eigenplan.db").unlink()
        make_database(data / "eigenplan.db", f"mine {step}")
        host.changes.clear()
        host.end_at = step
        with pytest.raises(FailedError, match="The archive was not taken in: the tool was asked to end by SIGTERM"):
            import_archive(host.site(), Wanted(archive, secret, replace=True))
        assert (bookings(data / "eigenplan.db"), stays_as_it_was(host)) == ([f"mine {step}"], True)


def test_database_that_cannot_be_put_in_place_lets_everything_run_as_before(
    host: ThreadHost, archive: Path, secret: Path
) -> None:
    """As on a full disk: the one before is kept by then, and still the site's own."""
    in_the_way = host.site().places.data / "eigenplan.new"
    in_the_way.mkdir()
    with pytest.raises(FailedError, match=r"The archive was not taken in: .*Slot a serves as before"):
        import_archive(host.site(), Wanted(archive, secret))
    in_the_way.rmdir()
    assert stays_as_it_was(host)


def test_archive_is_not_taken_into_postgresql(host: ThreadHost, archive: Path, secret: Path) -> None:
    host.database = "postgresql"
    with pytest.raises(RefusedError, match="sudo eigenplan move postgresql"):
        import_archive(host.site(), Wanted(archive, secret))


def test_archive_that_is_not_there_is_refused(host: ThreadHost, tmp_path: Path, secret: Path) -> None:
    with pytest.raises(RefusedError, match="There is no file"):
        import_archive(host.site(), Wanted(tmp_path / "no", secret))


def test_host_on_which_nothing_is_installed_has_nothing_to_export(tmp_path: Path) -> None:
    bare = bare_host(tmp_path)
    with pytest.raises(RefusedError, match="Nothing is installed yet"):
        export_archive(bare.site(), Wanted(tmp_path / "new", plain=True))

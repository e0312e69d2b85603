from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from app.demo.folder import DemoError, DemoFolder, make_password
from app.demo.site import database_url, prepare
from app.storage.migrate import migrate
from tests.demo.conftest import NOW
from tests.keys import MASTER, open_store

pytestmark = pytest.mark.gate


def quiet(step: str) -> None:
    """Say nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    made = DemoFolder(tmp_path / "new" / "demo")
    made.make()
    return made


def test_folder_is_for_its_owner_only(folder: DemoFolder) -> None:
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoError, match=r"cannot be written \(file exists\).*--folder"):
        DemoFolder(tmp_path / "file").make()


def test_folder_that_cannot_be_looked_into_is_refused(tmp_path: Path) -> None:
    too_long = "x" * 300  # like a folder of another user this fails before it is known whether it exists, for root too
    with pytest.raises(DemoError, match=r"cannot be written \(file name too long\).*--folder"):
        DemoFolder(tmp_path / too_long).refuse_second()


def test_folder_second_demo_is_refused(folder: DemoFolder) -> None:
    with folder.lock("http://127.0.0.1:8"), pytest.raises(DemoError, match=r"already at http://127\.0\.0\.1:8/;"):
        folder.refuse_second()
    with folder.lock(), pytest.raises(DemoError, match="runs already; end that one"), folder.lock():
        pass


def test_folder_that_is_not_there_has_no_demo(tmp_path: Path) -> None:
    DemoFolder(tmp_path / "demo").refuse_second()
    assert list(tmp_path.iterdir()) == []


def test_folder_lock_is_given_back(folder: DemoFolder) -> None:
    with folder.lock():
        pass
    with folder.lock():
        pass


def test_secrets_are_made_once_and_for_their_owner_only(folder: DemoFolder) -> None:
    folder.make_key()
    key, password = folder.key.read_text(), folder.read_password()
    folder.make_key()
    assert (folder.key.read_text(), folder.read_password()) == (key, password)
    assert folder.read_master_key() == folder.read_master_key()
    assert {stat.S_IMODE(one.stat().st_mode) for one in (folder.key, folder.password, folder.master_key)} == {0o600}


def test_password_can_be_typed_and_is_random() -> None:
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    assert [one for one in made if not re.fullmatch(r"([a-z]{4}-){3}[a-z]{4}", one)] == []


def test_password_lost_is_said(folder: DemoFolder) -> None:
    folder.database.touch()
    with pytest.raises(DemoError, match="--fresh"):
        folder.read_password()


def test_clear_leaves_what_is_not_ours(folder: DemoFolder) -> None:
    folder.make_key()
    folder.read_password()
    folder.read_master_key()
    for name in ("eigenplan.db", "eigenplan.db-wal", "letters.txt"):
        (folder.path / name).touch()
    folder.clear()
    assert [one.name for one in folder.path.iterdir()] == ["letters.txt"]


def test_prepare_makes_a_complete_file_only(folder: DemoFolder) -> None:
    folder.unfinished.write_text("half of a database")
    prepare(folder, NOW, quiet)
    names = {one.name for one in folder.path.iterdir()}
    assert names - {"eigenplan.db-wal", "eigenplan.db-shm"} == {"eigenplan.db", "master_key", "password"}


def test_prepare_broken_database_is_said(folder: DemoFolder) -> None:
    folder.database.write_bytes(b"this is no database" * 1000)
    with pytest.raises(DemoError, match="cannot be used"):
        prepare(folder, NOW, quiet)


def test_prepare_database_of_a_newer_version_is_said(folder: DemoFolder) -> None:
    store = open_store(database_url(folder))
    migrate(store)
    store.write(lambda: store.run("INSERT INTO schema_migration VALUES (9999, 'later', 1)"))
    store.close()
    with pytest.raises(DemoError, match="newer version"):
        prepare(folder, NOW, quiet)


def test_prepare_without_the_key_of_its_database_is_said(folder: DemoFolder) -> None:
    store = open_store(database_url(folder))
    migrate(store)
    store.close()
    with pytest.raises(DemoError, match="belong to master key"):
        prepare(folder, NOW, quiet)


def test_prepare_with_a_damaged_key_is_said(folder: DemoFolder) -> None:
    folder.master_key.write_text(MASTER.text[:-5])
    with pytest.raises(DemoError, match="master_key holds a master key that was mistyped or cut off; start over with"):
        prepare(folder, NOW, quiet)


def test_prepare_other_database_is_refused(folder: DemoFolder) -> None:
    folder.master_key.write_text(MASTER.text)
    store = open_store(database_url(folder))
    migrate(store)
    store.close()
    with pytest.raises(DemoError, match="not a demo's database"):
        prepare(folder, NOW, quiet)

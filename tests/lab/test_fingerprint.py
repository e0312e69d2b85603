"""When Debian 12 is tested again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.lab.fingerprint import USED, Notes, fingerprint
from tests.lab.playbook import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for name in ("roles/base/tasks/main.yml", "docs/lab.md", "app/wsgi.py", "inventory.example/hosts.yml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".gitignore").write_text("*.pyc\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("roles/base/tasks/main.yml", True),
        ("app/new.py", True),
        ("README.md", True),
        ("eigenplan", True),
        ("frontend.json", True),
        ("inventory.example/hosts.yml", True),
        ("package-lock.json", True),
        ("docs/lab.md", False),
        ("app/wsgi.pyc", False),
    ],
)
def test_fingerprint_is_of_what_hosts_use(checkout: Path, name: str, changed: bool) -> None:
    before = fingerprint(checkout)
    assert fingerprint(checkout) == before
    (checkout / name).write_text("other")
    assert (fingerprint(checkout) != before) == changed


def test_fingerprint_notices_what_was_removed(checkout: Path) -> None:
    subprocess.run(["git", "-C", str(checkout), "add", "--all"], check=True)
    before = fingerprint(checkout)
    (checkout / "app/wsgi.py").unlink()
    assert fingerprint(checkout) != before


def test_good_run_is_good_until_something_changes(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "new" / "bookworm")
    assert not notes.is_good("one")
    notes.keep("one")
    assert (notes.is_good("one"), notes.is_good("two")) == (True, False)


@pytest.mark.parametrize(("now", "noted"), [("one", True), ("two", False)])
def test_good_run_counts_only_for_what_was_there_all_the_time(tmp_path: Path, now: str, noted: bool) -> None:
    notes = Notes(tmp_path / "bookworm")
    assert notes.keep_if_same("one", now) == noted
    assert (notes.is_good("one"), notes.is_good("two")) == (noted, False)


def test_everything_that_hosts_use_is_there() -> None:
    assert [name for name in USED if not (ROOT / name).exists()] == []

"""Which files of a project a release takes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from app.commands.release_files import ReleaseError, our_files, shipped
from tests.containers.project import Project
from tests.static.sizes import ROOT

OURS = ["app/__init__.py", "app/wsgi.py"]


def test_shipped_without_git_leaves_out_bytecode_and_what_works_on_the_checkout(project: Project) -> None:
    assert shipped(project.root) == OURS


def test_shipped_with_git_leaves_out_what_git_ignores(project: Project) -> None:
    project.add_to_git("app")
    project.write("app/__pycache__/more.pyc", "")
    assert shipped(project.root) == OURS


def test_shipped_takes_what_is_not_added_yet_and_says_so(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.add_to_git("app/__init__.py", "app/wsgi.py")
    project.write("app/new.py", "")
    assert shipped(project.root) == ["app/__init__.py", "app/new.py", "app/wsgi.py"]
    assert capsys.readouterr().err == "  · app/new.py is packed, though not in git yet\n"


def test_shipped_leaves_out_what_was_removed_but_not_committed(project: Project) -> None:
    project.add_to_git("app")
    (project.root / "app" / "wsgi.py").unlink()
    assert shipped(project.root) == ["app/__init__.py"]


def test_shipped_of_another_users_checkout_is_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.add_to_git("app")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch to try that
    refused = subprocess.run(["git", "ls-files"], cwd=project.root, capture_output=True)
    assert (refused.returncode, shipped(project.root)) == (128, OURS)


def test_shipped_of_a_broken_checkout_is_refused(project: Project) -> None:
    project.write(".git", "gitdir: nowhere\n")
    with pytest.raises(ReleaseError, match=f"^git cannot list the files of {project.root}: fatal: "):
        shipped(project.root)


def test_shipped_without_the_program_git_asks_for_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.add_to_git("app")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ReleaseError, match="git was not found, which tells what belongs to a release; install it"):
        shipped(project.root)


@pytest.mark.parametrize(
    ("place", "trouble"),
    [
        ("LICENSE", "LICENSE is missing; get the whole project anew."),
        ("app/web/static/vendor/lib/one.js", "one.js is missing; get the whole project anew."),
        ("app/web/static/vendor/lock", "app/web/static/vendor is not what package-lock.json asks for"),
    ],
)
def test_our_files_missing_one_is_named(project: Project, place: str, trouble: str) -> None:
    (project.root / place).unlink()
    with pytest.raises(ReleaseError, match=trouble):
        our_files(project.root)


def test_our_files_of_another_lock_are_refused(project: Project) -> None:
    project.write("package-lock.json", '{"newer": 1}')
    with pytest.raises(ReleaseError, match="remove that folder and start again"):
        our_files(project.root)


def test_our_files_are_no_tests_no_bytecode_no_tools() -> None:
    files = our_files(ROOT)
    folders = {Path(one).parts[0] for one in files if "/" in one}
    strange = [one for one in files if "__pycache__" in one or one.endswith((".pyc", ".pem", ".key", ".db", ".env"))]
    assert (folders, strange) == ({"app", "requirements"}, [])
    tools = {"bench", "bootstrap", "checks", "deploy", "lab", "release", "test"}
    assert [one for one in tools if f"app/commands/{one}.py" in files] == []
    libraries = {f"app/web/static/vendor/{one}" for one in json.loads((ROOT / "frontend.json").read_text())}
    assert libraries <= files.keys()
    assert {"app/gunicorn.conf.py", "app/web/templates/base.html", "app/commands/worker.py"} <= files.keys()

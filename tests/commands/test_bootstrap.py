from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.commands import bootstrap
from app.commands.bootstrap import SetupError, copy_files, npm_cache, run


def test_run_failing_command_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    program = "print(*range(10), sep='\\n'); raise SystemExit(1)"
    with pytest.raises(SetupError) as failed:
        run([sys.executable, "-c", program], tmp_path, "It failed:")
    assert str(failed.value) == "It failed:\n    6\n    7\n    8\n    9"


def test_run_shows_progress_to_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run([sys.executable, "-c", "print('Collecting flask')"], tmp_path, "It failed:")
    assert "\r    Collecting flask" in capsys.readouterr().err


def test_copy_files_takes_only_what_pages_load(tmp_path: Path) -> None:
    (tmp_path / "from" / "pack").mkdir(parents=True)
    for name in ("a.js", "b.js"):
        (tmp_path / "from" / "pack" / name).write_text(name)
    copy_files({"lib/a.js": "pack/a.js"}, tmp_path / "from", tmp_path / "to")
    assert [str(one.relative_to(tmp_path / "to")) for one in (tmp_path / "to").rglob("*.*")] == ["lib/a.js"]


def test_copy_files_missing_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"frontend.json names pack/a.js"):
        copy_files({"a.js": "pack/a.js"}, tmp_path, tmp_path / "to")


def test_npm_cache_is_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert npm_cache(Path("other")) == tmp_path / "eigenplan" / "npm"


def test_npm_cache_without_a_home_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    assert npm_cache(tmp_path) == tmp_path / "cache"


def test_main_file_that_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", str(tmp_path), "runtime"])
    monkeypatch.setattr(bootstrap, "make_venv", lambda root: Path(sys.executable))
    monkeypatch.setattr(bootstrap, "install", lambda root, python, name: None)
    assert bootstrap.main() == 1
    assert f"eigenplan: {tmp_path}/package-lock.json: No such file or directory" in capsys.readouterr().err

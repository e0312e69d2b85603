from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.commands import bootstrap
from app.commands.bootstrap import SetupError, copy_files, icon_sheet, npm_cache, run


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


def draw(folder: Path, name: str, drawing: str) -> None:
    """Draw an icon as its package has it."""
    path = folder / bootstrap.ICONS / f"{name}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawing)


def test_icons_become_symbols_of_one_drawing(tmp_path: Path) -> None:
    for name in ("sun", "gear"):
        drawing = f'<svg width="16" class="bi bi-{name}" viewBox="0 0 16 16">\n  <path d="{name}"/>\n</svg>'
        draw(tmp_path / "from", name, drawing)
    copy_files({"lib/icons.svg": ["gear", "sun"]}, tmp_path / "from", tmp_path / "to")
    first, *symbols, last = (tmp_path / "to" / "lib" / "icons.svg").read_text().splitlines()
    assert (first.startswith('<svg xmlns="http://www.w3.org/2000/svg">'), last) == (True, "</svg>")
    assert symbols == [
        '<symbol id="gear" viewBox="0 0 16 16"><path d="gear"/></symbol>',
        '<symbol id="sun" viewBox="0 0 16 16"><path d="sun"/></symbol>',
    ]


def test_icon_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"frontend.json names bootstrap-icons/icons/sun.svg, which"):
        icon_sheet(["sun"], tmp_path)


def test_icon_that_is_drawn_otherwise_is_named(tmp_path: Path) -> None:
    draw(tmp_path, "sun", "<svg><path/></svg>")
    with pytest.raises(SetupError, match="The icon sun is not drawn as the others are"):
        icon_sheet(["sun"], tmp_path)


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

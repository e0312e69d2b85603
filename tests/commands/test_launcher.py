"""The launcher and what it runs first, in copies of the project that hold only what these need."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.static.sizes import ROOT

pytestmark = pytest.mark.gate

FILES = ("eigenplan", "package.json", "package-lock.json", "frontend.json", ".npmrc", "app/commands/bootstrap.py")
DEAD_INDEX = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_CONFIG_FILE": "/dev/null",
    "PIP_RETRIES": "0",
    "PIP_TIMEOUT": "1",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
}


@pytest.fixture
def clone() -> Iterator[Path]:
    """A bare copy of the project, which every user may read."""
    folder = Path(tempfile.mkdtemp(prefix="eigenplan-clone-"))
    folder.chmod(0o755)
    (folder / "app" / "commands").mkdir(parents=True)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def prepared(clone: Path) -> Path:
    """A copy that has our own .venv, its front-end files and no stamp yet."""
    (clone / ".venv").mkdir()
    shutil.copy(ROOT / ".venv" / "pyvenv.cfg", clone / ".venv")
    for name in ("bin", "lib"):
        (clone / ".venv" / name).symlink_to(ROOT / ".venv" / name)
    vendor = clone / "app" / "web" / "static" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "lock").write_text((clone / "package-lock.json").read_text() + (clone / "frontend.json").read_text())
    (clone / "app" / "commands" / "__main__.py").write_text("print('the command line')\n")
    return clone


def start(
    clone: Path,
    environment: Mapping[str, str] = DEAD_INDEX,
    user: str | None = None,
    words: tuple[str, ...] = ("demo",),
) -> tuple[int, str]:
    """Run ``./eigenplan demo``, or other words, and return its status and all it said."""
    result = subprocess.run(
        [clone / "eigenplan", *words],
        env={**os.environ, **environment},
        user=user,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


def test_launcher_without_venv_module_says_what_to_install(clone: Path) -> None:
    (clone / "ensurepip.py").write_text("raise ImportError")
    status, output = start(clone, {"PYTHONPATH": str(clone)})
    assert (status, output.splitlines()[-1]) == (
        1,
        "eigenplan: Python's venv module is missing; on Debian install it with: apt install python3-venv",
    )


def test_launcher_without_network_says_so(clone: Path) -> None:
    status, output = start(clone)
    assert status == 1
    assert "A Python package could not be installed; check the connection to the package index" in output
    assert "Traceback" not in output


def test_launcher_without_python_says_what_to_install(clone: Path) -> None:
    old = clone / "old"
    old.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    launcher = clone / "eigenplan"
    launcher.write_text(launcher.read_text().replace("/usr/bin/python3", "/nowhere/python3"))
    status, output = start(clone, {"PATH": f"{old}:/usr/bin:/bin"})
    assert (status, output.count("\n")) == (1, 1)
    assert "Python 3.11 or newer was not found" in output


def test_launcher_unwritable_folder_is_said(clone: Path) -> None:
    clone.chmod(0o555)
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    status, output = start(clone, {"PATH": "/usr/bin:/bin"}, user=user if os.geteuid() == 0 else None)
    clone.chmod(0o755)
    assert status == 1
    assert f"The folder {clone} cannot be written" in output


def test_launcher_sets_up_once(prepared: Path) -> None:
    first, second = start(prepared), start(prepared)
    assert first[0] == 0
    assert first[1].startswith("Setting up Eigenplan (once):\n  · installing Python packages (runtime)\n")
    assert second == (0, "the command line\n")


@pytest.fixture
def quick(prepared: Path) -> Path:
    """A prepared copy whose setting up only says that it happens; done once."""
    (prepared / "app" / "commands" / "bootstrap.py").write_text("print('setting up')\n")
    assert start(prepared) == (0, "setting up\nthe command line\n")
    return prepared


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("worker",), "runtime"),
        (("lab", "down"), "runtime"),
        (("lab", "up"), "deploy"),
        (("lab", "apply"), "deploy"),
        (("lab", "verify", "debian13"), "deploy"),
        (("deploy",), "deploy"),
        (("test", "quick"), "dev"),
        (("bench",), "dev"),
    ],
)
def test_launcher_installs_what_the_command_needs(quick: Path, words: tuple[str, ...], wanted: str) -> None:
    (quick / ".venv" / "runtime.stamp").unlink()
    (quick / "app" / "commands" / "bootstrap.py").write_text("import sys\nprint(sys.argv[2])\n")
    assert start(quick, words=words) == (0, f"{wanted}\nthe command line\n")


@pytest.mark.parametrize("more", ["dev", "deploy"])
def test_launcher_larger_set_up_serves_smaller_commands(quick: Path, more: str) -> None:
    words = {"dev": ("test",), "deploy": ("deploy",)}[more]
    start(quick, words=words)
    (quick / ".venv" / "runtime.stamp").unlink()
    assert start(quick) == (0, "the command line\n")


@pytest.mark.parametrize("name", ["requirements/runtime.txt", "package-lock.json", "frontend.json"])
def test_launcher_changed_lock_sets_up_again(quick: Path, name: str) -> None:
    assert start(quick) == (0, "the command line\n")
    with (quick / name).open("a") as file:
        file.write("\n")
    assert start(quick) == (0, "setting up\nthe command line\n")


def test_launcher_without_front_end_files_sets_up_again(quick: Path) -> None:
    (quick / "app" / "web" / "static" / "vendor" / "lock").unlink()
    assert start(quick) == (0, "setting up\nthe command line\n")


def test_launcher_by_a_link_finds_its_project(quick: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(quick / "eigenplan")
    assert (
        subprocess.run([tmp_path / "link"], capture_output=True, text=True, check=True).stdout == "the command line\n"
    )

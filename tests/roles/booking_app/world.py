"""A host whose ``docker``, ``docker-compose``, ``systemctl`` and ``journalctl`` are stubs."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from eigenplan_host.docker_host import DockerHost
from eigenplan_host.site import Places, Settings, Site

STUB = Path(__file__).with_name("stub_docker.py")
PROGRAMS = ("docker", "docker-compose", "systemctl", "journalctl")
BASE: dict[str, object] = {"id": "sha256:base", "labels": {}}


def image(release: str, schema: str = "4") -> dict[str, object]:
    labels = {"eigenplan.schema": schema, "org.opencontainers.image.revision": release, "eigenplan.base": "sha256:base"}
    return {"id": f"sha256:{release}", "labels": labels}


class World:
    """A host whose programs are stubs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.settings = Settings("example.org", "postgresql", owner_url="postgresql:///x", build_megabytes=0)
        self.places = Places(folder / "etc", folder / "state", folder / "run", folder / "releases")
        for one in (self.places.settings, self.places.state, self.places.releases):
            one.mkdir()
        (self.places.settings / "eigenplan.env").write_text("EIGENPLAN_OLD=1\nEIGENPLAN_NEW=1\n")
        self.know()

    def know(
        self,
        tags: Mapping[str, object] | None = None,
        broken: str = "",
        running: str = "eigenplan-web-a",
        **others: object,
    ) -> None:
        container = {
            "Id": "c1",
            "Image": "sha256:1.0-a",
            "RestartCount": 2,
            "State": {"Running": True, "Restarting": False, "StartedAt": "2026-01-01T00:00:00Z"},
        }
        known = {"debian:trixie-slim": BASE, **{f"eigenplan:{tag}": one for tag, one in (tags or {}).items()}}
        about = {"images": known, "containers": {running: container}, "broken": broken}
        (self.folder / "world.json").write_text(json.dumps({"complaint": "no space left on device", **about, **others}))

    @property
    def host(self) -> DockerHost:
        return DockerHost(self.places, self.settings)

    @property
    def site(self) -> Site:
        return Site(self.places, self.host.settings, self.host, self.said.append)

    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def changes(self) -> list[str]:
        """Return the calls that change something."""
        reading = (" ls ", " inspect ", " info ", "journalctl")
        return [call for call in self.calls() if not any(word in call for word in reading)]


def make_world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Put the stubs where programs are looked for."""
    programs = folder / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(STUB)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("STUB", str(folder))
    return World(folder)


def archive(world: World, name: str = "eigenplan-1.0-b-x86_64.tar") -> Path:
    """Make the archive of a release."""
    path = world.folder / name
    (world.folder / "Dockerfile").write_text("FROM debian:trixie-slim\n")
    with tarfile.open(path, "w") as file:
        file.add(world.folder / "Dockerfile", "Dockerfile")
    return path

"""A real site for the checks: the program under gunicorn, behind a real Caddy with the role's Caddyfile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.static.sizes import ROOT

sys.path.insert(0, str(ROOT / "roles/verify/python"))

from eigenplan_outside.target import Target

from tests.conftest import need
from tests.roles.reverse_proxy.rig import NAME, PROGRAM, Proxy, Slot, free_ports, running, wait_for

AUTHORITY = "caddy/pki/authorities/local/root.crt"


@dataclass(frozen=True, slots=True)
class Site:
    """A site that runs: how to ask it, and its options for the commands of its host."""

    target: Target
    options: Mapping[str, str]

    def command(self, *words: str) -> dict[str, Any]:
        """Run a command of the program that prints JSON."""
        done = _command(self.options, *words)
        found: dict[str, Any] = json.loads(done)
        return found


def _command(options: Mapping[str, str], *words: str) -> str:
    line = [sys.executable, "-m", "app.commands", *words]
    done = subprocess.run(line, cwd=ROOT, env={**os.environ, **options}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


WEB = ("gunicorn", "--config", "app/gunicorn.conf.py", "--workers", "2", "app.wsgi:app")
LIVE = ("app.commands", "live")


@contextmanager
def _program(options: Mapping[str, str], words: tuple[str, ...], port: int, log: Path) -> Iterator[None]:
    line = [sys.executable, "-m", *words, "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as stream:
        process = subprocess.Popen(line, cwd=ROOT, env={**os.environ, **options}, stdout=stream, stderr=stream)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _options(folder: Path, port: int) -> dict[str, str]:
    (folder / "key").write_text("a secret of the tests, long enough")
    return {
        "EIGENPLAN_DATABASE_URL": f"sqlite:///{folder}/eigenplan.db",
        "EIGENPLAN_SECRET_KEY_FILE": str(folder / "key"),
        "EIGENPLAN_BASE_URL": f"https://{NAME}:{port}",
        "EIGENPLAN_MAIL_FROM": "bookings@example.org",
        "EIGENPLAN_PROXIES": "1",
        "EIGENPLAN_LIVE_URL": "/live",
    }


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole site, once for all tests."""
    need(PROGRAM is not None, "Caddy", "caddy")
    folder = tmp_path_factory.mktemp("site")
    https, live, *ports = free_ports(4)
    options = _options(folder, https)
    _command(options, "database", "migrate")
    slots = (Slot(ports[0]), Slot(ports[1]))
    upstream = f"127.0.0.1:{live}"
    suffix = f":{https}"
    with (
        _program(options, WEB, ports[0], folder / "gunicorn"),
        _program(options, LIVE, live, folder / "live"),
    ):
        wait_for(lambda: (folder / "gunicorn").read_text().count("Booting worker") >= 2, "gunicorn")
        wait_for(lambda: "live started" in (folder / "live").read_text(), "the live process")
        own = {"__reverse_proxy_https_port": https, "__reverse_proxy_port_suffix": suffix}
        with running(folder, slots, **own, reverse_proxy_live_upstream=upstream) as proxy:
            yield Site(_target(proxy, https), options)


def _target(proxy: Proxy, port: int) -> Target:
    return replace(proxy.target, https_port=port, roots=((proxy.folder / AUTHORITY).read_text(),))

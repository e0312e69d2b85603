"""The demo as somebody starts it: a real process on a free port, in a folder of its own."""

from __future__ import annotations

import http.client
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench.servers import free_port
from tests.static.sizes import ROOT

pytestmark = pytest.mark.gate

SECONDS = 60.0


@dataclass
class Demo:
    """A demo that runs."""

    process: subprocess.Popen[str]
    port: int
    text: str = ""

    def read_until(self, wanted: str) -> str:
        """Return what it said, once that has ``wanted`` in it."""
        until = time.monotonic() + SECONDS
        out = self.process.stdout
        assert out is not None
        while wanted not in self.text and time.monotonic() < until:
            if select.select([out], [], [], 0.2)[0]:
                piece = os.read(out.fileno(), 65536).decode()
                if not piece:
                    break
                self.text += piece
        assert wanted in self.text, self.text
        return self.text

    def end(self, number: signal.Signals) -> int:
        """Send a signal, unless it has ended already, and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status

    def get(self, path: str) -> int:
        """Return the status of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status


def launch(folder: Path, port: int, *words: str) -> Demo:
    line = [sys.executable, "-m", "app.commands", "demo", "--folder", str(folder), "--port", str(port), *words]
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    return Demo(subprocess.Popen(line, cwd=ROOT, stdout=pipe, stderr=both, text=True), port)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that was started once and ended."""
    folder = tmp_path_factory.mktemp("filled") / "demo"
    demo = launch(folder, free_port())
    demo.read_until("The demo is ready")
    assert demo.end(signal.SIGTERM) == 0
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A copy of the filled folder."""
    return Path(shutil.copytree(filled, tmp_path / "demo"))


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    """A demo on its second start."""
    started = launch(folder, free_port())
    started.read_until("The demo is ready")
    yield started
    started.end(signal.SIGTERM)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _run(folder: Path, port: int, *words: str) -> tuple[int, str]:
    demo = launch(folder, port, *words)
    output = demo.process.communicate(timeout=SECONDS)[0]
    return demo.process.returncode, output


def test_demo_prints_address_and_a_login_of_each_role(demo: Demo) -> None:
    assert f"http://127.0.0.1:{demo.port}/\n" in demo.text
    assert re.search(r"with the password ([a-z]{4}-){3}[a-z]{4}\n", demo.text)
    roles = re.findall(r"^ {4}(\w+(?: desk)?) +\S+@lindenhof\.example", demo.text, re.M)
    assert roles == ["administrator", "manager", "provider", "front desk", "viewer", "auditor"]


def test_demo_answers_when_it_says_so(demo: Demo) -> None:
    assert [demo.get(path) for path in ("/readyz", "/healthz", "/sign-in")] == [200, 200, 200]


def test_demo_second_start_keeps_password_and_data(folder: Path, demo: Demo) -> None:
    assert (folder / "password").read_text().strip() in demo.text
    assert "writing locations" not in demo.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_ends_with_all_its_processes(demo: Demo, number: signal.Signals) -> None:
    children = _children(demo.process.pid)
    assert len(children) == 3
    assert demo.end(number) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def test_demo_child_that_dies_is_reported(demo: Demo) -> None:
    os.kill(_children(demo.process.pid)[1], signal.SIGKILL)
    demo.read_until("The worker process ended by itself by signal 9")
    assert demo.process.wait(timeout=SECONDS) == 1


def test_demo_second_one_in_the_same_folder_is_refused(folder: Path, demo: Demo) -> None:
    for port in (free_port(), demo.port):
        status, output = _run(folder, port)
        assert (status, output.count("\n")) == (1, 1)
        assert f"This demo runs already at http://127.0.0.1:{demo.port}/;" in output


def test_demo_taken_port_is_refused(tmp_path: Path, demo: Demo) -> None:
    status, output = _run(tmp_path / "other", demo.port)
    assert (status, output.count("\n")) == (1, 1)
    assert f"Port {demo.port} is taken" in output


def test_demo_unwritable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, output = _run(tmp_path / "file" / "demo", free_port())
    assert (status, output.count("\n")) == (1, 1)
    assert "cannot be written" in output


def test_demo_fresh_starts_over(folder: Path) -> None:
    old = (folder / "password").read_text()
    demo = launch(folder, free_port(), "--fresh")
    demo.read_until("The demo is ready")
    demo.end(signal.SIGTERM)
    assert "writing locations" in demo.text
    assert (folder / "password").read_text() != old

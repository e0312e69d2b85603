"""The demo's processes: started together, watched, ended together."""

from __future__ import annotations

import errno
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from app.demo.folder import DemoError

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
END_SECONDS = 10.0
WATCH_SECONDS = 0.5
PORTS_TRIED = 20
MOST_PORT = 65535
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Child:
    """One of our processes."""

    name: str
    process: subprocess.Popen[bytes]


def check_port(host: str, port: int) -> None:
    """Go on only if nobody else uses the address.

    Raises:
        DemoError: it is taken, not ours to take, or not an address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise DemoError(f"There is no address {host}; use 127.0.0.1, or 0.0.0.0 for all of this machine.") from error
    except PermissionError as error:
        raise DemoError(f"Port {port} is reserved for root; choose one above 1023 with --port.") from error
    except OSError as error:
        raise DemoError(_port_sentence(host, port, error)) from error


def _port_sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; use 127.0.0.1, or 0.0.0.0 for all of its addresses."
    return f"Port {port} is taken by another program; choose another one, for example with: --port {port % 60000 + 1}"


def base_url(host: str, port: int) -> str:
    """Return the address that browsers are told; for "all addresses" the one by which others reach this machine."""
    shown = _own_address(host) if host in ("0.0.0.0", "::") else host  # noqa: S104 compared, not bound  # nosec B104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _own_address(host: str) -> str:
    """Return the address of the way out; connecting a datagram socket (to an RFC 5737 address) sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network at all: then only this machine can be meant
            return "127.0.0.1" if host != "::" else "::1"
        return str(probe.getsockname()[0])


def web_line(host: str, port: int) -> list[str]:
    """Return the command line of the web server."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "app/gunicorn.conf.py", "--log-level", "warning"]
    return [*gunicorn, "--worker-class", "sync", "--workers", "2", "--bind", bind, "app.wsgi:app"]


def worker_line() -> list[str]:
    """Return the command line of the worker."""
    return [sys.executable, "-m", "app.commands", "worker"]


def live_line(host: str, port: int) -> list[str]:
    """Return the command line of the process that tells open calendars of changes."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [sys.executable, "-m", "app.commands", "live", "--bind", bind]


def port_beside(host: str, port: int) -> int:
    """Return a free port for the live process, the next one if it can be had: nothing stands in front of the demo.

    Raises:
        DemoError: none of the next few is free.
    """
    for number in range(1, PORTS_TRIED + 1):
        candidate = port + number if port + number <= MOST_PORT else port - number
        try:
            check_port(host, candidate)
        except DemoError:
            continue
        return candidate
    raise DemoError(f"None of the {PORTS_TRIED} ports beside {port} is free; choose another one with --port.")


class Family:
    """Our processes, by the order of their start.

    They are in sessions of their own, so that Ctrl-C reaches only us and we end them in order; by Debian's ``setpriv``
    they also end when we are killed.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.children: list[Child] = []
        setpriv = shutil.which("setpriv")
        self._prefix = [setpriv, "--pdeathsig", "TERM"] if setpriv else []

    def start(self, name: str, line: Sequence[str]) -> None:
        """Start one more."""
        command = [*self._prefix, *line]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)  # noqa: S603 our words
        self.children.append(Child(name, process))


@contextmanager
def family(environment: Mapping[str, str]) -> Iterator[Family]:
    """Let processes be started, and end them all on the way out."""
    processes = Family(environment)
    try:
        yield processes
    finally:
        end(processes.children)


def end(children: Sequence[Child]) -> None:
    """Ask all to end, wait, and kill those that do not."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + END_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def wait_ready(url: str, children: Sequence[Child]) -> None:
    """Wait until the site says that it is ready.

    Raises:
        DemoError: a process ended, or it took too long.
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if _answers(f"{url}/readyz"):
            return
        check_alive(children)
        time.sleep(0.05)
    raise DemoError(f"The site did not answer at {url} within {START_SECONDS:.0f} seconds; see the messages above.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 our own http address  # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def check_alive(children: Sequence[Child]) -> None:
    """Raise DemoError when one of the processes has ended."""
    for child in children:
        status = child.process.poll()
        if status is not None:
            how = f"by signal {-status}" if status < 0 else f"with status {status}"
            raise DemoError(
                f"The {child.name} process ended by itself {how}; its messages are above. Please start again."
            )


class Ended(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal, or asked us to end."""


def raise_when_asked_to_end() -> None:
    """Let the signals that end a program raise ``Ended``, so that everything on the way out is tidied up."""
    for number in ENDING:
        signal.signal(number, _raise_ended)


def _raise_ended(number: int, frame: FrameType | None) -> NoReturn:
    for other in ENDING:  # tidying up is not to be interrupted by a second Ctrl-C
        signal.signal(other, signal.SIG_IGN)
    raise Ended


def watch(children: Sequence[Child]) -> NoReturn:
    """Look after the processes until ``Ended`` is raised.

    Raises:
        DemoError: a process ended by itself.
    """
    while True:
        check_alive(children)
        time.sleep(WATCH_SECONDS)

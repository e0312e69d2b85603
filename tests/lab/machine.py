"""What the lab asks of the machine it runs on: commands, root, packages."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "nft": "nftables",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "mkfs.ext4": "e2fsprogs",
    "openssl": "openssl",
}
"""Every program that may be missing, and its Debian package."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/sbin:/bin"
LAST_LINES = 6
PATIENCE = 600.0
CLEANING_SECONDS = 10.0


class LabError(Exception):
    """What went wrong, as a sentence for the person at the terminal."""


def ask(words: Sequence[str], given: str = "", seconds: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Run a command and return what it said, whether it succeeded or not.

    Args:
        words: the program and its arguments, never a line for a shell.
        given: its standard input.
        seconds: how long it may take.

    Raises:
        LabError: it took too long or does not exist.
    """
    environment = {**os.environ, "PATH": PATH, "LC_ALL": "C.UTF-8"}
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(
            words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
        )
    except FileNotFoundError as error:
        raise LabError(f"The program {words[0]} was not found.") from error
    with process, _ended_on_failure(process):
        try:
            said, complained = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{shlex.join(words)} did not end within {seconds:.0f} s.") from error
    return subprocess.CompletedProcess(words, process.returncode, said, complained)


@contextmanager
def _ended_on_failure(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a command and what it has started when we do not wait for it any longer; it may clean up first."""
    try:
        yield
    except BaseException:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(CLEANING_SECONDS)
        raise


def run(*words: str, given: str = "", seconds: float = PATIENCE) -> str:
    """Run a command that has to succeed; returns its standard output.

    Raises:
        LabError: it failed; the sentence ends with the last lines it said.
    """
    result = ask(words, given, seconds)
    if result.returncode != 0:
        raise LabError(f"{shlex.join(words)} failed: {last_lines(result.stderr or result.stdout)}")
    return result.stdout


def last_lines(text: str) -> str:
    """Return the end of what a program said, on one line."""
    return " / ".join(line.strip() for line in text.splitlines()[-LAST_LINES:] if line.strip())


def boot_id() -> str:
    """Return what changes whenever this machine boots."""
    return BOOT_ID.read_text().strip()


def missing_packages() -> list[str]:
    """Return the Debian packages that have to be installed first."""
    return sorted({package for program, package in PROGRAMS.items() if shutil.which(program, path=PATH) is None})


def find_obstacle() -> str | None:
    """Return the sentence that says why no lab can run here; None: one can."""
    missing = missing_packages()
    if missing:
        return f"The lab needs packages that are not installed; as root: apt install {' '.join(missing)}"
    if os.geteuid() != 0:
        return "The lab makes bridges, mounts and hosts, which only root can; start it with sudo."
    return None


def wait_until(condition: Callable[[], bool], seconds: float, trouble: str) -> None:
    """Wait for something, looking five times a second.

    Raises:
        LabError: it did not come about; says ``trouble``.
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise LabError(trouble)
        time.sleep(0.2)

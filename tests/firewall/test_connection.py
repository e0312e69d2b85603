"""Who started a process over which SSH connection, also behind sudo."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from firewall.commit_confirm.connection import Connection, find_connection, seconds_since_boot

TICKS = os.sysconf("SC_CLK_TCK")
NAME = "198.51.100.7 40000 192.0.2.1 22"


def process(folder: Path, number: int, parent: int, began: int, name: str = "") -> None:
    """Write what the kernel tells of a process whose own name has brackets and spaces in it."""
    place = folder / str(number)
    place.mkdir()
    settings = ["LANG=C", f"SSH_CONNECTION={name}"] if name else ["LANG=C"]
    (place / "environ").write_text("\0".join(settings) + "\0")
    rest = ["S", str(parent), *["0"] * 17, str(began * TICKS), "0"]
    (place / "stat").write_text(f"{number} (a) name ({number})) {' '.join(rest)}\n")


def test_connection_is_as_old_as_the_process_of_sshd(tmp_path: Path) -> None:
    process(tmp_path, 1, 0, 0)
    process(tmp_path, 10, 1, 5)
    process(tmp_path, 20, 10, 50)
    process(tmp_path, 30, 20, 60, NAME)
    assert find_connection(30, tmp_path) == Connection(NAME, 50.0)


def test_connection_is_found_behind_sudo(tmp_path: Path) -> None:
    process(tmp_path, 20, 1, 50)
    process(tmp_path, 30, 20, 60, NAME)
    process(tmp_path, 31, 30, 61, NAME)
    process(tmp_path, 40, 31, 70)
    assert find_connection(40, tmp_path) == Connection(NAME, 50.0)


def test_connection_of_an_sshd_that_was_itself_started_over_ssh_is_the_inner_one(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, 5, "203.0.113.9 1 192.0.2.1 22")
    process(tmp_path, 20, 10, 50, "203.0.113.9 1 192.0.2.1 22")
    process(tmp_path, 30, 20, 60, NAME)
    assert find_connection(30, tmp_path) == Connection(NAME, 50.0)


def test_connection_on_the_console_is_none(tmp_path: Path) -> None:
    process(tmp_path, 1, 0, 0)
    process(tmp_path, 30, 1, 60)
    assert find_connection(30, tmp_path) is None


def test_connection_whose_shell_outlived_it_is_as_old_as_the_host(tmp_path: Path) -> None:
    process(tmp_path, 1, 0, 0)
    process(tmp_path, 30, 1, 60, NAME)
    assert find_connection(30, tmp_path) == Connection(NAME, 0.0)


def test_connection_of_a_process_that_has_ended_is_none(tmp_path: Path) -> None:
    assert find_connection(30, tmp_path) is None


def test_connection_of_a_real_process_began_before_it() -> None:
    """Its environment names a connection that ours does not know, so that we are taken for sshd's process."""
    before = seconds_since_boot()
    with subprocess.Popen(
        ["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env={"SSH_CONNECTION": NAME}
    ) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"here")
        assert child.stdout.read(4) == b"here"  # only then does it run: at its start, the kernel shows no environment
        found = find_connection(child.pid)
        child.stdin.close()
    assert found is not None
    assert (found.name, 0.0 < found.began < before) == (NAME, True)

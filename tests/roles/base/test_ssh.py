"""The settings of SSH: keys alone, in a form that the server itself accepts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.roles.base.conftest import render, settings

SSHD = shutil.which("sshd", path="/usr/sbin:/sbin")


def test_ssh_lets_nobody_in_by_password() -> None:
    found = settings(render("sshd.conf.j2"))
    names = ("PubkeyAuthentication", "PasswordAuthentication", "KbdInteractiveAuthentication", "PermitEmptyPasswords")
    assert [found[name] for name in names] == ["yes", "no", "no", "no"]


@pytest.mark.parametrize(("allowed", "expected"), [(True, "prohibit-password"), (False, "no")])
def test_ssh_never_lets_root_in_by_password(allowed: bool, expected: str) -> None:
    assert settings(render("sshd.conf.j2", base_ssh_root_login=allowed))["PermitRootLogin"] == expected


@pytest.mark.parametrize(("allowed", "expected"), [(True, "yes"), (False, "no")])
def test_ssh_carries_other_connections_only_when_told(allowed: bool, expected: str) -> None:
    assert settings(render("sshd.conf.j2", base_ssh_forwarding=allowed))["AllowTcpForwarding"] == expected


def test_ssh_has_no_condition_that_would_reach_into_other_files() -> None:
    assert "Match" not in settings(render("sshd.conf.j2"))


@pytest.mark.skipif(SSHD is None, reason="openssh-server is not installed")
def test_ssh_server_accepts_the_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    file = tmp_path / "sshd.conf"
    file.write_text(render("sshd.conf.j2") + f"HostKey {key}\n")
    done = subprocess.run([str(SSHD), "-t", "-f", str(file)], capture_output=True, text=True, check=False)
    # Where no server runs, its folder is missing, which it says only after it has accepted the file.
    said = done.stderr.strip()
    assert said in ("", "Missing privilege separation directory: /run/sshd")
    assert (done.returncode == 0) == (said == "")

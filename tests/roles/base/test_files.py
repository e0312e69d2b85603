"""What else the role writes: packages' sources, updates, the journal, sudo, audits."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.roles.base.conftest import DEFAULTS, VARIABLES, render, settings
from tests.static.sizes import ROOT

VISUDO = shutil.which("visudo", path="/usr/sbin:/sbin")


def test_sudo_asks_for_no_password_where_there_is_none() -> None:
    assert "administrator ALL=(ALL:ALL) NOPASSWD: ALL" in render("sudoers.j2")


def test_sudo_asks_for_the_password_where_there_is_one() -> None:
    assert render("sudoers.j2", base_administrator_password_hash="$y$x").endswith("administrator ALL=(ALL:ALL) ALL\n")


@pytest.mark.skipif(VISUDO is None, reason="sudo is not installed")
def test_sudo_accepts_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sudoers"
    file.write_text(render("sudoers.j2"))
    subprocess.run([str(VISUDO), "--check", f"--file={file}"], check=True, capture_output=True)


def test_updates_are_those_of_security_and_restart_nothing_unasked() -> None:
    text = render("unattended-upgrades.j2")
    assert re.findall(r'"(origin=.*)"', text) == [
        "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"
    ]
    assert 'Automatic-Reboot "false"' in text


def test_updates_file_is_one_that_apt_can_read(tmp_path: Path) -> None:
    file = tmp_path / "updates"
    file.write_text(render("unattended-upgrades.j2", base_automatic_reboot=True))
    words = ["apt-config", f"--config-file={file}", "dump"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert 'Unattended-Upgrade::Automatic-Reboot "true";' in done.stdout.splitlines()


def test_proxy_is_passed_by_for_hosts_named(tmp_path: Path) -> None:
    file = tmp_path / "proxy"
    file.write_text(
        render("apt-proxy.j2", base_http_proxy="http://proxy.example:3128", base_no_proxy=["mirror.example"])
    )
    words = ["apt-config", f"--config-file={file}", "dump"]
    dump = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {
        'Acquire::http::Proxy "http://proxy.example:3128";',
        'Acquire::https::Proxy "http://proxy.example:3128";',
        'Acquire::http::Proxy::mirror.example "DIRECT";',
    } <= set(dump)


@pytest.mark.parametrize(("servers", "line"), [([], ""), (["a.example", "b.example"], "NTP=a.example b.example\n")])
def test_clock_asks_the_servers_named_or_those_of_debian(servers: list[str], line: str) -> None:
    assert render("timesyncd.conf.j2", base_ntp_servers=servers) == f"# Ansible managed\n[Time]\n{line}"


def test_journal_is_kept_and_bounded() -> None:
    text = render("journald.conf.j2").replace("[Journal]\n", "")
    assert settings(text, "=") == {"Storage": "persistent", "SystemMaxUse": "1G", "MaxRetentionSec": "90day"}


def test_services_whose_restart_would_be_felt_are_not_restarted() -> None:
    pattern = re.search(r"qr\((.*)\)\} = 0;", render("needrestart.conf.j2"))
    assert pattern is not None
    units = ["docker.service", "postgresql@17-main.service", "caddy.service", "eigenplan-worker.service", "ssh.service"]
    assert [name for name in units if not re.search(pattern[1], name)] == ["ssh.service"]


def test_audit_on_a_server_leaves_nothing_out() -> None:
    assert "skip-test" not in render("lynis.prf.j2", __base_is_container=False)


def test_audit_in_a_container_leaves_out_what_a_container_lacks() -> None:
    text = render("lynis.prf.j2", __base_is_container=True, __base_sysctl_readonly=["kernel.sysrq"])
    skipped = re.findall(r"^skip-test=(.*)$", text, re.M)
    assert skipped == [*VARIABLES["__base_lynis_container"], "KRNL-6000:kernel.sysrq"]


def test_audit_leaves_out_nothing_without_a_reason_in_the_documents() -> None:
    page = (ROOT / "docs/hardening.md").read_text("utf-8")
    kernel = [key["name"] for key in VARIABLES["__base_sysctl"] if not key["name"].startswith("net.ipv")]
    names = [*VARIABLES["__base_lynis_container"], *kernel]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_shell_that_nobody_types_in_has_no_end(tmp_path: Path) -> None:
    file = tmp_path / "profile.sh"
    file.write_text(render("profile.sh.j2"))
    words = ["bash", "--norc", "-c", f". {file}; echo ${{TMOUT:-none}} $(ulimit -c)"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "none 0\n"


def test_banner_names_the_site() -> None:
    assert "{{ site_domain }}" in DEFAULTS["base_banner"]


SECRETS = (
    "/etc/eigenplan/secrets/smtp_password",
    "/etc/eigenplan/build.json",
    "/etc/caddy/environment",
    "/etc/caddy/given-0123456789abcdef/key.pem",
    "/etc/docker/eigenplan-proxy.env",
    "/etc/apt/apt.conf.d/80eigenplan-proxy",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssl/private/ssl-cert.key",
    "/etc/shadow",
    "/etc/gshadow",
)


def attributes_watched(text: str, path: str) -> set[str]:
    """Return what aide would write down of a file: the rule that goes deepest counts, of several the last here."""
    groups = dict(re.findall(r"^(\w+) = (ftype\S+)$", text, re.M))
    rules = [line.split() for line in text.splitlines() if line.startswith("/")]
    fitting = [group for rule, group in rules if re.match(rule, path)]
    return set(groups[fitting[-1]].split("+"))


@pytest.mark.parametrize("path", SECRETS)
def test_change_of_a_secret_is_told_without_a_trace_of_its_content(path: str) -> None:
    assert attributes_watched(render("aide.conf.j2"), path) == {"ftype", "p", "u", "g", "i", "n", "m"}


@pytest.mark.parametrize("path", ["/etc/hosts", "/etc/caddy/Caddyfile", "/etc/eigenplan/eigenplan.env", "/etc/passwd"])
def test_change_of_a_setting_is_told_by_its_content(path: str) -> None:
    assert {"s", "sha256"} < attributes_watched(render("aide.conf.j2"), path)

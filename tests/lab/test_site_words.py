"""No secret is in what runs and hosts say. Comes last, so that everything was said that is to be said."""

from __future__ import annotations

import re
import sys

import pytest

from app.commands.deploy_run import logs_folder
from tests.lab.installing import Installed
from tests.lab.site import ASK, Site

pytestmark = pytest.mark.lab

SECRETS = "/etc/eigenplan/secrets"
JOURNAL = r"journalctl --no-pager --output=export | tr -d '\200-\377'"
"""With every field. The lengths of those with several lines are bytes that are no text."""

CERTIFICATES = "/var/lib/caddy/.local/share/caddy"


def secrets_of(site: Site) -> dict[str, str]:
    """Every secret of a site, by where it stands."""
    found = {"the relay's password": site.mail_password, "the vault's password": site.vault_password}
    for name in heard(site, "ls", SECRETS).split():
        found[name] = heard(site, "cat", f"{SECRETS}/{name}").strip()
    for key in heard(site, "find", CERTIFICATES, "-name", "*.key").split():
        found[key] = heard(site, "cat", key).splitlines()[1]
    return found


def told(site: Site) -> dict[str, str]:
    """Whatever a host and the runs have said, by where."""
    commands = {
        "journal": ["bash", "-o", "pipefail", "-c", JOURNAL],
        "inspect": ["sh", "-c", "docker inspect $(docker ps -aq) $(docker image ls -q)"],
        "environment": ["sh", "-c", "cat /proc/[0-9]*/environ | tr '\\0' '\\n'"],
        "options": ["cat", "/etc/eigenplan/eigenplan.env", "/etc/eigenplan/compose.yml", "/etc/eigenplan/host.json"],
        "units": ["sh", "-c", "systemctl cat 'eigenplan*' caddy"],
    }
    said = {name: heard(site, *words) for name, words in commands.items()}
    runs = {f"run {number}": run.output for number, run in enumerate(site.player.runs, start=1)}
    logs = {f"log {file.name}": file.read_text() for file in logs_folder(state_of(site)).iterdir()}
    return {**said, **runs, **logs}


def heard(site: Site, *words: str) -> str:
    """Return what a command says that has to succeed, and to say something."""
    done = site.host.run(*words)
    assert (done.returncode, done.stdout != "") == (0, True), (words, done.stderr)
    return done.stdout


def state_of(site: Site) -> dict[str, str]:
    """Return where whoever installed the site keeps what programs write down."""
    return {"XDG_STATE_HOME": str(site.folder / "state")}


PROXIES = ("/etc/apt/apt.conf.d/80eigenplan-proxy", "/etc/caddy/environment", "/etc/docker/eigenplan-proxy.env")


@pytest.mark.slow
def test_password_of_a_proxy_is_not_told_when_the_proxy_is_dropped(site: Site) -> None:
    """A dry run shows every difference; each file has a password that the inventory does not know any more."""
    for file in PROXIES:
        write = f"test ! -e {file} || cp -p {file} /root/; echo '# http://eva:s3same-open@proxy.test' > {file}"
        assert site.host.run("sh", "-c", write).returncode == 0
    try:
        run = site.player.play("site", "--check", "--diff", "-vv", "--tags", "base,docker,reverse_proxy")
    finally:
        for file in PROXIES:
            back = f"rm {file}; test ! -e /root/{file.rpartition('/')[2]} || mv /root/{file.rpartition('/')[2]} {file}"
            assert site.host.run("sh", "-c", back).returncode == 0
    assert run.status == 0, run.output[-4000:]
    assert (len(run.changes) >= len(PROXIES), "s3same-open" in run.output) == (True, False), run.changes


def test_no_secret_is_told(site: Site) -> None:
    secrets, said = secrets_of(site), told(site)
    assert {"secret_key", "master_key", "smtp_password"} <= set(secrets)
    assert all(len(secret) >= 16 for secret in secrets.values())
    leaks = [f"{name} in {place}" for name, secret in secrets.items() for place, text in said.items() if secret in text]
    assert leaks == []


def test_first_administrators_link_is_told_to_the_operator_alone(installed: Installed) -> None:
    """Once, at the end of the installation. Neither that run's log nor the host has it, not even when it was opened."""
    site = installed.site
    [link] = re.findall(rf"{site.url}/password/[\w-]+", installed.install.output)
    token = link.rpartition("/")[2]
    opened = site.lab.client.run(sys.executable, "-c", ASK, link, str(site.authority()))
    assert (opened.returncode, len(token) >= 22) == (0, True), opened.stderr
    said = told(site)
    install = f"run {site.player.runs.index(installed.install) + 1}"
    assert {place: text.count(token) for place, text in said.items() if token in text} == {install: 1}
    logs = [text for place, text in said.items() if place.startswith("log ")]
    assert sum(text.count(f"{site.url}/password/...") for text in logs) == 1


def test_secrets_are_for_the_service_alone(site: Site) -> None:
    listed = heard(site, "find", SECRETS, "-type", "f", "-printf", "%m %U %f\n").splitlines()
    assert sorted(listed) == ["400 820 secret_key", "400 820 smtp_password", "440 0 master_key"]

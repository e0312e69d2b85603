"""No secret is in what runs and hosts say. Comes last, so that everything was said that is to be said."""

from __future__ import annotations

import pytest

from tests.lab.site import Site

pytestmark = pytest.mark.lab

SECRETS = "/etc/eigenplan/secrets"
CERTIFICATES = "/var/lib/caddy/.local/share/caddy"


def secrets_of(site: Site) -> dict[str, str]:
    """Every secret of a site, by where it stands."""
    found = {"the relay's password": site.mail_password, "the vault's password": site.vault_password}
    for name in site.host.run("ls", SECRETS).stdout.split():
        found[name] = site.host.run("cat", f"{SECRETS}/{name}").stdout.strip()
    keys = site.host.run("find", CERTIFICATES, "-name", "*.key").stdout.split()
    for key in keys:
        found[key] = site.host.run("cat", key).stdout.splitlines()[1]
    return found


def told(site: Site) -> dict[str, str]:
    """Whatever a host and the runs have said, by where."""
    commands = {
        "journal": ["journalctl", "--no-pager", "--output=export"],
        "inspect": ["sh", "-c", "docker inspect $(docker ps -aq) $(docker image ls -q)"],
        "environment": ["sh", "-c", "cat /proc/[0-9]*/environ | tr '\\0' '\\n'"],
        "options": ["cat", "/etc/eigenplan/eigenplan.env", "/etc/eigenplan/compose.yml", "/etc/eigenplan/host.json"],
        "units": ["sh", "-c", "systemctl cat 'eigenplan*' caddy"],
    }
    said = {name: site.host.run(*words).stdout for name, words in commands.items()}
    runs = {f"run {number}": run.output for number, run in enumerate(site.player.runs, start=1)}
    return {**said, **runs}


def test_no_secret_is_told(site: Site) -> None:
    secrets, said = secrets_of(site), told(site)
    assert {"secret_key", "smtp_password"} <= set(secrets)
    assert all(len(secret) >= 16 for secret in secrets.values())
    assert all(said[name] for name in ("journal", "inspect", "environment", "options", "units"))
    leaks = [f"{name} in {place}" for name, secret in secrets.items() for place, text in said.items() if secret in text]
    assert leaks == []


def test_secrets_are_for_the_service_alone(site: Site) -> None:
    listed = site.host.run("find", SECRETS, "-type", "f", "-printf", "%m %U %f\n").stdout.splitlines()
    assert sorted(listed) == ["400 820 secret_key", "400 820 smtp_password"]

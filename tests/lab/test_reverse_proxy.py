"""Caddy on a real host by its role alone: every kind of certificate, other names, runs that were cut short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder
from tests.lab.fronted import DIRECTORY, Fronted
from tests.lab.lab import HOSTS, down, up
from tests.lab.playbook import Player

pytestmark = [pytest.mark.lab, pytest.mark.slow]

CADDYFILE = "/etc/caddy/Caddyfile"
TAKEN = ("systemd-run", "--unit=squatter", "/usr/bin/python3", "-m", "http.server", "443")


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def fronted(
    request: pytest.FixtureRequest, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fronted]:
    """A bare host."""
    folder = tmp_path_factory.mktemp("fronted")
    [plan] = [replace(one, data_mib=64) for one in HOSTS if one.name == request.param]
    lab = up(LabFolder(folder / "lab"), cache, [plan], print)
    try:
        yield Fronted(lab, lab.hosts[0], Player(lab.folder.inventory), folder)
    finally:
        down(lab.folder, cache)


def acme(root: object, **more: object) -> dict[str, object]:
    return {"site_tls": "acme", "site_acme_directory": DIRECTORY, "site_acme_root": str(root), **more}


def test_port_that_something_else_has_is_refused_by_name(fronted: Fronted) -> None:
    fronted.say(*TAKEN)
    run = fronted.play()
    fronted.say("systemctl", "stop", "squatter")
    assert (run.status, run.recap(fronted.host.plan.name)["changed"]) == (2, 0)
    assert f"On {fronted.host.plan.name} something else than Caddy listens on port 80 or 443: LISTEN" in run.sentence


def test_dry_run_on_the_bare_host_ends_well(fronted: Fronted) -> None:
    run = fronted.play("--check", "--diff")
    assert (run.status, fronted.host.run("test", "-e", "/usr/bin/caddy").returncode) == (0, 1), run.output


def test_role_alone_brings_a_site_that_is_trusted_and_changes_nothing_again(fronted: Fronted) -> None:
    assert fronted.changed(fronted.play()) > 0
    assert fronted.issuer(fronted.name) == "Eigenplan internal issuer"
    assert fronted.changed(fronted.play()) == 0
    assert fronted.changed(fronted.play("--check", "--diff")) == 0


def test_run_that_was_cut_short_is_completed_by_the_next(fronted: Fronted) -> None:
    """It had written the Caddyfile, but Caddy has not loaded it: the handler of that run is lost."""
    fronted.say("sed", "-i", "s/idle 2m/idle 3m/", CADDYFILE)
    fronted.say("systemctl", "reload", "caddy")
    fronted.say("sed", "-i", "s/idle 3m/idle 2m/", CADDYFILE)
    found = ["reverse_proxy : Look whether Caddy has loaded its Caddyfile", "reverse_proxy : Reload Caddy"]
    assert fronted.play().changes == found
    assert fronted.changed(fronted.play()) == 0


def test_certificate_comes_from_an_acme_authority_and_outlives_a_reload_and_another_name(fronted: Fronted) -> None:
    root = fronted.start_authority()
    assert fronted.changed(fronted.play(**acme(root, site_domain="one.lab.test"))) > 0
    assert fronted.issuer("one.lab.test") == "Lab issuer"
    before = fronted.serial("one.lab.test")
    fronted.say("systemctl", "reload", "caddy")
    assert fronted.serial("one.lab.test") == before
    assert fronted.changed(fronted.play(**acme(root, site_domain="one.lab.test"))) == 0
    assert fronted.changed(fronted.play(**acme(root, site_domain="two.lab.test"))) > 0
    assert (fronted.issuer("two.lab.test"), fronted.issuer("one.lab.test")) == ("Lab issuer", "")


def test_run_that_finds_no_certificate_lets_caddy_ask_again(fronted: Fronted) -> None:
    """Caddy by itself would wait, and reads its unchanged Caddyfile as nothing to do."""
    given = acme(fronted.folder / "root.pem", site_domain="one.lab.test", reverse_proxy_certificate_seconds=15)
    fronted.say("systemctl", "stop", "authority")
    fronted.say("rm", "-rf", "/var/lib/caddy/.local/share/caddy/certificates")
    assert fronted.play(**given).status == 2
    again = fronted.play(**given)
    restart = "reverse_proxy : Restart Caddy where there is none, so that it asks again at once"
    assert (again.status, again.changes) == (2, [restart])
    fronted.start_authority()
    mended = fronted.play(**given)
    assert (mended.status, set(mended.changes) - {restart}) == (0, set())  # Caddy may have asked again by itself
    assert fronted.issuer("one.lab.test") == "Lab issuer"


def test_wrong_root_of_the_authority_is_told_with_what_caddy_says(fronted: Fronted) -> None:
    wrong = fronted.make_pair("wrong.lab.test", "-addext", "basicConstraints=critical,CA:TRUE")["site_tls_certificate"]
    given = acme(wrong, site_domain="one.lab.test", reverse_proxy_certificate_seconds=60)
    fronted.say("rm", "-rf", "/var/lib/caddy/.local/share/caddy/certificates")
    run = fronted.play(**given)
    assert run.status == 2
    assert "https://one.lab.test did not answer on the host itself within 60 s: no certificate" in run.sentence
    assert "certificate signed by unknown authority" in run.sentence


def test_given_certificate_is_used_and_its_key_is_seen_by_nobody(fronted: Fronted) -> None:
    pair = fronted.make_pair(fronted.name)
    given = {"site_tls": "files", **pair}
    fronted.say("mkdir", "-p", "/usr/local/share/ca-certificates")
    with open(pair["site_tls_certificate"]) as stream:
        fronted.say("tee", "/usr/local/share/ca-certificates/given.crt", given=stream.read())
    fronted.say("update-ca-certificates")
    run = fronted.play("--diff", **given)
    with open(pair["site_tls_key"]) as stream:
        key = stream.read().splitlines()[1]
    assert (fronted.changed(run) > 0, key in run.output) == (True, False)
    assert fronted.issuer(fronted.name) == f"given for {fronted.name}"
    assert fronted.say("sh", "-c", "stat -c '%a %U %G' /etc/caddy/given-*/key.pem") == "640 root caddy"
    assert fronted.changed(fronted.play(**given)) == 0


def test_pair_that_does_not_fit_leaves_the_old_one_in_use(fronted: Fronted) -> None:
    other = fronted.make_pair("other.lab.test")
    mixed = {**fronted.make_pair(fronted.name), "site_tls_key": other["site_tls_key"]}
    before = fronted.serial(fronted.name)
    run = fronted.play(site_tls="files", **mixed)
    assert (run.status, fronted.serial(fronted.name)) == (2, before)


def test_site_is_back_after_the_power_was_cut(fronted: Fronted) -> None:
    before = fronted.issuer(fronted.name)
    fronted.host.power_cycle()
    assert (before, fronted.issuer(fronted.name)) == (f"given for {fronted.name}",) * 2

"""The role's own modules: whether the site answers, and whether Caddy has loaded what is written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import caddy_loaded
import pytest
import site_answer
from site_answer import Answer, NoCertificateError, NotYetError, Site

from tests.roles.reverse_proxy.rig import PROGRAM, Proxy, environment, free_ports

ROOT_FILE = "caddy/pki/authorities/local/root.crt"


def site_of(proxy: Proxy, name: str = "") -> Site:
    return Site(name or proxy.target.name, "127.0.0.1", proxy.target.https_port)


def roots_of(proxy: Proxy) -> list[str]:
    return [str(proxy.folder / ROOT_FILE)]


def test_site_answers_with_a_certificate_of_the_given_authority(proxy: Proxy) -> None:
    with proxy.slots[0].listening():
        answer = site_answer.ask(site_of(proxy), site_answer.make_context(roots_of(proxy), only_roots=True))
    assert (answer.status, answer.expires[-3:]) == (200, "GMT")


def test_unknown_authority_is_told(proxy: Proxy) -> None:
    with pytest.raises(NoCertificateError, match="the certificate is not to be trusted: unable to get"):
        site_answer.ask(site_of(proxy), site_answer.make_context([], only_roots=False))


def test_name_without_certificate_is_told(proxy: Proxy) -> None:
    with pytest.raises(NoCertificateError, match="no certificate for the name is there yet"):
        site_answer.ask(site_of(proxy, "other.test"), site_answer.make_context(roots_of(proxy), only_roots=True))


def test_port_where_nobody_listens_is_told() -> None:
    (port,) = free_ports(1)
    with pytest.raises(NotYetError, match=f"127.0.0.1 port {port} does not answer: .*refused"):
        site_answer.ask(Site("bookings.test", "127.0.0.1", port), site_answer.make_context([], only_roots=True))


def test_root_that_is_not_there_yet_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotYetError, match=r"root certificate .* cannot be read"):
        site_answer.make_context([str(tmp_path / "root.crt")], only_roots=True)


def test_waiting_ends_with_the_first_acceptable_answer() -> None:
    answers = iter([Answer(503, ""), Answer(200, "then")])
    assert site_answer.wait(lambda: next(answers), lambda status: status < 500, 5).expires == "then"


def test_waiting_ends_with_what_was_wrong_last() -> None:
    with pytest.raises(NotYetError, match="it answers with HTTP status 502"):
        site_answer.wait(lambda: Answer(502, ""), lambda status: status < 500, 0)


def test_complaint_is_the_last_one_about_certificates() -> None:
    lines = [
        json.dumps({"level": "error", "logger": "tls.obtain", "msg": "will retry", "error": "first"}),
        json.dumps({"level": "error", "logger": "tls.issuance.acme", "msg": "second"}),
        json.dumps({"level": "error", "logger": "http.log.error", "error": "another matter"}),
        json.dumps({"level": "info", "logger": "tls", "msg": "fine"}),
        "[1, 2]",
        '{"level": "error", "logger": "tls.obtain", "error": "one.test: obtaining certificate: context canceled"}',
        "1",
        "Started caddy.service.",
    ]
    assert (site_answer.last_complaint(lines), site_answer.last_complaint([])) == ("second", "")


def test_sentence_says_what_was_wrong_and_what_to_do() -> None:
    told = site_answer.explain(Site("bookings.test", "127.0.0.1", 443), 20, "it is dark", "no light")
    assert told == (
        "https://bookings.test did not answer on the host itself within 20 s: it is dark. Caddy says: no light."
        " Look at `journalctl -u caddy` there, mend it, and run the play again."
    )


def test_running_configuration_is_that_of_the_file(proxy: Proxy) -> None:
    assert caddy_loaded.compare(str(proxy.caddyfile), str(proxy.socket)) == ""


def test_file_that_is_not_loaded_yet_is_told(proxy: Proxy, tmp_path: Path) -> None:
    newer = tmp_path / "Caddyfile"
    newer.write_text(proxy.caddyfile.read_text().replace("respond 421", "respond 404"))
    assert caddy_loaded.compare(str(newer), str(proxy.socket)) == "Caddy has not loaded the newest Caddyfile"


def test_caddy_that_does_not_run_is_told(proxy: Proxy, tmp_path: Path) -> None:
    assert caddy_loaded.compare(str(proxy.caddyfile), str(tmp_path / "none")).startswith("Caddy cannot be asked: ")


def test_broken_file_is_told(proxy: Proxy, tmp_path: Path) -> None:
    broken = tmp_path / "Caddyfile"
    broken.write_text("{\n\tnonsense\n}\n")
    with pytest.raises(OSError, match="cannot be read by Caddy"):
        caddy_loaded.compare(str(broken), str(proxy.socket))


def test_reload_takes_up_a_changed_file_and_keeps_the_socket(proxy: Proxy) -> None:
    assert PROGRAM is not None
    before = proxy.caddyfile.read_text()
    for text in (before.replace("idle 2m", "idle 1m"), before):
        proxy.caddyfile.write_text(text)
        words = [PROGRAM, "reload", "--adapter", "caddyfile", "--config", str(proxy.caddyfile)]
        subprocess.run(words, check=True, capture_output=True, env=environment(proxy.folder))
        assert caddy_loaded.compare(str(proxy.caddyfile), str(proxy.socket)) == ""

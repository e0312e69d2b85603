"""What the Caddyfile is made of, and that Caddy takes it with every kind of certificate."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest

from app.factory import MAX_BODY_BYTES
from app.web.security import HEADERS
from tests.roles.reverse_proxy.caddyfile import ROLE, render, variables
from tests.roles.reverse_proxy.rig import PROGRAM, environment


def validate(folder: Path, **given: object) -> str:
    """Return what Caddy says to the role's Caddyfile; empty when it takes it."""
    assert PROGRAM is not None
    (folder / "Caddyfile").write_text(render(**given))
    words = [PROGRAM, "validate", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    done = subprocess.run(words, capture_output=True, text=True, env=environment(folder), check=False)
    return "" if done.returncode == 0 else done.stderr


def make_pair(folder: Path, name: str) -> tuple[str, str]:
    """Return the paths of a new certificate and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run(
        [*words, "-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={name}"], check=True, capture_output=True
    )
    return str(certificate), str(key)


def test_headers_are_those_of_the_program() -> None:
    assert variables()["__reverse_proxy_headers"] == HEADERS


def test_page_policy_names_the_hash_of_the_style_that_is_sent() -> None:
    digest = hashlib.sha256((ROLE / "files/page.css").read_text().rstrip().encode()).digest()
    assert f"'sha256-{base64.b64encode(digest).decode()}'" in variables()["__reverse_proxy_page_policy"]


def test_limit_of_bodies_is_that_of_the_program() -> None:
    assert f"max_size {MAX_BODY_BYTES}\n" in render()


def test_pages_hold_nothing_that_would_end_them_early() -> None:
    assert render().count("`") % 2 == 0
    assert "`" not in (ROLE / "files/page.css").read_text() + str(variables()["__reverse_proxy_texts"])


def test_internal_authority_is_taken(folder: Path) -> None:
    assert validate(folder) == ""


def test_public_acme_is_asked_by_default(folder: Path) -> None:
    assert validate(folder, site_tls="acme") == ""
    text = render(site_tls="acme")
    assert "issuer acme" in text
    assert "email ada@example.org" in text
    assert "\tdir " not in text


def test_other_acme_authority_is_taken_with_its_root(folder: Path) -> None:
    root, _ = make_pair(folder, "root")
    given = {"site_tls": "acme", "site_acme_directory": "https://ca.test/directory", "site_acme_root": root}
    given |= {"__reverse_proxy_given_folder": str(folder / "given")}
    (folder / "given").mkdir()
    (folder / "given/certificate.pem").write_bytes(Path(root).read_bytes())
    assert validate(folder, **given) == ""
    assert "dir https://ca.test/directory\n" in render(**given)


@pytest.mark.parametrize(("key_of", "says"), [("one", ""), ("two", "private key does not match public key")])
def test_given_pair_is_taken_when_it_fits(folder: Path, key_of: str, says: str) -> None:
    pairs = {name: make_pair(folder, name) for name in ("one", "two")}
    (folder / "given").mkdir()
    (folder / "given/certificate.pem").write_bytes(Path(pairs["one"][0]).read_bytes())
    (folder / "given/key.pem").write_bytes(Path(pairs[key_of][1]).read_bytes())
    given = {"site_tls": "files", "site_tls_certificate": pairs["one"][0], "site_tls_key": pairs["one"][1]}
    said = validate(folder, __reverse_proxy_given_folder=str(folder / "given"), **given)
    assert (says in said) if says else said == ""


def test_given_folder_changes_with_what_is_given(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").write_text("two")
    given = {"site_tls": "files", "site_tls_certificate": str(tmp_path / "a"), "site_tls_key": str(tmp_path / "b")}
    before = variables(**given)["__reverse_proxy_given_folder"]
    (tmp_path / "b").write_text("three")
    assert variables(**given)["__reverse_proxy_given_folder"] != before


def test_mark_changes_with_the_proxy_and_the_trusted_authorities(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("an authority")
    cases: list[dict[str, object]] = [
        {},
        {"site_http_proxy": "http://proxy.test:3128"},
        {"site_authorities": [str(tmp_path / "ca.pem")]},
    ]
    assert len({str(variables(**case)["__reverse_proxy_mark"]) for case in cases}) == 3


def test_environment_holds_a_proxy_only_where_there_is_one() -> None:
    assert "PROXY" not in render("environment.j2")
    given = {"site_http_proxy": "http://proxy.test:3128", "site_no_proxy": ["intern.test"]}
    assert "NO_PROXY=localhost,127.0.0.1,intern.test\n" in render("environment.j2", **given)

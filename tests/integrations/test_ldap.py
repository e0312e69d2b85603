"""The directory, asked for real: slapd with TLS; and directories that are away, mute, wrong or not to be trusted."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.integrations.ldap.directory import check_again, check_login, same_dn
from app.integrations.ldap.values import LdapSettings, PermanentDirectoryError, Person, TransientDirectoryError
from tests.integrations.mail_server import certificate
from tests.slapd_server import BASE, PASSWORD, Slapd, SlapdWith, dn_of, group_dn, person


@pytest.fixture(scope="module")
def slapd(slapd_with: SlapdWith) -> Slapd:
    """A directory of three people, one of them in a group."""
    made = slapd_with(
        [person("ada", "Ada Lovelace"), person("b*n", "Ben (Desk)"), person("twin", "T", "ada@example.org")]
    )
    made.group("desk", "ada", "b*n")
    return made


def test_login_right_tells_who_it_is(slapd: Slapd) -> None:
    found = check_login(slapd.settings, " ada ", PASSWORD)
    assert found is not None
    assert found == Person(found.subject, "ada@example.org", "Ada Lovelace", (group_dn("desk"),))
    assert len(found.subject) == 36
    assert check_again(slapd.settings, found.subject, PASSWORD) is True


def test_login_over_tls_from_the_start_is_the_same(slapd: Slapd) -> None:
    by_tls = replace(slapd.settings, url=f"ldaps://localhost:{slapd.tls_port}")
    assert check_login(by_tls, "ada", PASSWORD) == check_login(slapd.settings, "ada", PASSWORD)


def test_login_without_tls_is_possible_where_it_is_asked_for(slapd: Slapd) -> None:
    plain = replace(slapd.settings, url=f"ldap://127.0.0.1:{slapd.port}", plain=True, ca_file="")
    assert check_login(plain, "ada", PASSWORD) is not None


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("ada", "\0"),
        ("ada", "\u00ad"),
        ("ada", "\ud800"),
        ("ada", PASSWORD + "\0"),
        ("", PASSWORD),
        ("*", PASSWORD),
        ("ada*", PASSWORD),
        ("a*a", PASSWORD),
        ("ada)(uid=*", PASSWORD),
        ("*)(|(uid=*", PASSWORD),
        ("ada\0", PASSWORD),
        ("\\61da", PASSWORD),
        ("{login}", PASSWORD),
        (dn_of("ada"), PASSWORD),
        ("\ud800", PASSWORD),
        ("ada@example.org", PASSWORD),
        ("x" * 5000, PASSWORD),
    ],
)
def test_login_wrong_is_nobody(slapd: Slapd, login: str, password: str) -> None:
    assert check_login(slapd.settings, login, password) is None


def test_login_with_signs_that_mean_something_elsewhere_is_found(slapd: Slapd) -> None:
    found = check_login(slapd.settings, "b*n", PASSWORD)
    assert found is not None
    assert (found.name, found.groups) == ("Ben (Desk)", (group_dn("desk"),))


def test_login_without_a_password_is_refused_before_anybody_is_asked() -> None:
    nowhere = LdapSettings("ldap://127.0.0.1:9", BASE)
    assert (check_login(nowhere, "ada", ""), check_again(nowhere, "x", "")) == (None, False)


def test_again_is_wrong_for_others_and_for_nobody(slapd: Slapd) -> None:
    found = check_login(slapd.settings, "ada", PASSWORD)
    assert found is not None
    cases = [
        (found.subject, "wrong"),
        ("*", PASSWORD),
        ("", PASSWORD),
        ("00000000-0000-0000-0000-000000000000", PASSWORD),
    ]
    assert [check_again(slapd.settings, *case) for case in cases] == [False] * 4


def test_groups_are_found_by_a_filter_with_a_matching_rule(slapd: Slapd) -> None:
    """As Active Directory's rule in chain is written; slapd knows the rule of equal names (2.5.13.1) instead."""
    settings = replace(slapd.settings, group_attribute="", group_filter="(member:2.5.13.1:={dn})")
    found = check_login(settings, "ada", PASSWORD)
    assert found is not None
    assert found.groups == (group_dn("desk"),)


def test_identifier_that_is_no_text_is_kept_in_hexadecimal(slapd: Slapd) -> None:
    settings = replace(slapd.settings, id_attribute="uid")
    found = check_login(settings, "ada", PASSWORD)
    assert found is not None
    assert (found.subject, check_again(settings, "ada", PASSWORD)) == ("ada", True)
    with pytest.raises(PermanentDirectoryError, match="EIGENPLAN_LDAP_ID_ATTRIBUTE"):
        check_login(replace(settings, id_attribute="objectGUID"), "ada", PASSWORD)
    assert check_again(replace(settings, id_attribute="objectGUID"), "00ff", PASSWORD) is False


def test_names_are_compared_without_blanks_and_capitals() -> None:
    assert same_dn("CN=Desk, OU=Groups ,DC=Example,dc=org") == same_dn("cn=desk,ou=groups,dc=example,dc=ORG")
    assert same_dn(" Desk ") == "desk"


def test_directory_with_a_certificate_of_somebody_else_gets_no_password(slapd: Slapd, tmp_path: Path) -> None:
    other = replace(slapd.settings, ca_file=str(certificate(tmp_path)))
    for settings in (other, replace(other, url=f"ldaps://localhost:{slapd.tls_port}"), replace(other, ca_file="")):
        with pytest.raises(TransientDirectoryError, match=r"(?i)certificate"):
            check_login(settings, "ada", PASSWORD)


def test_directory_under_a_name_that_its_certificate_lacks_gets_no_password(slapd: Slapd) -> None:
    for url in (f"ldap://127.0.0.2:{slapd.port}", f"ldaps://127.0.0.2:{slapd.tls_port}"):
        with pytest.raises(TransientDirectoryError):
            check_login(replace(slapd.settings, url=url), "ada", PASSWORD)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"bind_password": "wrong"}, "EIGENPLAN_LDAP_BIND_DN"),
        ({"base_dn": "dc=elsewhere"}, "refuses to search"),
        ({"user_filter": "(uid={login}"}, "cannot be asked with these options"),
        ({"bind_dn": ""}, "refuses to search"),
        ({"ca_file": "/nowhere"}, "cannot be asked with these options"),
    ],
)
def test_directory_asked_with_wrong_options_says_which(slapd: Slapd, values: dict[str, Any], said: str) -> None:
    with pytest.raises(PermanentDirectoryError, match=said):
        check_login(replace(slapd.settings, **values), "ada", PASSWORD)


def test_directory_that_is_away_is_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(TransientDirectoryError, match="cannot be used"):
        check_login(LdapSettings(f"ldap://localhost:{port}", BASE), "ada", PASSWORD)


@contextmanager
def mute() -> Iterator[int]:
    """A server that takes connections and says nothing."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            try:
                while True:
                    kept.append(server.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in kept:
                one.close()


@pytest.mark.parametrize(("scheme", "plain"), [("ldap", False), ("ldap", True), ("ldaps", False)])
def test_directory_that_says_nothing_is_given_up_in_time(scheme: str, plain: bool) -> None:
    with mute() as port:
        settings = LdapSettings(
            f"{scheme}://127.0.0.1:{port}", BASE, plain=plain, bind_dn="cn=x", bind_password="x", seconds=1
        )
        begun = time.monotonic()
        with pytest.raises(TransientDirectoryError):
            check_login(settings, "ada", PASSWORD)
    assert time.monotonic() - begun < 8

"""What is wrong with values together, and how problems are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from eigenplan_inventory.check import check_addresses, check_names, check_together
from eigenplan_inventory.examples import find_examples
from eigenplan_inventory.problems import Place, Problem, tell


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"site_mail_user": "a"}, "site_mail_user"),
        ({"site_mail_password": "a"}, "site_mail_password"),
        ({"site_mail_user": "a", "site_mail_password": "b", "site_mail_security": "none"}, "site_mail_security"),
        ({"site_tls": "acme", "site_tls_key": "/a"}, "site_tls_key"),
        ({"site_tls": "internal", "site_acme_directory": "https://a"}, "site_acme_directory"),
        ({"site_tls": "files", "site_acme_directory": "https://a"}, "site_acme_directory"),
        ({"site_tls": "acme", "site_acme_root": "/a"}, "site_acme_root"),
        ({"site_owner_uid": 820}, "site_owner_uid"),
        ({"site_owner_user": "a", "site_service_user": "a"}, "site_owner_user"),
    ],
)
def test_values_that_do_not_go_together_are_refused(given: dict[str, object], name: str) -> None:
    assert [one for one, _ in check_together(given)] == [name]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"site_mail_user": "a", "site_mail_password": "b"},
        {"site_tls": "acme", "site_acme_directory": "https://a", "site_acme_root": "/a"},
        {"site_tls": "files", "site_tls_certificate": "/a", "site_tls_key": "/b"},
        {"site_owner_uid": 900, "site_service_uid": 901},
    ],
)
def test_values_that_go_together_are_taken(given: dict[str, object]) -> None:
    assert list(check_together(given)) == []


def test_addresses_of_two_hosts_must_differ() -> None:
    assert list(check_addresses({"a": "10.0.0.1", "b": "10.0.0.1", "c": None, "d": None})) == [
        ("b", "site_address is also that of the host a")
    ]


def test_names_that_are_known_are_passed_over() -> None:
    assert [name for name, _ in check_names(["ansible_user", "a", "b"], {}, ["a"])] == ["b"]


@pytest.mark.parametrize(
    "value",
    [
        "example.org",
        "a.example.com",
        "ada@example.net",
        "Ada <ada@mail.example.org>",
        "https://example.edu/a",
        "my.example",
        "192.0.2.10",
        "http://198.51.100.3:80/",
        "203.0.113.255",
    ],
)
def test_value_of_an_example_is_found(value: str) -> None:
    assert find_examples({"a": value, "b": ["x", value]}) == ["a", "b"]


@pytest.mark.parametrize(
    "value", ["Ada Example", "example.org.lab.test", "myexample.org", "192.0.20.1", "192.0.2.999", 5]
)
def test_value_that_only_resembles_an_example_is_taken(value: object) -> None:
    assert find_examples({"a": value, "b": [value]}) == []


def test_problems_none_give_no_message() -> None:
    assert tell([], ["a"]) == ""


def test_problem_alone_is_one_sentence() -> None:
    told = tell([("a", Problem("x is missing", "hosts.yml:3"))], ["a"])
    assert told == "The inventory cannot be used, nothing was touched: x is missing (hosts.yml:3)."


def test_problems_of_some_hosts_name_them() -> None:
    shared, own = Problem("x is missing"), Problem("y is wrong", "f:1")
    lines = tell([("a", shared), ("b", shared), ("b", own)], ["a", "b"]).splitlines()
    assert lines[1:] == ["  - x is missing.", "  - y is wrong (host b; f:1)."]


def test_place_is_shown_from_where_people_are() -> None:
    place = Place("/work/inventory/hosts.yml", 7)
    assert [place.text(Path("/work")), place.text(Path("/else"))] == [
        "inventory/hosts.yml:7",
        "/work/inventory/hosts.yml:7",
    ]
    assert Place("/work/x").text(Path("/work")) == "x"

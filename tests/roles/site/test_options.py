"""Names of variables, and values of their types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from eigenplan_inventory.check import check_missing, check_values
from eigenplan_inventory.options import explain_unknown, parse, read_options

from tests.static.sizes import ROOT

DECLARED: dict[str, dict[str, Any]] = {
    "site_name": {"type": "str", "required": True, "description": ["The name", "of the site."]},
    "site_tls": {"type": "str", "choices": ["acme", "files"]},
    "site_count": {"type": "int"},
    "remove_data": {"type": "bool"},
    "site_share": {"type": "float"},
    "site_on": {"type": "bool"},
    "site_hosts": {"type": "list", "elements": "str"},
    "site_map": {"type": "dict"},
    "site_password": {"type": "str", "no_log": True, "choices": ["open"]},
    "site_pools": {
        "type": "list",
        "elements": "dict",
        "options": {"base": {"type": "str", "required": True}, "size": {"type": "int"}},
    },
    "site_pool": {"type": "dict", "options": {"base": {"type": "str"}}},
}
OPTIONS = parse(DECLARED)


def wrong(name: str, value: object) -> list[str]:
    return [sentence for _, sentence in check_values({name: value}, OPTIONS)]


def test_options_of_all_roles_are_read() -> None:
    options = read_options(ROOT / "roles", lambda path: yaml.safe_load(Path(path).read_text("utf-8")))
    assert {"site_domain", "preflight_minimum_cores", "base_time_zone", "firewall_ssh_port"} <= set(options)
    assert options["site_mail_password"].secret


@pytest.mark.parametrize(
    "name", ["site_name", "ansible_host", "vault_password", "__base_x", "inventory_dir", "mine_a", "x"]
)
def test_name_that_is_ours_or_of_others_is_taken(name: str) -> None:
    assert explain_unknown(name, OPTIONS, ["mine_*", "x"]) == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("site_nmae", "site_nmae is not a variable of Eigenplan; did you mean site_name"),
        ("colour", "colour is not a variable of Eigenplan; remove it, or list it in site_other_variables"),
        ("site_title", "site_title is now called site_name"),
    ],
)
def test_name_that_is_unknown_is_explained(name: str, told: str) -> None:
    assert explain_unknown(name, OPTIONS, [], {"site_title": "site_name"}) == told


@pytest.mark.parametrize("given", [{}, {"site_name": ""}, {"site_name": None}])
def test_value_that_is_missing_is_named_with_its_meaning(given: dict[str, object]) -> None:
    assert list(check_missing(given, OPTIONS)) == [("site_name", "site_name is missing: The name of the site")]
    assert list(check_values(given, OPTIONS)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("site_name", 12),
        ("site_tls", "acme"),
        ("site_count", "12"),
        ("site_count", 12),
        ("site_share", 0.5),
        ("site_share", 1),
        ("site_on", False),
        ("remove_data", "true"),
        ("remove_data", True),
        ("site_hosts", []),
        ("site_hosts", ["a"]),
        ("site_map", {"a": 1}),
        ("site_pools", [{"base": "10.0.0.0/8", "size": 24}]),
        ("site_pool", {"base": "a"}),
    ],
)
def test_value_of_its_type_is_taken(name: str, value: object) -> None:
    assert wrong(name, value) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("site_name", False, "must be text; YAML reads yes"),
        ("site_name", ["a"], "site_name must be text"),
        ("site_tls", "acm", "site_tls must be one of acme, files; did you mean acme"),
        ("site_count", True, "must be a whole number"),
        ("site_count", "many", "must be a whole number"),
        ("site_share", "half", "site_share must be a number"),
        ("remove_data", "maybe", "must be true or false"),
        ("site_on", "false", "must be true or false, without quotes"),
        ("site_hosts", "a, b", "must be a list"),
        ("site_hosts", [True], "entry 1 of site_hosts must be text"),
        ("site_map", ["a"], "must be a dictionary"),
        ("site_pools", [{"size": 24}], "entry 1 of site_pools lacks base"),
        ("site_pools", [{"base": "a", "sizes": 1}], "entry 1 of site_pools has no key sizes; did you mean size"),
        ("site_pools", [{"base": "a", "size": "x"}], "entry 1 of site_pools: size must be a whole number"),
        ("site_pool", {"base": []}, "site_pool: base must be text"),
    ],
)
def test_value_of_another_type_is_refused(name: str, value: object, told: str) -> None:
    assert [told in one for one in wrong(name, value)] == [True]


def test_secret_is_never_shown_nor_hinted_at() -> None:
    assert wrong("site_password", "opened") == ["site_password must be one of open"]

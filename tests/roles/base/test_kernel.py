"""Hardening and routing are one design: what containers and two uplinks need is in no way of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.roles.base.conftest import DEFAULTS, VARIABLES, render, settings

KEYS: list[dict[str, Any]] = VARIABLES["__base_sysctl"]
VALUES = {key["name"]: key["value"] for key in KEYS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("net.ipv4.ip_forward", 1),
        ("net.ipv4.conf.all.rp_filter", 2),
        ("net.ipv4.conf.default.rp_filter", 2),
        ("net.ipv4.conf.*.send_redirects", 0),
    ],
)
def test_kernel_forwards_for_containers_and_two_uplinks(name: str, value: int) -> None:
    assert VALUES[name] == value


def test_kernel_keys_that_docker_and_networks_set_are_untouched() -> None:
    assert [name for name in VALUES if "route_localnet" in name or "accept_ra" in name] == []
    assert [name for name in VALUES if name.startswith("net.ipv6") and "forwarding" in name] == []


def test_kernel_keys_are_each_named_once_with_a_reason() -> None:
    assert len(VALUES) == len(KEYS)
    assert [key["name"] for key in KEYS if not key["why"].endswith(".")] == []


def test_kernel_file_leaves_out_what_the_host_cannot_set_and_names_it() -> None:
    text = render("sysctl.conf.j2", __base_sysctl_set=KEYS[:3], __base_sysctl_readonly=["kernel.sysrq"])
    assert settings(text, "=") == {key["name"]: str(key["value"]) for key in KEYS[:3]}
    assert "# Not set here, as this host cannot: kernel.sysrq." in text


def test_kernel_file_names_in_full_what_others_might() -> None:
    """systemd-sysctl(8): of a key with a star and one named in full the latter counts, in whatever file."""
    text = render("sysctl.conf.j2", __base_sysctl_set=KEYS, __base_sysctl_readonly=[])
    found = settings(text, "=")
    stars = [name for name in VALUES if "*" in name]
    full = [name.replace("*", which) for name in stars for which in ("all", "default")]
    assert {name: found[name] for name in full} == {
        name.replace("*", which): str(VALUES[name]) for name in stars for which in ("all", "default")
    }
    assert sorted(found) == sorted([*VALUES, *full])


@pytest.mark.parametrize("other", ["99-sysctl.conf", "99-local.conf", "90-eigenplan.conf", "99-z.conf"])
def test_kernel_file_comes_after_all_others(other: str) -> None:
    assert VARIABLES["__base_sysctl_path"] > f"/etc/sysctl.d/{other}"


def test_kernel_modules_in_use_stay() -> None:
    text = render("modprobe.conf.j2", __base_modules_kept=["usb-storage"])
    assert "usb-storage" not in text
    assert text.count("/bin/false") == len(DEFAULTS["base_disabled_modules"]) - 1


def test_kernel_modules_are_written_in_the_same_order_each_time() -> None:
    lines = render("modprobe.conf.j2", __base_modules_kept=[]).splitlines()
    blocked = [line.split()[1] for line in lines if line.startswith("blacklist")]
    assert blocked == DEFAULTS["base_disabled_modules"]

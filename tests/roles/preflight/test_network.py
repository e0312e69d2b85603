"""Address, names, packages and ports, against what hosts say."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.eigenplan_address import check_address
from ansible.module_utils.eigenplan_findings import Finding
from ansible.module_utils.eigenplan_machine import Root
from ansible.module_utils.eigenplan_names import (
    check_domain,
    check_name,
    check_packages,
    find_addresses,
    find_sources,
    reach,
)
from ansible.module_utils.eigenplan_ports import check_ports, find_holders
from jinja2.nativetypes import NativeEnvironment

from tests.roles.preflight.conftest import ROLE, Files

ADDRESS = "10.0.0.5"
INTERFACES = "etc/network/interfaces"


def links(**more: object) -> str:
    own = {"family": "inet", "local": ADDRESS, "scope": "global", **more}
    lo = {"ifindex": 1, "ifname": "lo", "addr_info": [{"local": "127.0.0.1", "scope": "host"}]}
    return json.dumps([lo, {"ifindex": 2, "ifname": "eth0", "addr_info": [own]}, {}])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (INTERFACES, "auto eth0\niface eth0 inet static\n  address 10.0.0.5/24\n"),
        (INTERFACES, "#iface eth0 inet dhcp\niface eth1 inet dhcp\n"),
        ("run/systemd/netif/leases/3", f"ADDRESS={ADDRESS}\n"),
        ("run/systemd/netif/leases/2", "ADDRESS=10.0.0.50\n"),
    ],
)
def test_address_that_is_static_is_taken(files: Files, name: str, text: str) -> None:
    assert check_address(Root(files({name: text})), ADDRESS, links()).state == "good"


@pytest.mark.parametrize(
    ("name", "text", "who"),
    [
        (INTERFACES, "allow-hotplug eth0\niface eth0 inet dhcp\n", "ifupdown"),
        (f"{INTERFACES}.d/lan", "  iface eth0 inet  dhcp", "ifupdown"),
        ("run/systemd/netif/leases/2", f"# private\nADDRESS={ADDRESS}\nNETMASK=255.255.255.0\n", "systemd-networkd"),
    ],
)
def test_address_by_dhcp_is_a_shortfall_that_says_by_whom(files: Files, name: str, text: str, who: str) -> None:
    found = check_address(Root(files({name: text})), ADDRESS, links())
    assert (found.state, who in found.found) == ("short", True)


def test_address_that_ends_is_a_lease(tmp_path: Path) -> None:
    assert check_address(Root(tmp_path), ADDRESS, links(dynamic=True)).state == "short"


def test_address_by_dhcp_may_be_allowed(tmp_path: Path) -> None:
    assert check_address(Root(tmp_path), ADDRESS, links(dynamic=True), static=False).state == "good"


def test_address_of_somebody_else_is_a_shortfall_that_names_the_own(tmp_path: Path) -> None:
    found = check_address(Root(tmp_path), "10.0.0.6", links())
    assert (found.state, found.found, found.wanted) == ("short", ADDRESS, "10.0.0.6")


def test_address_is_unknown_without_the_program(tmp_path: Path) -> None:
    assert check_address(Root(tmp_path), ADDRESS, "").state == "unknown"


def names(**known: list[str]) -> object:
    def find(name: str) -> list[str]:
        if name not in known:
            raise socket.gaierror(-2, "Name or service not known")
        return known[name]

    return find


@pytest.mark.parametrize(
    ("found", "state"),
    [([ADDRESS], "good"), (["10.0.0.9", ADDRESS], "good"), (["10.0.0.9"], "short"), (["127.0.1.1"], "unknown")],
)
def test_domain_has_to_lead_to_the_host(found: list[str], state: str) -> None:
    assert check_domain("site", [ADDRESS], names(site=found)).state == state


def test_domain_that_is_not_found_is_a_shortfall() -> None:
    assert check_domain("site", [ADDRESS], names()).found == "not found"


def test_name_that_is_needed_has_to_be_found() -> None:
    assert check_name("mail", "site_mail_relay", names(mail=["10.0.0.1"])).state == "good"
    assert "site_mail_relay" in check_name("mail", "site_mail_relay", names()).remedy


def test_address_is_its_own_name() -> None:
    assert find_addresses("127.0.0.1") == ["127.0.0.1"]


SOURCES = {
    "etc/apt/sources.list": "# deb http://old.test/debian x main\ndeb [signed-by=/k] http://one.test/debian x main\n",
    "etc/apt/sources.list.d/debian.sources": "Types: deb\nURIs: http://two.test/debian https://three.test/\n",
}


def test_sources_of_packages_are_read_in_both_formats(files: Files) -> None:
    found = find_sources(Root(files(SOURCES)))
    assert found == ["http://one.test/debian", "http://two.test/debian", "https://three.test/"]


def test_sources_none_are_unknown(tmp_path: Path) -> None:
    assert check_packages(find_sources(Root(tmp_path)), "").state == "unknown"


def asked(silent: str) -> tuple[list[tuple[str, int]], object]:
    calls: list[tuple[str, int]] = []

    def answer(host: str, port: int) -> None:
        calls.append((host, port))
        if host == silent:
            raise TimeoutError("timed out")

    return calls, answer


def test_packages_that_do_not_answer_are_a_shortfall_by_name() -> None:
    _, answer = asked("b.test")
    found = check_packages(["http://a.test/x", "https://b.test", "http://a.test/y"], "", answer)
    assert (found.state, found.found) == ("short", "no answer from b.test:443")


def test_packages_are_asked_for_through_the_proxy_alone() -> None:
    calls, answer = asked("a.test")
    assert check_packages(["http://a.test/x"], "http://proxy.test:3128", answer).state == "good"
    assert calls == [("proxy.test", 3128)]


def test_server_is_reached_only_where_one_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reach("127.0.0.1", port)
    with pytest.raises(OSError, match="refused"):
        reach("127.0.0.1", port)


TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100
   1: 0100007F:0050 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 778 1 0 100
"""


def host_with(files: Files, program: str) -> Root:
    root = files({"proc/net/tcp": TCP, "proc/42/comm": f"{program}\n", "proc/42/fd/0": "", "proc/7/comm": "gone\n"})
    os.symlink("socket:[777]", root / "proc/42/fd/3")
    os.symlink("socket:[778]", root / "proc/42/fd/4")
    return Root(root)


@pytest.mark.parametrize(
    ("program", "installed", "state"),
    [("nginx", False, "short"), ("nginx", True, "short"), ("caddy", False, "short"), ("caddy", True, "good")],
)
def test_port_may_be_held_by_the_installed_site_alone(files: Files, program: str, installed: bool, state: str) -> None:
    found = list(check_ports(host_with(files, program), [80, 443], installed=installed))
    assert [one.state for one in found] == [state]


def test_port_that_is_held_names_the_program(files: Files) -> None:
    found: list[Finding] = list(check_ports(host_with(files, "nginx"), [80, 443], installed=False))
    assert [(one.check, one.found) for one in found] == [("port 443", "held by nginx")]


@pytest.mark.parametrize(("port", "named"), [(443, True), (8001, False)])
def test_port_that_only_the_reverse_proxy_needs_may_be_left_to_another(files: Files, port: int, named: bool) -> None:
    held = files({"proc/net/tcp": TCP.replace("01BB", f"{port:04X}")})
    [found] = check_ports(Root(held), [port], installed=False)
    words = f"if it shall stay and you leave out the role reverse_proxy, take {port} out of preflight_ports"
    assert (words in found.remedy) == named


@pytest.mark.parametrize(
    ("skipped", "ports"),
    [
        ([], [80, 443, 8001, 8002, 8010]),
        (["reverse_proxy"], [8001, 8002, 8010]),
        (["firewall"], [80, 443, 8001, 8002, 8010]),
    ],
)
def test_ports_of_a_role_that_is_skipped_are_not_looked_at(skipped: list[str], ports: list[int]) -> None:
    [task, *_] = yaml.safe_load((ROLE / "tasks/preflight.yml").read_text())
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    template = NativeEnvironment().from_string(task["eigenplan_preflight"]["ports"])
    asked: object = template.render(defaults, ansible_skip_tags=skipped)
    assert asked == ports


def test_port_of_a_hidden_program_is_held_all_the_same(files: Files) -> None:
    assert find_holders(Root(files({"proc/net/tcp": TCP})), [443]) == {443: ["a program that only root may see"]}


def test_ports_that_are_free_are_one_line(tmp_path: Path) -> None:
    found = list(check_ports(Root(tmp_path), [80, 443], installed=False))
    assert [(one.state, one.found) for one in found] == [("good", "free")]


def test_port_of_this_very_process_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert find_holders(Root(), [port]) == {port: [Path("/proc/self/comm").read_text().strip()]}

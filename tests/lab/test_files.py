"""What is written into hosts and for SSH, and where a lab keeps its own files."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

import pytest

from tests.lab.folder import LabFolder, cache_folder, state_folder
from tests.lab.host_files import Wiring, hosts_file, interfaces_file, networkd_file
from tests.lab.machine import LabError
from tests.lab.ssh import ssh_config, ssh_words
from tests.lab.uplink import masquerade_rules

WIRING = Wiring(IPv4Interface("10.213.0.12/24"), IPv4Address("10.213.0.1"), (IPv4Address("198.51.100.53"),))


def test_networkd_file_names_address_and_gateway() -> None:
    assert networkd_file(WIRING).splitlines() == [
        "[Match]",
        "Name=host0",
        "",
        "[Network]",
        "Address=10.213.0.12/24",
        "Gateway=10.213.0.1",
        "DNS=198.51.100.53",
        "LinkLocalAddressing=ipv6",
    ]


def test_interfaces_file_is_as_the_installer_leaves_it() -> None:
    assert interfaces_file(WIRING).splitlines() == [
        "source /etc/network/interfaces.d/*",
        "",
        "auto lo",
        "iface lo inet loopback",
        "",
        "auto host0",
        "iface host0 inet static",
        "\taddress 10.213.0.12/24",
        "\tgateway 10.213.0.1",
        "\tdns-nameservers 198.51.100.53",
    ]


def test_hosts_file_knows_the_host_by_its_address() -> None:
    wiring = replace(WIRING, names={"debian12.lab.test debian12": "10.213.0.12"})
    assert "10.213.0.12\tdebian12.lab.test debian12\n" in hosts_file(wiring)


def test_masquerade_is_one_table_of_our_own() -> None:
    rules = masquerade_rules("eigenplan_lab_ep0001", IPv4Network("10.213.0.0/24")).splitlines()
    assert [line.split()[:4] for line in rules] == [
        ["add", kind, "ip", "eigenplan_lab_ep0001"] for kind in ("table", "chain", "rule")
    ]


def test_ssh_config_trusts_only_what_the_lab_made() -> None:
    folder = LabFolder(Path("/lab"))
    lines = ssh_config(folder, {"debian13": "10.213.0.11"}).splitlines()
    assert lines[:2] == ["Host debian13", "    HostName 10.213.0.11"]
    assert {"    IdentityFile /lab/ssh-key", "    StrictHostKeyChecking yes"} < set(lines)
    assert ssh_words(folder, "debian13") == ["ssh", "-F", "/lab/ssh-config", "debian13"]


@pytest.mark.parametrize(("given", "base"), [("/given", "/given"), ("", None), ("relative", None)])
def test_folders_follow_the_standard(given: str, base: str | None) -> None:
    cache = Path(base) if base else Path.home() / ".cache"
    state = Path(base) if base else Path.home() / ".local/state"
    assert cache_folder({"XDG_CACHE_HOME": given}) == cache / "eigenplan/lab"
    assert state_folder({"XDG_STATE_HOME": given}) == state / "eigenplan/lab"


def test_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path / "lab")
    folder.make()
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_second_command_at_the_same_time_is_refused(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path / "lab")
    with folder.lock(), pytest.raises(LabError, match="Another lab command"), folder.lock():
        pass
    with folder.lock():
        pass

"""Real hosts: what can be done in and to them."""

from __future__ import annotations

import shutil
import time

import pytest

from tests.lab.disk import MIB
from tests.lab.host import DATA, Host
from tests.lab.lab import Lab
from tests.lab.machine import LabError
from tests.lab.report import describe

pytestmark = pytest.mark.lab

BACK_SECONDS = 30.0


@pytest.fixture(params=["debian13", "debian12"])
def host(lab: Lab, request: pytest.FixtureRequest) -> Host:
    return lab.host(request.param)


def said(host: Host, *words: str) -> str:
    """What a command in a host says; it has to succeed."""
    result = host.run(*words)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.strip()


def test_host_runs_without_a_failed_unit(host: Host) -> None:
    assert said(host, "systemctl", "is-system-running") == "running"
    assert said(host, "systemctl", "--failed", "--no-legend") == ""


def test_host_is_the_debian_it_says(lab: Lab) -> None:
    found = [(said(one, "hostname"), said(one, "cut", "-d.", "-f1", "/etc/debian_version")) for one in lab.hosts]
    assert found == [("debian13", "13"), ("debian12", "12")]


def test_hosts_have_their_network_by_two_ways(lab: Lab) -> None:
    units = ["networking.service", "systemd-networkd.service"]
    ways = [lab.host(name).run("systemctl", "is-active", *units).stdout.split() for name in ("debian13", "debian12")]
    assert ways == [["inactive", "active"], ["active", "inactive"]]


def test_host_does_not_forward_until_it_is_told_to(host: Host) -> None:
    assert said(host, "cat", "/proc/sys/net/ipv4/ip_forward") == "0"


def test_host_cannot_set_the_clock_of_this_machine(host: Host) -> None:
    before = time.time()
    assert host.run("date", "--set", "2020-01-01").returncode == 1
    assert 0.0 <= time.time() - before < 60.0


def test_hosts_are_strangers_to_each_other(lab: Lab) -> None:
    for file in ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"):
        assert len({said(one, "cat", file) for one in lab.hosts}) == 2


def test_key_is_for_its_owner_alone(lab: Lab) -> None:
    assert lab.folder.key.stat().st_mode & 0o777 == 0o600


def test_words_reach_a_host_as_they_are(host: Host) -> None:
    assert said(host, "printf", "%s|", "a b", "$HOME", "; exit 3") == "a b|$HOME|; exit 3|"


def test_packages_can_be_installed(host: Host) -> None:
    assert host.run("apt-get", "-qq", "update").returncode == 0
    assert host.run("apt-get", "-qq", "install", "--no-install-recommends", "hello").returncode == 0
    assert said(host, "hello") == "Hello, world!"


def test_data_disk_can_be_filled_without_filling_this_machine(host: Host) -> None:
    before = shutil.disk_usage(host.folder).free
    result = host.run("dd", "if=/dev/zero", f"of={DATA}/full", "bs=1M", "status=none")
    assert (result.returncode, "No space left on device" in result.stderr) == (1, True)
    assert said(host, "touch", "/srv/still-room") == ""
    assert (host.folder / "data.img").stat().st_blocks * 512 <= host.plan.data_mib * MIB
    assert before - shutil.disk_usage(host.folder).free < 1024 * MIB  # others write on this machine, too
    said(host, "rm", f"{DATA}/full")


def test_power_cycle_keeps_what_was_written(host: Host) -> None:
    said(host, "cp", "/etc/hostname", f"{DATA}/kept")
    said(host, "sync")
    before, begun = host.process(), time.monotonic()
    host.power_cycle()
    assert time.monotonic() - begun < BACK_SECONDS
    assert said(host, "cat", f"{DATA}/kept") == host.plan.name
    assert host.process() != before
    assert said(host, "systemctl", "is-system-running") == "running"


def test_reboot_inside_comes_back(host: Host) -> None:
    before, begun = said(host, "cat", "/proc/sys/kernel/random/boot_id"), time.monotonic()
    host.reboot()
    assert time.monotonic() - begun < BACK_SECONDS
    assert said(host, "cat", "/proc/sys/kernel/random/boot_id") != before
    assert said(host, "systemctl", "is-system-running") == "running"


def test_host_that_is_switched_off_stays_off(lab: Lab) -> None:
    host = lab.host("debian13")
    host.run("systemctl", "poweroff")
    host.wait_off()
    assert (host.process(), host.answers()) == (None, False)
    host.start()
    host.wait_up()
    with pytest.raises(LabError, match="debian13 is on already"):
        host.start()


def test_loss_of_power_of_one_host_leaves_the_other_alone(lab: Lab) -> None:
    one, other = lab.hosts
    before = other.process()
    one.cut_power()
    assert (one.is_on(), other.process(), other.answers()) == (False, before, True)
    one.start()
    one.wait_up()


def greeting(lab: Lab, host: Host) -> str:
    """What a host's SSH says to a client in the network; nothing when it cannot be reached."""
    return lab.client.run("ssh-keyscan", "-T", "2", "-t", "ed25519", host.address).stdout


def test_link_is_cut_and_restored(lab: Lab, host: Host) -> None:
    assert greeting(lab, host).startswith(f"{host.address} ssh-ed25519 ")
    host.cut_link()
    assert (greeting(lab, host), host.is_on()) == ("", True)
    host.restore_link()
    host.wait_up()
    assert greeting(lab, host).startswith(f"{host.address} ssh-ed25519 ")


def test_client_comes_from_its_own_address(lab: Lab) -> None:
    host = lab.host("debian12")
    greeting(lab, host)
    log = said(host, "journalctl", "--unit=ssh", "--no-pager")
    assert f"Connection closed by {lab.plan.client(1).ip} " in log


def test_host_unknown_is_named(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"no host debian11; it has debian13 and debian12\."):
        lab.host("debian11")


def test_status_names_hosts_and_limits(lab: Lab) -> None:
    text = describe(lab)
    for one in lab.hosts:
        assert f"{one.address:<15} {one.process()}" in text
    assert "What a lab cannot show:\n  - another clock" in text

"""The firewall on a real host, beside Docker: looked at from outside, locked out, restarted, switched off."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder
from tests.lab.lab import HOSTS, down, up
from tests.lab.machine import wait_until
from tests.lab.playbook import Player
from tests.lab.walled import CLOSED, PING, PORTS, PUBLISHED, SERVICE, SSH, WEB, Walled, wall

pytestmark = pytest.mark.lab
in_full = pytest.mark.slow
"""For what the whole site shows in the lab tier already, or what takes long."""

NOBODY = "10.99.0.1"
"""Where no administrator comes from."""

SECONDS = 10


@pytest.fixture(scope="module", params=["debian13", pytest.param("debian12", marks=pytest.mark.slow)])
def walled(
    request: pytest.FixtureRequest, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walled]:
    """A host that was open, then got its firewall, over an account that is not root."""
    folder = tmp_path_factory.mktemp("walled")
    [plan] = [replace(one, data_mib=64) for one in HOSTS if one.name == request.param]
    lab = up(LabFolder(folder / "lab"), cache, [plan], print)
    try:
        player = Player(lab.folder.inventory, options=["-e", json.dumps({"ansible_user": "ada"})])
        yield wall(Walled(lab, lab.hosts[0], player, folder, []), cache)
    finally:
        down(lab.folder, cache)


def test_ports_are_open_before_and_only_the_needed_ones_after(walled: Walled) -> None:
    assert (walled.before, walled.look()) == (list(PORTS), [SSH, WEB])


@in_full
def test_second_run_changes_nothing(walled: Walled) -> None:
    run = walled.play("--diff")
    assert (run.status, run.recap(walled.host.plan.name)["changed"]) == (0, 0), run.output


@in_full
def test_dry_run_shows_the_difference_and_changes_nothing(walled: Walled) -> None:
    before = walled.rules(), walled.say("nft", "-s", "list", "ruleset")
    run = walled.play("--check", "--diff", firewall_open_ports=[{"port": SERVICE}])
    assert (run.status, f"+        meta l4proto tcp ct original proto-dst {SERVICE} accept" in run.output) == (0, True)
    assert (walled.rules(), walled.say("nft", "-s", "list", "ruleset")) == before


@in_full
def test_port_is_reached_when_it_is_open_for_whoever_asks(walled: Walled) -> None:
    client = str(walled.lab.plan.client(1).ip)
    ports = [{"port": PUBLISHED}, {"port": SERVICE, "sources": [client]}, {"port": CLOSED, "sources": [NOBODY]}]
    assert walled.play(firewall_open_ports=ports).status == 0
    assert walled.look() == [SSH, WEB, SERVICE, PUBLISHED]
    assert walled.play().status == 0
    assert walled.look() == [SSH, WEB]


def test_container_reaches_the_outside_but_not_its_hosts_ssh(walled: Walled) -> None:
    call = "import socket, sys; print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).recv(4))"
    tried = [
        walled.host.run("docker", "exec", "published", "python3", "-c", call, address, port).stderr.splitlines()[-1:]
        for address, port in [(str(walled.lab.plan.machine.ip), "1"), (walled.host.address, "22")]
    ]
    assert tried == [["ConnectionRefusedError: [Errno 111] Connection refused"], ["TimeoutError: timed out"]]


def test_host_itself_reaches_the_container_by_loopback(walled: Walled) -> None:
    assert "Directory listing" in walled.say("curl", "--silent", f"http://127.0.0.1:{CLOSED}/")


@pytest.mark.parametrize(
    ("source", "target", "rule"),
    [
        ("client", "127.0.0.1", "ip daddr 127.0.0.0/8 counter"),
        ("127.0.0.1", "host", "ip saddr 127.0.0.0/8 counter"),
        ("client", "172.30.0.2", "ip daddr 172.30.0.0/16 counter"),
    ],
    ids=["to loopback", "as loopback", "to a container"],
)
def test_packet_that_no_honest_neighbour_sends_is_dropped_early(
    walled: Walled, source: str, target: str, rule: str
) -> None:
    names = {"client": str(walled.lab.plan.client(1).ip), "host": walled.host.address}
    before = walled.dropped(rule)
    walled.forge(names.get(source, source), names.get(target, target))
    wait_until(lambda: walled.dropped(rule) == before + 1, 3.0, "The packet was not dropped by the rule.")


def test_ping_is_answered(walled: Walled) -> None:
    assert walled.lab.client.run("python3", "-c", PING, walled.host.address).stdout == "0\n"


def test_restart_of_docker_leaves_our_table_whole(walled: Walled) -> None:
    before = walled.say("nft", "-s", "list", "table", "inet", "eigenplan")
    walled.say("systemctl", "restart", "docker")
    assert walled.say("nft", "-s", "list", "table", "inet", "eigenplan") == before
    assert walled.look() == [SSH, WEB]


def test_reload_of_our_rules_leaves_dockers_tables_whole(walled: Walled) -> None:
    tables = [("ip", "nat"), ("ip", "filter")]
    before = [walled.say("nft", "-s", "list", "table", *one) for one in tables]
    for verb in ("reload", "restart"):
        walled.say("systemctl", verb, "eigenplan-firewall")
    assert [walled.say("nft", "-s", "list", "table", *one) for one in tables] == before
    assert f"tcp dport {CLOSED}" in before[0]


def test_rules_that_keep_us_out_are_rolled_back_and_the_run_fails(walled: Walled) -> None:
    before, begun = walled.rules(), time.monotonic()
    run = walled.play(firewall_ssh_sources=[NOBODY], firewall_trial_seconds=SECONDS)
    assert (run.status, walled.rules(), walled.status()["as_confirmed"]) == (2, before, True)
    assert "could not be confirmed over a new connection, so those before are in force again" in run.sentence
    assert (walled.look(), time.monotonic() - begun < 120) == ([SSH, WEB], True)


def test_rules_that_keep_us_out_are_rolled_back_by_themselves(walled: Walled) -> None:
    file = walled.host.root / "root/closed.nft"
    file.write_text(walled.rules().replace("0.0.0.0/0", NOBODY) + "\n")
    begun = time.monotonic()
    walled.say("eigenplan-firewall", "try", "/root/closed.nft", "--seconds", str(SECONDS))
    assert walled.look() == [WEB]
    wait_until(lambda: walled.look(SSH) == [SSH], SECONDS + 10.0, "SSH does not come back.")
    assert time.monotonic() - begun < SECONDS + 5
    assert walled.status()["as_confirmed"]


def test_trial_is_confirmed_by_a_new_connection_alone(walled: Walled) -> None:
    walled.say("cp", "/etc/eigenplan-firewall.nft", "/root/same.nft")
    call = "eigenplan-firewall"
    script = f"trial=$({call} try /root/same.nft) && {call} confirm $trial; {call} try /root/same.nft"
    done = walled.host.run("sh", "-c", script)
    older, second = done.stderr.splitlines()
    assert "This SSH connection is older than the rules on trial" in older
    assert "Rules are on trial already" in second
    trial = str(walled.status()["on_trial"])
    timers = ["systemctl", "list-timers", "--no-legend", "eigenplan-firewall-*"]
    assert f"eigenplan-firewall-rollback-{trial}.timer" in walled.say(*timers)
    assert walled.say("eigenplan-firewall", "confirm", trial) == "The rules are confirmed."
    assert (walled.say(*timers), walled.status()["as_confirmed"]) == ("", True)


def test_trial_is_forgotten_by_a_loss_of_power(walled: Walled) -> None:
    before = walled.rules()
    file = walled.host.root / "root/open.nft"
    file.write_text(before.replace("{ 80, 443 }", f"{{ 80, 443, {SERVICE} }}") + "\n")
    walled.say("eigenplan-firewall", "try", "/root/open.nft", "--seconds", "600")
    assert walled.look() == [SSH, WEB, SERVICE]
    walled.host.power_cycle()
    assert (walled.rules(), walled.status()["on_trial"]) == (before, "")
    wait_until(lambda: walled.look() == [SSH, WEB], 10.0, "The host is not closed as before.")


def test_rules_are_there_after_a_reboot_before_there_is_a_network(walled: Walled) -> None:
    walled.host.reboot()
    assert (walled.status()["as_confirmed"], walled.look()) == (True, [SSH, WEB])
    ours, network = (
        int(walled.say("systemctl", "show", "--value", "--property=ActiveEnterTimestampMonotonic", one))
        for one in ("eigenplan-firewall.service", "network-pre.target")
    )
    assert 0 < ours <= network
    assert walled.say("systemctl", "--failed", "--no-legend") == ""


@in_full
def test_table_that_somebody_removed_comes_back_by_a_run(walled: Walled) -> None:
    walled.say("nft", "delete", "table", "inet", "eigenplan")
    assert walled.look() == list(PORTS)
    assert walled.play().status == 0
    assert walled.look() == [SSH, WEB]


@in_full
def test_port_of_ssh_is_the_one_that_ansible_comes_by(walled: Walled) -> None:
    """The rules of the test before are there again in the end, as everything else of the lab comes by port 22."""
    walled.say("sh", "-c", f"printf 'Port {SSH}\\nPort {SERVICE + 1}\\n' > /etc/ssh/sshd_config.d/ports.conf")
    walled.say("systemctl", "restart", "ssh")
    run = walled.play(ansible_port=SERVICE + 1)
    assert run.status == 0, run.output
    assert walled.look(SSH, SERVICE + 1) == [SERVICE + 1]
    run = walled.play(ansible_port=SERVICE + 1, firewall_open_ports=[{"port": SSH}])
    assert run.status == 0, run.output
    assert walled.play().status == 0
    assert walled.look(SSH, SERVICE + 1) == [SSH]
    walled.say("rm", "/etc/ssh/sshd_config.d/ports.conf")
    walled.say("systemctl", "restart", "ssh")


@in_full
def test_rules_of_an_administrator_are_refused_by_name(walled: Walled) -> None:
    walled.say("systemctl", "unmask", "nftables.service")
    walled.say("sh", "-c", "echo '# ours' >> /etc/nftables.conf && systemctl enable nftables.service")
    run = walled.play()
    assert run.status == 2
    assert "nftables.service of debian1" in run.sentence
    assert "loads rules of your own from /etc/nftables.conf" in run.sentence
    walled.say("sed", "-i", "/^# ours/d", "/etc/nftables.conf")
    assert walled.play().status == 0
    assert walled.host.run("systemctl", "is-enabled", "nftables.service").stdout == "masked\n"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"firewall_ssh_sources": []}, "firewall_ssh_sources is empty"),
        ({"firewall_ssh_sources": ["office"]}, "office in firewall_ssh_sources"),
        ({"firewall_container_pools": ["10.0.0.0/8"]}, "lies among those of containers (10.0.0.0/8)"),
        ({"firewall_open_ports": [{"protocol": "tcp"}]}, "entry 1 of firewall_open_ports lacks port"),
        ({"firewall_ssh_port": 2223}, "Nothing listens on port 2223 of debian1"),
    ],
)
def test_value_that_cannot_be_is_refused_before_anything_is_touched(
    walled: Walled, variables: dict[str, object], sentence: str
) -> None:
    run = walled.play("-e", json.dumps(variables))
    assert (run.status, sentence in run.sentence) == (2, True), run.output
    assert run.recap(walled.host.plan.name)["changed"] == 0

"""What the rules do to packets: a client, a host and a container, each a network namespace, as the kernel sees them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from firewall.commit_confirm.kernel import Kernel, empty_namespace, run
from tests.firewall.conftest import kernel
from tests.roles.firewall.conftest import render

__all__ = ["kernel"]

HOST, CLIENT, CONTAINER, BRIDGE = "192.0.2.1", "192.0.2.7", "172.30.0.2", "172.30.0.1"
DOCKERS = """
table ip nat {
    chain prerouting {
        type nat hook prerouting priority dstnat;
        iifname != "docker0" tcp dport { 8001, 9443 } dnat to 172.30.0.2:8000
    }
    chain postrouting {
        type nat hook postrouting priority srcnat;
        oifname != "docker0" ip saddr 172.30.0.0/16 masquerade
    }
}
"""
LISTEN = """
import socket, sys
doors = [socket.create_server(("", int(port))) for port in sys.argv[1:]]
print("ready", flush=True)
sys.stdin.read()
"""
CALL = """
import concurrent.futures, socket, sys
def call(goal):
    address, port = goal.split(":")
    try:
        socket.create_connection((address, int(port)), 1.0).close()
        return "open"
    except OSError as error:
        return type(error).__name__
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(*pool.map(call, sys.argv[1:]))
"""
HEAR = """
import socket
door = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
door.bind(("::", 546))
door.settimeout(1.0)
print("ready", flush=True)
try:
    while True:
        print(door.recv(99).decode(), flush=True)
except TimeoutError:
    pass
"""
SEND = """
import socket
scope = socket.if_nametoindex("eth0")
for port in (547, 5470):
    door = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    door.bind(("fe80::7", port, 0, scope))
    door.sendto(str(port).encode(), ("fe80::1", 546, 0, scope))
"""
OPEN, REFUSED, DROPPED = "open", "ConnectionRefusedError", "TimeoutError"


@dataclass(slots=True)
class Place:
    """One of the three."""

    kernel: Kernel

    @property
    def process(self) -> str:
        """The process whose namespace it is."""
        return self.kernel.prefix[1].split("/")[2]

    def do(self, *words: str) -> str:
        """Run a command in there."""
        return run(*self.kernel.prefix, *words)

    def plug(self, name: str, address: str, other: Place, inside: str) -> None:
        """Lay a cable to another place, and give our end an address in a network of 256."""
        self.do("ip", "link", "add", name, "type", "veth", "peer", "name", inside, "netns", other.process)
        self.do("ip", "address", "add", f"{address}/24", "dev", name)
        self.do("ip", "link", "set", name, "up")

    def call(self, *goals: str) -> list[str]:
        """Say what comes of calling ports (``address:port``) all at once."""
        return self.do(sys.executable, "-c", CALL, *goals).split()

    def listen(self, *ports: int) -> subprocess.Popen[str]:
        """Listen on ports until standard input is closed."""
        words = [*self.kernel.prefix, sys.executable, "-c", LISTEN, *map(str, ports)]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process


@dataclass(slots=True)
class Network:
    """All three."""

    client: Place
    host: Place
    container: Place
    folder: Path

    def load(self, **given: object) -> None:
        """Load the role's rules into the host."""
        file = self.folder / "rules.nft"
        file.write_text(render(given))
        self.host.kernel.load(file)


@pytest.fixture
def network(kernel: Kernel, tmp_path: Path) -> Iterator[Network]:
    """A host with services on 22, 80 and 8080, whose container publishes 8001 and 9443 as Docker does."""
    with ExitStack() as stack:
        client, container = (Place(stack.enter_context(empty_namespace())) for _ in range(2))
        one = Network(client, Place(kernel), container, tmp_path)
        connect(one)
        for place, ports in ((one.host, (22, 80, 8080)), (container, (8000,)), (client, (7000,))):
            stack.enter_context(place.listen(*ports))
        yield one


def connect(network: Network) -> None:
    """Lay the cables; forward; publish."""
    host, client, container = network.host, network.client, network.container
    host.plug("outside", HOST, client, "eth0")
    host.plug("docker0", BRIDGE, container, "eth0")
    for place, address, gateway in ((client, CLIENT, HOST), (container, CONTAINER, BRIDGE)):
        place.do("ip", "address", "add", f"{address}/24", "dev", "eth0")
        place.do("ip", "link", "set", "eth0", "up")
        place.do("ip", "route", "add", "default", "via", gateway)
    host.do("sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1")
    file = network.folder / "docker.nft"
    file.write_text(DOCKERS)
    host.kernel.load(file)


def on_host(*ports: int) -> list[str]:
    return [f"{HOST}:{port}" for port in ports]


def test_client_reaches_everything_without_rules(network: Network) -> None:
    goals = [*on_host(22, 80, 8080, 8001, 9443), f"{CONTAINER}:8000"]
    assert network.client.call(*goals) == [OPEN] * 6


def test_client_reaches_what_is_open_and_nothing_else(network: Network) -> None:
    network.load()
    found = network.client.call(*on_host(22, 80, 443, 8080, 8001, 9443))
    assert found == [OPEN, OPEN, REFUSED, DROPPED, DROPPED, DROPPED]


def test_client_reaches_a_container_by_the_port_that_is_open(network: Network) -> None:
    network.load(firewall_open_ports=[{"port": 9443}, {"port": 8001, "sources": ["192.0.2.9"]}])
    assert network.client.call(*on_host(9443, 8001)) == [OPEN, DROPPED]


def test_client_does_not_reach_a_container_by_the_containers_own_port(network: Network) -> None:
    network.load(firewall_open_ports=[{"port": 8000}])
    assert network.client.call(*on_host(8001), f"{CONTAINER}:8000") == [DROPPED, DROPPED]


def test_ssh_is_for_its_sources_alone(network: Network) -> None:
    network.load(firewall_ssh_sources=["192.0.2.9", "2001:db8::/32"])
    assert network.client.call(*on_host(22, 80)) == [DROPPED, OPEN]
    network.load(firewall_ssh_sources=[f"{CLIENT}/32"])
    assert network.client.call(*on_host(22)) == [OPEN]


def test_container_goes_out_and_reaches_the_site_but_not_ssh(network: Network) -> None:
    network.load()
    found = network.container.call(f"{CLIENT}:7000", *on_host(80, 22), f"{BRIDGE}:22")
    assert found == [OPEN, OPEN, DROPPED, DROPPED]


def test_network_that_is_not_named_does_not_get_out(network: Network) -> None:
    network.load(firewall_container_interfaces=["br-other"])
    assert network.container.call(f"{CLIENT}:7000") == [DROPPED]


def test_answer_of_dhcpv6_comes_in(network: Network) -> None:
    """It belongs to no connection: the question was sent to a group. From another port nothing comes in."""
    network.load()
    network.host.do("ip", "address", "add", "fe80::1/64", "dev", "outside", "nodad")
    network.client.do("ip", "address", "add", "fe80::7/64", "dev", "eth0", "nodad")
    words = [*network.host.kernel.prefix, sys.executable, "-c", HEAR]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as ear:
        assert ear.stdout is not None
        assert ear.stdout.readline() == "ready\n"
        network.client.do(sys.executable, "-c", SEND)
        assert ear.stdout.read() == "547\n"

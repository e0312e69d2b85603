"""A host with services, a container and the firewall, looked at from a client in its network."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.lab.base_image import BASE_IMAGE, NAME
from tests.lab.base_system import BaseCache
from tests.lab.host import Host
from tests.lab.lab import Lab
from tests.lab.playbook import Player, Run

PLAY = """---
- name: Close a host
  hosts: eigenplan
  become: true
  roles: [{roles}]
"""
SSH, WEB, SERVICE, CLOSED, PUBLISHED = 22, 80, 8080, 8001, 9443
PORTS = (SSH, WEB, SERVICE, CLOSED, PUBLISHED)
"""What listens on the host: three services of its own, two ports that a container publishes to everybody."""

LOOK = """
import socket, sys
for port in map(int, sys.argv[2:]):
    try:
        socket.create_connection((sys.argv[1], port), 1.0).close()
        print(port)
    except OSError:
        pass
"""
FORGE = """
import socket, struct, sys
mac, source, target = bytes.fromhex(sys.argv[1].replace(":", "")), *map(socket.inet_aton, sys.argv[2:])
header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0, source, target)
total = sum(struct.unpack("!10H", header))
total = (total & 0xFFFF) + (total >> 16)
header = header[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[12:]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
wire.send(mac + wire.getsockname()[4] + b"\\x08\\x00" + header + struct.pack("!HHHH", 4000, 8001, 8, 0))
"""
PING = """
import socket, sys
wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
wire.settimeout(2)
wire.sendto(b"\\x08\\x00\\xf7\\xff\\x00\\x00\\x00\\x00", (sys.argv[1], 0))
print(wire.recv(64)[20])
"""
"""Sends an echo request and prints the type of what is answered."""

LISTENER = "[Service]\nExecStart=/usr/bin/python3 -m http.server {port}\n[Install]\nWantedBy=multi-user.target\n"


@dataclass(slots=True)
class Walled:
    """A host with a container and services of its own; ``before``: which ports were open without a firewall."""

    lab: Lab
    host: Host
    player: Player
    folder: Path
    before: list[int]

    def play(self, *options: str, roles: str = "firewall", **variables: object) -> Run:
        """Run a play of some roles."""
        file = self.folder / f"{roles.replace(', ', '-')}.yml"
        file.write_text(PLAY.format(roles=roles))
        return self.player.play(file, *options, "-e", json.dumps(variables))

    def say(self, *words: str) -> str:
        """Run a command in the host that has to succeed; returns what it says."""
        done = self.host.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def look(self, *ports: int, address: str = "") -> list[int]:
        """Return which ports let a client in the network in."""
        words = [*map(str, ports or PORTS)]
        done = self.lab.client.run("python3", "-c", LOOK, address or self.host.address, *words)
        return [int(one) for one in done.stdout.split()]

    def dropped(self, words: str) -> int:
        """Return how many packets a rule has dropped since the rules were loaded."""
        [line] = [one for one in self.say("nft", "list", "table", "inet", "eigenplan").splitlines() if words in one]
        return int(line.partition("counter packets ")[2].split()[0])

    def forge(self, source: str, target: str) -> None:
        """Send a packet that no honest neighbour sends."""
        mac = self.say("cat", "/sys/class/net/host0/address")
        done = self.lab.client.run("python3", "-c", FORGE, mac, source, target)
        assert done.returncode == 0, done.stderr

    def status(self) -> dict[str, object]:
        """Return what the program says of the rules."""
        found: dict[str, object] = json.loads(self.say("eigenplan-firewall", "status", "--json"))
        return found

    def rules(self) -> str:
        """Return the confirmed rules."""
        return self.say("cat", "/etc/eigenplan-firewall.nft")


def wall(walled: Walled, cache: BaseCache) -> Walled:
    """Bring a bare host to where the tests begin."""
    make_account(walled)
    bare = walled.play("--check", "--diff", roles="docker, firewall")
    assert bare.status == 0, bare.output
    assert walled.host.run("ls", "/etc/eigenplan-firewall.nft").returncode != 0
    assert walled.play(roles="docker").status == 0, walled.player.runs[-1].output
    publish(walled, cache)
    walled.before = walled.look()
    run = walled.play()
    assert run.status == 0, run.output
    return walled


def make_account(walled: Walled) -> None:
    """Make the account that Ansible comes by; sudo hides from programs over which connection."""
    walled.say("apt-get", "-qq", "purge", "-y", "nftables")
    walled.say("useradd", "--create-home", "--shell=/bin/bash", "ada")
    walled.say("cp", "-r", "/root/.ssh", "/home/ada/.ssh")
    walled.say("chown", "-R", "ada:ada", "/home/ada/.ssh")
    rule = walled.host.root / "etc/sudoers.d/ada"
    rule.write_text("ada ALL=(ALL) NOPASSWD: ALL\n")


def publish(walled: Walled, cache: BaseCache) -> None:
    """Start a container that publishes two ports to everybody, and two services of the host."""
    shutil.copy(cache.obtain(BASE_IMAGE, print), walled.host.root / "srv/base.tar")
    walled.say("docker", "import", "/srv/base.tar", NAME)
    bridge = "com.docker.network.bridge.name=br-eigenplan"
    walled.say("docker", "network", "create", "--opt", bridge, "eigenplan")
    ports = [f"--publish=0.0.0.0:{one}:8000" for one in (CLOSED, PUBLISHED)]
    words = ["--detach", "--name=published", "--restart=always", "--network=eigenplan", *ports, NAME]
    serve = "trap 'exit 0' TERM; python3 -m http.server 8000 & wait"  # the first process has to take the signal itself
    walled.say("docker", "run", *words, "sh", "-c", serve)
    for port in (WEB, SERVICE):
        unit = walled.host.root / f"etc/systemd/system/listener-{port}.service"
        unit.write_text(LISTENER.format(port=port))
        walled.say("systemctl", "enable", "--now", unit.name)

"""The whole lab: what it consists of, how it comes up, and how every trace of it goes away."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import FrameType

from tests.lab.addresses import AddressPlan, choose_network, name_servers, networks_in_use
from tests.lab.base_image import BASE_IMAGE
from tests.lab.base_system import PACKAGES, BaseCache, BaseSystem
from tests.lab.bridge import Bridge
from tests.lab.client import Client
from tests.lab.control_group import ControlGroup
from tests.lab.disk import Mount
from tests.lab.folder import LabFolder, locked
from tests.lab.host import Host, Leftover
from tests.lab.host_files import Wiring
from tests.lab.inventory import Target, connection, names_of, site_values, write_inventory
from tests.lab.machine import LabError, boot_id, find_obstacle
from tests.lab.mail import MailRelay
from tests.lab.names import Names
from tests.lab.packages import PackageCache
from tests.lab.ssh import make_key, ssh_config
from tests.lab.state import HostPlan, Part, State, load_state
from tests.lab.uplink import Forwarding, Masquerade

HOSTS = (HostPlan("debian13", "trixie"), HostPlan("debian12", "bookworm", ifupdown=True))
"""What ``./eigenplan lab up`` brings up when it is asked for nothing else."""

PARTS: dict[str, Callable[[str], Part]] = {
    one.kind: one for one in (Bridge, Client, ControlGroup, Forwarding, Leftover, Masquerade, Mount, Names)
}
"""How to find a part again by what the state says of it."""

BEYOND = (
    "another clock: all hosts have this machine's",
    "another kernel, its modules, boot loader or own kernel settings",
    "memory limits: where this machine's control groups do not give them, they are accepted and ignored",
    "packet delay and reordering: many kernels lack netem",
    "the loss of what a disk had not written yet: the memory of a host that lost its power is this machine's",
)
"""What a lab cannot show."""

NETWORKS = Path("/run/lock")
"""Whose lock is held by whoever chooses a network."""

RESOLVERS = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab that is up, coming up, or half made; every object of it can be had again from its state."""

    folder: LabFolder
    state: State

    @property
    def plan(self) -> AddressPlan:
        """Its addresses."""
        return AddressPlan(IPv4Network(self.state.network))

    @property
    def bridge(self) -> Bridge:
        """What hosts and clients are plugged into; the machine is their gateway."""
        return Bridge(f"{self.state.tag}-site", self.plan.machine)

    @property
    def client(self) -> Client:
        """From where hosts are looked at as by a stranger."""
        return Client(f"{self.state.tag}-c1", self.bridge.name, self.plan.client(1), self.plan.machine)

    @property
    def hosts(self) -> list[Host]:
        """All its hosts."""
        return [self._host(number, one) for number, one in enumerate(self.state.hosts, start=1)]

    @property
    def names(self) -> dict[str, str]:
        """What hosts are called, in full, in short and otherwise, and their addresses."""
        numbered = enumerate(self.state.hosts, start=1)
        return {" ".join(names_of(one.name)): str(self.plan.host(number).ip) for number, one in numbered}

    @property
    def relay(self) -> MailRelay:
        """Who takes the hosts' mails."""
        return MailRelay(self.state.tag, str(self.plan.machine.ip), self.folder.mails)

    def _host(self, number: int, plan: HostPlan) -> Host:
        servers = tuple(map(IPv4Address, self.state.name_servers))
        wiring = Wiring(self.plan.host(number), self.plan.machine.ip, servers, self.names)
        return Host(plan, number, self.state.tag, self.folder, wiring, self.bridge)

    def host(self, name: str) -> Host:
        """Return a host by its name.

        Raises:
            LabError: there is none of that name; says which there are.
        """
        for one in self.hosts:
            if one.plan.name == name:
                return one
        raise LabError(f"This lab has no host {name}; it has {' and '.join(one.name for one in self.state.hosts)}.")

    def make_network(self) -> None:
        """Make what hosts are plugged into."""
        self.state.save()
        table = Masquerade(f"eigenplan_lab_{self.state.tag}", self.plan.network)
        names = Names(self.client.name, self.names)
        for part in (self.bridge, table, Forwarding(self.state.tag), self.client, names, self.relay.group):
            self.state.make(part)

    def make_hosts(self, archives: Sequence[Path], cache: BaseCache, say: Say) -> None:
        """Make the hosts and what they need, start them, wait until they are up.

        ``archives``: the base system of each host, then the base of the site's image.
        """
        *archives, image = archives
        self.relay.start()
        key = make_key(self.folder)
        self._write_inventory(key, image)
        addresses = {one.plan.name: one.address for one in self.hosts}
        self.folder.ssh_config.write_text(ssh_config(self.folder, addresses))
        for host, archive in zip(self.hosts, archives, strict=True):
            say(f"making {host.plan.name}")
            host.prepare(self.state, archive, key)
            packages_of(host, cache).seed(host.root)
            host.start()
        for host in self.hosts:
            host.wait_up()
            say(f"{host.plan.name} is up")
        self.state.complete = True
        self.state.save()

    def _write_inventory(self, key: str, image: Path) -> None:
        self.folder.sockets.mkdir()
        targets = [Target(one.plan.name, one.address) for one in self.hosts]
        values = {**site_values(key, self.relay, image), **connection(self.folder)}
        write_inventory(self.folder.inventory, targets, values)

    def keep_packages(self, cache: BaseCache) -> None:
        """Keep what the hosts have downloaded for the next lab."""
        for host in self.hosts:
            packages_of(host, cache).collect(host.root)

    def take_down(self) -> None:
        """Undo everything, the newest first; what cannot be undone now stays written down for the next try.

        Raises:
            LabError: something could not be undone; names all of it.
        """
        if self.state.boot != boot_id():  # parts live in the kernel: the reboot took them, and names may be others' now
            self.state.made.clear()
        troubles = [trouble for kind, name in reversed(self.state.made) if (trouble := self._undo(kind, name))]
        if troubles:
            raise LabError(
                f"Not everything could be removed; call `down` again after mending this: {' '.join(troubles)}"
            )
        self.folder.remove()

    def _undo(self, kind: str, name: str) -> str | None:
        try:
            PARTS[kind](name).remove()
        except (LabError, OSError) as error:
            return f"{kind} {name}: {error}"
        self.state.forget(kind, name)
        return None


def packages_of(host: Host, cache: BaseCache) -> PackageCache:
    """Return the kept packages of a host's suite."""
    return PackageCache(cache.folder / "packages" / host.plan.suite)


def find_name_servers() -> list[str]:
    """Return the name servers that this machine uses and hosts can reach.

    Raises:
        LabError: it has none but its own.
    """
    found = name_servers(*(one.read_text() for one in RESOLVERS if one.exists()))
    if not found:
        raise LabError(f"{RESOLVERS[0]} names no DNS server that a host could reach.")
    return list(map(str, found))


def check_names(plans: Sequence[HostPlan]) -> None:
    """Refuse hosts that cannot be told apart.

    Raises:
        LabError: two have one name.
    """
    names = [one.name for one in plans]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise LabError(f"Two hosts of a lab cannot both be called {twice[0]}.")


def new_state(folder: LabFolder, plans: Sequence[HostPlan]) -> State:
    """Return the state of a lab of which nothing is made yet.

    Raises:
        LabError: this machine has no addresses or name servers for it.
    """
    network = choose_network(networks_in_use())
    return State(folder.state, f"ep{secrets.token_hex(2)}", boot_id(), str(network), find_name_servers(), list(plans))


def up(folder: LabFolder, cache: BaseCache, plans: Sequence[HostPlan], say: Say) -> Lab:
    """Bring a lab up: everything, or nothing when anything fails or it is interrupted.

    Raises:
        LabError: it is up already, this machine cannot run it, or a part of it fails.
    """
    obstacle = find_obstacle()
    if obstacle:
        raise LabError(obstacle)
    with folder.lock(), ended_by_signals():
        if folder.state.exists():
            raise LabError("A lab is here already; `lab status` shows it, `lab down` takes it down.")
        check_names(plans)
        archives = [cache.obtain(one, say) for one in (*map(base_system, plans), BASE_IMAGE)]
        folder.make()
        with locked(NETWORKS, wait=True):  # another lab might choose the same network until our bridge is there
            lab = Lab(folder, new_state(folder, plans))
            with undone_on_failure(lab):
                lab.make_network()
        with undone_on_failure(lab):
            lab.make_hosts(archives, cache, say)
        return lab


def base_system(plan: HostPlan) -> BaseSystem:
    """Return what a host is unpacked from."""
    own = ("ifupdown",) if plan.ifupdown else ()
    return BaseSystem(plan.suite, (*PACKAGES, *own, *plan.packages))


@contextmanager
def undone_on_failure(lab: Lab) -> Iterator[None]:
    """Take a lab down when what is done to it fails or is interrupted."""
    try:
        yield
    except BaseException as error:
        try:
            lab.take_down()
        except LabError as trouble:
            raise LabError(f"{error} {trouble}") from error
        raise


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP (a closed terminal) end us as Ctrl-C does, so that we clean up."""
    before = {one: signal.signal(one, _end) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def find(folder: LabFolder) -> Lab | None:
    """Return the lab that is there, whole or half made; None when there is none."""
    state = load_state(folder.state)
    return None if state is None else Lab(folder, state)


def find_running(folder: LabFolder) -> Lab:
    """Return the lab that is up.

    Raises:
        LabError: there is none, or it was broken off or lost in a reboot of this machine.
    """
    lab = find(folder)
    if lab is None:
        raise LabError("There is no lab of this user; bring one up with: sudo ./eigenplan lab up")
    if not lab.state.complete or lab.state.boot != boot_id():
        raise LabError(
            "This lab was broken off, or this machine has booted since; remove what is left: ./eigenplan lab down"
        )
    return lab


def down(folder: LabFolder, cache: BaseCache | None = None) -> bool:
    """Remove a lab, however much of it there is; returns whether there was one.

    ``cache``: keep the packages that its hosts have downloaded there.

    Raises:
        LabError: another command is at it, or something could not be removed.
    """
    with folder.lock():
        lab = find(folder)
        if lab is None:
            with suppress(FileNotFoundError):
                folder.remove()  # made, but broken off before its state was written
            return False
        try:
            if cache is not None and lab.state.complete and lab.state.boot == boot_id():
                lab.keep_packages(cache)
        finally:
            lab.take_down()
        return True

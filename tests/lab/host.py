"""A host: a Debian system of its own in systemd-nspawn, with its own disks, address and power switch."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.lab.bridge import Bridge, is_interface
from tests.lab.control_group import ControlGroup
from tests.lab.disk import Mount, make_image
from tests.lab.folder import LabFolder
from tests.lab.host_files import Wiring, write_files
from tests.lab.machine import PATH, LabError, last_lines, run, wait_until
from tests.lab.ssh import know_host, ssh_run
from tests.lab.state import HostPlan, State

ROOT = Path(__file__).resolve().parents[2]
DATA = "/srv/data"
"""Where a host finds its data disk."""

UP_SECONDS = 60.0
RUNTIME = Path("/run/systemd/nspawn")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file, mount or empty folder that systemd-nspawn leaves behind when it is ended by force."""

    kind: ClassVar[str] = "leftover"
    name: str

    def exists(self) -> bool:
        """Say no: what is named after our own tree and our own host is ours, even when it is there."""
        return False

    def make(self) -> None:
        """Leave that to systemd-nspawn."""

    def remove(self) -> None:
        """Remove it."""
        path = Path(self.name)
        while path.is_mount():
            run("umount", self.name)
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Host:
    """One host of a lab; ``number`` makes its names short enough for interfaces."""

    plan: HostPlan
    number: int
    tag: str
    lab: LabFolder
    wiring: Wiring
    bridge: Bridge

    @property
    def machine(self) -> str:
        """What systemd-nspawn calls it."""
        return f"{self.tag}-{self.number}"

    @property
    def cable(self) -> str:
        """The interface at the bridge, as systemd-nspawn names it."""
        return f"vb-{self.machine}"

    @property
    def address(self) -> str:
        """Its address in the lab's network."""
        return str(self.wiring.address.ip)

    @property
    def folder(self) -> Path:
        """Its files."""
        return self.lab.host(self.plan.name)

    @property
    def root(self) -> Path:
        """Its tree, as this machine sees it."""
        return self.folder / "root"

    @property
    def group(self) -> ControlGroup:
        """All its processes."""
        return ControlGroup(f"eigenplan-lab-{self.machine}")

    @property
    def console(self) -> Path:
        """What it has said while booting."""
        return self.folder / "console.log"

    @property
    def pid_file(self) -> Path:
        """Names the process that runs it; not there while it is off."""
        return self.folder / "pid"

    def prepare(self, state: State, archive: Path, public_key: str) -> None:
        """Make its disks and its tree."""
        self.folder.mkdir(parents=True)
        sizes = {"root": self.plan.root_mib, "data": self.plan.data_mib}
        for name, mib in sizes.items():
            image = self.folder / f"{name}.img"
            make_image(image, mib)
            state.make(Mount(str(self.folder / name), image))
        run(
            "tar",
            "--extract",
            "--numeric-owner",
            "--xattrs",
            "--xattrs-include=*",
            f"--file={archive}",
            f"--directory={self.root}",
        )
        write_files(self.root, self.plan, self.wiring, public_key)
        know_host(self.lab, self.address, self.root)
        for left in self._leftovers():
            state.make(left)
        state.make(self.group)

    def _leftovers(self) -> list[Leftover]:
        tree = self.root.stat()
        found = [RUNTIME / "locks" / f"inode-{tree.st_dev}:{tree.st_ino}"]
        found += [RUNTIME / folder / self.machine for folder in ("propagate", "unix-export")]
        return [Leftover(str(one)) for one in found]

    def start(self) -> None:
        """Switch it on.

        Raises:
            LabError: it is on already, or what is left of its last life does not go away.
        """
        if self.is_on():
            raise LabError(f"{self.plan.name} is on already.")
        wait_until(lambda: not is_interface(self.cable), 10.0, f"The old cable of {self.plan.name} does not go away.")
        words = [sys.executable, "-m", "tests.lab.keeper", str(self.group.path), str(self.pid_file), *self._nspawn()]
        environment = {**os.environ, "PATH": PATH, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        with self.console.open("ab") as log:  # setsid lets go of it, as it is to outlive us
            subprocess.run(
                ["setsid", "--fork", *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )
        self._wait(self.is_on, 10.0, "cannot be switched on")

    def _nspawn(self) -> list[str]:
        return [
            "systemd-nspawn",
            "--quiet",
            "--boot",
            f"--directory={self.root}",
            f"--machine={self.machine}",
            f"--hostname={self.plan.name}",
            "--register=no",
            "--keep-unit",
            "--console=read-only",
            "--resolv-conf=off",
            "--timezone=off",
            "--link-journal=no",
            f"--network-bridge={self.bridge.name}",
            f"--bind={self.folder / 'data'}:{DATA}",
            "--capability=all",
            "--drop-capability=CAP_SYS_TIME",  # a host's first word on its time zone would turn this machine's clock
            "--system-call-filter=@keyring bpf",
        ]

    def is_on(self) -> bool:
        """Say whether it has power, however far it has booted."""
        return any(self.group.processes())

    def process(self) -> int | None:
        """Return the process that runs it on this machine; None while it is off."""
        return int(self.pid_file.read_text()) if self.is_on() and self.pid_file.exists() else None

    def run(self, *words: str, given: str = "", seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a command in it over SSH; returns what it said, whether it succeeded or not."""
        return ssh_run(self.lab, self.plan.name, words, given, seconds)

    def answers(self) -> bool:
        """Say whether it lets us in."""
        return self.run("true", seconds=30.0).returncode == 0

    def wait_up(self, seconds: float = UP_SECONDS) -> None:
        """Wait until it lets us in and has started all that it starts.

        Raises:
            LabError: it does not get that far; the sentence ends with its console's last lines.
        """
        self._wait(self.answers, seconds, "does not let us in")
        self._wait(self._has_settled, seconds, "does not come to an end of starting")

    def wait_off(self, seconds: float = UP_SECONDS) -> None:
        """Wait until it has switched itself off.

        Raises:
            LabError: it does not.
        """
        self._wait(lambda: not self.is_on(), seconds, "does not switch itself off")

    def _has_settled(self) -> bool:
        return self.run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}

    def _wait(self, condition: Callable[[], bool], seconds: float, trouble: str) -> None:
        try:
            wait_until(condition, seconds, f"{self.plan.name} {trouble} within {seconds:.0f} s")
        except LabError as error:
            raise LabError(f"{error}: {last_lines(self.console.read_text(errors='replace'))}") from error

    def cut_power(self) -> None:
        """Take its power away: every process of it ends at once."""
        self.group.end_all()
        self.pid_file.unlink(missing_ok=True)
        for left in self._leftovers():  # newer versions of systemd-nspawn do not start where they are
            left.remove()

    def power_cycle(self) -> None:
        """Take its power away, give it back, wait until it is up."""
        self.cut_power()
        self.start()
        self.wait_up()

    def reboot(self) -> None:
        """Let it reboot itself; wait until it is up again."""
        before = self.process()
        self.run("systemctl", "reboot")  # the connection may break before it is answered
        self._wait(lambda: self.process() not in {None, before}, UP_SECONDS, "does not reboot")
        self.wait_up()

    def cut_link(self) -> None:
        """Pull its cable out of the bridge's socket."""
        run("ip", "link", "set", self.cable, "down")

    def restore_link(self) -> None:
        """Put its cable back."""
        run("ip", "link", "set", self.cable, "up")

"""The system, processors, memory and disks of a host, read from /etc, /proc and /sys."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible.module_utils.eigenplan_findings import GOOD, SHORT, UNKNOWN, Finding, judge

MACHINES = ("x86_64", "aarch64")
MIB = 1024 * 1024
VIRTUAL_NAMES = re.compile(r"x?vd[a-z]+")
VIRTUAL_VENDORS = ("QEMU", "VMware", "Msft", "VBOX", "Virtio", "Xen")
"""Disks of virtual machines claim to rotate, whatever they are stored on."""


@dataclass(frozen=True)
class Root:
    """Where the files of a host begin; another folder in tests."""

    path: Path = Path("/")

    def read(self, name: str) -> str:
        """Return a file's text without the space around it; empty when it cannot be read."""
        try:
            return (self.path / name).read_text("utf-8", errors="replace").strip()
        except OSError:
            return ""


def read_release(root: Root) -> dict[str, str]:
    """Return what ``/etc/os-release`` says (os-release(5))."""
    pairs = (line.partition("=") for line in root.read("etc/os-release").splitlines())
    return {name: value.strip("\"'") for name, sign, value in pairs if sign}


def refuse_system(root: Root, versions: Sequence[str], machine: str) -> str:
    """Return why nothing can be installed here at all; empty when it can."""
    release = read_release(root)
    wanted = f"Debian {' or '.join(versions)}"
    if release.get("ID") != "debian" or release.get("VERSION_ID") not in versions:
        return f"It runs {release.get('PRETTY_NAME') or 'an unknown system'}; Eigenplan needs {wanted}."
    if machine not in MACHINES:
        return f"Its processor is of the kind {machine}; Eigenplan needs {' or '.join(MACHINES)}."
    if not (root.path / "run/systemd/system").is_dir():
        return "It was not started by systemd; Eigenplan needs a whole Debian, not a container of one program."
    return ""


def check_cores(found: int, least: int) -> Finding:
    """Compare the number of processors."""
    remedy = "give the host more processors, or set preflight_minimum_cores"
    return judge(found >= least, Finding("cores", GOOD, str(found), f"{least} or more", remedy))


def check_memory(root: Root, least: int) -> Finding:
    """Compare the memory in MiB, without what firmware and kernel keep for themselves."""
    match = re.search(r"^MemTotal:\s+(\d+) kB", root.read("proc/meminfo"), re.M)
    found = int(match.group(1)) // 1024 if match else 0
    remedy = "give the host more memory, or set preflight_minimum_memory_mib"
    return judge(found >= least, Finding("memory", GOOD, f"{found} MiB", f"{least} MiB or more", remedy))


def check_free_disk(folder: Path, least: int) -> Finding:
    """Compare the space in MiB that is free where a folder is or will be."""
    status = os.statvfs(nearest(folder))
    found = status.f_bavail * status.f_frsize // MIB
    remedy = "make room or enlarge the disk, or set preflight_minimum_disk_mib"
    return judge(found >= least, Finding("free disk", GOOD, f"{found} MiB at {folder}", f"{least} MiB or more", remedy))


def nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def check_storage(root: Root, folder: Path) -> Finding:
    """Say whether the disk below a folder rotates."""
    name = f"disk of {folder}"
    disks = find_disks(root, nearest(folder))
    if not disks:
        return Finding(
            name,
            UNKNOWN,
            "no disk of this host",
            "SSD",
            "the kernel does not say what is below; see to it that it is an SSD",
        )
    rotating = [disk for disk in disks if root.read(f"{_block(disk)}/queue/rotational") == "1"]
    real = [disk for disk in rotating if not is_virtual(root, disk)]
    if real:
        remedy = "move it to an SSD, or set preflight_require_ssd to false"
        return Finding(name, SHORT, f"{', '.join(real)}, rotating", "SSD", remedy)
    if rotating:
        return Finding(
            name,
            UNKNOWN,
            f"{', '.join(rotating)}, virtual",
            "SSD",
            "ask who runs the hypervisor whether it is on an SSD",
        )
    return Finding(name, GOOD, f"{', '.join(disks)}, not rotating", "SSD")


def find_disks(root: Root, folder: Path) -> list[str]:
    """Return the names of the whole disks below a folder, through partitions, device mapper, RAID and btrfs."""
    number = os.stat(folder).st_dev
    place = f"{os.major(number)}:{os.minor(number)}"
    link = root.path / "sys/dev/block" / place
    if not link.exists():  # btrfs and others show a number that no device has
        source = _mount_source(root, place)
        link = root.path / "sys/class/block" / Path(source).name
    return sorted(set(_whole_disks(link.resolve()))) if link.exists() else []


def _mount_source(root: Root, place: str) -> str:
    """Return the device of the mount whose file system has a number (proc_pid_mountinfo(5))."""
    for line in root.read("proc/self/mountinfo").splitlines():
        mount, _, filesystem = line.partition(" - ")
        source = filesystem.split()[1:2]
        if mount.split()[2] == place and source and source[0].startswith("/dev/"):
            return source[0]
    return "none"


def _whole_disks(device: Path) -> list[str]:
    if (device / "partition").exists():
        device = device.parent
    below = sorted((device / "slaves").glob("*"))
    if below:
        return [disk for one in below for disk in _whole_disks(one.resolve())]
    return [] if device.name.startswith(("loop", "ram", "zram")) else [device.name]


def is_virtual(root: Root, disk: str) -> bool:
    """Whether a disk is one of a virtual machine."""
    if VIRTUAL_NAMES.fullmatch(disk):
        return True
    return root.read(f"{_block(disk)}/device/vendor").startswith(VIRTUAL_VENDORS)


def _block(disk: str) -> str:
    return f"sys/class/block/{disk}"

"""The system, processors, memory and disks, against files that look like those of hosts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible.module_utils.eigenplan_machine import (
    Root,
    check_cores,
    check_free_disk,
    check_memory,
    check_storage,
    find_disks,
    nearest,
    refuse_system,
)

from tests.roles.preflight.conftest import Files

DEBIAN = 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n'
VERSIONS = ["12", "13"]


def host(files: Files, release: str) -> Root:
    return Root(files({"etc/os-release": release, "run/systemd/system/x": ""}))


def test_system_that_is_supported_is_taken(files: Files) -> None:
    assert refuse_system(host(files, DEBIAN), VERSIONS, "x86_64") == ""


@pytest.mark.parametrize(
    ("release", "told"),
    [
        (
            'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04"',
            "It runs Ubuntu 24.04; Eigenplan needs Debian 12 or 13.",
        ),
        ('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian 11"', "It runs Debian 11; Eigenplan needs Debian 12 or 13."),
        ("ID=debian\nPRETTY_NAME=sid", "It runs sid; Eigenplan needs Debian 12 or 13."),
        ("", "It runs an unknown system; Eigenplan needs Debian 12 or 13."),
    ],
)
def test_system_that_is_not_supported_is_refused_by_its_name(files: Files, release: str, told: str) -> None:
    assert refuse_system(host(files, release), VERSIONS, "x86_64") == told


def test_system_on_another_processor_is_refused(files: Files) -> None:
    assert "armv7l" in refuse_system(host(files, DEBIAN), VERSIONS, "armv7l")


def test_system_without_systemd_is_refused(files: Files) -> None:
    root = Root(files({"etc/os-release": DEBIAN}))
    assert "not started by systemd" in refuse_system(root, VERSIONS, "x86_64")


@pytest.mark.parametrize(("found", "state"), [(3, "short"), (4, "good"), (64, "good")])
def test_cores_are_compared(found: int, state: str) -> None:
    assert check_cores(found, 4).state == state


@pytest.mark.parametrize(("kib", "state"), [(7400 * 1024 - 1, "short"), (7400 * 1024, "good")])
def test_memory_is_compared(files: Files, kib: int, state: str) -> None:
    root = Root(files({"proc/meminfo": f"MemTotal:       {kib} kB\nMemFree: 1 kB\n"}))
    assert check_memory(root, 7400).state == state


def test_memory_that_cannot_be_read_is_a_shortfall(tmp_path: Path) -> None:
    assert check_memory(Root(tmp_path), 1).state == "short"


@pytest.mark.parametrize(("least", "state"), [(1, "good"), (2**40, "short")])
def test_free_disk_is_looked_at_where_the_folder_will_be(tmp_path: Path, least: int, state: str) -> None:
    found = check_free_disk(tmp_path / "not" / "there", least)
    assert (found.state, str(tmp_path / "not/there") in found.found) == (state, True)


def test_folder_above_is_found(tmp_path: Path) -> None:
    assert nearest(tmp_path / "a/b") == tmp_path


class Disks:
    """Makes a /sys with block devices; the folder that tests look at is on the device ``below``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        number = os.stat(root).st_dev
        self.place = f"{os.major(number)}:{os.minor(number)}"

    def add(self, name: str, rotational: str, vendor: str = "") -> Path:
        device = self.root / "sys/devices" / name
        (device / "queue").mkdir(parents=True)
        (device / "queue/rotational").write_text(f"{rotational}\n")
        if vendor:
            (device / "device").mkdir()
            (device / "device/vendor").write_text(f"{vendor}\n")
        return self.link("sys/class/block", name, device)

    def link(self, folder: str, name: str, device: Path) -> Path:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / folder / name).symlink_to(device)
        return device

    def partition(self, disk: Path, name: str) -> Path:
        (disk / name).mkdir()
        (disk / name / "partition").write_text("1\n")
        return self.link("sys/class/block", name, disk / name)

    def below(self, device: Path) -> Root:
        self.link("sys/dev/block", self.place, device)
        return Root(self.root)


@pytest.fixture
def disks(tmp_path: Path) -> Disks:
    return Disks(tmp_path)


@pytest.mark.parametrize(
    ("name", "rotational", "vendor", "state"),
    [
        ("nvme0n1", "0", "", "good"),
        ("sda", "0", "ATA", "good"),
        ("sda", "1", "ATA", "short"),
        ("sda", "1", "QEMU", "unknown"),
        ("vda", "1", "", "unknown"),
        ("vda", "0", "", "good"),
        ("xvda", "1", "", "unknown"),
        ("loop3", "1", "", "unknown"),
    ],
)
def test_disk_is_judged_by_what_it_is(disks: Disks, name: str, rotational: str, vendor: str, state: str) -> None:
    root = disks.below(disks.add(name, rotational, vendor))
    assert check_storage(root, root.path).state == state


def test_disk_is_found_below_a_partition(disks: Disks) -> None:
    root = disks.below(disks.partition(disks.add("sda", "1"), "sda1"))
    assert find_disks(root, root.path) == ["sda"]


def test_disks_are_found_below_device_mapper_and_raid(disks: Disks) -> None:
    mapped, raid = disks.add("dm-0", "0"), disks.add("md0", "0")
    disks.link("sys/devices/dm-0/slaves", "md0", raid)
    for name in ("sda", "sdb"):
        disks.link("sys/devices/md0/slaves", f"{name}1", disks.partition(disks.add(name, "1"), f"{name}1"))
    root = disks.below(mapped)
    assert find_disks(root, root.path) == ["sda", "sdb"]
    assert check_storage(root, root.path).found == "sda, sdb, rotating"


def test_disk_is_found_below_btrfs_by_its_mount(disks: Disks) -> None:
    disks.add("sdc", "0")
    (disks.root / "proc/self").mkdir(parents=True)
    line = f"30 1 {disks.place} /@ / rw - btrfs /dev/sdc rw,subvol=/@"
    (disks.root / "proc/self/mountinfo").write_text(f"29 1 0:5 / /proc rw - proc proc rw\n{line}\n")
    assert find_disks(Root(disks.root), disks.root) == ["sdc"]


def test_disk_that_the_kernel_does_not_tell_is_unknown(tmp_path: Path) -> None:
    assert check_storage(Root(tmp_path), tmp_path).state == "unknown"

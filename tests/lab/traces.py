"""Everything on a machine in which a lab could leave a trace."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.lab.control_group import unified_hierarchy
from tests.lab.machine import run
from tests.lab.uplink import REGISTER, SWITCH

TEMPORARY = ("nspawn", "mmdebstrap")


def find_traces() -> dict[str, list[str]]:
    """Return interfaces, rules, loop devices, mounts and more, to compare before with after."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    return {
        "interfaces": sorted(one["ifname"] for one in json.loads(run("ip", "-json", "link"))),
        "namespaces": run("ip", "netns", "list").split(),
        "routes": run("ip", "-4", "route", "show", "table", "all").splitlines(),
        "rules": run("nft", "list", "ruleset").splitlines(),
        "loop devices": run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").splitlines(),
        "mounts": sorted(line.split()[1] for line in mounts),
        "control groups": sorted(one.name for one in unified_hierarchy().iterdir() if one.is_dir()),
        "forwarding": [SWITCH.read_text(), *map(str, REGISTER.rglob("*"))],
        "nspawn": sorted(map(str, Path("/run/systemd/nspawn").rglob("*"))),
        "temporary": sorted(
            one.name for one in Path(tempfile.gettempdir()).iterdir() if one.name.startswith(TEMPORARY)
        ),
    }

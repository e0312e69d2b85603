"""The module itself, as Ansible runs it on a host, here on this machine; and its table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import eigenplan_preflight
import pytest
from ansible.module_utils.eigenplan_findings import Finding, make_table, tell
from ansible.module_utils.eigenplan_machine import Root

from tests.roles.preflight.conftest import ROLE

GOOD = Finding("cores", "good", "8", "4 or more")
SHORT = Finding("memory", "short", "512 MiB", "7400 MiB or more", "give it more")
UNKNOWN = Finding("disk of /", "unknown", "vda, virtual", "SSD", "ask")

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("address", "domain", "proxy"), ""),
    **dict.fromkeys(("cores", "memory", "disk", "disk_installed"), 0),
    **dict.fromkeys(("storage", "time", "static", "packages"), False),
    **{name: [] for name in ("versions", "time_servers", "domain_addresses", "mirrors", "folders", "ports")},
    "names": {},
    "others": {},
}
"""Every check turned off."""


def test_table_aligns_its_columns() -> None:
    assert make_table([GOOD, SHORT]).splitlines() == [
        "check   found    wanted            what to do",
        "cores   8        4 or more         nothing",
        "memory  512 MiB  7400 MiB or more  give it more",
    ]


def test_findings_without_shortfall_tell_nothing() -> None:
    assert tell([GOOD, UNKNOWN]) == ""


def test_findings_tell_all_shortfalls_and_nothing_else() -> None:
    told = tell([GOOD, SHORT, UNKNOWN, Finding("x", "short", "a", "b", "c")])
    assert told.startswith("2 things are not as the site needs it, and nothing was changed.\n")
    assert [line.split()[0] for line in told.splitlines()[3:]] == ["memory", "x"]


def test_checks_can_all_be_turned_off() -> None:
    assert list(eigenplan_preflight.look(Root(), NOTHING)) == []


@pytest.mark.parametrize(
    ("wanted", "checks"),
    [
        ({"cores": 1}, ["cores"]),
        ({"memory": 1}, ["memory"]),
        ({"disk": 1, "disk_installed": 1, "folders": ["/", "/usr/../"]}, ["free disk"]),
        ({"storage": True, "folders": ["/"]}, ["disk of /"]),
        ({"time": True}, ["time"]),
        ({"address": "127.0.0.1"}, ["address"]),
        ({"domain": "localhost", "names": {"127.0.0.1": "x"}}, ["name localhost", "name 127.0.0.1"]),
        ({"packages": True, "proxy": "http://127.0.0.1:1"}, ["packages"]),
        ({"ports": [1]}, ["ports"]),
        ({"others": {"docker": "No."}}, ["role docker"]),
    ],
)
def test_checks_can_be_turned_on_one_by_one(wanted: dict[str, Any], checks: list[str]) -> None:
    assert [one.check for one in eigenplan_preflight.look(Root(), NOTHING | wanted)] == checks


def run_module(*options: str, **given: object) -> str:
    """Return what Ansible says of the module with every check turned off, but for these."""
    arguments = json.dumps(NOTHING | given)
    line = [f"{Path(sys.executable).parent}/ansible", "localhost", "-m", "eigenplan_preflight", "-a", arguments]
    done = subprocess.run(
        [*line, *options, "-e", f"ansible_python_interpreter={sys.executable}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_LIBRARY": f"{ROLE}/library", "ANSIBLE_MODULE_UTILS": f"{ROLE}/module_utils"},
    )
    return done.stdout


def test_module_refuses_an_unsupported_system_in_one_sentence() -> None:
    assert "; Eigenplan needs Debian 1." in run_module(versions=["1"])


def test_module_shows_no_password_of_a_proxy() -> None:
    """Not even to somebody who lets Ansible tell what each module was given."""
    said = run_module("-vvv", versions=["1"], proxy="http://eva:s3same-open@proxy.example:3128")
    assert ("module_args" in said, "s3same-open" in said) == (True, False)

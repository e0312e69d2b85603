"""Services whose settings were written when nobody was left to tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from roles.base.filter_plugins.base_services import FilterModule, base_older
from tests.roles.base.conftest import VARIABLES
from tests.roles.playing import play, said, tasks_of

SSH = {"name": "ssh.service", "file": "/etc/ssh/ours.conf", "state": "reloaded"}
CLOCK = {"name": "clock.service", "file": "/etc/clock.conf", "state": "restarted"}
SHOWN = """\
Id=ssh.service
ActiveState=active
StateChangeTimestamp=@1000

Id=clock.service
ActiveState=inactive
StateChangeTimestamp=@1000
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", []),
        ("/etc/ssh/ours.conf 999", []),
        ("/etc/ssh/ours.conf 1000", []),
        ("/etc/ssh/ours.conf 1001", [SSH]),
        ("/etc/ssh/ours.conf 1001\n/etc/clock.conf 1001", [SSH]),
    ],
)
def test_service_is_older_than_a_file_written_later(written: str, expected: list[dict[str, str]]) -> None:
    assert base_older([SSH, CLOCK], SHOWN, written) == expected


def test_service_that_systemd_does_not_know_is_not_older() -> None:
    assert base_older([SSH], "", "/etc/ssh/ours.conf 1") == []


def test_services_looked_at_have_what_the_filter_needs() -> None:
    assert [set(one) for one in VARIABLES["__base_services"]] == [{"name", "file", "state"}] * 3
    assert FilterModule().filters() == {"base_older": base_older}


@pytest.mark.parametrize(("packages", "status"), [(["chrony"], 0), (["ntpsec", "cron"], 2)])
def test_time_service_that_somebody_chose_is_not_pushed_out(tmp_path: Path, packages: list[str], status: int) -> None:
    given: dict[str, object] = {"ansible_facts": {"packages": {name: [] for name in packages}}}
    done = play(tmp_path, "base", tasks_of("base", "Refuse to push out a time service"), given)
    assert (done.returncode, "localhost has ntpsec, which apt" in said(done)) == (status, bool(status)), done.stdout

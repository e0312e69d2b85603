"""Where SSH shall be let in is where somebody listens; looked at before any role changes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.playing import play, program, said, tasks_of

TASKS = ("Look who listens where SSH shall", "Refuse to open a port for SSH that nothing listens on")
LISTENS = 'case "$*" in *"sport = :{port} "*) echo LISTEN 0 128 0.0.0.0:{port} 0.0.0.0:*;; esac'


@pytest.mark.parametrize(
    ("given", "listening", "status"),
    [
        ({}, 22, 0),
        ({}, 2222, 2),
        ({"ansible_port": 2222}, 2222, 0),
        ({"ansible_port": 2222}, 22, 2),
        ({"ansible_port": 2222, "firewall_ssh_port": 22}, 22, 0),
    ],
)
def test_port_for_ssh_that_nothing_listens_on_is_refused(
    tmp_path: Path, given: dict[str, object], listening: int, status: int
) -> None:
    programs = program(tmp_path, "ss", LISTENS.format(port=listening))
    done = play(tmp_path, "firewall", tasks_of("firewall", *TASKS), given, programs=programs)
    wanted = given.get("firewall_ssh_port", given.get("ansible_port", 22))
    refused = f"Nothing listens on port {wanted} of localhost, so with the rules" in said(done)
    assert (done.returncode, refused) == (status, status == 2), done.stdout

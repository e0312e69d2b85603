"""A daemon that is older than what it reads when it starts is restarted, whatever run has written that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.playing import play, said, tasks_of

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize(
    ("since", "written", "restarts"),
    [("@200", "100\n150\n200", False), ("@200", "100\n201\n150", True)],
)
def test_daemon_that_is_older_than_its_settings_is_restarted(
    tmp_path: Path, since: str, written: str, restarts: bool
) -> None:
    [task] = tasks_of("docker", "Restart the daemon where it is older")
    del task["ansible.builtin.systemd_service"]
    task["ansible.builtin.debug"] = {"msg": "restarted"}
    given = {
        "__docker_daemon": {"stat": {"exists": True}},
        "__docker_times": {"results": [{"stdout": since}, {"stdout": written}]},
    }
    done = play(tmp_path, "docker", [task], given)
    assert (done.returncode, "msg: restarted" in said(done) or '"msg": "restarted"' in said(done)) == (0, restarts)


@pytest.mark.parametrize(("authorities", "read"), [([], False), (["/etc/ca.pem"], True)])
def test_authorities_are_read_at_the_start(tmp_path: Path, authorities: list[str], read: bool) -> None:
    task = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ __docker_reads | join(' ') }}"}}
    done = play(tmp_path, "docker", [task], {"site_authorities": authorities})
    assert (done.returncode, AUTHORITIES in said(done)) == (0, read), done.stdout

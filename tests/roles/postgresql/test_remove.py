"""Bookings that are still there are never said to be gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.playing import play, said, tasks_of

CONF = {"path": "/etc/postgresql/17/main/conf.d/eigenplan.conf"}


@pytest.mark.parametrize(
    ("runs", "files", "remove_data", "status"),
    [(False, [CONF], True, 2), (False, [CONF], False, 0), (False, [], True, 0)],
)
def test_removal_of_data_fails_where_the_server_does_not_run(
    tmp_path: Path, runs: bool, files: list[dict[str, str]], remove_data: bool, status: int
) -> None:
    given = {"__postgresql_running": {"stat": {"exists": runs}}, "__postgresql_given": {"files": files}}
    tasks = tasks_of("postgresql", "Refuse to say that bookings are gone")
    done = play(tmp_path, "postgresql", tasks, {**given, "remove_data": remove_data})
    assert (done.returncode, "so the bookings are still in it" in said(done)) == (status, bool(status)), done.stdout

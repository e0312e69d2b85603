"""A cluster that is there already: taken where it is as good as new, else refused before anything is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.playing import play, program, said, tasks_of

TASKS = (
    "Ask whether its pages have checksums",
    "Refuse a cluster that cannot be looked into",
    "Look for databases and tablespaces in it",
    "Ask for their names",
    "Refuse to take over a cluster of others",
)
GOOD = "Database block size:                  8192\nData page checksum version:           1\n"
BARE = GOOD.replace("1\n", "0\n")


def refusal(folder: Path, control: str, oids: tuple[str, ...] = (), names: str = "") -> str:
    """Return what the role says of a cluster; empty when it takes it."""
    data = folder / "data"
    for one in ("base/1", "base/4", "base/5", "base/pgsql_tmp", "pg_tblspc", *oids):
        (data / one).mkdir(parents=True, exist_ok=True)
    (folder / "control").write_text(control)
    program(folder, "pg_controldata", f"cat {folder}/control" if control else "echo no such file >&2; exit 1")
    programs = program(folder, "runuser", f"printf '{names}'" if names else "exit 2")
    given = {
        "__postgresql_version": "17",
        "__postgresql_programs": str(programs),
        "__postgresql_data": str(data),
    }
    done = play(folder, "postgresql", tasks_of("postgresql", *TASKS), given, programs=programs)
    assert (done.returncode == 0) == ("fatal" not in done.stdout)
    return "" if done.returncode == 0 else said(done)


def test_cluster_as_good_as_new_is_taken(tmp_path: Path) -> None:
    assert refusal(tmp_path, GOOD) == ""


def test_cluster_without_checksums_is_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, BARE)
    assert "close to everything but its own socket: its pages have no checksums. Move what" in told


@pytest.mark.parametrize("oid", ["base/16384", "pg_tblspc/123456"])
def test_cluster_with_databases_is_refused_by_their_names(tmp_path: Path, oid: str) -> None:
    told = refusal(tmp_path, GOOD, (oid,), "library\\nwiki\\n")
    assert "it holds databases (library, wiki). Move what others need" in told
    assert "pg_dropcluster --stop 17 main" in told


def test_cluster_with_databases_that_does_not_run_is_refused_all_the_same(tmp_path: Path) -> None:
    told = refusal(tmp_path, BARE, ("base/16384",))
    assert "databases (their names are not known, as it does not answer), and its pages have no checksums" in told


def test_cluster_that_cannot_be_looked_into_is_refused(tmp_path: Path) -> None:
    assert "this role did not make and cannot look into (no such file); drop it" in refusal(tmp_path, "")

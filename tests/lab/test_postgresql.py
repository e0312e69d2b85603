"""PostgreSQL on a real host: who is let in, what each may do, what is there after a loss of power."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder
from tests.lab.host import Host
from tests.lab.lab import HOSTS, Lab, down, up
from tests.lab.playbook import Player, Run

pytestmark = [pytest.mark.lab, pytest.mark.slow]

PLAY = """---
- name: Set up the database
  hosts: eigenplan
  become: true
  roles: [postgresql]
"""
INSTALL = "TASK [postgresql : Install PostgreSQL and what Ansible speaks to it by"
WORKER, OWNER, STRANGER = 820, 821, 33
TABLE = "CREATE TABLE tried (id bigserial PRIMARY KEY, word text, EXCLUDE USING gist (id WITH =))"


@dataclass(frozen=True, slots=True)
class Served:
    """A host with the role."""

    lab: Lab
    host: Host
    player: Player
    folder: Path

    def play(self, *options: str, database: str = "postgresql") -> Run:
        """Run the role."""
        file = self.folder / "postgresql.yml"
        file.write_text(PLAY)
        return self.player.play(file, *options, "-e", json.dumps({"site_database": database}))

    def ask(self, account: int, role: str, query: str) -> subprocess.CompletedProcess[str]:
        """Ask the database as an account of the host, known by its number alone, as a container's is."""
        psql = ["psql", "-XAt", "--host=/var/run/postgresql", f"--username={role}", "--dbname=eigenplan"]
        words = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups", *psql]
        return self.host.run(*words, f"--command={query}")

    def say(self, account: int, role: str, query: str) -> str:
        """Ask something that has to be answered."""
        done = self.ask(account, role, query)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def served(
    request: pytest.FixtureRequest, cache: BaseCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A bare host that first had a dry run, then the role; the owner has made a table."""
    folder = tmp_path_factory.mktemp("served")
    [plan] = [replace(one, data_mib=64) for one in HOSTS if one.name == request.param]
    lab = up(LabFolder(folder / "lab"), cache, [plan], print)
    try:
        one = Served(lab, lab.hosts[0], Player(lab.folder.inventory), folder)
        for options in (["--check", "--diff"], []):
            run = one.play(*options)
            assert run.status == 0, run.output
        one.say(OWNER, "eigenplan_owner", TABLE)
        yield one
    finally:
        down(lab.folder, cache)


def test_second_run_and_dry_run_change_nothing(served: Served) -> None:
    runs = [served.play(), served.play("--check", "--diff")]
    name = served.host.plan.name
    assert [(one.status, one.recap(name)["changed"]) for one in runs] == [(0, 0), (0, 0)], runs[0].output


def test_role_does_nothing_where_bookings_are_kept_in_a_file(served: Served) -> None:
    run = served.play(database="sqlite")
    assert (run.status, run.recap(served.host.plan.name)["changed"]) == (0, 0)
    said = [INSTALL in one.output for one in (served.player.runs[1], run)]
    assert said == [True, False]


def test_worker_changes_rows_of_tables_that_the_owner_made(served: Served) -> None:
    for query in ("INSERT INTO tried (word) VALUES ('a')", "UPDATE tried SET word = 'b'"):
        served.say(WORKER, "eigenplan", query)
    assert served.say(WORKER, "eigenplan", "SELECT word FROM tried") == "b"
    assert served.say(WORKER, "eigenplan", "DELETE FROM tried") == "DELETE 1"


@pytest.mark.parametrize(
    ("query", "trouble"),
    [
        ("CREATE TABLE other (id int)", "permission denied for schema public"),
        ("CREATE TEMPORARY TABLE other (id int)", "permission denied to create temporary tables"),
        ("ALTER TABLE tried ADD COLUMN more int", "must be owner of table tried"),
        ("DROP TABLE tried", "must be owner of table tried"),
        ("TRUNCATE tried", "permission denied for table tried"),
        ("CREATE SCHEMA other", "permission denied for database eigenplan"),
        ("CREATE EXTENSION pg_trgm", "permission denied|is not available"),
        ("ALTER SYSTEM SET fsync = off", "permission denied|must be superuser"),
        ("COPY tried TO '/tmp/stolen'", "permission denied|must be superuser"),
    ],
)
def test_worker_may_do_no_more_than_change_rows(served: Served, query: str, trouble: str) -> None:
    done = served.ask(WORKER, "eigenplan", query)
    assert done.returncode == 1
    assert any(one in done.stderr for one in trouble.split("|")), done.stderr


@pytest.mark.parametrize(
    ("account", "role"),
    [
        (WORKER, "eigenplan_owner"),
        (WORKER, "postgres"),
        (OWNER, "eigenplan"),
        (OWNER, "postgres"),
        (STRANGER, "eigenplan"),
        (STRANGER, "postgres"),
    ],
)
def test_account_is_let_in_as_its_own_role_alone(served: Served, account: int, role: str) -> None:
    assert f'Peer authentication failed for user "{role}"' in served.ask(account, role, "SELECT 1").stderr


def test_role_is_let_into_no_other_database(served: Served) -> None:
    words = ["setpriv", f"--reuid={WORKER}", "--clear-groups", "psql", "-X", "--username=eigenplan", "postgres"]
    done = served.host.run(*words)
    assert "pg_hba.conf rejects connection" in done.stderr


def test_administrator_of_the_host_is_let_in_as_ever(served: Served) -> None:
    done = served.host.run("runuser", "-u", "postgres", "--", "psql", "-XAtc", "SELECT current_user")
    assert (done.returncode, done.stdout) == (0, "postgres\n")


def test_server_listens_on_no_address(served: Served) -> None:
    done = served.host.run("ss", "--listening", "--tcp", "--numeric", "--no-header")
    ports = {line.split()[3].rpartition(":")[2] for line in done.stdout.splitlines()}
    assert (done.returncode, ports & {"22", "5432"}) == (0, {"22"}), done.stdout


def test_what_was_committed_is_there_after_a_loss_of_power(served: Served) -> None:
    served.say(WORKER, "eigenplan", "INSERT INTO tried (word) VALUES ('kept')")
    served.host.power_cycle()
    assert served.say(WORKER, "eigenplan", "SELECT word FROM tried") == "kept"
    assert served.say(OWNER, "eigenplan_owner", "SHOW data_checksums") == "on"


def test_another_file_that_breaks_the_promise_is_named(served: Served) -> None:
    version = served.say(OWNER, "eigenplan_owner", "SHOW server_version").partition(".")[0]
    other = served.host.root / f"etc/postgresql/{version}/main/conf.d/zz.conf"
    other.write_text("fsync = off\n")
    served.host.run("systemctl", "reload", "postgresql")
    run = served.play()
    other.unlink()
    served.host.run("systemctl", "reload", "postgresql")
    assert (run.status, "not as promised: fsync. Look for another file" in run.sentence) == (2, True), run.output
    assert served.play().status == 0


def test_host_with_another_cluster_is_refused_by_name(served: Served) -> None:
    other = served.host.root / "etc/postgresql/14/main"
    other.mkdir(parents=True)
    (other / "postgresql.conf").touch()
    run = served.play()
    (other / "postgresql.conf").unlink()
    assert (run.status, run.recap(served.host.plan.name)["changed"]) == (2, 0)
    assert "(/etc/postgresql/14/main), and two cannot share one socket" in run.sentence

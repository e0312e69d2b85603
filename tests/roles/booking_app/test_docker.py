from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from eigenplan_host import cli
from eigenplan_host.host import Copying, Facts
from eigenplan_host.refusal import FailedError
from eigenplan_host.state import Deployed, State, load_state, save_state

from .world import World, image


def test_image_is_known_by_tag_and_by_number(world: World) -> None:
    world.know({"1.0-a": image("1.0-a")})
    names = ("1.0-a", "debian:trixie-slim", "sha256:1.0-a", "sha256:none", "none")
    assert [world.host.image_id(one) for one in names] == ["sha256:1.0-a", "sha256:base", "sha256:1.0-a", "", ""]


@pytest.mark.parametrize("service", ["web-a", "worker", "live"])
def test_container_gets_the_options_that_its_image_knows(world: World, service: str) -> None:
    name = service.replace("web", "slot")
    old = {"id": "sha256:o", "labels": {"eigenplan.options": "EIGENPLAN_OLDER,EIGENPLAN_OLD"}}
    world.know({name: old})
    world.host.prepare(service)
    assert (world.places.state / "options" / f"{name}.env").read_text() == "EIGENPLAN_OLD=1\n"
    assert (world.folder / "options").read_text() == f"{world.places.state}/options/{name}.env"


def test_options_are_read_from_the_label(world: World) -> None:
    told = {"id": "sha256:n", "labels": {"eigenplan.options": "EIGENPLAN_LIVE_URL,EIGENPLAN_DEMO"}}
    world.know({"1.0-a": image("1.0-a"), "1.0-b": told})
    assert world.host.options_of("sha256:n") == {"EIGENPLAN_LIVE_URL", "EIGENPLAN_DEMO"}
    assert world.host.options_of("eigenplan:1.0-a") == set()


def test_schema_is_read_from_the_label(world: World) -> None:
    world.know({"1.0-a": image("1.0-a", "7"), "foreign": {"id": "sha256:f", "labels": {}}})
    assert world.host.schema_of("eigenplan:1.0-a") == 7
    with pytest.raises(FailedError, match="none of Eigenplan's"):
        world.host.schema_of("eigenplan:foreign")


def test_migration_runs_as_the_owner_of_the_tables(world: World) -> None:
    world.host.migrate("task")
    assert world.changes() == [
        f"docker-compose --project-name eigenplan --file {world.places.settings}/compose.yml run --rm --no-deps "
        "--name=eigenplan-migration -T "
        "--user 821:820 -e EIGENPLAN_DATABASE_URL=postgresql:///x task database migrate [task]"
    ]


def test_migration_that_failed_goes_on_nowhere(world: World) -> None:
    """Compose may have been ended while its container, with Docker, is not."""
    world.know(broken="database migrate", running="eigenplan-migration")
    with pytest.raises(FailedError, match="no space left"):
        world.host.migrate("task")
    assert world.changes()[-1] == "docker rm --force eigenplan-migration"


SOCKET = "/var/run/postgresql"


@pytest.mark.parametrize(("database", "mounted"), [("sqlite", f" --volume {SOCKET}:{SOCKET}"), ("postgresql", "")])
def test_copy_into_postgresql_runs_as_the_owner_and_reaches_the_socket(
    world: World, database: str, mounted: str
) -> None:
    world.places = replace(world.places, postgresql=Path(SOCKET))
    world.settings = replace(world.settings, database=database)
    world.host.copy_database(Copying("sqlite:////mnt/a.db", "postgresql:///x", as_owner=True, folder="/lent"))
    assert world.changes() == [
        f"docker-compose --project-name eigenplan --file {world.places.settings}/compose.yml run --rm --no-deps "
        f"--name=eigenplan-migration -T --user 821:820{mounted} --volume /lent:/mnt task database copy "
        "sqlite:////mnt/a.db postgresql:///x [task]"
    ]


def test_copy_that_failed_goes_on_nowhere(world: World) -> None:
    world.know(broken="database copy", running="eigenplan-migration")
    with pytest.raises(FailedError, match="no space left"):
        world.host.copy_database(Copying("postgresql:///x", "sqlite:////var/lib/eigenplan/a.db"))
    assert world.changes()[-1] == "docker rm --force eigenplan-migration"


def test_task_at_a_terminal_gets_it(world: World) -> None:
    assert "-T" not in world.host.task(["administrator"], terminal=True)


def test_task_that_reads_files_sees_their_folder_and_cannot_change_it(world: World) -> None:
    words = world.host.task(["import-calendar", "a.ics"], folder="/srv/files")
    assert words[-7:] == ["--volume", "/srv/files:/mnt:ro", "--workdir", "/mnt", "task", "import-calendar", "a.ics"]


def test_container_is_made_anew_without_its_neighbours(world: World) -> None:
    world.host.prepare("web-b")
    assert world.changes()[0].endswith("up --no-start --no-build --no-deps --force-recreate web-b")


def test_container_is_started_and_stopped_by_its_unit(world: World) -> None:
    host = world.host
    host.start("web-b")
    host.stop("web-a")
    host.enable("worker", True)
    host.enable("live", False)
    assert world.changes() == [
        "systemctl start eigenplan-web@b.service",
        "systemctl stop eigenplan-web@a.service",
        "docker stop --time 40 eigenplan-web-a",
        "systemctl --quiet enable eigenplan-worker.service",
        "systemctl --quiet disable eigenplan-live.service",
    ]


def test_container_that_is_gone_is_made_before_it_is_started(world: World) -> None:
    world.host.start_container("web-a")
    world.host.start_container("worker")
    assert [call.split()[-1] for call in world.changes()] == ["eigenplan-web-a", "worker", "eigenplan-worker"]


@pytest.mark.parametrize(
    ("words", "did"),
    [
        ("live-up", ["up --no-start --no-build --no-deps --force-recreate live", "docker start eigenplan-live"]),
        ("worker-down", []),
    ],
)
def test_units_of_single_services_call_the_command(operated: World, words: str, did: list[str]) -> None:
    assert cli.main([words]) == 0
    calls = [call for call in operated.changes() if "tag" not in call]
    assert [call.endswith(end) for call, end in zip(calls, did, strict=True)] == [True] * len(did)


def test_facts_of_a_container(world: World) -> None:
    assert world.host.facts("web-a") == Facts(True, 2, "sha256:1.0-a", "2026-01-01T00:00:00Z")
    assert world.host.facts("web-b") == Facts()


def test_complaint_is_one_line(world: World) -> None:
    assert world.host.complaint("web-a") == "one | two |  | three"


def test_program_that_fails_is_quoted(world: World) -> None:
    world.know(broken="systemctl start")
    with pytest.raises(
        FailedError, match=r"systemctl start eigenplan-web@a\.service failed: first line \| no space left"
    ):
        world.host.start("web-a")


def test_program_that_is_missing_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(FailedError, match="docker is not installed"):
        world.host.tag("a", "b")


@pytest.fixture
def operated(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A host whose command works on the stubs."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(cli, "Places", lambda: world.places)
    (world.places.settings / "host.json").write_text('{"domain": "example.org"}')
    return world


def test_command_of_the_application_before_the_installation_is_refused(
    operated: World, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["database", "check"]) == 1
    assert capfd.readouterr().err == "eigenplan: Nothing is installed yet; run the playbook first.\n"


@pytest.mark.parametrize(
    ("words", "is_owner"),
    [
        (["database", "migrate"], True),
        (["database", "copy", "sqlite:////a.db", "postgresql:///x"], True),
        (["database", "copy", "postgresql:///x", "sqlite:////a.db"], False),
        (["database", "check"], False),
    ],
)
def test_command_that_tables_are_changed_by_runs_as_their_owner(words: list[str], is_owner: bool) -> None:
    assert cli._needs_owner(words) == is_owner


def test_move_of_a_bare_host_is_refused(operated: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["move", "postgresql"]) == 1
    assert "Nothing serves here, so there is nothing to move" in capfd.readouterr().err


def test_first_administrator_is_asked_for_once_it_worked(operated: World) -> None:
    save_state(operated.places.state, State("a", {"a": Deployed("1", "i", "", 4)}))
    operated.know(broken="task administrator")
    assert cli.main(["first-administrator", "ada@example.org", "Ada Example"]) == 1
    assert not load_state(operated.places.state).administrator_asked
    operated.know()
    assert cli.main(["first-administrator", "ada@example.org", "Ada Example"]) == 0
    assert operated.calls()[-1].endswith("-T task administrator ada@example.org Ada Example --link --if-none [task]")
    assert load_state(operated.places.state).administrator_asked


def test_command_that_is_not_there_is_named_and_no_inner_one(
    operated: World, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["frobnicate"])
    said = capfd.readouterr().err
    assert (ended.value.code, "slot-up" in said) == (2, False)
    assert said.endswith("eigenplan: error: there is no command frobnicate; sudo eigenplan --help lists them\n")


def test_rollback_without_a_release_before_is_refused(operated: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rollback"]) == 1
    assert "There is no release before the present one" in capfd.readouterr().err


def test_refresh_of_a_bare_host_is_refused(operated: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["refresh"]) == 1
    assert "Nothing is installed yet" in capfd.readouterr().err


def test_status_for_programs_is_json(operated: World, capfd: pytest.CaptureFixture[str]) -> None:
    operated.know({"1.0-a": image("1.0-a")})
    assert cli.main(["status", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["releases"], found["base"], found["state"]["active"]) == ({"1.0-a": "sha256:base"}, "sha256:base", "")


def test_terminal_that_is_lost_stops_nothing() -> None:
    code = "from eigenplan_host.cli import say; say('one'); say('two'); import sys; print('end', file=sys.stderr)"
    environ = {"PYTHONPATH": str(Path(cli.__file__).parents[1])}
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-c", code]
        done = subprocess.run(words, env=environ, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "end\n")


def test_logs_pass_their_options_to_the_journal(operated: World) -> None:
    code = "import os, sys; os.geteuid = lambda: 0; from eigenplan_host.cli import main; main(sys.argv[1:])"
    environ = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", code, "logs", "-n", "3"], env=environ, check=True, capture_output=True)
    fields = " + ".join(f"CONTAINER_NAME=eigenplan-{one}" for one in ("web-a", "web-b", "worker", "live"))
    assert operated.calls() == [f"journalctl -n 3 {fields}"]

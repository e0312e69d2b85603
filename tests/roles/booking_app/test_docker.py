from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from eigenplan_host import cli, images
from eigenplan_host.docker_host import DockerHost
from eigenplan_host.host import Facts
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import Places, Settings, Site
from eigenplan_host.state import Deployed, State, load_state, save_state

STUB = Path(__file__).with_name("stub_docker.py")
PROGRAMS = ("docker", "docker-compose", "systemctl", "journalctl")
BASE: dict[str, object] = {"id": "sha256:base", "labels": {}}


def image(release: str, schema: str = "4") -> dict[str, object]:
    labels = {"eigenplan.schema": schema, "org.opencontainers.image.revision": release, "eigenplan.base": "sha256:base"}
    return {"id": f"sha256:{release}", "labels": labels}


class World:
    """A host whose programs are stubs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.places = Places(folder / "etc", folder / "state", folder / "run", folder / "releases")
        for one in (self.places.settings, self.places.state, self.places.releases):
            one.mkdir()
        self.know()

    def know(
        self,
        tags: Mapping[str, object] | None = None,
        broken: str = "",
        running: str = "eigenplan-web-a",
        **others: object,
    ) -> None:
        container = {
            "Id": "c1",
            "Image": "sha256:1.0-a",
            "RestartCount": 2,
            "State": {"Running": True, "Restarting": False, "StartedAt": "2026-01-01T00:00:00Z"},
        }
        known = {"debian:trixie-slim": BASE, **{f"eigenplan:{tag}": one for tag, one in (tags or {}).items()}}
        about = {"images": known, "containers": {running: container}, "broken": broken}
        (self.folder / "world.json").write_text(json.dumps({"complaint": "no space left on device", **about, **others}))

    @property
    def host(self) -> DockerHost:
        return DockerHost(self.places, Settings("example.org", owner_url="postgresql:///x", build_megabytes=0))

    @property
    def site(self) -> Site:
        return Site(self.places, self.host.settings, self.host, self.said.append)

    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def changes(self) -> list[str]:
        """Return the calls that change something."""
        reading = (" ls ", " inspect ", " info ", "journalctl")
        return [call for call in self.calls() if not any(word in call for word in reading)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(STUB)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("STUB", str(tmp_path))
    return World(tmp_path)


def archive(world: World, name: str = "eigenplan-1.0-b-x86_64.tar") -> Path:
    path = world.folder / name
    (world.folder / "Dockerfile").write_text("FROM debian:trixie-slim\n")
    with tarfile.open(path, "w") as file:
        file.add(world.folder / "Dockerfile", "Dockerfile")
    return path


def test_image_is_known_by_tag_and_by_number(world: World) -> None:
    world.know({"1.0-a": image("1.0-a")})
    names = ("1.0-a", "debian:trixie-slim", "sha256:1.0-a", "sha256:none", "none")
    assert [world.host.image_id(one) for one in names] == ["sha256:1.0-a", "sha256:base", "sha256:1.0-a", "", ""]


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
        "--user 821:821 -e EIGENPLAN_DATABASE_URL=postgresql:///x task database migrate [task]"
    ]


def test_migration_that_failed_goes_on_nowhere(world: World) -> None:
    """Compose may have been ended while its container, with Docker, is not."""
    world.know(broken="database migrate", running="eigenplan-migration")
    with pytest.raises(FailedError, match="no space left"):
        world.host.migrate("task")
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
    assert world.changes() == [
        "systemctl start eigenplan-web@b.service",
        "systemctl stop eigenplan-web@a.service",
        "docker stop --time 40 eigenplan-web-a",
        "systemctl --quiet enable eigenplan-worker.service",
    ]


def test_container_that_is_gone_is_made_before_it_is_started(world: World) -> None:
    world.host.start_container("web-a")
    world.host.start_container("worker")
    assert [call.split()[-1] for call in world.changes()] == ["eigenplan-web-a", "worker", "eigenplan-worker"]


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


def test_build_on_an_imported_base_fetches_nothing(world: World) -> None:
    images.import_base(world.site, archive(world), "abc")
    fetch_through(world, http_proxy="http://proxy.test:3128", PACKAGE_MIRROR="http://mirror.test/debian")
    before = len(world.changes())
    assert images.build(world.site, archive(world)) == "1.0-b"
    folder = world.places.releases / "1.0-b"
    assert (folder / "Dockerfile").read_text() == "FROM debian:trixie-slim\n"
    options = "docker build --quiet --force-rm --network=none"
    assert world.changes()[before:] == [
        f"{options} --target=build --tag=eigenplan:build {folder}",
        f"{options} --label=eigenplan.base=sha256:base --tag=eigenplan:1.0-b {folder}",
    ]


def test_build_on_the_registry_s_base_takes_the_newest_of_all(world: World) -> None:
    world.know(newer="sha256:newer")
    assert images.build(world.site, archive(world)) == "1.0-b"
    folder = world.places.releases / "1.0-b"
    options = "docker build --quiet --force-rm"
    assert world.changes() == [
        "docker pull --quiet debian:trixie-slim",
        f"{options} --no-cache --target=build --tag=eigenplan:build {folder}",
        f"{options} --label=eigenplan.base=sha256:newer --tag=eigenplan:1.0-b {folder}",
    ]


def test_build_without_a_registry_takes_the_base_that_is_here_and_says_so(world: World) -> None:
    world.know(broken="docker pull")
    assert images.build(world.site, archive(world)) == "1.0-b"
    assert [text for text in world.said if "may lack updates" in text] == [
        "debian:trixie-slim was not pulled, so the image is built on the one that is here and may lack updates: "
        "docker pull --quiet failed: first line | no space left on device"
    ]


def test_build_without_a_registry_and_a_base_says_what_to_do(world: World) -> None:
    world.know(broken="docker pull", images={})
    with pytest.raises(FailedError, match=r"was not pulled; .* or run the playbook with booking_app_base_archive"):
        images.build(world.site, archive(world))
    assert [call for call in world.changes() if "build" in call] == []


def fetch_through(world: World, **given: str) -> None:
    """Let builds fetch through something."""
    (world.places.settings / "build.json").write_text(json.dumps(given))


PROXY = "http://eva:s3s%40me@proxy.test:3128"


def test_build_gets_proxy_and_mirrors_where_nobody_sees_them(world: World) -> None:
    given = {
        "http_proxy": PROXY,
        "https_proxy": PROXY,
        "no_proxy": "localhost,.test",
        "PACKAGE_MIRROR": "http://mirror.test/debian",
    }
    fetch_through(world, **given, PACKAGE_SECURITY_MIRROR="")
    images.build(world.site, archive(world))
    builds = [call for call in world.calls() if call.startswith("docker build")]
    named = [[word for word in call.split() if "build-arg" in word] for call in builds]
    assert named == [[f"--build-arg={name}" for name in given]] * 2
    assert json.loads((world.folder / "environ").read_text()) == given
    assert "s3s" not in "".join([*world.calls(), *world.said])


@pytest.mark.parametrize("said", [f"cannot reach {PROXY}", "407 for eva:s3s@me", "407 for s3s%40me"])
@pytest.mark.parametrize("step", ["docker pull", "docker build"])
def test_password_of_a_proxy_is_in_no_complaint(world: World, step: str, said: str) -> None:
    base = {"debian:trixie-slim": BASE} if step == "docker build" else {}
    world.know(broken=step, complaint=said, images=base)
    fetch_through(world, http_proxy=PROXY)
    with pytest.raises(FailedError, match=r"\[hidden\]") as error:
        images.build(world.site, archive(world))
    assert "s3s" not in str(error.value)


def test_settings_of_builds_that_are_damaged_are_refused(world: World) -> None:
    (world.places.settings / "build.json").write_text("[]")
    with pytest.raises(RefusedError, match=r"build\.json cannot be read"):
        images.build(world.site, archive(world))


def test_release_is_built_once_more_on_the_newest_base(world: World) -> None:
    (world.places.releases / "1.0-b").mkdir()
    images.rebuild(world.site, "1.0-b")
    steps = [call.split(" --")[0] for call in world.changes()]
    assert (steps, "--no-cache" in world.changes()[1]) == (["docker pull", "docker build", "docker build"], True)


def test_release_is_not_built_once_more_on_nothing_newer(world: World) -> None:
    with pytest.raises(RefusedError, match="newer booking_app_image_archive"):
        images.rebuild(world.site, "1.0-b")
    (world.places.releases / "1.0-b").mkdir()
    world.know(broken="docker pull")
    with pytest.raises(FailedError, match="was not pulled; what runs is not touched"):
        images.rebuild(world.site, "1.0-b")
    world.know()
    images.import_base(world.site, archive(world), "abc")
    with pytest.raises(RefusedError, match="newer booking_app_base_archive"):
        images.rebuild(world.site, "1.0-b")
    assert [call for call in world.changes() if call.startswith("docker build")] == []


def test_base_that_was_replaced_goes_once_nothing_is_built_on_it(world: World) -> None:
    save_state(world.places.state, State())
    world.know(newer="sha256:newer")
    images.build(world.site, archive(world))
    assert images.archives(world.site)["replaced"] == ["sha256:base"]
    old = {"old": {"id": "sha256:base", "labels": {}}}
    world.know(old, broken="docker image rm sha256:base")
    images.prune(world.site)
    assert images.archives(world.site)["replaced"] == ["sha256:base"]
    world.know(old)
    images.prune(world.site)
    assert (images.archives(world.site)["replaced"], world.changes()[-1]) == ([], "docker image rm sha256:base")


def test_build_that_fails_says_why_and_leaves_no_image(world: World) -> None:
    world.know(broken="docker build")
    with pytest.raises(FailedError, match=r"was not built; what runs is not touched.*no space left on device"):
        images.build(world.site, archive(world))


def test_build_of_a_foreign_archive_is_refused(world: World) -> None:
    with pytest.raises(RefusedError, match="not named as"):
        images.build(world.site, archive(world, "other.tar"))


@pytest.mark.parametrize("release", ["slot-a", "x1.0"])
def test_release_that_begins_with_no_digit_is_refused(world: World, release: str) -> None:
    with pytest.raises(RefusedError, match=f"this one is called {release};"):
        images.build(world.site, archive(world, f"eigenplan-{release}-x86_64.tar"))
    world.know({"slot-a": image(release)})
    with pytest.raises(RefusedError, match=f"this one is called {release};"):
        images.load(world.site, archive(world), "abc")
    assert [call for call in world.changes() if not call.startswith("docker load")] == []


def test_build_without_room_is_refused(world: World) -> None:
    settings = replace(world.host.settings, build_megabytes=10**9)
    with pytest.raises(RefusedError, match="MB free and this needs 1000000000 MB"):
        images.build(replace(world.site, settings=settings), archive(world))
    assert world.changes() == []


def test_base_is_imported_and_remembered(world: World) -> None:
    images.import_base(world.site, archive(world), "abc")
    assert images.archives(world.site) == {"base": {"archive": "abc", "image": "sha256:base"}}


def test_finished_image_is_loaded_and_remembered(world: World) -> None:
    world.know({"slot-a": image("1.0-c")})
    assert images.load(world.site, archive(world), "abc") == "1.0-c"
    assert images.archives(world.site) == {"loaded": {"abc": "1.0-c"}}
    assert world.changes()[-1] == "docker tag eigenplan:slot-a eigenplan:1.0-c"


def test_finished_image_of_another_program_is_refused(world: World) -> None:
    world.know({"slot-a": {"id": "sha256:f", "labels": {}}})
    with pytest.raises(FailedError, match="none of Eigenplan's"):
        images.load(world.site, archive(world), "abc")


def test_releases_are_the_tags_that_are_versions(world: World) -> None:
    world.know({"1.0-a": image("1.0-a"), "slot-a": image("1.0-a"), "worker": image("1.0-a")})
    assert images.releases(world.site) == {"1.0-a": "sha256:base"}


def test_prune_keeps_the_present_release_and_the_one_before(world: World) -> None:
    world.know({f"1.0-{one}": image(f"1.0-{one}") for one in "abc"})
    for one in "abc":
        (world.places.releases / f"1.0-{one}").mkdir()
    kept = {one: Deployed(f"1.0-{one}", f"sha256:{one}", "", 4) for one in "bc"}
    save_state(world.places.state, State("a", {"a": kept["c"]}, kept["c"], kept["b"]))
    images.prune(world.site)
    assert world.changes() == [
        "docker image rm eigenplan:1.0-a",
        "docker image prune --force --filter=label=org.opencontainers.image.title=Eigenplan",
    ]
    assert sorted(one.name for one in world.places.releases.iterdir()) == ["1.0-b", "1.0-c"]


def test_prune_that_docker_refuses_spoils_no_update(world: World) -> None:
    save_state(world.places.state, State())
    world.know(broken="image prune", complaint="a prune operation is already running")
    images.prune(world.site)
    assert world.said[-1].endswith(
        "stays for now: docker image prune failed: first line | a prune operation is already running"
    )


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


def test_first_administrator_is_asked_for_once_it_worked(operated: World) -> None:
    save_state(operated.places.state, State("a", {"a": Deployed("1", "i", "", 4)}))
    operated.know(broken="task administrator")
    assert cli.main(["first-administrator", "ada@example.org", "Ada Example"]) == 1
    assert not load_state(operated.places.state).administrator_asked
    operated.know()
    assert cli.main(["first-administrator", "ada@example.org", "Ada Example"]) == 0
    assert operated.calls()[-1].endswith("-T task administrator ada@example.org Ada Example --link --if-none [task]")
    assert load_state(operated.places.state).administrator_asked


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
    fields = " + ".join(f"CONTAINER_NAME=eigenplan-{one}" for one in ("web-a", "web-b", "worker"))
    assert operated.calls() == [f"journalctl -n 3 {fields}"]

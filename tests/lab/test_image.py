"""The image: built on a real host from a release, looked at from all sides, run with no rights at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.commands.release import make_release, releases_folder
from tests.lab.base_image import BARE_IMAGE, BASE_IMAGE
from tests.lab.base_system import BaseCache
from tests.lab.folder import LabFolder
from tests.lab.host import ROOT
from tests.lab.image import FOLDER, NAME, PORT, ImageOnHost, architecture
from tests.lab.lab import down, up
from tests.lab.machine import LabError, wait_until
from tests.lab.state import HostPlan

pytestmark = pytest.mark.lab

MEGABYTE = 1_000_000
LARGEST = 250 * MEGABYTE
DOCKER = ("docker.io", "docker-cli", "iptables")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of the image."""

    kind: str
    mode: int
    owner: int
    path: str


@pytest.fixture(scope="module")
def image(cache: BaseCache, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageOnHost]:
    """A host of its own, as Docker changes one for good."""
    folder = LabFolder(tmp_path_factory.mktemp("image") / "lab")
    release = make_release(ROOT, architecture(), releases_folder(os.environ))
    lab = up(folder, cache, [HostPlan("debian13", "trixie", packages=DOCKER)], print)
    try:
        built = ImageOnHost(lab.host("debian13"))
        built.build(cache.obtain(BASE_IMAGE, print), release)
        yield built
    finally:
        down(folder, cache)


@pytest.fixture(scope="module")
def entries(image: ImageOnHost) -> list[Entry]:
    """All that is in the image."""
    found = image.inside("find", "/", "-xdev", "-printf", r"%y %m %U %p\n").splitlines()
    fields = [line.split(" ", 3) for line in found]
    return [Entry(kind, int(mode, 8), int(owner), path) for kind, mode, owner, path in fields]


@pytest.fixture(scope="module")
def running(image: ImageOnHost) -> ImageOnHost:
    """The site: migrated, then web processes and a worker, until Docker finds both healthy."""
    image.once("database", "migrate")
    image.start("web")
    image.start("worker", "worker")
    names = ("web", "worker")
    wait_until(lambda: all(health(image, one) != "starting" for one in names), 60.0, "The site does not get ready.")
    return image


def health(image: ImageOnHost, name: str) -> str:
    """What Docker says of a container's health."""
    status: str = image.inspect(name)["State"]["Health"]["Status"]
    return status


def ask(image: ImageOnHost, path: str) -> str:
    """What the site answers on the host's own port."""
    return image.do("curl", "--silent", "--fail-with-body", f"http://127.0.0.1:{PORT}{path}")


def test_image_is_small(image: ImageOnHost) -> None:
    assert image.inspect(NAME, "image")["Size"] < LARGEST


def test_image_says_what_it_is(image: ImageOnHost) -> None:
    facts = json.loads(image.do("cat", f"{FOLDER}/release/release.json"))
    config = image.inspect(NAME, "image")["Config"]
    labels = config["Labels"]
    names = [f"org.opencontainers.image.{one}" for one in ("title", "version", "revision", "licenses")]
    assert [labels[one] for one in names] == ["Eigenplan", facts["version"], facts["id"], "Apache-2.0"]
    assert labels["eigenplan.schema"] == facts["schema"]
    assert [config["User"], list(config["ExposedPorts"]), config.get("Volumes")] == ["820:820", ["8000/tcp"], None]


def test_image_holds_no_secret_no_test_and_no_leftover(entries: list[Entry]) -> None:
    ours = r"/opt/eigenplan/.*(/tests?|\.(env|key|pem|db))$"
    unwanted = re.compile(rf"{ours}|^/build/|^/tmp/.|^/var/lib/apt/lists/.*Packages|^/var/cache/apt/.*\.bin")
    assert [one.path for one in entries if unwanted.search(one.path)] == []


def test_image_gives_its_user_nothing_to_write_and_nobody_more_rights(entries: list[Entry]) -> None:
    own = [one.path for one in entries if one.owner != 0 and one.path.startswith(("/opt", "/var/lib/eigenplan"))]
    open_to_all = [one.path for one in entries if one.kind == "f" and one.mode & 0o002]
    gaining = [one.path for one in entries if one.kind == "f" and one.mode & 0o6000]
    assert (own, open_to_all, gaining) == (["/var/lib/eigenplan"], [], [])


def test_image_has_bytecode_of_every_module_and_of_nothing_else(entries: list[Entry]) -> None:
    files = {one.path for one in entries if one.path.startswith("/opt/eigenplan/app/")}
    compiled = {
        re.sub(r"__pycache__/([^/]+)\.cpython-313\.pyc$", r"\1.py", one) for one in files if one.endswith("pyc")
    }
    assert compiled == {one for one in files if one.endswith(".py")}


def test_image_lists_exactly_what_it_is_made_of(image: ImageOnHost) -> None:
    listed = json.loads(image.inside("cat", "/opt/eigenplan/sbom.cdx.json"))
    parts = {(one["purl"].partition("/")[0], one["name"], one["version"]) for one in listed["components"]}
    debian = image.inside("dpkg-query", "--show", "--showformat=${Package} ${Version}\n").splitlines()
    locked = re.findall(r"^([a-z0-9.-]+)==(\S+)(.*)", (ROOT / "requirements/runtime.txt").read_text(), re.MULTILINE)
    npm = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert parts == {
        *(("pkg:deb", *line.split()) for line in debian),
        *(("pkg:pypi", name, version) for name, version, marker in locked if "< '3.13'" not in marker),
        *(("pkg:npm", place.removeprefix("node_modules/"), one["version"]) for place, one in npm.items() if place),
    }


def test_site_is_healthy_without_any_rights(running: ImageOnHost) -> None:
    assert {name: health(running, name) for name in ("web", "worker")} == {"web": "healthy", "worker": "healthy"}
    assert [ask(running, "/healthz"), ask(running, "/readyz")] == ["alive\n", "ready\n"]
    rights = running.docker("exec", "web", "grep", "-E", "^(CapEff|CapBnd|NoNewPrivs|Uid)", "/proc/1/status")
    none = "0" * 16
    assert rights.split() == ["Uid:", *["820"] * 4, "CapEff:", none, "CapBnd:", none, "NoNewPrivs:", "1"]


def test_site_says_nothing_odd_while_it_starts(running: ImageOnHost) -> None:
    said = running.do("sh", "-c", "docker logs web 2>&1; docker logs worker 2>&1")
    assert [line for line in said.splitlines() if re.search("(?i)warn|error|traceback|denied|read-only", line)] == []


def test_site_has_as_many_processes_as_it_is_told(running: ImageOnHost) -> None:
    children = running.docker("exec", "web", "cat", "/proc/1/task/1/children").split()
    assert len(children) == 2


def test_site_that_stops_answering_is_ill(running: ImageOnHost) -> None:
    check = ("exec", "web", "/opt/eigenplan/venv/bin/python", "-I", "-S", "/opt/eigenplan/health.py")
    assert running.docker(*check) == "healthy\n"
    running.docker("exec", "web", "sh", "-c", "kill -STOP $(cat /proc/1/task/1/children)")
    stuck = running.host.run("docker", *check)
    running.docker("exec", "web", "sh", "-c", "kill -CONT $(cat /proc/1/task/1/children)")
    assert (stuck.returncode, stuck.stdout) == (1, "/healthz does not answer: timed out\n")


def test_site_ends_by_itself_when_asked(running: ImageOnHost) -> None:
    for name in ("web", "worker"):
        running.docker("stop", "--time=30", name)
    states = [running.inspect(name)["State"] for name in ("web", "worker")]
    assert [(one["ExitCode"], one["OOMKilled"]) for one in states] == [(0, False), (0, False)]


def test_commands_are_those_of_an_installation(image: ImageOnHost) -> None:
    offered = re.findall(r"^  ([a-z-]+)  ", image.once("--help"), re.MULTILINE)
    assert {"database", "web", "worker"} <= set(offered)
    assert set(offered) & {"bench", "deploy", "lab", "release", "test"} == set()


@pytest.mark.slow
def test_image_from_a_base_without_python_installs_it(image: ImageOnHost, cache: BaseCache) -> None:
    image.use_base(cache.obtain(BARE_IMAGE, print))
    with pytest.raises(LabError, match="failed: "):
        image.build_image("eigenplan:offline", "--network=none")
    image.build_image("eigenplan:online")
    assert image.docker("image", "ls", "--format={{.Tag}}", "eigenplan").split() == ["online", "tried"]
    assert image.inspect("eigenplan:online", "image")["Size"] < LARGEST
    assert image.docker("run", "--rm", "--read-only", "eigenplan:online", "web", "--help").startswith("Usage: ")

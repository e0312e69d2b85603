from __future__ import annotations

import json
from dataclasses import replace

import pytest
from eigenplan_host import images
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.state import Deployed, State, save_state

from .world import BASE, World, archive, image


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

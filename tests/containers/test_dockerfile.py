"""Rules of the Dockerfile: what old builders understand, and what keeps the image small and its processes harmless."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from app.commands.release import complete
from app.commands.release_files import our_files
from tests.static.sizes import ROOT

RECIPE = (ROOT / "containers" / "eigenplan" / "Dockerfile").read_text()
FACTS = {"id": "7.1-abc", "version": "7.1", "schema": "4", "options": "EIGENPLAN_DEMO"}


def instructions(recipe: str = RECIPE) -> list[tuple[str, str]]:
    """Its instructions, each on one line, without comments."""
    lines = "\n".join(line for line in recipe.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\s*\\\n\s*", " ", lines)
    found = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(word, rest) for word, _, rest in found]


def values(word: str) -> list[str]:
    """What follows every use of an instruction."""
    return [rest for each, rest in instructions() if each == word]


def test_only_instructions_of_old_builders_are_used() -> None:
    known = {
        "FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
        "ARG", "LABEL",
    }  # fmt: skip
    assert {word for word, _ in instructions()} == known
    assert [
        rest for word, rest in instructions() if "<<" in rest or re.search(r"--(mount|chmod|link|network)", rest)
    ] == []


def test_nothing_comes_from_anywhere_but_debian_and_the_release() -> None:
    assert values("FROM") == ["debian:trixie-slim AS base", "base AS build", "base"]
    assert set(re.findall(r"curl|wget|https?://[^/]*|git ", " ".join(values("RUN")))) == {"http://deb.debian.org"}


def test_packages_are_installed_only_where_the_base_lacks_them() -> None:
    first = values("RUN")[0]
    guard = "if ! { [ -x /usr/bin/python3 ] && [ -s /etc/ssl/certs/ca-certificates.crt ]; }; then options= sources= "
    assert (first.startswith(guard), sum("apt-get" in one for one in values("RUN"))) == (True, 1)


def installed(folder: Path, **mirrors: str) -> tuple[list[str], str]:
    """What apt is called with on a base without Python, and the sources that are made for it, by the shell itself."""
    script = values("RUN")[0].partition("&& find ")[0].replace("/usr/bin/python3", "/nonexistent")
    for name, says in {"apt-get": "", "rm": "", "mktemp": f"{folder}/mirrors.sources"}.items():
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {folder}/calls\necho {says}\n')
        (folder / name).chmod(0o755)
    words = ["/bin/sh", "-e", "-c", script.rstrip()]
    subprocess.run(words, env={"PATH": str(folder), **mirrors}, check=True)
    made = folder / "mirrors.sources"
    calls = (folder / "calls").read_text().splitlines()
    return [one for one in calls if one.startswith("apt-get")], made.read_text() if made.exists() else ""


def test_packages_come_from_the_base_s_own_sources_where_no_mirror_is_given(tmp_path: Path) -> None:
    calls = ["apt-get update", "apt-get install --yes --no-install-recommends ca-certificates python3"]
    assert installed(tmp_path) == (calls, "")


@pytest.mark.parametrize(
    ("mirror", "security", "addresses"),
    [
        ("http://m.test/debian", "", ["http://m.test/debian", "http://deb.debian.org/debian-security"]),
        ("", "http://m.test/s", ["http://deb.debian.org/debian", "http://m.test/s"]),
        ("http://m.test/d%20", "http://m.test/s", ["http://m.test/d%20", "http://m.test/s"]),
    ],
)
def test_packages_come_from_mirrors_alone_where_they_are_given(
    tmp_path: Path, mirror: str, security: str, addresses: list[str]
) -> None:
    calls, sources = installed(tmp_path, PACKAGE_MIRROR=mirror, PACKAGE_SECURITY_MIRROR=security)
    only = f"-o Dir::Etc::SourceList={tmp_path}/mirrors.sources -o Dir::Etc::SourceParts=-"
    assert [only in call for call in calls] == [True, True]
    assert re.findall(r"^URIs: (.*)$", sources, re.MULTILINE) == addresses
    assert re.findall(r"^Suites: (.*)$", sources, re.MULTILINE) == ["trixie trixie-updates", "trixie-security"]
    assert sources.count("Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n") == 2


def test_proxy_of_a_build_is_kept_out_of_the_image_s_history() -> None:
    """Docker does so by itself with what it knows as proxies, unless a recipe declares them."""
    named = [rest for word in ("ARG", "ENV", "LABEL") for rest in values(word) if re.search("(?i)proxy", rest)]
    assert named == []


def test_wheels_are_installed_by_their_hashes_alone() -> None:
    [install] = [one for one in values("RUN") if " install " in one and "pip" in one]
    wanted = ("--no-index", "--require-hashes", "--only-binary :all:", "--no-cache-dir")
    assert [one for one in wanted if one not in install] == []


def test_processes_are_the_service_user_from_the_last_stage_on() -> None:
    last = instructions()[[word for word, _ in instructions()].index("USER") :]
    assert (values("USER"), [word for word, _ in last if word in {"RUN", "COPY"}]) == (["820:820"], [])


def test_programs_are_started_without_a_shell() -> None:
    check = values("HEALTHCHECK")[0].partition(" CMD ")[2]
    started = [json.loads(each) for each in (*values("ENTRYPOINT"), *values("CMD"), check)]
    python = "/opt/eigenplan/venv/bin/python"
    assert started == [
        [python, "-m", "app.commands"],
        ["web", "--bind", "0.0.0.0:8000"],
        [python, "-I", "-S", "/opt/eigenplan/health.py"],
    ]


def test_no_secret_has_a_place_in_it() -> None:
    assert [rest for rest in (*values("ENV"), *values("ARG")) if re.search("(?i)secret|password|key|token", rest)] == []


@pytest.mark.parametrize(
    "source", sorted({one for rest in values("COPY") for one in rest.split()[:-1]} - {"--from=build"})
)
def test_every_file_it_copies_is_in_the_release(source: str) -> None:
    places = [*complete(our_files(ROOT), FACTS), "wheels/one.whl"]
    own = source.startswith("/opt/eigenplan/")  # from the stage before
    assert own or any(one == source or (one.startswith(source) and source.endswith("/")) for one in places)


def test_labels_say_what_the_release_is() -> None:
    recipe = complete(our_files(ROOT), FACTS)["Dockerfile"].decode()
    filled = dict(rest.split("=") for word, rest in instructions(recipe) if word == "ARG" and "MIRROR" not in rest)
    assert filled == {"VERSION": "7.1", "RELEASE": "7.1-abc", "SCHEMA": "4", "OPTIONS": "EIGENPLAN_DEMO"}
    labels = dict(re.findall(r'([a-z.]+)="([^"]*)"', values("LABEL")[-1]))
    assert labels == {
        "org.opencontainers.image.title": "Eigenplan",
        "org.opencontainers.image.description": "The booking system that an organisation owns",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.base.name": "debian:trixie-slim",
        "org.opencontainers.image.version": "${VERSION}",
        "org.opencontainers.image.revision": "${RELEASE}",
        "eigenplan.schema": "${SCHEMA}",
        "eigenplan.options": "${OPTIONS}",
        "eigenplan.sbom": "/opt/eigenplan/sbom.cdx.json",
    }

"""The server's settings, as the role writes them: understood by a real server, and saying what is promised."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.static.sizes import ROOT

ROLE = ROOT / "roles/postgresql"
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def values() -> dict[str, object]:
    files = (ROLE / "defaults/main.yml", ROLE / "vars/main.yml")
    found = {key: value for one in files for key, value in yaml.safe_load(one.read_text()).items()}
    return {**found, "ansible_managed": "Ansible managed"}


def render() -> str:
    environment = Environment(  # noqa: S701 - settings, not HTML
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("eigenplan.conf.j2").render(values())


def settings() -> dict[str, str]:
    lines = [line.split(" = ", 1) for line in render().splitlines() if line and not line.startswith("#")]
    return {name.lower(): value.strip("'") for name, value in lines}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    one = tmp_path / "eigenplan.conf"
    one.write_text(render())
    return one


def ask(file: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Let a server read only this file, and say how it takes a setting; this it does for root, too."""
    words = [str(SERVERS[-1]), "-C", name, "-D", str(file.parent), f"--config-file={file}"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not SERVERS, reason="No PostgreSQL server is installed here; as root: apt install postgresql")
@pytest.mark.parametrize(
    ("name", "value"),
    [("listen_addresses", ""), ("fsync", "on"), ("log_error_verbosity", "terse"), ("shared_buffers", "131072")],
)
def test_setting_is_taken_by_the_server(file: Path, name: str, value: str) -> None:
    done = ask(file, name)
    assert (done.stdout.strip(), done.returncode) == (value, 0)


@pytest.mark.skipif(not SERVERS, reason="No PostgreSQL server is installed here; as root: apt install postgresql")
@pytest.mark.parametrize("line", ["fsynk = on", "shared_buffers = plenty", "max_connections = 0"])
def test_setting_that_is_wrong_is_refused_before_it_lands(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text()}{line}\n")
    assert ask(file, "max_connections").returncode != 0


def test_what_is_promised_is_written_down() -> None:
    promised = yaml.safe_load((ROLE / "vars/main.yml").read_text())["__postgresql_promised"]
    of_the_cluster = {"data_checksums", "server_encoding"}
    plain = {name: value for name, value in promised.items() if name not in of_the_cluster and "{{" not in value}
    assert {name: settings()[name.lower()] for name in plain} == plain


def test_no_row_of_a_client_gets_into_a_log() -> None:
    names = (
        "log_statement",
        "log_min_error_statement",
        "log_parameter_max_length",
        "log_parameter_max_length_on_error",
    )
    assert [settings()[name] for name in names] == ["none", "panic", "0", "0"]


def test_server_keeps_a_connection_for_each_process_of_two_slots() -> None:
    processes_of_a_slot = 9
    assert int(settings()["max_connections"]) >= 2 * processes_of_a_slot + 10

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from eigenplan_host import cli, slots, units
from eigenplan_host.fingerprint import fingerprint
from eigenplan_host.lock import locked
from eigenplan_host.probes import ask, find_fault
from eigenplan_host.refusal import RefusedError
from eigenplan_host.site import LIVE, Places, load_settings
from eigenplan_host.site_key import make_key, make_master_key
from eigenplan_host.state import Deployed, State, load_state, save_state
from eigenplan_host.status import facts_of_state, rows, table
from eigenplan_host.update import update

from app.crypto.master import read_master_key

from .thread_host import Image, ThreadHost, free_port
from .updating import bare_host, shut_down, write_settings

ONE = Deployed("0.1.0-one", "sha256:1", "c", 4, 1_795_564_800)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ThreadHost]:
    host = bare_host(tmp_path)
    update(host.site(), "one")
    yield host
    shut_down(host)


def test_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    state = State("b", {"a": ONE, "b": ONE}, ONE, None, administrator_asked=True, live=ONE)
    save_state(tmp_path, state)
    assert load_state(tmp_path) == state


def test_state_of_a_bare_host_is_empty(tmp_path: Path) -> None:
    assert load_state(tmp_path) == State()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"active": "a", "web": {"a": {"x": 1}}}'])
def test_state_that_is_damaged_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(RefusedError, match=r"state\.json cannot be read"):
        load_state(tmp_path)


def test_slot_of_a_damaged_state_does_not_serve(host: ThreadHost) -> None:
    site = host.site()
    host.stop("web-a")
    (site.places.state / "state.json").write_text("{")
    with pytest.raises(RefusedError):
        units.slot_up(site, "a")
    assert (slots.is_serving(site, "a"), host.serving()) == (False, "")


def test_settings_that_are_missing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="run the playbook again"):
        load_settings(Places(tmp_path))


def test_settings_of_a_newer_role_are_read_as_far_as_known(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text(json.dumps({"domain": "example.org", "port_b": 9002, "news": 1}))
    assert load_settings(Places(tmp_path)).port("b") == 9002


def _try(folder: Path, answer: multiprocessing.SimpleQueue[str]) -> None:
    try:
        with locked(folder):
            answer.put("locked")
    except RefusedError as error:
        answer.put(str(error))


def second(folder: Path) -> str:
    answer: multiprocessing.SimpleQueue[str] = multiprocessing.SimpleQueue()
    process = multiprocessing.Process(target=_try, args=(folder, answer))
    process.start()
    process.join()
    return answer.get()


def test_lock_refuses_the_second_and_names_the_first(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert f"(process {os.getpid()})" in second(tmp_path)
    assert second(tmp_path) == "locked"


def test_key_is_made_once_for_its_account_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    make_key(path, os.getuid())
    first = path.read_text()
    make_key(path, os.getuid())
    assert (len(bytes.fromhex(first)), path.read_text(), path.stat().st_mode & 0o777) == (32, first, 0o400)


def test_key_of_a_run_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("half")
    make_key(tmp_path / "secret_key", os.getuid())
    assert len((tmp_path / "secret_key").read_text()) == 65


def test_master_key_is_made_once_for_a_group_in_the_form_that_the_program_reads(tmp_path: Path) -> None:
    path = tmp_path / "master_key"
    make_master_key(path, os.getgid())
    first = path.read_text()
    make_master_key(path, os.getgid())
    assert (path.read_text(), path.stat().st_mode & 0o777) == (first, 0o440)
    assert read_master_key(first).text == first.strip()


@pytest.mark.parametrize("name", ["compose.yml", "eigenplan.env", "secrets/smtp_password", "secrets/secret_key"])
def test_fingerprint_changes_with_each_file(tmp_path: Path, name: str) -> None:
    places = Places(tmp_path)
    write_settings(places)
    (tmp_path / "secrets/smtp_password").write_text("a")
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (tmp_path / name).write_text("other")
    assert fingerprint(tmp_path) != before


def test_page_of_nobody_has_no_answer() -> None:
    answer = ask(free_port(), "/", "example.org")
    assert (answer.status, answer.is_good) == (0, False)
    assert "refused" in answer.reason


def test_pages_without_a_fault(host: ThreadHost) -> None:
    assert find_fault(host.ports["a"], "example.org") == ""


@pytest.mark.parametrize(
    ("manner", "fault"), [("error-500", "/ answers 500"), ("error-500-behind", "/book/x?a=1&b=2 answers 500")]
)
def test_pages_with_a_fault_are_named(host: ThreadHost, manner: str, fault: str) -> None:
    host.containers["web-a"].image = Image("bad", manner)
    host.stop_container("web-a")
    host.start_container("web-a")
    assert find_fault(host.ports["a"], "example.org") == fault


def test_status_shows_each_service(host: ThreadHost) -> None:
    assert [(row.service, row.release, row.role, row.health) for row in rows(host.site())] == [
        ("web-a", "one", "active", "ready"),
        ("web-b", "-", "idle", "stopped"),
        ("worker", "one", "active", "running"),
        ("live", "one", "active", "ready"),
    ]


def test_status_of_a_slot_that_is_down_is_not_good(host: ThreadHost) -> None:
    host.stop("web-a")
    assert [row.is_good for row in rows(host.site())] == [False, True, True, True]


def test_status_of_a_live_process_that_is_down_or_sees_nothing_is_not_good(host: ThreadHost) -> None:
    host.stop_container(LIVE)
    stopped = rows(host.site())[3]
    host.containers[LIVE].image = Image("one", "live-blind")
    host.start_container(LIVE)
    blind = rows(host.site())[3]
    assert [(row.role, row.health, row.is_good) for row in (stopped, blind)] == [
        ("active", "stopped", False),
        ("active", "The database is locked.", False),
    ]


def test_status_of_a_live_process_that_is_not_wanted_is_good_once_it_has_ended(host: ThreadHost) -> None:
    host.live = False
    left = rows(host.site())[3]
    update(host.site())
    ended = rows(host.site())[3]
    assert [(row.role, row.health, row.is_good) for row in (left, ended)] == [
        ("left over", "ready; end it: sudo eigenplan update", False),
        ("off", "stopped", True),
    ]


def test_status_of_what_was_left_over_is_not_good_until_an_update_has_ended_it(host: ThreadHost) -> None:
    host.containers["web-b"] = host.containers["web-a"].__class__(Image("two"))
    host.start_container("web-b")
    left = rows(host.site())[1]
    assert (left.role, left.is_good) == ("left over", False)
    assert left.health == "not serving; end it: sudo eigenplan update"
    update(host.site())
    assert [row.is_good for row in rows(host.site())] == [True] * 4


def test_status_is_a_table(host: ThreadHost) -> None:
    lines = table(rows(host.site())).splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["service", "release", "role"],
        ["web-a", "one", "active"],
        ["web-b", "-", "idle"],
        ["worker", "one", "active"],
        ["live", "one", "active"],
    ]


def test_facts_name_the_state(host: ThreadHost) -> None:
    assert facts_of_state(host.site())["active"] == "a"


def test_command_of_another_account_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["update", "0.1.0-x"]) == 1
    assert capsys.readouterr().err == "eigenplan: only root may do this; say: sudo eigenplan update 0.1.0-x\n"


def test_command_without_words_says_what_there_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert [name for name in (*cli.APPLICATION, "status", "update", "rollback", "logs") if name not in text] == []


def test_every_module_can_be_read_by_the_oldest_python(tmp_path: Path) -> None:
    folder = Path(cli.__file__).parent
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-m", "compileall", "-q", "-o", "0", str(folder)],
        env={"PYTHONPYCACHEPREFIX": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""

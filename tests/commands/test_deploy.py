"""``./eigenplan deploy``: what is run, what is seen of it, and how it ends; on inventories that reach no host."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands import deploy
from app.commands.deploy_events import Run
from app.commands.deploy_run import Listener, Process, environment, logs_folder, new_log
from app.commands.deploy_view import View, duration, summarise
from tests.static.sizes import ROOT


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep logs, and any lab of this machine, away from the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/eigenplan"


def call(*words: str) -> Result:
    return CliRunner().invoke(deploy.command, list(words))


def event(kind: str, **about: object) -> str:
    return json.dumps({"event": kind, **about})


def result(outcome: str, host: str = "a", **more: str) -> str:
    about = {"role": "base", "task": "Set the time", "action": "apt", "message": "", **more}
    return event("result", host=host, outcome=outcome, **about)


def ended(**failures: int) -> str:
    return event("end", hosts={host: {"failures": number, "unreachable": 0} for host, number in failures.items()})


def taken(*lines: str) -> Run:
    run = Run()
    for line in lines:
        run.take(line)
    return run


def test_run_counts_steps_and_changes_by_role() -> None:
    lines = [result("ok"), result("changed"), result("skipped"), result("changed", role="")]
    run = taken(event("play", name="Install"), event("task", role="base", name="Set"), *lines, ended(a=0))
    assert (run.steps, run.changed, run.role, run.task) == (3, 2, "base", "Set")
    assert (run.hosts["a"].changed, run.hosts["a"].has_failed) == ({"base": 1, "playbook": 1}, False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"message": "no space"}, "a (base, set the time): no space"),
        ({"message": "Do x.", "action": "assert", "host": "b1"}, "b1: Do x."),
        ({"message": "On a do x.", "action": "fail"}, "On a do x."),
        ({"message": "Task failed: x", "action": "assert"}, "a (base, set the time): Task failed: x"),
        ({"message": "All is wrong.", "action": "eigenplan_validate"}, "All is wrong."),
        ({"message": "no space", "role": ""}, "a (set the time): no space"),
    ],
)
def test_failure_is_told_with_what_it_takes_to_understand_it(more: dict[str, str], told: str) -> None:
    assert [host.failure for host in taken(result("failed", **more)).hosts.values()] == [told]


def test_host_that_is_not_reached_is_told_so() -> None:
    message = "Task failed: Failed to connect to the host via ssh: ssh: connect to host a port 22: timed out"
    run = taken(result("unreachable", message=message), ended(a=1))
    assert run.hosts["a"].failure == "a cannot be reached: ssh: connect to host a port 22: timed out"


@pytest.mark.parametrize(
    ("ssh", "hint"),
    [
        ("No key is known.\r\nHost key verification failed.", "this machine does not know its SSH key"),
        ("d@h: Permission denied (publickey).", "it accepts no key of yours"),
    ],
)
def test_host_that_does_not_let_one_in_is_told_with_what_to_do(ssh: str, hint: str) -> None:
    run = taken(result("unreachable", message=f"Failed to connect to the host via ssh: {ssh}"), ended(a=1))
    told = run.hosts["a"].failure
    assert (told.startswith(f"a cannot be reached: {hint}"), told.endswith(f" SSH says: {ssh}")) == (True, True), told


def test_host_that_was_rescued_has_not_failed() -> None:
    assert not taken(result("failed"), ended(a=0)).hosts["a"].has_failed


def test_summary_names_few_changes_and_counts_many() -> None:
    few = taken(result("changed"), ended(a=0))
    many = taken(*[result("changed")] * 13, ended(a=0))
    assert list(summarise(few, 61, "site")) == [
        "a: 1 thing changed; 1 step in 1 min 1 s.",
        "  base: Set the time",
    ]
    assert list(summarise(many, 5, "site")) == [
        "a: 13 things changed; 13 steps in 5 s.",
        "  by role: base 13",
    ]


def test_summary_of_a_look_names_all_that_would_be_changed() -> None:
    lines = list(summarise(taken(*[result("changed")] * 13, ended(a=0)), 5, "site", only_looked=True))
    assert (lines[0], len(lines)) == ("a: 13 things would be changed; 13 steps in 5 s.", 14)


@pytest.mark.parametrize(
    ("playbook", "only_looked", "told"),
    [
        ("site", False, "nothing had to be changed"),
        ("site", True, "nothing would be changed"),
        ("preflight", False, "it can take the site"),
        ("verify", False, "the site does what was promised"),
    ],
)
def test_summary_without_changes_says_what_that_means(playbook: str, only_looked: bool, told: str) -> None:
    run = taken(result("ok"), ended(a=0))
    assert list(summarise(run, 1, playbook, only_looked=only_looked)) == [f"a: {told}; 1 step in 1 s."]


def test_summary_shows_what_tasks_had_to_say_and_nothing_of_failed_hosts() -> None:
    run = taken(
        result("ok", message="The site is up.\nLook."),
        result("changed", message="to notify"),
        result("failed", host="b"),
        ended(a=0, b=1),
    )
    assert list(summarise(run, 1, "site")) == [
        "a: 1 thing changed; 2 steps in 1 s.",
        "  base: Set the time",
        "  The site is up.",
        "  Look.",
    ]


def test_summary_of_a_look_shows_what_was_found_on_a_host_that_failed() -> None:
    run = taken(result("ok", message="mail  missing"), result("failed"), ended(a=1))
    assert list(summarise(run, 1, "verify")) == ["  mail  missing"]
    assert list(summarise(run, 1, "site")) == []


def test_duration_is_in_words() -> None:
    assert [duration(0.4), duration(59.6), duration(125)] == ["0 s", "1 min 0 s", "2 min 5 s"]


def test_view_has_a_line_for_each_role_that_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    run, now = Run(), [0.0]
    view = View(run, live=False, clock=lambda: now[0])
    for role, outcome in (("base", "ok"), ("base", "changed"), ("docker", "ok")):
        run.take(event("task", role=role, name="Do"))
        view.refresh()
        run.take(result(outcome, role=role))
        now[0] += 2
    view.close_part()
    assert capsys.readouterr().err == "  · base: 2 steps, 1 changed (4 s)\n  · docker: 1 step, 0 changed (2 s)\n"


def test_view_at_a_terminal_shows_the_task_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    run = taken(event("task", role="base", name="Set the time"), result("ok"))
    view = View(run, live=True, clock=lambda: 3.0)
    view.refresh()
    assert capsys.readouterr().err.endswith("\r\x1b[K  … base: Set the time · 1 step, 0 changed · 0 s")


def test_view_leaves_the_terminal_to_questions_for_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run()
    view = View(run, live=True, clock=lambda: 3.0)
    view.refresh()
    assert capsys.readouterr().err == ""
    run.take(event("play", name="Install"))
    view.refresh()
    assert "Install" in capsys.readouterr().err


def test_log_is_for_its_owner_alone_and_old_ones_go(tmp_path: Path) -> None:
    folder = tmp_path / "deploy"
    for _ in range(22):
        with new_log(folder, "site") as log:
            log.write(b"x")
    path = log.path
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    assert (len(list(folder.glob("*.log"))), path.read_bytes()) == (20, b"x\n")


def test_log_keeps_no_link_that_opens_an_account(tmp_path: Path) -> None:
    with new_log(tmp_path, "site") as log:
        for piece in (b"at https://a.test/pass", b"word/0123", b"abcd.\nthe ", b"end\n"):
            log.write(piece)
    assert log.path.read_text() == "at https://a.test/password/....\nthe end\n"


def test_logs_are_in_the_state_folder_that_is_absolute() -> None:
    assert logs_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/eigenplan/deploy")
    assert logs_folder({"XDG_STATE_HOME": "s"}) == Path.home() / ".local/state/eigenplan/deploy"


def test_environment_is_ours_where_it_matters() -> None:
    made = environment({"PATH": "/bin", "ANSIBLE_CONFIG": "/else"}, 5)
    assert made["PATH"].endswith(f"bin{os.pathsep}/bin")
    assert (made["ANSIBLE_CONFIG"], made["EIGENPLAN_EVENTS_FD"]) == (str(ROOT / "ansible.cfg"), "5")


def test_process_is_listened_to_until_it_ends() -> None:
    pieces: list[bytes] = []
    process = Process(["--version"], Listener(lambda line: None, pieces.append, lambda: None))
    assert (process.run(os.environ), b"ansible-playbook" in b"".join(pieces)) == (0, True)


def test_process_goes_on_to_its_end_after_an_interruption() -> None:
    interruptions = iter([KeyboardInterrupt])

    def tick() -> None:
        for one in interruptions:
            raise one

    pieces: list[bytes] = []
    process = Process(["--version"], Listener(lambda line: None, pieces.append, tick))
    assert (process.run(os.environ), process.interrupted) == (0, True)
    assert b"ansible-playbook" in b"".join(pieces)


def test_run_that_is_interrupted_says_that_the_next_completes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(process: Process, environ: object) -> int:
        process.interrupted = True
        return 99

    monkeypatch.setattr(Process, "run", interrupted)
    done = call("-i", str(ROOT / "inventory.example"))
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, f"eigenplan: {deploy.INTERRUPTED}")


def test_run_that_says_nothing_is_told_by_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Process, "run", lambda process, environ: 250)
    done = call("-i", str(ROOT / "inventory.example"))
    assert done.output.splitlines()[-1] == "eigenplan: Ansible ended with the status 250; its log says more."


def test_log_that_cannot_be_written_stops_the_run(state: Path) -> None:
    state.mkdir(parents=True)
    (state / "deploy").write_text("in the way")
    done = call("-i", str(ROOT / "inventory.example"))
    assert (done.exit_code, "The log of the run cannot be written" in done.output) == (1, True)


def test_ansible_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "PROGRAM", Path("/none/ansible-playbook"))
    assert "Ansible is not in .venv" in call("-i", str(ROOT / "inventory.example")).output


def test_inventory_that_is_not_named_nor_a_lab_is_asked_for() -> None:
    done = call()
    assert (done.exit_code, "by -i FOLDER" in done.output) == (1, True)


def test_inventory_that_is_not_there_is_named() -> None:
    done = call("-i", "/none")
    assert (done.exit_code, done.output.strip().split(";")[0]) == (1, "eigenplan: There is no folder /none")


def test_inventory_of_the_lab_is_taken_by_itself(state: Path) -> None:
    shutil.copytree(ROOT / "inventory.example", state / "lab/inventory")
    done = call("--validate")
    assert (done.exit_code, "bookings: its part of the inventory is right" in done.output) == (0, True)


@pytest.mark.gate
def test_failure_ends_the_run_with_its_sentence_last_and_a_log(state: Path) -> None:
    done = call("-i", str(ROOT / "inventory.example"))
    lines = done.output.splitlines()
    log = next((state / "deploy").glob("*-site.log"))
    assert (done.exit_code, lines[-2]) == (1, f"The log of this run: {log}")
    assert lines[-1].startswith("eigenplan: Nothing was touched, as these values are only an example's")
    assert "PLAY RECAP" in log.read_text()


@pytest.mark.gate
def test_output_of_ansible_is_shown_when_asked_for() -> None:
    done = call("-v", "--validate", "-i", str(ROOT / "inventory.example"))
    assert (done.exit_code, "PLAY RECAP" in done.output) == (0, True)


@pytest.mark.gate
@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("other:\n  hosts:\n    a:\n", (), "names no host in the group eigenplan"),
        ("eigenplan:\n  hosts:\n    a:\n", ("--limit", "b"), "leaves us with no hosts to target"),
        ("eigenplan:\n  hosts:\n    a:\n", ("--", "--nonsense"), "unrecognized arguments: --nonsense"),
    ],
)
def test_run_that_reaches_no_host_says_why(tmp_path: Path, text: str, words: tuple[str, ...], told: str) -> None:
    (tmp_path / "hosts.yml").write_text(text)
    done = call("-i", str(tmp_path / "hosts.yml"), "--validate", *words)
    assert (done.exit_code, told in done.output.splitlines()[-1]) == (1, True), done.output


@pytest.mark.gate
def test_host_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "inventory"
    shutil.copytree(ROOT / "inventory.example", folder)
    for file in folder.rglob("*.yml"):
        text = file.read_text("utf-8").replace("example.org", "lab.test").replace("192.0.2.10", "127.0.0.2")
        file.write_text(re.sub("site_address: .*", "site_address: 10.99.0.1\n      ansible_port: 1", text))
    done = call("-i", str(folder), "--playbook", "preflight")
    last = done.output.splitlines()[-1]
    assert (done.exit_code, last.startswith("eigenplan: bookings cannot be reached: ")) == (1, True), done.output

"""What the role refuses and how it says so: its own tasks, run on this machine with stand-ins for programs."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml
from booking_app_files import booking_app_complaint, booking_app_kept_in

from tests.roles.playing import program, said

from .rendering import ROLE, play, tasks_of

SITE_PLAY = ROLE.parents[1] / "playbooks" / "site.yml"
DATABASE = ("Look for the database", "Refuse to go on without PostgreSQL")


def test_missing_postgresql_is_named(tmp_path: Path) -> None:
    programs = program(tmp_path, "psql", "echo no such file >&2; exit 2")
    done = play(tmp_path, tasks_of(*DATABASE), {"site_database": "postgresql"}, programs=programs)
    assert (done.returncode, "booking_app needs postgresql on localhost" in done.stdout) == (2, True)


@pytest.mark.parametrize(("database", "status"), [("postgresql", 0), ("sqlite", 2)])
def test_database_is_looked_for_only_where_it_is_wanted(tmp_path: Path, database: str, status: int) -> None:
    programs = program(tmp_path, "psql", f"exit {status}")
    done = play(tmp_path, tasks_of(*DATABASE), {"site_database": database}, programs=programs)
    assert done.returncode == 0, done.stdout


KEPT = ("Read what the host has noted", "Refuse to leave the bookings behind")


def play_noted(folder: Path, database: str, state: str, settings: str, kept: str) -> CompletedProcess[str]:
    """Play what looks at a host's notes, with these."""
    read, refuse = tasks_of(*KEPT)
    read["loop"] = [str(folder / name) for name in ("state.json", "host.json", "kept-in")]
    for name, text in zip(read["loop"], (state, settings, kept), strict=True):
        if text:
            Path(name).write_text(text)
    return play(folder, [read, refuse], {"site_database": database})


SERVES = '{"active": "a", "web": {"a": {"database": "%s"}}}'


@pytest.mark.parametrize(
    ("database", "state", "settings", "kept", "kept_in"),
    [
        ("postgresql", "", "", "", ""),
        ("postgresql", '{"active": "", "web": {}}', '{"database": "sqlite"}', "", ""),
        ("postgresql", SERVES % "postgresql", '{"database": "sqlite"}', "", ""),
        ("postgresql", SERVES % "sqlite", "", "", "sqlite"),
        ("sqlite", SERVES % "postgresql", '{"database": "sqlite"}', "", "postgresql"),
        ("postgresql", SERVES % "", '{"database": "sqlite"}', "", "sqlite"),
        ("postgresql", "", "", "sqlite\n", "sqlite"),
        ("sqlite", "", "", "sqlite\n", ""),
        ("sqlite", SERVES % "sqlite", "", "postgresql\n", ""),
    ],
)
def test_bookings_are_not_left_behind_in_another_database(
    tmp_path: Path, database: str, state: str, settings: str, kept: str, kept_in: str
) -> None:
    done = play_noted(tmp_path, database, state, settings, kept)
    said = f"the bookings of localhost are in {kept_in}," in " ".join(done.stdout.split())
    assert (done.returncode, said) == ((2, True) if kept_in else (0, False)), done.stdout


@pytest.mark.parametrize(("release", "status"), [("1.0-a", 0), ("1.0-b", 2)])
def test_release_without_an_image_is_not_passed_over(tmp_path: Path, release: str, status: int) -> None:
    given = {"__booking_app_release": release, "__booking_app_known": {"releases": {"1.0-a": "sha256:base"}}}
    done = play(tmp_path, tasks_of("Refuse to leave a release"), given)
    assert done.returncode == status, done.stdout
    assert ("localhost has no image of release 1.0-b" in done.stdout) == bool(status)


@pytest.mark.parametrize(("database", "processes", "status"), [("postgresql", 26, 0), ("postgresql", 27, 2)])
def test_web_processes_of_two_slots_fit_into_postgresql(
    tmp_path: Path, database: str, processes: int, status: int
) -> None:
    given = {"site_database": database, "booking_app_web_processes": processes}
    done = play(tmp_path, tasks_of("Refuse more web processes"), given)
    assert (done.returncode, "set it to 26 or less, or" in said(done)) == (status, bool(status)), done.stdout


STATUS = 'if [ "$1" = status ]; then echo "{\\"state\\": {\\"administrator_asked\\": $(cat asked)}}"; exit; fi'
"""Whether there was a link already stands in a file, where the operators' command is not the real one."""
GIVEN = {
    "site_administrator_email": "ada@example.org",
    "site_administrator_name": "Ada Example",
    "inventory_dir": "inventory",
}


def play_the_end(folder: Path, text: str, *, fails: bool = False, asked: str = "false") -> CompletedProcess[str]:
    """Play the end of ``site.yml`` after the role, which did its work or failed."""
    role = folder / "roles" / "booking_app"
    (role / "tasks").mkdir(parents=True, exist_ok=True)
    (role / "tasks" / "main.yml").write_text("- {name: Fail, ansible.builtin.fail: {msg: no}}\n" if fails else "[]\n")
    parts = ("tasks/first_administrator.yml", "tasks/ask.yml", "handlers", "vars", "filter_plugins")
    for part in parts:
        (role / part).unlink(missing_ok=True)
        (role / part).symlink_to(ROLE / part)
    (folder / "asked").write_text(asked)
    [site] = [one for one in yaml.safe_load(SITE_PLAY.read_text()) if one["name"] == "Install the site"]
    more = {"roles": ["booking_app"], "force_handlers": site["force_handlers"], "post_tasks": site["post_tasks"]}
    return play(folder, [], GIVEN, programs=program(folder, "eigenplan", f"{STATUS}\n{text}"), more=more)


def test_link_that_was_not_made_is_told_with_its_reason_and_without_any_link(tmp_path: Path) -> None:
    text = (
        "echo https://x.test/password/s3same; echo 'eigenplan: locked, see https://x.test/password/s3same' >&2; exit 1"
    )
    done = play_the_end(tmp_path, text)
    assert done.returncode == 2
    assert "the next run tries again. eigenplan: locked, see [an address]" in said(done)
    assert "s3same" not in done.stdout + done.stderr


def test_link_is_made_only_when_all_else_went_well_and_shown_last(tmp_path: Path) -> None:
    text = "touch made; echo https://x.test/password/s3same"
    failed = play_the_end(tmp_path, text, fails=True)
    assert (failed.returncode, (tmp_path / "made").exists(), "s3same" in failed.stdout) == (2, False, False)
    done = play_the_end(tmp_path, text)
    assert (done.returncode, done.stdout.count("https://x.test/password/s3same")) == (0, 1), done.stdout
    assert done.stdout.index("The site is at") < done.stdout.index("s3same")


def test_link_that_was_shown_is_not_made_again(tmp_path: Path) -> None:
    done = play_the_end(tmp_path, "touch made", asked="true")
    assert (done.returncode, (tmp_path / "made").exists()) == (0, False), done.stdout


@pytest.mark.parametrize(("state", "settings"), [("{", "{}"), (SERVES % "", "{"), ("[]", ""), ("", "")])
def test_notes_that_are_damaged_tell_of_no_database(state: str, settings: str) -> None:
    assert booking_app_kept_in(state, settings) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "It did not say why."),
        ("a\n\n b \nc\nd\ne\n", "b | c | d | e"),
        ("see (https://x.test/password/k?a=1), or /password/k", "see [an address] or [an address]"),
    ],
)
def test_complaint_has_no_addresses(text: str, shown: str) -> None:
    assert booking_app_complaint(text) == shown

"""What the role refuses and how it says so: its own tasks, run on this machine with stand-ins for programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from booking_app_files import booking_app_complaint

from .rendering import play, program, tasks_of

ADMINISTRATOR = {"site_administrator_email": "ada@example.org", "site_administrator_name": "Ada Example"}
LINK = ("Make the link", "Stop where the link", "Show the link")
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


@pytest.mark.parametrize(("release", "status"), [("1.0-a", 0), ("1.0-b", 2)])
def test_release_without_an_image_is_not_passed_over(tmp_path: Path, release: str, status: int) -> None:
    given = {"__booking_app_release": release, "__booking_app_known": {"releases": {"1.0-a": "sha256:base"}}}
    done = play(tmp_path, tasks_of("Refuse to leave a release"), given)
    assert done.returncode == status, done.stdout
    assert ("localhost has no image of release 1.0-b" in done.stdout) == bool(status)


def test_link_that_was_not_made_is_told_with_its_reason_and_without_any_link(tmp_path: Path) -> None:
    text = (
        "echo https://x.test/password/s3same; echo 'eigenplan: locked, see https://x.test/password/s3same' >&2; exit 1"
    )
    programs = program(tmp_path, "eigenplan", text)
    done = play(tmp_path, tasks_of(*LINK), ADMINISTRATOR, programs=programs)
    assert done.returncode == 2
    assert "the next run tries again. eigenplan: locked, see [an address]" in done.stdout
    assert "s3same" not in done.stdout + done.stderr


def test_link_that_was_made_is_shown_in_the_end(tmp_path: Path) -> None:
    programs = program(tmp_path, "eigenplan", "echo https://x.test/password/s3same")
    done = play(tmp_path, tasks_of(*LINK), ADMINISTRATOR, programs=programs)
    assert (done.returncode, done.stdout.count("https://x.test/password/s3same")) == (0, 1)


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

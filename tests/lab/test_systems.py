"""Which systems are tested when, what is read from Ansible's words, and the report of times; without any host."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.lab.fingerprint import Notes, fingerprint
from tests.lab.playbook import Run
from tests.lab.releases import answers_500, as_good, never_ready, release_of
from tests.lab.side_by_side import group_of
from tests.lab.site import files_changed_since
from tests.lab.systems import AFTER_CHANGES, USUAL, site_systems, trouble_systems
from tests.lab.test_bad_input import play_of, play_without
from tests.lab.times import Times

SAID = """
TASK [base : Look] *****
ok: [debian13]

TASK [base : Write] *****
changed: [debian13] => (item=one)

RUNNING HANDLER [base : Start again] *****
changed: [debian13]

PLAY RECAP *****
debian13                   : ok=3    changed=2    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
"""


def test_older_system_is_tested_until_it_was_good(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "good")
    assert site_systems("lab", notes) == [USUAL, AFTER_CHANGES]
    notes.keep(fingerprint())
    assert site_systems("lab", notes) == [USUAL]


def test_full_tier_has_both_debians_and_both_databases_and_the_others_one(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "good")
    notes.keep(fingerprint())
    assert (site_systems("full", notes), site_systems("", notes)) == ([USUAL, AFTER_CHANGES], [USUAL])
    assert [one.name for one in trouble_systems("full")] == ["debian13-sqlite", "debian12-sqlite"]
    assert trouble_systems("lab") == [USUAL]


def test_hosts_of_a_system_are_of_one_debian() -> None:
    assert [(one.name, one.suite, one.ifupdown) for one in AFTER_CHANGES.plans] == [
        ("debian12", "bookworm", True),
        ("other", "bookworm", True),
    ]


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("test_site.py::test_mails[debian13-sqlite]", "debian13-sqlite"),
        ("test_bad_input.py::test_missing[debian12-sqlite-postgresql-docker]", "debian12-sqlite"),
        ("test_site_updates.py::test_broken[debian12-postgresql-never_ready]", "debian12-postgresql"),
        ("test_hosts.py::test_reboot[debian13]", "tests/lab/test_hosts.py"),
        ("test_image.py::test_small", "tests/lab/test_image.py"),
    ],
)
def test_what_shares_a_site_stays_together(test: str, group: str) -> None:
    assert group_of(f"tests/lab/{test}") == group


def test_recap_of_a_host_is_read() -> None:
    run = Run(0, SAID, 1.0)
    assert (run.recap("debian13")["changed"], run.recap("debian13")["failed"], run.recap("other")) == (2, 0, {})
    assert run.changes == ["base : Write", "base : Start again"]


def test_sentence_is_found_however_it_was_wrapped() -> None:
    assert "no such thing as this" in Run(1, "msg: 'no such\n    thing as\n    this'", 1.0).sentence


def test_times_are_within_three_times_their_figure(tmp_path: Path) -> None:
    times = Times()
    assert times.note("debian13-sqlite", "installation", 29.0, 10.0)
    assert not times.note("debian13-sqlite", "removal", 30.0, 10.0)
    assert times.note("debian13-sqlite", "anything", 1e6)
    times.keep(tmp_path / "new" / "times.txt")
    lines = (tmp_path / "new" / "times.txt").read_text().splitlines()
    assert [line.split() for line in lines[:1]] == [["debian13-sqlite", "installation", "29.0", "s", "of", "10", "s"]]


@pytest.mark.parametrize(("place", "told"), [("etc/passwd", True), ("var/log/x", False), ("tmp/x", False)])
def test_changed_files_are_told_but_for_logs(tmp_path: Path, place: str, told: bool) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()
    moment = (tmp_path / place).stat().st_ctime
    assert files_changed_since(tmp_path, moment - 1.0) == ([place] if told else [])
    assert files_changed_since(tmp_path, moment + 1.0) == []


def test_plays_leave_out_and_pick_roles(tmp_path: Path) -> None:
    without, of = play_without(tmp_path, "base").read_text(), play_of(tmp_path, "booking_app").read_text()
    assert ("role: base" in without, "role: docker" in without, "name: site" in without) == (False, True, True)
    assert "- booking_app" in of


@pytest.mark.parametrize("change", [as_good, never_ready, answers_500])
def test_other_versions_are_programs_still(tmp_path: Path, change: object) -> None:
    names = ("app/config.py", "app/wsgi.py", "app/web/public/pages.py")
    root = Path(__file__).resolve().parents[2]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((root / name).read_text())
    assert callable(change)
    change(tmp_path)
    changed = [name for name in names if (tmp_path / name).read_text() != (root / name).read_text()]
    assert len(changed) == 1
    compile((tmp_path / changed[0]).read_text(), changed[0], "exec")


def test_release_is_called_as_its_archive() -> None:
    assert release_of(Path(f"/x/eigenplan-0.1.0-abc-{platform.machine()}.tar")) == "0.1.0-abc"

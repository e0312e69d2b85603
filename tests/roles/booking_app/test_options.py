"""A container is started with the options that its image knows, so that an older release can be gone back to."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from eigenplan_host.options import write_options
from eigenplan_host.site import Places

TIMES = 300
LINES = "# Written by the playbook.\nEIGENPLAN_OLD=a=b\nEIGENPLAN_NEW=c\nTZ=UTC\n"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "etc", tmp_path / "state", tmp_path / "run", tmp_path / "releases")
    for one in (places.settings, places.state):
        one.mkdir()
    (places.settings / "eigenplan.env").write_text(LINES)
    return places


def test_options_that_an_image_lacks_are_left_out(places: Places) -> None:
    file = write_options(places, "slot-a", {"EIGENPLAN_OLD"})
    assert file.read_text() == "# Written by the playbook.\nEIGENPLAN_OLD=a=b\nTZ=UTC\n"


def test_options_of_an_image_that_does_not_tell_are_all(places: Places) -> None:
    assert write_options(places, "slot-a", set()).read_text() == LINES


def test_options_of_two_images_do_not_meet(places: Places) -> None:
    files = [write_options(places, "slot-a", {"EIGENPLAN_OLD"}), write_options(places, "slot-b", {"EIGENPLAN_NEW"})]
    assert ["EIGENPLAN_NEW" in file.read_text() for file in files] == [False, True]


def write_often(places: Places) -> None:
    for _ in range(TIMES):
        write_options(places, "task", {"EIGENPLAN_OLD"})


def test_options_are_written_by_two_commands_at_the_same_time(places: Places) -> None:
    (places.state / "options").mkdir()
    commands = [multiprocessing.get_context("fork").Process(target=write_often, args=(places,)) for _ in range(2)]
    for one in commands:
        one.start()
    for one in commands:
        one.join()
    assert [one.exitcode for one in commands] == [0, 0]

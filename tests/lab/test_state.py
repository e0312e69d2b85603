"""What a lab remembers of what it has made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from tests.lab.folder import LabFolder
from tests.lab.lab import Lab, down
from tests.lab.machine import LabError, boot_id
from tests.lab.state import HostPlan, State, load_state


@dataclass(frozen=True, slots=True)
class Door:
    """A part that is a file."""

    kind: ClassVar[str] = "door"
    name: str
    breaks: bool = False

    def exists(self) -> bool:
        return Path(self.name).exists()

    def make(self) -> None:
        if self.breaks:
            raise LabError("The door broke.")
        Path(self.name).touch()

    def remove(self) -> None:
        Path(self.name).unlink(missing_ok=True)


def new(folder: Path, boot: str = "") -> State:
    hosts = [HostPlan("debian12", "bookworm", ifupdown=True, packages=("jq",))]
    return State(folder / "state.json", "ep0001", boot or boot_id(), "10.213.7.0/24", ["198.51.100.53"], hosts)


def test_state_is_read_as_written(tmp_path: Path) -> None:
    state = new(tmp_path)
    state.make(Door(str(tmp_path / "door")))
    assert load_state(state.file) == state


def test_state_of_no_lab_is_none(tmp_path: Path) -> None:
    assert load_state(tmp_path / "state.json") is None


@pytest.mark.parametrize("text", ["", "{}", '{"version": 1}', '{"version": 1, "hosts": [{}], "made": []}', "[1"])
def test_state_that_is_damaged_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(LabError, match="is damaged"):
        load_state(file)


def test_state_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text('{"version": 0}')
    with pytest.raises(LabError, match="another version"):
        load_state(file)


def test_part_is_noted_before_it_is_made(tmp_path: Path) -> None:
    state = new(tmp_path)
    with pytest.raises(LabError, match="broke"):
        state.make(Door("/nowhere/door", breaks=True))
    assert load_state(state.file) == state
    assert state.made == [("door", "/nowhere/door")]


def test_part_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    state, door = new(tmp_path), tmp_path / "door"
    door.touch()
    with pytest.raises(LabError, match="did not make"):
        state.make(Door(str(door)))
    assert (state.made, door.exists()) == ([], True)


def test_part_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    state, door = new(tmp_path), Door(str(tmp_path / "door"))
    state.make(door)
    state.forget(door.kind, door.name)
    assert load_state(state.file) == new(tmp_path)


def test_down_after_a_reboot_of_this_machine_only_removes_files(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path / "lab")
    folder.make()
    state = new(folder.path, boot="another")
    state.made.append(("unheard of", "which only its lab could remove"))
    state.save()
    assert (down(folder), folder.path.exists(), down(folder)) == (True, False, False)


def test_down_keeps_note_of_what_it_cannot_remove(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path / "lab")
    folder.make()
    full = folder.path / "full"
    (full / "of something").mkdir(parents=True)
    state = new(folder.path)
    state.made += [("leftover", str(full)), ("leftover", str(folder.path / "gone"))]
    with pytest.raises(LabError, match="Directory not empty"):
        Lab(folder, state).take_down()
    assert load_state(folder.state) == state
    assert state.made == [("leftover", str(full))]


def test_down_of_a_lab_without_a_state_removes_its_folder(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path / "lab")
    folder.make()
    assert (down(folder), folder.path.exists()) == (False, False)

"""What operators are told is complete: every option and every command is in the page about operating."""

from __future__ import annotations

import re

import click
import pytest

from app.commands.cli import COMMANDS, cli
from app.config import OPTIONS, Option
from tests.static.sizes import ROOT

OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def row_of(option: Option) -> str:
    default = "must be given" if option.default is None else option.default.replace("|", r"\|") or "empty"
    return f"| `{option.variable}` | {default} | {option.help} |"


def test_options_are_documented_as_declared() -> None:
    rows = [line for line in OPERATING.splitlines() if line.startswith("| `EIGENPLAN_")]
    assert rows == [row_of(option) for option in OPTIONS]


def test_commands_are_documented_and_no_others() -> None:
    assert sorted(re.findall(r"^\| `\./eigenplan ([a-z-]+)` ", OPERATING, re.M)) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_of_its_own(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help


def test_subcommands_of_database_are_documented() -> None:
    command = cli.get_command(click.Context(cli), "database")
    assert isinstance(command, click.Group)
    assert [name for name in command.commands if f"`{name}" not in OPERATING] == []


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))],
)
def test_page_names_only_files_and_commands_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    named = re.findall(r"`((?:app|tests|docs)/[\w./-]+)`", text)
    commands = re.findall(r"\./eigenplan ([a-z][a-z-]+)", text)
    folder = (ROOT / page).parent
    assert [link for link in links if not (folder / link).exists()] == []
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert sorted(set(commands) - set(COMMANDS)) == []

"""The command line: one module per group of commands, loaded only when it is called."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

COMMANDS = {
    "demo": "Run a site with demo data and print its address and logins.",
    "test": "Run the tests: quick, gate (the default), lab or full.",
    "lab": "Run real Debian hosts on this machine, to try playbooks on.",
    "release": "Pack what a host needs to build the image of this version.",
    "web": "Serve the site.",
    "deploy": "Install the site on hosts, or check, verify or remove it.",
    "worker": "Deliver mails and do timed work.",
    "live": "Tell open calendars of changes.",
    "database": "Migrate, check or copy the database.",
    "export": "Write all records to one archive.",
    "import": "Bring an archive into an empty database.",
    "keys": "Make a master key; look at or exchange the keys of clients' details.",
    "administrator": "Make an administrator's account, the first one above all.",
    "probe": "Open, close or ask about the service that checks of the installation book.",
    "import-calendar": "Read iCalendar files as busy time.",
    "audit": "Verify the audit log, or take it out.",
    "audit-packages": "Ask whether the pinned packages have known weaknesses.",
    "texts": "Say what is not translated yet, or take new texts into the languages' files.",
    "bench": "Measure speed and write docs/benchmarks.md.",
}


def present_commands() -> dict[str, str]:
    """Return the commands that are here, with what they do: an image lacks those that work on a checkout."""
    return {name: text for name, text in COMMANDS.items() if (Path(__file__).parent / f"{_module(name)}.py").exists()}


def _module(name: str) -> str:
    return "import_archive" if name == "import" else name.replace("-", "_")  # import is a word of Python's own


class LazyGroup(click.Group):
    """Loads ``app/commands/<name>.py`` and its ``command`` when it is asked for by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(present_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None for a name that we do not have."""
        if cmd_name not in present_commands():
            return None
        module = importlib.import_module(f"app.commands.{_module(cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(present_commands().items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Eigenplan: the booking system that an organisation owns."""


def own_name() -> str:
    """Return how this program is called: by the launcher of a checkout, or by the command that a host has."""
    return "./eigenplan" if (Path(__file__).parents[2] / "eigenplan").exists() else "eigenplan"


def main() -> None:
    """Run the command line."""
    sys.exit(cli(prog_name=own_name()))

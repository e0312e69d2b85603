"""The passphrase of an archive: from a file, or asked for; never from the command line, where others see it."""

from __future__ import annotations

from pathlib import Path

import click


def read_passphrase(file: Path | None, *, confirm: bool = False) -> str:
    """Return the first line of a file, or what somebody types; ``confirm``: twice.

    Raises:
        click.ClickException: the file cannot be read.
    """
    if file is None:
        typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm)
        return typed
    try:
        return file.read_text().splitlines()[0]
    except IndexError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"The passphrase cannot be read from {file}.") from error

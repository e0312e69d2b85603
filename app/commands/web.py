"""``./eigenplan web``: serve the site by gunicorn."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from app.config import ConfigError, load_config

CONFIG = Path(__file__).parents[1] / "gunicorn.conf.py"


@click.command(name="web")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
def command(bind: str) -> None:
    """Serve the site until ended by SIGTERM; WEB_CONCURRENCY is the number of processes.

    The options come from the environment, the same as for the worker.
    """
    try:
        load_config(os.environ)
    except ConfigError as error:  # said once, before every process of gunicorn would say it
        raise click.ClickException(f"The options cannot be used:\n{error}") from error
    words = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", bind, "app.wsgi:app"]
    os.execv(sys.executable, words)  # noqa: S606 our own words; gunicorn takes our place, so signals reach it

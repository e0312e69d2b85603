"""``eigenplan worker``: deliver mails and do timed work."""

from __future__ import annotations

import logging
import os

import click


@click.command(name="worker")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def command(once: bool) -> None:
    """Deliver mails, give back what has expired, forget what is old; until ended by SIGTERM or Ctrl-C.

    The options come from the environment, the same as for the web processes.
    """
    from app.booking.refusals import Unavailable
    from app.booking.words import sentence
    from app.config import ConfigError, load_config
    from app.storage.migrate import SchemaError
    from app.storage.store import open_store
    from app.worker import Worker, courier_of, stop_on_signals

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        config = load_config(os.environ)
    except ConfigError as error:
        raise click.ClickException(f"The options cannot be used:\n{error}") from error
    store = open_store(config.database_url, config.master_key)
    worker = Worker(store, courier_of(config))
    stop_on_signals(worker)
    try:
        if once:
            worker.run_once()
        else:
            worker.run()
    except Unavailable as error:
        raise click.ClickException(sentence(error, "UTC")) from error
    except SchemaError as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()

"""``eigenplan live``: hold the streams by which open calendars learn of changes."""

from __future__ import annotations

import logging
import os

import click


@click.command(name="live")
@click.option("--bind", default="127.0.0.1:8010", show_default=True, help="Address and port to listen on.")
def command(bind: str) -> None:
    """Tell open calendars what has changed, until ended by SIGTERM or Ctrl-C; one such process is enough.

    The options come from the environment, the same as for the web processes.
    """
    from app.config import ConfigError, load_config
    from app.live.process import listen, serve
    from app.operations.installation.readiness import SchemaError, check_schema_at_start
    from app.storage.store import open_store

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("app.storage.store").setLevel(logging.ERROR)  # the watch tells once that it is away
    try:
        config = load_config(os.environ)
    except ConfigError as error:
        raise click.ClickException(f"The options cannot be used:\n{error}") from error
    host, _, port = bind.rpartition(":")
    if not (host and port.isdecimal()):
        raise click.UsageError("--bind needs an address and a port, such as 127.0.0.1:8010.")
    store = open_store(config.database_url, config.master_key)
    try:
        check_schema_at_start(store)
        listener = listen(host.strip("[]"), int(port))
    except SchemaError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{bind} cannot be listened on: {error.strerror or error}.") from error
    store.close()  # the thread that looks opens a connection of its own
    serve(config, store, listener)

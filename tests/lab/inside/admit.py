"""Run in the site's container, read from standard input: signs a pass as the page of a calendar does (JSON)."""

from __future__ import annotations

import json
import os

from app import clock
from app.access.actors import SYSTEM
from app.config import load_config
from app.operations.calendars.live_pass import sign_pass
from app.operations.context import Context
from app.operations.setup.locations import list_locations
from app.storage.store import open_store


def main() -> None:
    """Print a pass for any one place."""
    config = load_config(os.environ)
    store = open_store(config.database_url, config.master_key)
    place = list_locations(Context(store, SYSTEM, clock.now()))[0].public_id
    store.close()
    print(json.dumps({"pass": sign_pass(config.secret_key, place, 1)}))


main()

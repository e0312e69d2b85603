"""Run in the site's container, read from standard input: changes the set-up and prints when it began to (JSON)."""

from __future__ import annotations

import json
import os
import time

from app import clock
from app.access.actors import SYSTEM
from app.config import load_config
from app.operations.context import Context
from app.operations.setup.resources import ResourceDraft, save_resource
from app.storage.store import open_store


def main() -> None:
    """Make somebody whom nobody can book; it concerns every place."""
    config = load_config(os.environ)
    store = open_store(config.database_url, config.master_key)
    begun = time.time()
    save_resource(Context(store, SYSTEM, clock.now()), ResourceDraft(f"Live Person {begun}", "person", "UTC"))
    store.close()
    print(json.dumps({"begun": begun}))


main()

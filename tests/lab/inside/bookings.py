"""Run in the site's container, read from standard input: who has confirmed bookings, and what is wrong (JSON)."""

from __future__ import annotations

import json
import os

from app.config import load_config
from app.storage.check import check_database
from app.storage.store import open_store
from app.storage.tables import Booking, Client


def main() -> None:
    """Print the email address of each confirmed booking, as often as it has one, and the troubles of the database."""
    config = load_config(os.environ)
    store = open_store(config.database_url, config.master_key)
    query = Booking.select(Booking, Client).join(Client).where(Booking.status == "confirmed")
    confirmed = store.read(lambda: sorted(row.client.email for row in query))
    troubles = check_database(store)
    store.close()
    print(json.dumps({"confirmed": confirmed, "troubles": troubles}))


main()

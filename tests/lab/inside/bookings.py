"""Run in the site's container, read from standard input: who has confirmed bookings, and what is wrong (JSON)."""

from __future__ import annotations

import json
import os

from app.config import load_config
from app.storage.check import check_database
from app.storage.store import open_store
from app.storage.tables import Booking, Client


def main() -> None:
    """Print the mail address of each confirmed booking, as often as it has one, and the troubles of the database."""
    store = open_store(load_config(os.environ).database_url)
    query = Booking.select(Client.email).join(Client).where(Booking.status == "confirmed").order_by(Client.email)
    rows = store.read(lambda: list(query.tuples()))
    troubles = check_database(store)
    store.close()
    print(json.dumps({"confirmed": [str(email) for (email,) in rows], "troubles": troubles}))


main()

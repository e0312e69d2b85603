"""One process of the storm: random book, move and cancel requests until it is done or killed.

Each answer that was given to the client is written to a journal first with what it promised, so that the test can ask
afterwards whether the database kept every promise.
"""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

from app.access.actors import SYSTEM
from app.booking.refusals import Refusal
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.context import Context
from app.operations.requests import BookingRequest, ClientDetails, MoveRequest
from app.operations.views import BookingView
from app.storage.store import Store
from tests.cast import HOUR, MONDAY, NOW
from tests.keys import open_store

DAYS = 5


class Storm:
    """The state of one process: its own bookings, its dice, its journal."""

    def __init__(self, store: Store, journal: Path, seed: int) -> None:
        self.context = Context(store, SYSTEM, NOW)
        self.dice = random.Random(seed)
        self.journal = journal.open("a", buffering=1)
        self.mine: list[str] = []
        catalog = store.catalog()
        self.services = [service.public_id for service in catalog.services.values()]
        self.location = next(iter(catalog.locations.values())).public_id

    def run(self, count: int) -> None:
        """Do ``count`` random requests; refusals are a normal answer."""
        for number in range(count):
            step = self.dice.choices((self.book, self.move, self.cancel), (5, 3, 2))[0]
            try:
                step(number)
            except Refusal as refusal:
                self.note(refused=refusal.code)

    def note(self, **promise: str | int | None) -> None:
        """Tell the client: from here on the answer counts."""
        self.journal.write(json.dumps(promise) + "\n")

    def start(self) -> int:
        """A random start on the grid within opening hours."""
        return MONDAY + self.dice.randrange(DAYS) * 86_400 + 8 * HOUR + self.dice.randrange(38) * 900

    def book(self, number: int) -> None:
        """Book a random slot of a random service."""
        person = ClientDetails(
            name=f"Client {self.dice.randrange(50)}", email=f"c{self.dice.randrange(50)}@example.org"
        )
        key = f"{os.getpid()}-{number}"
        service = self.dice.choice(self.services)
        view = book(self.context, BookingRequest(service, self.location, self.start(), person, key=key))
        self.mine.append(view.public_id)
        self.promise(view)

    def move(self, _: int) -> None:
        """Move one of our bookings to a random time."""
        if self.mine:
            self.promise(move(self.context, MoveRequest(self.dice.choice(self.mine), self.start())))

    def cancel(self, _: int) -> None:
        """Cancel one of our bookings."""
        if self.mine:
            booking = self.mine.pop(self.dice.randrange(len(self.mine)))
            self.promise(cancel(self.context, booking))

    def promise(self, view: BookingView) -> None:
        """Note what a view told the client."""
        self.note(booking=view.public_id, status=view.status, start=view.start, sequence=view.sequence)


def main() -> None:
    """Run one process: URL, journal, seed, count."""
    url, journal, seed, count = sys.argv[1:]
    store = open_store(url)
    Storm(store, Path(journal), int(seed)).run(int(count))
    store.close()


if __name__ == "__main__":
    main()

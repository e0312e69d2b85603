"""What the live stream tells to those who watch a calendar: on which days to look again, and nothing else."""

from __future__ import annotations

import asyncio
import json

import pytest

from app.live.hub import Hub
from app.operations.calendars.live_changes import first_position, look
from app.operations.calendars.live_pass import read_pass
from app.operations.change import cancel, move
from app.operations.clients.client_records import ClientDraft, save_client
from app.operations.requests import MoveRequest
from app.storage.store import Store
from app.storage.tables import Booking
from app.web.background import PART_HEADER
from app.web.calendar_part import NEXT_HEADER
from tests.cast import HOUR, NOW, Cast
from tests.operations.helpers import system
from tests.web.conftest import SECRET, Browser, SignIn
from tests.web.scan_world import CASES, DAY, PLACES, Made, come_in, make

BLIND = ("nobody", "auditor", "keeper of hours")
"""Who may open no calendar, and so gets no pass."""


def pass_of(browser: Browser, location: str) -> str:
    """The pass that comes with the part of a place's page; empty where there is none."""
    answer = browser.get(f"/calendar/day?date={DAY}&location={location}", headers={PART_HEADER: "new"})
    return str(answer.headers.get(NEXT_HEADER, ""))


def stir(cast: Cast, made: list[Made]) -> None:
    """Let something happen to bookings of both places that has words of their clients in it."""
    for one in made:
        name, mail = one.facts()["name"], one.facts()["mail"]
        client = Booking.get(Booking.public_id == one.public_id).client.public_id
        save_client(system(cast), client, ClientDraft(f"{name} changed", f"new.{mail}", notes=f"told{one.key.lower()}"))
        if one.person == "Ada":
            move(system(cast), MoveRequest(one.public_id, one.start + 5 * HOUR))
        else:
            cancel(system(cast), one.public_id, reason=f"said{one.key.lower()}")


@pytest.mark.parametrize("name", CASES)
def test_watcher_is_told_on_which_days_to_look_again_and_nothing_else(sign_in: SignIn, store: Store, name: str) -> None:
    cast, made = make(store)
    browser = come_in(sign_in, cast, CASES[name])
    passes = {place: token for place in PLACES if (token := pass_of(browser, cast.ids[place]))}
    hub, position = Hub(10, NOW), first_position(store, NOW)
    streams = {place: hub.open(read_pass(SECRET, token), "") for place, token in passes.items()}
    for stream in streams.values():
        asyncio.run(stream.take())
    stir(cast, made)
    hub.publish(look(store, position, NOW)[1], NOW)
    told = {place: asyncio.run(stream.take()).decode() for place, stream in streams.items()}
    assert sorted(told) == ([] if name in BLIND else sorted(PLACES))
    assert {one.key: facts for one in made if (facts := one.seen_in([text.lower() for text in told.values()]))} == {}
    for place, text in told.items():
        said = json.loads(text.partition("data: ")[2])
        assert said == {"location": cast.ids[place], "mark": said["mark"], "days": [DAY]}


def test_change_is_told_only_where_it_is_shown(sign_in: SignIn, store: Store) -> None:
    cast, made = make(store)
    browser = come_in(sign_in, cast, CASES["viewer"])
    hub, position = Hub(10, NOW), first_position(store, NOW)
    streams = [hub.open(read_pass(SECRET, pass_of(browser, cast.ids[place])), "") for place in PLACES]
    for stream in streams:
        asyncio.run(stream.take())
    cancel(system(cast), next(one.public_id for one in made if one.person == "Cleo"))
    hub.publish(look(store, position, NOW)[1], NOW)
    assert [asyncio.run(stream.take(0.01)).startswith(b"id: ") for stream in streams] == [True, False]

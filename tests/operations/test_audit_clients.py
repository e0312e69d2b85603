"""What is done to clients' records stands in the audit log: that it was, and never what the records say."""

from __future__ import annotations

import io
import json

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, Unavailable
from app.operations.archive.export import export_plain
from app.operations.book import book
from app.operations.clients.client_archive import collect_client
from app.operations.clients.client_records import ClientDraft, look_at_client, save_client
from app.operations.clients.erasure import anonymise_old, erase_client
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Client
from tests.cast import NOW, Cast, one_provider, user
from tests.operations.helpers import TEN, system, visitor, wish
from tests.web.conftest import make_read_only

HEAD = Letterhead("https://booking.example.org", "Practice <practice@example.org>", b"a secret, long enough")
DRAFT = ClientDraft("Ada Client", "ada@example.org", "030 123456", "Afraid of needles")
DAY = 86_400


def ada(cast: Cast) -> str:
    """Let Ada book, and return her public id as a client."""
    book(visitor(cast), wish(cast))
    return str(Client.get().public_id)


def uma(cast: Cast, now: int = NOW) -> Context:
    """An administrator with an account."""
    if "Uma" not in cast.rows:
        cast.store.write(lambda: cast.user("Uma", "administrator"))
    return Context(cast.store, user(ReadyMade.ADMINISTRATOR, user_id=cast.rows["Uma"]), now)


def told(since: int = 1) -> list[tuple[str, str, str, dict[str, object], dict[str, object]]]:
    """All entries after the first so many: what, to which kind of thing and which one, before, after."""
    rows = AuditEntry.select().order_by(AuditEntry.id)
    return [(row.action, row.kind, row.object, json.loads(row.before), json.loads(row.after)) for row in rows][since:]


def test_correction_is_told_by_the_fields_that_changed(store: Store) -> None:
    cast = one_provider(store)
    mine = ada(cast)
    for _ in range(2):
        save_client(system(cast), mine, DRAFT)
    masked = {"phone": "masked", "notes": "masked"}
    assert told() == [("changed", "client", mine, masked, masked)]


def test_look_at_notes_is_told_every_time(store: Store) -> None:
    cast = one_provider(store)
    mine = ada(cast)
    assert look_at_client(uma(cast), mine).notes == ""
    save_client(system(cast), mine, DRAFT)
    for _ in range(2):
        assert look_at_client(uma(cast), mine).notes == "Afraid of needles"
    assert told(2) == [("looked", "client", mine, {}, {})] * 2


def test_notes_are_withheld_where_the_look_cannot_be_written_down(store: Store) -> None:
    cast = one_provider(store)
    mine, context = ada(cast), uma(cast)
    save_client(system(cast), mine, DRAFT)
    make_read_only(store)
    found = look_at_client(context, mine)
    assert (found.notes, found.withheld, found.phone) == (None, True, "030 123456")
    store.close()


def test_archive_that_is_handed_over_is_told(store: Store) -> None:
    cast = one_provider(store)
    mine = ada(cast)
    collect_client(system(cast), mine, HEAD)
    assert told() == [("handed_over", "client", mine, {}, {})]


def test_archive_is_not_handed_over_where_that_cannot_be_written_down(store: Store) -> None:
    cast = one_provider(store)
    mine = ada(cast)
    make_read_only(store)
    with pytest.raises(Unavailable):
        collect_client(system(cast), mine, HEAD)
    store.close()


def test_erasure_is_told_and_a_refused_one_is_not(store: Store) -> None:
    cast = one_provider(store)
    mine = ada(cast)
    with pytest.raises(InvalidInput):
        erase_client(system(cast), mine)
    erase_client(system(cast, TEN + DAY), mine)
    assert told() == [("erased", "client", mine, {}, {"bookings": 1})]


def test_clients_taken_out_of_old_bookings_are_told_by_their_number(store: Store) -> None:
    cast = one_provider(store, anonymise_after_days=30)
    ada(cast)
    assert (anonymise_old(system(cast, TEN + 29 * DAY)), told()) == (0, [])
    assert anonymise_old(system(cast, TEN + 31 * DAY)) == 1
    assert told() == [("anonymised", "service", cast.ids["Consultation"], {}, {"bookings": 1})]


def test_export_of_everything_is_told(store: Store) -> None:
    cast = one_provider(store)
    export_plain(system(cast), io.BytesIO(), HEAD)
    assert told(0) == [("exported", "installation", "", {}, {})]

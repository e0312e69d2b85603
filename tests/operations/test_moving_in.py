"""Clients, people, rooms and devices from lines: what is new, what is there, what is wrong."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed
from app.operations.context import Context
from app.operations.look_up import find_clients
from app.operations.moving_in.bring import BATCH, Brought, State, What, bring_in, kinds_for, look_through
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Client, Location, Resource
from tests.cast import Cast, one_provider
from tests.operations.helpers import staff, system, visitor
from tests.operations.test_twice_at_once import twice

CLIENTS = "Name;Mail;Phone;Notes\n"
THINGS = "Name;Kind;Location;Time zone\n"


@pytest.fixture
def cast(store: Store) -> Cast:
    return one_provider(store)


def problems(context: Context, what: What, text: str) -> list[tuple[str, str]]:
    return [(line.state.value, line.problem) for line in look_through(context, what, text, "Europe/Berlin").lines]


def bring(context: Context, what: What, text: str) -> Brought:
    return bring_in(context, what, text, "Europe/Berlin")


def test_clients_come_in_and_are_found(cast: Cast) -> None:
    text = CLIENTS + "Nora Client;Nora@Example.org;+49 30 23125 000;by wheelchair\nBen Other;ben@example.org;;\n"
    assert bring(system(cast), What.CLIENTS, text) == Brought(2, 0, "")
    [nora] = find_clients(system(cast), "nora@example.org")
    assert (nora.name, nora.phone) == ("Nora Client", "+49 30 23125 000")
    assert [one.name for one in find_clients(system(cast), "oth")] == ["Ben Other"]
    assert Client.get(Client.public_id == nora.public_id).notes == "by wheelchair"
    assert check_database(cast.store) == []


def test_clients_that_are_there_stay_as_they_are(cast: Cast) -> None:
    bring(system(cast), What.CLIENTS, CLIENTS + "Nora Client;nora@example.org;030 1;first\n")
    again = CLIENTS + "Nora Client;nora@example.org;030 2;second\nNora Other;nora@example.org;;\n"
    assert bring(system(cast), What.CLIENTS, again) == Brought(1, 1, "")
    assert sorted((row.name, row.phone) for row in Client.select()) == [("Nora Client", "030 1"), ("Nora Other", "")]


def test_names_in_parts_are_put_together(cast: Cast) -> None:
    bring(system(cast), What.CLIENTS, "Vorname;Nachname;E-Mail\nNora;Client;nora@example.org")
    bring(system(cast), What.CLIENTS, "Nachname;E-Mail\nKunde;kunde@example.org")
    assert sorted(row.name for row in Client.select()) == ["Kunde", "Nora Client"]


def test_wrong_lines_are_named_and_stay_behind(cast: Cast) -> None:
    wrong = ";ben@example.org;;\nCleo;cleo;;\nDan;dan@example.org;none;\nNora;nora@example.org;1 2 3;\n"
    text = CLIENTS + "Nora;nora@example.org;;\n" + wrong
    found = problems(system(cast), What.CLIENTS, text)
    assert [state for state, _ in found] == ["new", "wrong", "wrong", "wrong", "wrong"]
    assert [said.partition(":")[0] for _, said in found[1:4]] == ["Name", "Email", "Phone"]
    assert "Line 2 says the same" in found[4][1]
    brought = bring(system(cast), What.CLIENTS, text)
    assert (brought.new, brought.known) == (1, 0)
    mended = brought.rest.replace("none", "030 23").replace("cleo;", "cleo@example.org;")
    assert [state for state, _ in problems(system(cast), What.CLIENTS, mended)] == ["wrong", "new", "new", "known"]


def test_looking_through_writes_nothing(cast: Cast) -> None:
    look_through(system(cast), What.CLIENTS, CLIENTS + "Nora;nora@example.org;;", "UTC")
    look_through(system(cast), What.RESOURCES, THINGS + "Room 9;room;Centre;", "UTC")
    assert (Client.select().count(), Resource.select().where(Resource.name == "Room 9").count()) == (0, 0)


def test_people_rooms_and_devices_come_in(cast: Cast) -> None:
    text = THINGS + "Cleo;Person;;europe/london\nRoom 9;Raum;centre;\nLaser 9;device;;\n"
    assert bring(system(cast), What.RESOURCES, text) == Brought(3, 0, "")
    rows = {row.name: (row.kind, row.tzid, row.location and row.location.name) for row in Resource.select()}
    assert rows["Cleo"] == ("person", "Europe/London", None)
    assert rows["Room 9"] == ("room", Location.get().tzid, "Centre")
    assert rows["Laser 9"] == ("device", "Europe/Berlin", None)
    assert bring(system(cast), What.RESOURCES, text) == Brought(0, 3, "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Cleo;boss;;", "person, room or device"),
        ("Room 9;room;;", "please name it"),
        ("Room 9;room;Nowhere;", "no location called Nowhere"),
        ("Cleo;person;;Mars/Base", "time zone is not known"),
        (";person;;", "Please fill in"),
    ],
)
def test_thing_that_cannot_be_is_told(cast: Cast, line: str, words: str) -> None:
    [(state, said)] = problems(system(cast), What.RESOURCES, THINGS + line)
    assert (state, words in said) == (State.WRONG.value, True), said


def test_text_that_cannot_be_read_brings_nothing(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="must be among them"):
        bring(system(cast), What.CLIENTS, "Nora;nora@example.org\nBen;ben@example.org")


def test_rights_decide_what_may_be_brought_in(cast: Cast) -> None:
    desk, manager = staff(cast, ReadyMade.FRONT_DESK), staff(cast, ReadyMade.MANAGER)
    assert (kinds_for(manager), kinds_for(desk)) == ([What.CLIENTS, What.RESOURCES], [What.CLIENTS])
    for who, what in (
        (desk, What.RESOURCES),
        (staff(cast, ReadyMade.VIEWER), What.CLIENTS),
        (visitor(cast), What.CLIENTS),
    ):
        with pytest.raises(NotAllowed):
            bring(who, what, CLIENTS + "Nora;nora@example.org;;")
    with pytest.raises(NotAllowed):
        kinds_for(staff(cast, ReadyMade.AUDITOR))
    provider = staff(cast, ReadyMade.PROVIDER, resource_id=cast.rows["Ada"])
    assert provider.may(Permission.EDIT_CLIENTS)  # of their own bookings
    with pytest.raises(NotAllowed):
        bring(provider, What.CLIENTS, CLIENTS + "Nora;nora@example.org;;")


def test_notes_are_brought_in_by_those_alone_who_may_see_them(cast: Cast) -> None:
    manager = staff(cast, ReadyMade.MANAGER)
    assert not manager.may(Permission.SEE_CONFIDENTIAL)
    assert bring(manager, What.CLIENTS, CLIENTS + "Nora;nora@example.org;;").new == 1
    with pytest.raises(NotAllowed):
        bring(manager, What.CLIENTS, CLIENTS + "Ben;ben@example.org;;by wheelchair")


def test_each_client_is_told_to_the_log_without_what_they_are_called(cast: Cast) -> None:
    bring(system(cast), What.CLIENTS, CLIENTS + "Nora;nora@example.org;;")
    [entry] = AuditEntry.select().where(AuditEntry.kind == "client")
    assert (entry.action, entry.after) == ("made", '{"email":"masked","name":"masked"}')


def test_many_lines_come_in_several_transactions(cast: Cast) -> None:
    text = CLIENTS + "".join(f"Client {number};c{number}@example.org;;\n" for number in range(BATCH + 5))
    assert bring(system(cast), What.CLIENTS, text).new == BATCH + 5
    assert Client.select().count() == BATCH + 5


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (What.RESOURCES, THINGS + "Room 8;room;Centre;\nRoom 9;room;Centre;\n"),
        (What.CLIENTS, CLIENTS + "Nora;nora@example.org;;\nBen;ben@example.org;;\n"),
    ],
)
def test_same_lines_twice_at_once_come_in_once(store: Store, cast: Cast, what: What, text: str) -> None:
    found = twice(store, *[lambda: bring(system(cast), what, text)] * 2)
    brought = [one for one in found if isinstance(one, Brought)]
    assert (sum(one.new for one in brought), sum(one.known for one in brought)) == (2, 2)
    assert Resource.select().where(Resource.name.startswith("Room")).count() + Client.select().count() == 2

"""Finding clients whose details are encrypted."""

from __future__ import annotations

import pytest

from app.storage import clients
from app.storage.check import check_database
from app.storage.clients import find_by_mail_and_name, find_client_ids
from app.storage.store import Store
from app.storage.tables import Client, User
from tests.storage.helpers import stamped

PEOPLE = (
    ("Annabel Berger", "anna@example.org", "+49 30 1234567"),
    ("Anna Li", "anna.li@example.org", ""),
    ("Élodie Müller", "elodie@example.org", "0171 555"),
    ("Bo Ann", "bo@example.org", ""),
)


@pytest.fixture
def people(store: Store) -> Store:
    def fill() -> None:
        for name, email, phone in PEOPLE:
            Client.create(**stamped(name=name, email=email, phone=phone))

    store.write(fill)
    return store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann", [1, 2, 4]),
        ("ANNA", [1, 2]),
        ("annab", [1]),
        ("annx", []),
        ("ber ann", [1]),
        ("li", [2]),
        ("l", []),
        ("an", []),
        ("muller élo", [3]),
        ("ller", []),
        (" Anna@Example.org ", [1]),
        ("anna@", [1, 2]),
        ("@example.org", []),
        ("0049 (30) 123 45 67", [1]),
        ("0171555", [3]),
        ("0171", []),
        ("", []),
        ("%", []),
    ],
)
def test_clients_are_found(people: Store, text: str, found: list[int]) -> None:
    assert people.read(lambda: find_client_ids(text)) == found


def test_whole_words_are_found_however_many_begin_so(people: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MOST_CANDIDATES", 1)
    assert people.read(lambda: find_client_ids("anna")) == [2]
    assert people.read(lambda: find_client_ids("annabe")) == []


def test_client_who_is_renamed_is_found_by_the_new_name_alone(people: Store) -> None:
    row = Client.get_by_id(1)
    row.name, row.email = "Carla Berger", "carla@example.org"
    people.write(row.save)
    found = people.read(lambda: [find_client_ids(text) for text in ("annabel", "carla", "anna@example.org")])
    assert (found, check_database(people)) == ([[], [1], []], [])


def test_client_is_known_by_mail_and_exact_name(people: Store) -> None:
    known = people.read(lambda: find_by_mail_and_name("ANNA@example.org", "Annabel Berger"))
    assert known == (1, Client.get_by_id(1).public_id)
    others = (("anna@example.org", "Annabel"), ("other@example.org", "Annabel Berger"))
    assert people.read(lambda: [find_by_mail_and_name(*one) for one in others]) == [None, None]


def test_client_who_is_a_user_is_not_taken_for_a_visitor(people: Store) -> None:
    def link() -> None:
        user = User.create(**stamped(email="u@example.org", name="U", password_hash=""))
        Client.update(user=user.id).where(Client.id == 1).execute()

    people.write(link)
    assert people.read(lambda: find_by_mail_and_name("anna@example.org", "Annabel Berger")) is None


def test_check_finds_a_client_whom_nobody_finds(people: Store) -> None:
    people.write(lambda: people.run("DELETE FROM client_index WHERE client_id = 3"))
    assert check_database(people) == [f"Client {Client.get_by_id(3).public_id} cannot be found by their email address."]


def test_tags_tell_nothing_of_what_they_stand_for(people: Store) -> None:
    rows = people.rows("SELECT kind, tag FROM client_index")
    kinds = {kind: sum(one == kind for one, _ in rows) for kind, _ in rows}
    assert (kinds, {len(tag) for _, tag in rows}) == ({"word": 8, "beginning": 6, "mail": 4, "phone": 2}, {12})

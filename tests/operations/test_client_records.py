"""Clients' records: who sees which part of them, and correcting them, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.access.grants import Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.operations.accounts.account_clients import keeps_former_address
from app.operations.audit.words import Kind
from app.operations.book import book
from app.operations.change import move
from app.operations.clients.client_archive import collect_client
from app.operations.clients.client_records import ClientDraft, get_client, gives_new_address, save_client
from app.operations.clients.erasure import erase_client
from app.operations.context import Context
from app.operations.letters.address_letters import former_letter
from app.operations.letters.booking_letters import Letter, NoLetterError, write_letter
from app.operations.requests import ClientDetails, MoveRequest
from app.operations.setup.users import get_user, save_user
from app.storage.audit_tables import AuditEntry
from app.storage.clients import find_client_ids
from app.storage.store import Store
from app.storage.tables import Attendee, Booking, Client
from app.texts import speaking
from app.translations import load_languages
from tests.cast import HOUR, Cast, change_row, granted, one_provider, pool_of, user
from tests.operations.helpers import BEN, TEN, holding, staff, system, visitor, wish
from tests.operations.letter_helpers import HEAD, letters, messages

CORRECTED = ClientDraft("Ada Other", "ada.other@example.org", "030 123456", "Prefers mornings")


def ada(cast: Cast) -> str:
    """Let Ada book, and return her public id as a client."""
    return book(visitor(cast), wish(cast)).public_id and client_id("ada@example.org")


def client_id(email: str) -> str:
    """The public id of the client with this email address."""
    return next(str(row.public_id) for row in Client.select() if row.email == email)


def test_record_shows_contact_and_bookings_the_latest_first(store: Store) -> None:
    cast = one_provider(store)
    first = book(visitor(cast), wish(cast)).public_id
    second = book(visitor(cast), wish(cast, TEN + HOUR)).public_id
    found = get_client(system(cast), client_id("ada@example.org"))
    assert (found.name, found.email, found.notes) == ("Ada Client", "ada@example.org", "")
    assert [one.public_id for one in found.bookings] == [second, first]


@pytest.mark.parametrize(
    ("role", "notes", "may_edit", "may_answer"),
    [
        (ReadyMade.ADMINISTRATOR, "", True, True),
        (ReadyMade.MANAGER, None, True, False),
        (ReadyMade.FRONT_DESK, None, True, False),
    ],
)
def test_record_shows_a_role_what_it_may_see(
    store: Store, role: ReadyMade, notes: str | None, may_edit: bool, may_answer: bool
) -> None:
    cast = one_provider(store)
    found = get_client(staff(cast, role), ada(cast))
    assert (found.notes, found.may_edit, found.may_answer) == (notes, may_edit, may_answer)


def test_record_is_there_for_the_provider_of_one_of_its_bookings_only(store: Store) -> None:
    cast = pool_of(store, 2)
    mine = book(visitor(cast), wish(cast)).resources[0].name
    other = "Provider 1" if mine == "Provider 0" else "Provider 0"
    client = client_id("ada@example.org")
    assert get_client(staff(cast, ReadyMade.PROVIDER, cast.rows[mine]), client).notes == ""
    with pytest.raises(NotFound):
        get_client(staff(cast, ReadyMade.PROVIDER, cast.rows[other]), client)


def test_record_is_not_for_those_who_may_see_no_contacts(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    for role in (ReadyMade.VIEWER, ReadyMade.AUDITOR):
        with pytest.raises(NotAllowed):
            get_client(staff(cast, role), client)


def test_saving_corrects_the_record_and_the_name_on_bookings(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    save_client(system(cast), client, CORRECTED, version=1)
    found = get_client(system(cast), client)
    assert (found.name, found.email, found.phone, found.notes, found.version) == (
        *("Ada Other", "ada.other@example.org", "030 123456", "Prefers mornings"),
        2,
    )
    assert [row.name for row in Attendee.select()] == ["Ada Other"]
    assert found.bookings[0].client_name == "Ada Other"


def test_second_of_two_who_save_is_told_so_and_changes_nothing(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    save_client(system(cast), client, CORRECTED, version=1)
    with pytest.raises(StaleVersion):
        save_client(system(cast), client, replace(CORRECTED, name="Ada Third"), version=1)
    assert get_client(system(cast), client).name == "Ada Other"


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("name", replace(CORRECTED, name=" ")),
        ("email", replace(CORRECTED, email="nobody")),
        ("phone", replace(CORRECTED, phone="call me")),
        ("notes", replace(CORRECTED, notes="x" * 10_001)),
    ],
)
def test_saving_what_cannot_be_is_refused_beside_its_field(store: Store, field: str, draft: ClientDraft) -> None:
    cast = one_provider(store)
    client = ada(cast)
    with pytest.raises(InvalidInput) as refused:
        save_client(system(cast), client, draft)
    assert refused.value.field == field
    assert get_client(system(cast), client).version == 1


def test_notes_are_written_only_by_those_who_may_see_them(store: Store) -> None:
    cast = one_provider(store)
    client, desk = ada(cast), staff(cast, ReadyMade.FRONT_DESK)
    with pytest.raises(NotAllowed):
        save_client(desk, client, CORRECTED)
    save_client(desk, client, replace(CORRECTED, notes=None))
    assert get_client(system(cast), client).notes == ""


def test_clients_of_another_place_are_corrected_by_nobody_from_here(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    elsewhere = Scope(ScopeKind.LOCATION, 999, frozenset(), "Elsewhere")
    actor = replace(user(ReadyMade.FRONT_DESK), grants=(granted(ReadyMade.FRONT_DESK, elsewhere),))
    with pytest.raises(NotFound):
        save_client(Context(store, actor, cast.now), client, replace(CORRECTED, notes=None))


def test_correcting_needs_the_right_to_edit(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    with pytest.raises(NotAllowed):
        save_client(holding(cast, Permission.SEE_CONTACTS), client, replace(CORRECTED, notes=None))


def test_name_and_mail_of_somebody_with_an_account_stay_the_accounts(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.user("Sam", "front_desk"))
    actor = user(ReadyMade.FRONT_DESK, name="Sam", user_id=cast.rows["Sam"])
    actor = replace(actor, email="sam@example.org")
    book(Context(store, actor, cast.now), wish(cast, client=ClientDetails(is_actor=True)))
    client = client_id("sam@example.org")
    with pytest.raises(InvalidInput) as refused:
        save_client(system(cast), client, CORRECTED)
    assert refused.value.field == "name"
    save_client(system(cast), client, ClientDraft("Sam", "sam@example.org", "030 1234"))
    assert get_client(system(cast), client).phone == "030 1234"


def test_record_of_an_account_follows_its_mail_address_unless_a_client_has_that(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: [cast.user("Sam", "front_desk", password_hash="x"), cast.user("Root", "administrator")])
    actor = replace(user(ReadyMade.FRONT_DESK, name="Sam", user_id=cast.rows["Sam"]), email="sam@example.org")
    book(Context(store, actor, cast.now), wish(cast, client=ClientDetails(is_actor=True)))
    client, sam, context = client_id("sam@example.org"), cast.ids["Sam"], system(cast)
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    draft = get_user(context, sam).draft
    save_user(context, replace(draft, email=BEN.email), sam)
    assert (get_client(context, client).email, keeps_former_address(context, sam)) == ("sam@example.org", True)
    save_user(context, replace(draft, email="samuel@example.org"), sam)
    assert (get_client(context, client).email, keeps_former_address(context, sam)) == ("samuel@example.org", False)
    row = store.read(lambda: Client.get(Client.public_id == client))
    assert [find_client_ids(one) for one in ("samuel@example.org", "sam@example.org")] == [[row.id], []]
    assert Booking.get(Booking.client == row.id).link_number == 1
    told = AuditEntry.select().where(AuditEntry.kind == Kind.CLIENT, AuditEntry.object == client)
    assert [(one.action, one.before) for one in told] == [("changed", '{"email":"masked"}')]


def test_unknown_client_is_not_found(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, client=BEN))
    with pytest.raises(NotFound):
        get_client(system(cast), "nobody")


def test_who_books_for_a_client_of_others_sees_no_notes_and_edits_nothing(store: Store) -> None:
    cast = pool_of(store, 2)
    store.write(lambda: [cast.user("One", "provider", "Provider 0"), cast.user("Two", "provider", "Provider 1")])
    book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"]))
    client = client_id("ada@example.org")
    save_client(system(cast), client, CORRECTED)
    two = user(ReadyMade.PROVIDER, cast.rows["Provider 1"], "Two", cast.rows["Two"])
    details = ClientDetails("Ada Other", "ada.other@example.org")
    book(Context(store, two, cast.now), wish(cast, TEN + HOUR, provider=cast.ids["Provider 1"], client=details))
    found = get_client(Context(store, two, cast.now), client)
    assert (found.name, found.notes, found.may_edit, len(found.bookings)) == ("Ada Other", None, False, 1)
    one = user(ReadyMade.PROVIDER, cast.rows["Provider 0"], "One", cast.rows["One"])
    found = get_client(Context(store, one, TEN), client)  # she came to him
    assert (found.notes, found.may_edit) == ("Prefers mornings", True)


def known_to_one(store: Store) -> tuple[Cast, str]:
    """Ada, who has been with Provider 0 and has notes, and has an id; Provider 1 has an account, too."""
    cast = pool_of(store, 2)
    store.write(lambda: [cast.user("One", "provider", "Provider 0"), cast.user("Two", "provider", "Provider 1")])
    book(visitor(cast), wish(cast, provider=cast.ids["Provider 0"]))
    client = client_id("ada@example.org")
    save_client(system(cast), client, ClientDraft("Ada Client", "ada@example.org", "030 1", "Prefers mornings"))
    return cast, client


def two(cast: Cast, now: int) -> Context:
    """Provider 1, signed in at this time."""
    return Context(cast.store, user(ReadyMade.PROVIDER, cast.rows["Provider 1"], "Two", cast.rows["Two"]), now)


def test_public_booking_in_a_clients_name_shows_its_provider_no_notes_before_its_time(store: Store) -> None:
    cast, client = known_to_one(store)
    start = TEN + HOUR
    made = book(visitor(cast), wish(cast, start, provider=cast.ids["Provider 1"]))
    assert made.client_name == "Ada Client"
    seen = {}
    for now in (cast.now, start):
        found = get_client(two(cast, now), client)
        seen[now] = (found.name, found.notes, found.may_edit)
    assert seen == {cast.now: ("Ada Client", None, False), start: ("Ada Client", "Prefers mornings", True)}
    with pytest.raises(NotAllowed):
        save_client(two(cast, cast.now), client, ClientDraft("Ada Client", "two@example.org"))


def test_public_booking_moved_to_a_time_that_had_begun_does_not_say_that_the_client_came(store: Store) -> None:
    cast, client = known_to_one(store)
    made = book(visitor(cast), wish(cast, TEN + 24 * HOUR, provider=cast.ids["Provider 1"]))
    later = TEN + 2 * HOUR
    move(two(cast, later), MoveRequest(made.public_id, TEN, provider=cast.ids["Provider 1"]))
    assert get_client(two(cast, later), client).notes is None


def test_public_booking_for_a_client_who_was_brought_in_with_notes_shows_none_of_them(store: Store) -> None:
    cast, client = known_to_one(store)
    Booking.update(client=None).execute()
    book(visitor(cast, cast.now + HOUR), wish(cast, TEN + HOUR, provider=cast.ids["Provider 1"]))
    assert get_client(two(cast, cast.now), client).notes is None


@pytest.mark.parametrize(("field", "value"), [("email", "two@example.org"), ("phone", "030 2")])
def test_contact_of_a_client_of_others_too_is_changed_by_none_of_them_alone(
    store: Store, field: str, value: str
) -> None:
    cast, client = known_to_one(store)
    start = TEN + HOUR
    book(visitor(cast), wish(cast, start, provider=cast.ids["Provider 1"]))
    same = ClientDraft("Ada Client", "ada@example.org", "030 1", "Comes by bus")
    with pytest.raises(InvalidInput) as refused:
        save_client(two(cast, start), client, replace(same, **{field: value}))
    assert (refused.value.field, get_client(two(cast, start), client).is_shared) == (field, True)
    save_client(two(cast, start), client, same)
    assert get_client(system(cast), client).notes == "Comes by bus"


def test_former_mail_address_is_told_in_the_clients_language_and_of_nothing_else(store: Store) -> None:
    load_languages()
    cast = one_provider(store)
    with speaking("de"):
        client = ada(cast)
    save_client(system(cast), client, CORRECTED)
    letter = letters(cast)["address_changed"]
    with speaking("de"):
        words = former_letter(None, HEAD.base_url)
    assert letter == Letter("", "ada@example.org", words.subject, words.text)
    assert (words.subject, "book.example.org" in words.text, "://" in words.text) == (
        "Ihre E-Mail-Adresse bei book.example.org wurde geändert",
        True,
        False,
    )


def test_nobody_is_told_where_the_mail_address_stays_or_there_was_none(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    save_client(system(cast), client, replace(CORRECTED, email="ADA@example.org"))
    store.write(lambda: change_row(Client.get(), email=""))
    save_client(system(cast), client, CORRECTED)
    assert "address_changed" not in [row.kind for row in messages()]


def test_former_mail_address_goes_with_an_erased_client(store: Store) -> None:
    cast = one_provider(store)
    client = ada(cast)
    save_client(system(cast), client, CORRECTED)
    facts = collect_client(system(cast), client, HEAD).facts
    erase_client(system(cast, TEN + HOUR), client)
    row = messages()[-1]
    kept = {"client": client, "to": ""}
    assert (row.kind, json.loads(row.payload), row.status) == ("address_changed", kept, "given_up")
    assert [one["kind"] for one in facts["messages"] if one["about"] == client] == ["address_changed"]
    with pytest.raises(NoLetterError, match="erased"):
        write_letter(system(cast), row, HEAD)


@pytest.mark.parametrize(
    ("email", "changes"),
    [("ada.other@example.org", True), (" ADA@example.org", False), ("nobody", False), ("", False)],
)
def test_another_mail_address_is_told_from_the_same_and_from_none(store: Store, email: str, changes: bool) -> None:
    cast = one_provider(store)
    client = ada(cast)
    seen_by = (system(cast), holding(cast, Permission.SEE_CONTACTS))
    assert [gives_new_address(one, client, email) for one in seen_by] == [changes, False]

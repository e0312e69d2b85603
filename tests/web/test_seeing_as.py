"""See as, the first page, and booking for oneself."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from peewee import fn

from app.access.permissions import Permission, ReadyMade
from app.operations.audit.words import Action
from app.storage.all_tables import ALL_TABLES
from app.storage.audit_tables import AuditEntry
from app.storage.rights_tables import Role
from app.storage.store import Store
from app.storage.tables import Booking, Client
from app.web.access import is_public
from tests.cast import Cast
from tests.web.conftest import SignIn, SignInWith
from tests.web.rights_world import make_world, path_in, rules_of
from tests.web.staff_cast import TEN, booked, form, practice, words


def test_administrator_sees_as_a_role_and_is_told_so(sign_in: SignIn, store: Store) -> None:
    booking = booked(practice(store))
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    assert browser.submit("/see-as/viewer").location == "/home/"
    day = words(browser.get("/calendar/day?date=2030-01-07").text)
    assert ("You see the site as Viewer does" in day, "Nora" in day, "Set-up" in day) == (True, False, False)
    assert browser.get(f"/bookings/{booking}").status_code == 403


def test_nothing_can_be_changed_while_seeing_as(sign_in: SignIn, store: Store) -> None:
    booking = booked(practice(store))
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    browser.submit("/see-as/front_desk")
    answer = browser.submit(f"/bookings/{booking}/cancel")
    assert (answer.status_code, "nothing can be changed" in answer.text) == (403, True)
    assert store.read(lambda: Booking.get(Booking.public_id == booking).status) == "confirmed"
    assert browser.submit("/see-as/stop").status_code == 303
    assert browser.submit(f"/bookings/{booking}/cancel").status_code == 302


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables as they are stored, by the table's name.

    But the audit log, which tells of each look at confidential answers.
    """
    models = [one for one in ALL_TABLES if one is not AuditEntry]
    return store.read(lambda: {one.__name__: sorted(one.select().tuples(), key=repr) for one in models})


def test_looking_at_any_page_while_seeing_as_writes_nothing(app: Flask, sign_in: SignIn, store: Store) -> None:
    world = make_world(store)
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    browser.submit("/see-as/administrator")
    before = rows_of(store)
    last = store.read(lambda: AuditEntry.select(fn.MAX(AuditEntry.id)).scalar())
    for method, rule in rules_of(app):
        if method == "GET" and not is_public(app, rule.endpoint):  # public ones ask for nobody's session
            browser.get(path_in(world, rule))
    assert [name for name, rows in rows_of(store).items() if rows != before[name]] == []
    told = store.read(lambda: {row.action for row in AuditEntry.select().where(AuditEntry.id > last)})
    assert told == {Action.LOOKED}
    assert browser.get("/account/second-factor/app").status_code == 403


def test_signing_out_ends_seeing_as(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    browser.submit("/see-as/viewer")
    assert browser.submit("/sign-out").location == "/sign-in"


def test_role_removed_meanwhile_ends_seeing_as(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    browser.submit("/see-as/auditor")
    store.write(Role.delete().where(Role.public_id == "auditor").execute)
    page = browser.get("/setup/").text
    assert ("Users" in page, "nothing can be changed" in page) == (True, False)


def test_stopping_what_was_not_begun_is_no_error(sign_in: SignIn) -> None:
    assert sign_in(ReadyMade.VIEWER).submit("/see-as/stop").status_code == 303


def test_first_page_is_the_first_that_a_role_may_see(sign_in: SignIn, sign_in_with: SignInWith) -> None:
    assert sign_in(ReadyMade.VIEWER).get("/home/").location == "/calendar/day"
    assert sign_in_with(Permission.SEE_MESSAGES).get("/home/").location == "/outbox/"
    assert "Your role has no page of its own here." in sign_in_with().get("/home/").text.replace("\n", " ")


def test_first_page_of_strangers_is_the_sign_in(visitor: FlaskClient) -> None:
    assert visitor.get("/home/").location == "/sign-in?next=/home/"


def test_who_may_only_book_for_themselves_does_so(sign_in_with: SignInWith, store: Store) -> None:
    cast = practice(store)
    browser = sign_in_with(Permission.BOOK_FOR_SELF, Permission.SEE_BUSY)
    page = browser.get(f"/bookings/new?location={cast.ids['Centre']}&service={cast.ids['Consultation']}").text
    assert ("For yourself: Some" in page, 'name="client_search"' in page, "Repeat this" in page) == (True, False, False)
    answer = browser.submit("/bookings/new", form(cast, client="myself", start=str(TEN)))
    client = store.read(lambda: Client.get(Client.user.is_null(False)))
    assert (answer.status_code, client.name.startswith("Some ")) == (302, True)


def test_who_may_only_book_for_themselves_books_for_nobody_else(sign_in_with: SignInWith, store: Store) -> None:
    cast = practice(store)
    browser = sign_in_with(Permission.BOOK_FOR_SELF, Permission.SEE_BUSY)
    assert browser.submit("/bookings/new", form(cast)).status_code == 403
    assert _bookings(cast) == 0


def _bookings(cast: Cast) -> int:
    return int(cast.store.read(lambda: Booking.select().count()))


def test_ready_made_role_has_its_german_name_and_keeps_it_in_every_language(sign_in: SignIn, store: Store) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    page, path = browser.get("/setup/roles/front_desk").text, "/setup/roles/front_desk"
    assert ("<h1>Empfang</h1>" in page, 'value="Empfang"' in page, "Front desk" in page) == (True, True, False)
    version = page.split('name="version" value="')[1].split('"')[0]
    rights = {"name": "Empfang", "about": "Schaut nach", "may-see_busy": "all", "version": version}
    assert browser.submit(path, {**rights, "action": "save"}).status_code == 302
    role = store.read(lambda: Role.get(Role.public_id == "front_desk"))
    assert (role.name, role.about) == ("Front desk", "Schaut nach")
    browser.submit("/see-as/front_desk")
    assert "so wie die Rolle Empfang ; ändern" in words(browser.get("/calendar/day").text)

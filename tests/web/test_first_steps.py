"""The five steps of an administrator's first minutes, from an empty installation to a booking of a visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from app.access.actors import SYSTEM, VISITOR
from app.access.permissions import ReadyMade
from app.integrations.mail.values import SmtpSettings
from app.operations.book import book
from app.operations.context import Context
from app.operations.installation.probe import open_probe
from app.operations.letters.deliver import Courier, deliver_next
from app.operations.requests import BookingRequest
from app.operations.slots import find_slots
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Location, OutboxMessage, Pool, Resource, Service, User, WeeklyHours
from tests.cast import HOUR, NOW
from tests.integrations.mail_server import Postbox
from tests.operations.helpers import ADA, message_kinds
from tests.operations.setup_cast import add_location, add_person, context_of
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page

SAVE = {"action": "save"}
PLACE = SAVE | {"name": "Lindenhof", "tzid": "Europe/Berlin", "address": "Am Alten Park 3"}
HOURS = SAVE | {"weekday": "workdays", "from": "9", "to": "17", "until_day": "", "place": ""}
TWO = {
    "person_name": ["Milena Sorokova", "Sofia Lindqvist"],
    "person_email": ["milena@example.org", "sofia@example.org"],
    "person_role": ["provider", "front_desk"],
}


@pytest.fixture
def root(sign_in: SignIn) -> Browser:
    """The first administrator, who has just signed in."""
    return sign_in(ReadyMade.ADMINISTRATOR)


def test_steps_lead_from_nothing_to_a_booking(root: Browser, store: Store) -> None:
    assert "/setup/start" in Page(root.get("/today/").text).links
    assert root.submit("/setup/start/place", PLACE).location == "/setup/start/hours"
    form = Page(root.get("/setup/start/hours").text).form("version")
    assert root.submit("/setup/start/hours", HOURS | {"version": form.fields["version"]}).location.endswith("/people")
    assert root.submit("/setup/start/people", SAVE | {"myself": "1", **TWO}).location == "/setup/start/service"
    people = [row.public_id for row in Resource.select()]
    service = SAVE | {"name": "First talk", "minutes": "30", "people": people}
    assert root.submit("/setup/start/service", service).location == "/setup/start/mail"
    context = Context(store, VISITOR, NOW)
    found, place = Service.get(), Location.get()
    start = find_slots(context, found.public_id, place.public_id, NOW, NOW + 7 * 24 * HOUR)[0]
    assert book(context, BookingRequest(found.public_id, place.public_id, start, ADA)).status == "confirmed"
    assert [(row.name, row.tzid) for row in Resource.select().order_by(Resource.id)] == [
        ("Some administrator", "Europe/Berlin"),
        ("Milena Sorokova", "Europe/Berlin"),
    ]
    assert (Pool.get().name, message_kinds()) == ("First talk", ["invitation", "invitation", "confirmed"])
    assert "Your site is ready" not in root.get("/setup/start/done").text


def test_steps_keep_what_was_saved_and_change_it(root: Browser) -> None:
    root.submit("/setup/start/place", PLACE)
    fields = Page(root.get("/setup/start/place").text).form("version").fields
    assert {name: fields[name] for name in PLACE if name != "action"} == {
        "name": "Lindenhof",
        "tzid": "Europe/Berlin",
        "address": "Am Alten Park 3",
    }
    root.submit("/setup/start/place", PLACE | {"name": "Lindenhof Park", "version": fields["version"]})
    stale = root.submit("/setup/start/place", PLACE | {"name": "Lindenhof Thames", "version": fields["version"]})
    assert (stale.status_code, [row.name for row in Location.select()]) == (409, ["Lindenhof Park"])


def test_steps_that_need_a_place_lead_to_it_first(root: Browser) -> None:
    for step in ("hours", "people", "service"):
        assert root.get(f"/setup/start/{step}").location == "/setup/start/place"
        assert root.submit(f"/setup/start/{step}", HOURS | TWO | {"minutes": "30"}).location == "/setup/start/place"
    assert (WeeklyHours.select().count(), User.select().count()) == (0, 1)


@dataclass(frozen=True)
class Wrong:
    """A form with a mistake, and where the sentence about it stands."""

    step: str
    fields: Mapping[str, object]
    field: str


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong("place", PLACE | {"tzid": "Mars"}, "tzid"),
        Wrong("hours", HOURS | {"from": "noon"}, "weekly-0"),
        Wrong("people", SAVE | TWO | {"person_email": ["milena@example.org", "sofia"]}, "people-1"),
        Wrong("people", SAVE | TWO | {"person_email": ["milena@example.org", ""]}, "people-1"),
        Wrong("people", SAVE | TWO | {"person_name": ["", "Sofia Lindqvist"]}, "people-0"),
        Wrong("people", SAVE | TWO | {"person_role": ["provider", "auditor"]}, "people-1"),
        Wrong("service", SAVE | {"name": "Talk", "minutes": "30"}, "people"),
        Wrong("service", SAVE | {"name": "Talk", "minutes": "long", "myself": "1"}, "minutes"),
    ],
    ids=lambda wrong: f"{wrong.step} {wrong.field}",
)
def test_step_with_a_mistake_says_so_and_saves_nothing(root: Browser, store: Store, wrong: Wrong) -> None:
    add_location(context_of(store))
    answer = root.submit(f"/setup/start/{wrong.step}", wrong.fields)
    assert (answer.status_code, f'href="#field-{wrong.field}"' in answer.text) == (422, True)
    counts = [model.select().count() for model in (WeeklyHours, Resource, User, Service, OutboxMessage)]
    assert counts == [0, 0, 1, 0, 0]


def test_people_get_further_lines_with_what_is_typed(root: Browser, store: Store) -> None:
    add_location(context_of(store))
    page = root.submit("/setup/start/people", TWO | {"action": "add-people"}).text
    assert (page.count('name="person_name"'), "milena@example.org" in page) == (3, True)


def test_service_of_one_person_takes_that_person(root: Browser, store: Store) -> None:
    add_location(context_of(store))
    person = add_person(context_of(store))
    root.submit("/setup/start/service", SAVE | {"name": "Talk", "minutes": "45", "people": [person]})
    assert (Service.get().name, Service.get().durations_minutes, Pool.select().count()) == ("Talk", "[45]", 0)
    root.submit("/setup/start/service", SAVE | {"name": "", "minutes": "45"})
    root.submit("/setup/start/service", SAVE | {"name": "Other", "minutes": "45", "myself": "1"})
    assert User.get().resource.name == "Some administrator"


def test_mail_test_goes_out_and_says_so(root: Browser, store: Store, courier: Courier, postbox: Postbox) -> None:
    root.submit("/setup/start/mail", SAVE)
    root.submit("/setup/start/mail", SAVE)
    assert "It is on its way." in root.get("/setup/start/mail").text
    assert [row.action for row in AuditEntry.select().order_by(AuditEntry.id)] == ["signed_in", "mail_tested"]
    assert message_kinds() == ["mail_test"]
    assert deliver_next(Context(store, SYSTEM, NOW), courier, lambda: NOW)
    assert [mail["Subject"] for mail in postbox.mails] == ["Mails of book.example.org arrive"]
    assert "The mail server has taken it." in root.get("/setup/start/mail").text


def test_mail_test_that_does_not_go_out_tells_why(root: Browser, store: Store, courier: Courier) -> None:
    root.submit("/setup/start/mail", SAVE)
    away = Courier(courier.head, SmtpSettings("127.0.0.1", 9, seconds=2.0))
    assert deliver_next(Context(store, SYSTEM, NOW), away, lambda: NOW)
    assert "It did not go out: The mail server" in root.get("/setup/start/mail").text
    root.submit("/setup/start/mail", SAVE)
    assert message_kinds() == ["mail_test", "mail_test"]


def test_check_of_the_installation_is_no_place_of_the_steps(root: Browser, store: Store) -> None:
    open_probe(context_of(store))
    assert Page(root.get("/setup/start/place").text).form("version").fields["name"] == ""
    assert "done" not in Page(root.get("/setup/start").text).text

"""The page of the audit log: for whom it is, what it finds, what it gives out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Permission, ReadyMade
from app.operations.audit.log import PAGE
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.sealing import seal_entries
from app.operations.audit.words import Action, Kind
from app.operations.book import book
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.setup.approvals import RuleDraft, StepDraft, save_rule
from app.operations.setup.groups import GroupDraft, save_group
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Location
from tests.cast import HOUR, Cast, one_provider
from tests.operations.helpers import BEN, TEN, staff, system, wish
from tests.operations.helpers import visitor as visitor_of
from tests.web.conftest import SignIn, SignInWith
from tests.web.reading import Page


@pytest.fixture
def told(store: Store) -> Cast:
    """A booking by a visitor from an address, and one by the system; the second one is cancelled."""
    cast = one_provider(store)
    book(replace(visitor_of(cast), address="192.0.2.7"), wish(cast, comment="I am afraid"))
    second = book(system(cast), wish(cast, TEN + HOUR, client=BEN)).public_id
    cancel(system(cast, cast.now + 86_400), second)
    return cast


def rows_of(text: str) -> list[str]:
    """The words of each line of the table."""
    parts = text.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    return [Page(part).text for part in parts]


@pytest.mark.usefixtures("told")
def test_page_tells_who_did_what_to_what(sign_in: SignIn) -> None:
    page = sign_in(ReadyMade.AUDITOR).get("/audit/").text
    cancelled, _, first = [row for row in rows_of(page) if "Booking" in row]
    for words in (
        "A visitor",
        "192.0.2.7",
        "Booked",
        "service Consultation",
        "resources Ada",
        "client (not kept here)",
    ):
        assert words in first
    assert ("Eigenplan" in cancelled, "confirmed became cancelled" in cancelled) == (True, True)
    assert [word for word in ("Ada Client", "ada@example.org", "afraid") if word in page] == []


def test_page_tells_of_a_booking_on_the_clock_of_its_place(store: Store, told: Cast, sign_in: SignIn) -> None:
    def move_away() -> None:
        Location.update(tzid="Asia/Tokyo").execute()
        store.bump_catalog()

    store.write(move_away)
    [*_, first] = [row for row in rows_of(sign_in(ReadyMade.AUDITOR).get("/audit/?kind=booking").text)]
    assert "start Monday 7 January 2030, 19:00 (Tokyo)" in first


def test_page_names_whom_a_rule_of_approvals_is_about(store: Store, told: Cast, sign_in: SignIn) -> None:
    store.write(lambda: [told.user("Ben Deputy", ReadyMade.MANAGER), told.user("Root", ReadyMade.ADMINISTRATOR)])
    group = save_group(system(told), GroupDraft("Reception"))
    step = StepDraft(approvers=(f"group:{group}", f"user:{told.ids['Ben Deputy']}"))
    save_rule(system(told), RuleDraft(f"service:{told.ids['Consultation']}", steps=(step,)))
    [row] = [row for row in rows_of(sign_in(ReadyMade.AUDITOR).get("/audit/").text) if "Rule of approvals" in row]
    assert ("about Consultation" in row, "approvers: Reception, Ben Deputy" in row) == (True, True), row


def test_auditor_begins_at_the_log_and_sees_nothing_else(sign_in: SignIn) -> None:
    auditor = sign_in(ReadyMade.AUDITOR)
    begin = auditor.get("/home/", follow_redirects=True)
    assert (begin.request.path, Page(begin.text).links.count("/audit/") > 0) == ("/audit/", True)
    assert [link for link in Page(begin.text).links if link in ("/calendar/day", "/bookings/", "/setup/")] == []


@pytest.mark.parametrize("role", [ReadyMade.MANAGER, ReadyMade.PROVIDER, ReadyMade.FRONT_DESK, ReadyMade.VIEWER])
def test_page_is_refused_to_others(sign_in: SignIn, role: ReadyMade) -> None:
    somebody = sign_in(role)
    answers = (somebody.get("/audit/"), somebody.submit("/audit/export", {"format": "csv"}))
    assert [answer.status_code for answer in answers] == [403, 403]


def test_stranger_is_asked_to_sign_in(visitor: FlaskClient) -> None:
    assert visitor.get("/audit/").headers["Location"] == "/sign-in?next=/audit/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?first=2030-01-05", ["Cancelled"]),
        ("?last=2030-01-04&kind=booking", ["Booked", "Booked"]),
        ("?who=visitor", ["Booked"]),
        ("?who=system&action=cancelled", ["Cancelled"]),
        ("?text=192.0.2.7", ["Booked"]),
        ("?kind=booking&first=not-a-date", ["Cancelled", "Booked", "Booked"]),
        ("?text=%00&who=client", []),
    ],
)
@pytest.mark.usefixtures("told")
def test_search_finds(sign_in_with: SignInWith, query: str, found: list[str]) -> None:
    page = sign_in_with(Permission.READ_AUDIT).get("/audit/" + query).text
    rows = rows_of(page) if "<tbody>" in page else []
    assert [word for row in rows for word in ("Booked", "Cancelled") if word in row] == found


def test_search_finds_by_name_of_what_was_changed_and_by_who(store: Store, told: Cast, sign_in: SignIn) -> None:
    store.write(lambda: told.user("Uma", "manager"))
    actor = staff(told, ReadyMade.MANAGER).actor
    context = Context(store, replace(actor, user_id=told.rows["Uma"]), told.now)
    subject, change = Subject(Kind.RESOURCE, told.ids["Ada"]), Change({"name": "Eve"}, {"name": "Ada"})
    store.write(lambda: record(context, Action.CHANGED, subject, change))
    auditor = sign_in(ReadyMade.AUDITOR)
    for query in ("?text=ADA", f"?who={told.ids['Uma']}", f"?text={told.ids['Ada']}"):
        (row,) = rows_of(auditor.get("/audit/" + query).text)
        assert "Uma Changed Person, room or device Ada name Eve became Ada" in row


def test_search_that_finds_nothing_says_so(sign_in: SignIn) -> None:
    assert "No entry matches this search." in sign_in(ReadyMade.AUDITOR).get("/audit/?text=nothing").text


def test_pages_follow_one_another_without_gap(store: Store, told: Cast, sign_in: SignIn) -> None:
    context, subject = system(told), Subject(Kind.USER, "x")

    def fill() -> None:
        for _ in range(PAGE + 5):
            record(context, Action.CHANGED, subject)

    store.write(fill)
    auditor = sign_in(ReadyMade.AUDITOR)
    first = auditor.get("/audit/?text=x")
    (older,) = [link for link in Page(first.text).links if "before=" in link]
    second = auditor.get(older)
    assert (len(rows_of(first.text)), len(rows_of(second.text)), "before=" in second.text) == (PAGE, 5, False)


def test_page_says_what_is_sealed(store: Store, told: Cast, sign_in: SignIn) -> None:
    auditor = sign_in(ReadyMade.AUDITOR)
    before = auditor.get("/audit/?kind=booking").text
    seal_entries(system(told))
    after = auditor.get("/audit/?kind=booking").text
    assert [page.count("not sealed yet") for page in (before, after)] == [3, 0]
    assert after.count("batch 1") == 3


@pytest.mark.usefixtures("told")
def test_export_gives_all_that_was_searched_and_is_told_itself(sign_in: SignIn) -> None:
    auditor = sign_in(ReadyMade.AUDITOR)
    answer = auditor.submit("/audit/export", {"format": "jsonl", "kind": "booking", "who": "system", "text": ""})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(one["action"], one["at"]) for one in lines] == [
        ("booked", "2030-01-04T00:00:00Z"),
        ("cancelled", "2030-01-05T00:00:00Z"),
    ]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2030-01-04.jsonl"'
    last = AuditEntry.select().order_by(AuditEntry.id.desc()).first()
    assert (last.action, last.kind, json.loads(last.after)) == (
        "exported",
        "audit_log",
        {"format": "jsonl", "kind": "booking", "who": "system"},
    )


def test_export_for_spreadsheets_runs_no_formula(store: Store, told: Cast, sign_in: SignIn) -> None:
    context = system(told)
    reasons = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", 'a "quoted", text']

    def fill() -> None:
        for one in reasons:
            record(context, Action.MOVED, Subject(Kind.USER, "x"), reason=one)

    store.write(fill)
    answer = sign_in(ReadyMade.AUDITOR).submit("/audit/export", {"format": "csv", "text": "x"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["reason"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", 'a "quoted", text']
    last = AuditEntry.select().order_by(AuditEntry.id.desc()).first()
    assert json.loads(last.after)["text"] == "masked"


@pytest.mark.parametrize("fields", [{}, {"format": "pdf"}, {"format": "csv", "first": "soon"}])
def test_export_of_something_else_is_refused(sign_in: SignIn, fields: dict[str, str]) -> None:
    auditor = sign_in(ReadyMade.AUDITOR)
    before = AuditEntry.select().count()
    assert auditor.submit("/audit/export", fields).status_code == 422
    assert AuditEntry.select().count() == before


@pytest.mark.usefixtures("told")
def test_booking_shows_its_history_to_those_who_see_details(sign_in: SignIn, sign_in_with: SignInWith) -> None:
    mine = str(AuditEntry.select().where(AuditEntry.action == "cancelled").get().object)
    page = Page(sign_in(ReadyMade.MANAGER).get(f"/bookings/{mine}").text).text
    assert "History (2)" in page
    assert "Cancelled by Eigenplan" in page
    bare = sign_in_with(Permission.SEE_BUSY, Permission.SEE_TITLES).get(f"/bookings/{mine}").text
    assert "History" not in bare

"""Taking the list of bookings out as a file."""

from __future__ import annotations

import csv
import io
import json

import pytest

from app.access.permissions import Permission, ReadyMade
from app.operations import list_export
from app.storage.audit_tables import AuditEntry
from tests.cast import HOUR, Cast
from tests.web.conftest import Browser, SignIn, SignInWith
from tests.web.staff_cast import TEN, booked, booked_at

ALL = "first=2030-01-01&last=2030-03-31"


def taken_out(browser: Browser, query: str = ALL) -> list[dict[str, str]]:
    answer = browser.submit(f"/bookings/export.csv?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_list_is_taken_out_as_it_is_searched_for(sign_in: SignIn, cast: Cast) -> None:
    manager = sign_in(ReadyMade.MANAGER)
    who, said = ("=SUM(A1)", "nora@example.org"), {"answers": {"first-visit": "yes"}, "comment": "@home"}
    mine = booked_at(cast, TEN, "Intake", "Centre", who, **said)
    booked(cast, TEN + HOUR, name="Olaf Client")
    [found] = taken_out(manager, f"{ALL}&text=intake")
    assert (found["booking"], found["start"], found["service"]) == (mine, "2030-01-07T10:00:00+00:00", "Intake")
    assert (found["client"], found["comment"]) == ("'=SUM(A1)", "'@home")
    assert "yes" not in found.values()
    [entry] = AuditEntry.select().where(AuditEntry.action == "exported")
    told = json.loads(entry.after)
    assert (entry.kind, told["count"], told["text"]) == ("booking_list", 1, "masked")
    assert 'action="/bookings/export.csv?' in manager.get(f"/bookings/?{ALL}&text=intake").text


def test_names_and_contacts_are_in_it_only_by_right(sign_in_with: SignInWith, cast: Cast) -> None:
    booked(cast, comment="Comes by wheelchair")
    [found] = taken_out(sign_in_with(Permission.EXPORT, Permission.SEE_BUSY, Permission.SEE_TITLES))
    assert [found[name] for name in ("service", "client", "email", "phone", "comment")] == ["Consultation", *[""] * 4]


def test_nothing_is_taken_out_without_the_right(desk: Browser, cast: Cast) -> None:
    booked(cast)
    assert desk.submit(f"/bookings/export.csv?{ALL}").status_code == 403
    assert "export.csv" not in desk.get(f"/bookings/?{ALL}").text
    assert AuditEntry.select().where(AuditEntry.action == "exported").count() == 0


@pytest.mark.parametrize(("query", "said"), [(ALL, "more than 1 bookings"), ("first=soon", "")])
def test_search_that_is_too_wide_or_unreadable_is_refused_in_a_sentence(
    sign_in: SignIn, cast: Cast, monkeypatch: pytest.MonkeyPatch, query: str, said: str
) -> None:
    monkeypatch.setattr(list_export, "MOST_ROWS", 1)
    for number in range(2):
        booked(cast, TEN + number * HOUR)
    answer = sign_in(ReadyMade.MANAGER).submit(f"/bookings/export.csv?{query}")
    assert (answer.status_code, said in answer.text) == (422, True)
    assert AuditEntry.select().where(AuditEntry.action == "exported").count() == 0

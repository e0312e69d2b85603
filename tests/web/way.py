"""Going the public way in tests: the addresses and forms of the cast's one service."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.storage.tables import Booking
from tests.cast import HOUR, MONDAY, Cast
from tests.web.reading import Form, Page

TEN = MONDAY + 10 * HOUR
ADA = {"name": "Ada Client", "email": "ada@example.org"}
OF_OUR_PAGE = {"Origin": "http://localhost"}


def query(cast: Cast, of: str = "Consultation", /, **more: object) -> str:
    """The query part that names the cast's service and place."""
    return urlencode({"service": cast.ids[of], "location": cast.ids["Centre"], **more})


def open_details(visitor: FlaskClient, cast: Cast, start: int = TEN, **more: object) -> Form:
    """Open the form for a time."""
    answer = visitor.get(f"/book/details?{query(cast, start=start, **more)}")
    assert answer.status_code == 200
    return Page(answer.text).form("token")


def send(visitor: FlaskClient, form: Form, **fields: Sequence[str]) -> TestResponse:
    """Send a form with these fields changed, as a browser does: it says whose page that was."""
    return visitor.post(form.action, data={**form.fields, **fields}, headers=OF_OUR_PAGE)


def book(visitor: FlaskClient, cast: Cast, start: int = TEN, **fields: str) -> str:
    """Book, and return the token of the manage link."""
    answer = send(visitor, open_details(visitor, cast, start), **{**ADA, **fields})
    assert answer.status_code == 303
    return answer.location.rpartition("/")[2]


def count_bookings() -> int:
    """How many bookings there are."""
    return int(Booking.select().count())

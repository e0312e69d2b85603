"""Giving details and booking, on the public way."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.booking.refusals import Unavailable
from app.storage.store import Store
from app.storage.tables import Attendee, Booking, Client, Location, Service
from app.web.public.token import MAX_AGE_SECONDS, Choice, TokenError, read_choice, sign_choice
from tests.cast import HOUR, MONDAY, NOW, Cast, one_provider, pool_of
from tests.operations.approval_cast import Steps, rule
from tests.web.conftest import SECRET
from tests.web.reading import Page
from tests.web.way import ADA, TEN, book, count_bookings, open_details, query, send

REVERSED = "Ada \u202eevil"
QUESTIONS = [
    {"public_id": "q1", "label": "Reason", "kind": "text", "required": True, "choices": []},
    {"public_id": "q2", "label": "Story", "kind": "long_text", "required": False, "choices": []},
    {"public_id": "q3", "label": "Language", "kind": "choice", "required": False, "choices": ["English", "German"]},
    {"public_id": "q4", "label": "First visit?", "kind": "yes_no", "required": False, "choices": []},
]


def test_book_leads_to_done_page_with_manage_link(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    token = book(visitor, cast, comment="Window seat, please")
    answer = visitor.get(f"/book/done/{token}")
    page = Page(answer.text)
    assert (answer.status_code, f"/manage/{token}" in page.links) == (200, True)
    assert "Monday 7 January 2030, 10:00–10:30" in page.text
    assert [(one.status, one.start_at, one.comment) for one in Booking.select()] == [
        ("confirmed", TEN, "Window seat, please")
    ]


def test_book_needs_no_cookie(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    answer = send(visitor, open_details(visitor, cast), **ADA)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, False)


def test_book_keeps_zone_of_visitor(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    send(visitor, open_details(visitor, cast, zone="Asia/Tokyo"), **ADA)
    assert [one.tzid for one in Booking.select()] == ["Asia/Tokyo"]


def test_book_same_form_twice_gives_same_booking(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    first, second = (send(visitor, form, **ADA) for _ in range(2))
    assert (second.status_code, second.location) == (303, first.location)
    assert count_bookings() == 1


def test_book_same_form_with_other_details_is_refused(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    send(visitor, form, **ADA)
    answer = send(visitor, form, **{**ADA, "name": "Ben"})
    assert (answer.status_code, count_bookings()) == (409, 1)
    assert "This form was sent before with other details" in Page(answer.text).alerts[0]


def test_book_of_service_that_needs_approval_is_a_request(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    token = book(visitor, cast)
    assert "Your request has arrived" in Page(visitor.get(f"/book/done/{token}").text).text
    assert [one.status for one in Booking.select()] == ["requested"]


def test_approval_of_what_may_be_taken_is_said_before_it_is_booked(visitor: FlaskClient, store: Store) -> None:
    cast = pool_of(store, 2)
    details = f"/book/details?{query(cast, start=TEN)}"

    def shown() -> tuple[bool, bool, bool]:
        text = Page(visitor.get(details).text).text
        asks = "we confirm each request" in visitor.get("/").text
        return "we have to confirm this time first" in text, "Send the request" in text, asks

    assert shown() == (False, False, False)
    rule(cast, "Provider 0", Steps())
    assert shown() == (True, False, False)
    rule(cast, "Provider 1", Steps())
    assert shown() == (False, True, True)


def test_done_of_changed_link_is_404(visitor: FlaskClient, store: Store) -> None:
    token = book(visitor, one_provider(store))
    answer = visitor.get(f"/book/done/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}")
    assert (answer.status_code, "This link is not complete" in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("name", "", "Please fill in this field."),
        ("name", REVERSED, "Please remove the invisible marks that change the direction of writing."),
        ("name", "Ada\x00", "Please remove the control characters; plain text is fine."),
        ("email", "ada", "Please check the email address; it should look like name@example.org."),
        ("phone", "call me", "Please check the phone number; use digits, spaces and a leading +."),
        ("comment", "x" * 2001, "Please use at most 2000 characters; this has 2001."),
        ("zone", "Mars/Olympus", "There is no time zone of this name; please choose one like Europe/Berlin."),
    ],
)
def test_book_with_wrong_text_says_so_beside_field_and_keeps_all(
    visitor: FlaskClient, store: Store, name: str, typed: str, sentence: str
) -> None:
    cast = one_provider(store)
    typed_all = {**ADA, "phone": "030 123456", "comment": "kept", name: typed}
    answer = send(visitor, open_details(visitor, cast), **typed_all)
    page = Page(answer.text)
    assert (answer.status_code, page.errors) == (422, {name: sentence})
    kept = page.form("token").fields
    assert {key: kept[key] for key in typed_all if key != name} == {k: v for k, v in typed_all.items() if k != name}
    assert count_bookings() == 0


def test_book_after_mending_a_refused_form_succeeds(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    refused = Page(send(visitor, open_details(visitor, cast), **{**ADA, "email": "ada"}).text).form("token")
    assert send(visitor, refused, email="ada@example.org").status_code == 303


def test_book_just_taken_keeps_all_and_offers_next_free_times(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    book(visitor, cast, name="Ben Client", email="ben@example.org")
    answer = send(visitor, form, **ADA, comment="kept")
    page = Page(answer.text)
    assert (answer.status_code, count_bookings()) == (409, 1)
    assert page.alerts[0].startswith("This time has just been taken; please choose another time.")
    again = page.form("token")
    assert (again.fields["name"], again.fields["comment"]) == ("Ada Client", "kept")
    assert "Monday 7 January 2030, 10:30" in page.text


def test_book_by_button_of_next_free_time_succeeds(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    book(visitor, cast, name="Ben Client", email="ben@example.org")
    again = Page(send(visitor, form, **ADA).text).form("token")
    tokens = [value for name, value in again.buttons if name == "token"]
    pressed = {**again.fields, "token": [again.fields["token"], tokens[0]]}
    assert visitor.post(again.action, data=pressed).status_code == 303
    assert sorted(one.start_at for one in Booking.select()) == sorted([TEN, read_choice(SECRET, tokens[0])[0].start])


def test_book_never_tells_visitors_who_takes_the_time(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    book(visitor, cast, name="Ben Client", email="ben@example.org")
    answer = send(visitor, form, **ADA)
    assert ["Ben" in answer.text, "ben@example.org" in answer.text] == [False, False]


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (NOW - HOUR, "This time has already begun; please choose a later one."),
        (MONDAY + 400 * 86_400, "This cannot be booked so far ahead yet"),
        (MONDAY + 3 * HOUR, "This is outside the hours of Centre"),
        (TEN + 60, "This service begins every 15 minutes"),
        (TEN + 1, "Bookings start on a whole minute"),
    ],
)
def test_book_of_impossible_time_says_why(visitor: FlaskClient, store: Store, start: int, sentence: str) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    token = sign_choice(SECRET, Choice(cast.ids["Consultation"], cast.ids["Centre"], start))
    answer = send(visitor, form, **ADA, token=token)
    assert (answer.status_code, count_bookings()) == (422, 0)
    assert Page(answer.text).alerts[0].startswith(sentence)
    assert Page(answer.text).form("token").fields["name"] == "Ada Client"


@pytest.mark.parametrize("token", ["", "nonsense", "W10.aa.bb"])
def test_book_with_changed_token_changes_nothing_and_keeps_all(visitor: FlaskClient, store: Store, token: str) -> None:
    cast = one_provider(store)
    answer = send(visitor, open_details(visitor, cast), **ADA, token=token)
    page = Page(answer.text)
    assert (answer.status_code, count_bookings()) == (400, 0)
    assert page.alerts[0].startswith("This form was not made by this page")
    assert send(visitor, page.form("token")).status_code == 303


def test_book_with_old_token_asks_to_send_again(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    monkeypatch.setattr("app.web.public.token.MAX_AGE_SECONDS", -1)
    answer = send(visitor, form, **ADA)
    assert (answer.status_code, count_bookings()) == (400, 0)
    assert Page(answer.text).alerts[0].startswith("This form was open for too long")


def test_book_with_changed_token_and_no_address_is_404(visitor: FlaskClient, store: Store) -> None:
    one_provider(store)
    assert visitor.post("/book", data={"token": "x"}).status_code == 404


def test_book_of_service_that_was_switched_off_meanwhile_is_404(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)

    def switch_off() -> None:
        Service.update(active=False).execute()
        store.bump_catalog()

    store.write(switch_off)
    answer = send(visitor, form, **ADA)
    assert (answer.status_code, "There is no such service" in answer.text, count_bookings()) == (404, True, 0)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_book_from_another_site_is_refused(visitor: FlaskClient, store: Store, headers: dict[str, str]) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    answer = visitor.post(form.action, data={**form.fields, **ADA}, headers=headers)
    assert (answer.status_code, count_bookings()) == (403, 0)
    assert "This form was sent from another site." in answer.text


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_book_from_own_page_succeeds(visitor: FlaskClient, store: Store, headers: dict[str, str]) -> None:
    form = open_details(visitor, one_provider(store))
    assert visitor.post(form.action, data={**form.fields, **ADA}, headers=headers).status_code == 303


def test_book_with_huge_comment_is_refused_in_one_sentence(visitor: FlaskClient, store: Store) -> None:
    form = open_details(visitor, one_provider(store))
    answer = send(visitor, form, **ADA, comment="x" * 10_000_000)
    assert (answer.status_code, count_bookings()) == (413, 0)
    assert "What you sent is too large" in answer.text


def test_comment_field_stops_long_text_in_browser(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    text = visitor.get(f"/book/details?{query(cast, start=TEN)}").text
    assert 'name="comment" rows="3" maxlength="2000"' in text


def test_book_with_seats_and_attendees(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store, capacity=5)
    form = open_details(visitor, cast, seats=3)
    assert send(visitor, form, **ADA, attendees="Ben\n\nCleo\n").status_code == 303
    assert [(one.seats) for one in Booking.select()] == [3]
    assert [one.name for one in Attendee.select().order_by(Attendee.position)] == ["Ada Client", "Ben", "Cleo"]


def ask(cast: Cast, questions: list[dict[str, object]] = QUESTIONS) -> None:
    """Give the service intake questions."""

    def work() -> None:
        Service.update(questions=json.dumps(questions)).execute()
        cast.store.bump_catalog()

    cast.store.write(work)


def test_book_with_answers_to_intake_questions(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    ask(cast)
    form = open_details(visitor, cast)
    answers = {"answer-q1": "Back", "answer-q2": "Long", "answer-q3": "German", "answer-q4": "yes"}
    assert send(visitor, form, **ADA, **answers).status_code == 303
    assert json.loads(Booking.get().answers) == {"q1": "Back", "q2": "Long", "q3": "German", "q4": "yes"}


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("answer-q1", "", "Please answer this question."),
        ("answer-q3", "Klingon", "Please choose one of the answers offered."),
    ],
)
def test_book_with_wrong_answer_says_so_beside_question(
    visitor: FlaskClient, store: Store, name: str, typed: str, sentence: str
) -> None:
    cast = one_provider(store)
    ask(cast)
    answer = send(visitor, open_details(visitor, cast), **{**ADA, "answer-q1": "Back", name: typed})
    assert (answer.status_code, Page(answer.text).errors) == (422, {name: sentence})


DEPENDING: list[dict[str, object]] = [
    {"public_id": "d1", "label": "Where?", "kind": "several", "required": False, "choices": ["neck", "back", "knee"]},
    {
        **{"public_id": "d2", "label": "Since when?", "kind": "date", "required": True, "choices": []},
        **{"help": "About is enough.", "only_if": "d1", "only_if_answers": ["neck", "knee"]},
    },
    {"public_id": "d3", "label": "I agree to be called.", "kind": "agree", "required": True, "choices": []},
]


def test_question_that_depends_on_another_says_so_and_is_asked_only_then(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    ask(cast, DEPENDING)
    page = visitor.get(f"/book/details?{query(cast, start=TEN)}").text
    assert "About is enough. Please answer this if “Where?” is answered by: neck, knee." in Page(page).text
    assert 'data-after="answer-d1" data-wanted="[&#34;neck&#34;, &#34;knee&#34;]" data-required' in page
    form = open_details(visitor, cast)
    agreed = {**ADA, "answer-d3": "yes"}
    refused = send(visitor, form, **agreed, **{"answer-d1": ["back", "knee"]})
    assert (refused.status_code, Page(refused.text).errors) == (422, {"answer-d2": "Please answer this question."})
    ticked = [f'value="{one}" checked' in refused.text for one in ("neck", "back", "knee")]
    assert ticked == [False, True, True]
    answer = send(visitor, form, **agreed, **{"answer-d1": ["back", "knee"], "answer-d2": "2027-01-31"})
    assert answer.status_code == 303
    assert json.loads(Booking.get().answers) == {"d1": "back; knee", "d2": "2027-01-31", "d3": "yes"}


def test_what_is_not_asked_is_neither_needed_nor_kept(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    ask(cast, DEPENDING)
    form = open_details(visitor, cast)
    unticked = send(visitor, form, **ADA, **{"answer-d1": "back", "answer-d2": "2027-01-31"})
    assert Page(unticked.text).errors == {"answer-d3": "Please tick this box; without it this cannot be booked."}
    send(visitor, form, **ADA, **{"answer-d1": "back", "answer-d2": "2027-01-31", "answer-d3": "yes"})
    assert json.loads(Booking.get().answers) == {"d1": "back", "d3": "yes"}


def test_book_with_wished_provider_takes_them(visitor: FlaskClient, store: Store) -> None:
    cast = pool_of(store, 3)
    form = open_details(visitor, cast, provider=cast.ids["Provider 2"])
    token = send(visitor, form, **ADA).location.rpartition("/")[2]
    assert "With Provider 2" in Page(visitor.get(f"/manage/{token}").text).text


@pytest.fixture
def broken(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A store whose writes fail for the reason in the list, as long as there is one."""
    problems: list[str] = []
    real = store.write

    def write(work: Callable[[], object]) -> object:
        if problems:
            raise Unavailable(problems[0])
        return real(work)

    monkeypatch.setattr(store, "write", write)
    return problems


@pytest.mark.parametrize(("problem", "words"), [("full", "disk is full"), ("locked", "database is busy")])
def test_book_without_database_loses_nothing_that_was_typed(
    visitor: FlaskClient, store: Store, broken: list[str], problem: str, words: str
) -> None:
    cast = one_provider(store)
    form = open_details(visitor, cast)
    broken.append(problem)
    answer = send(visitor, form, **ADA, comment="kept")
    page = Page(answer.text)
    assert (answer.status_code, words in page.text) == (503, True)
    broken.clear()
    assert send(visitor, page.form("token")).status_code == 303
    assert [(one.name) for one in Client.select()] == ["Ada Client"]


def test_token_older_than_its_time_is_told_so() -> None:
    token = sign_choice(SECRET, Choice("s", "l", TEN))
    assert read_choice(SECRET, token)[0] == Choice("s", "l", TEN)
    with pytest.raises(TokenError, match="not ours"):
        read_choice(b"another secret", token)
    assert MAX_AGE_SECONDS == 4 * 3600


def test_every_token_has_its_own_key() -> None:
    keys = {read_choice(SECRET, sign_choice(SECRET, Choice("s", "l", TEN)))[1] for _ in range(20)}
    assert len(keys) == 20


def move_house(store: Store) -> None:
    """Give every place an address of two lines."""

    def work() -> None:
        Location.update(address="Main Street 1\nTown").execute()
        store.bump_catalog()

    store.write(work)


def test_details_in_other_zone_show_both_times(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    move_house(store)
    page = Page(visitor.get(f"/book/details?{query(cast, start=TEN, zone='Asia/Tokyo')}").text)
    assert "Monday 7 January 2030, 19:00–19:30 (Tokyo)" in page.text
    assert "At Centre: Monday 7 January 2030, 10:00–10:30 (UTC)" in page.text
    assert "Main Street 1, Town" in page.text

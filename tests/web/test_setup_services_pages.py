"""The form of services: lines of requirements and questions, lengths of time with units."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.operations.setup.services import RequirementDraft, ServiceDraft, get_service
from app.storage.store import Store
from tests.operations.setup_cast import context_of
from tests.web.conftest import Browser, SignIn
from tests.web.setup_pages import Form, error_beside, find_id, make_forms, saving, value_of

pytestmark = pytest.mark.gate

QUESTIONS: Form = {
    "question_id": ["", ""],
    "question_label": ["Which side?", "Anything else?"],
    "question_kind": ["choice", "long_text"],
    "question_required": ["1", ""],
    "question_choices": ["left; right;", ""],
    "question_help": ["From your side.", ""],
    "question_if": ["", ""],
    "question_if_answers": ["", ""],
}
PATH = "/setup/services/new"


@pytest.fixture
def admin(sign_in: SignIn) -> Browser:
    """The browser of an administrator."""
    return sign_in(ReadyMade.ADMINISTRATOR)


@pytest.fixture
def form(store: Store) -> Form:
    """A right form for a new service that takes two of a pool."""
    return make_forms(store)["services"]


def _saved(admin: Browser, store: Store) -> tuple[str, ServiceDraft]:
    public_id = find_id(admin.get("/setup/services").text, "services")
    return public_id, get_service(context_of(store), public_id).draft


def test_service_has_every_rule_of_its_form(admin: Browser, store: Store, form: Form) -> None:
    admin.submit(PATH, saving(form, needs_approval="1", asks_to_confirm="1", description="Talk."))
    pool = str(form["takes_what"][0]).removeprefix("pool:")
    assert _saved(admin, store)[1] == ServiceDraft(
        name="Check-up",
        durations_minutes=(30, 60),
        requirements=(RequirementDraft(pool=pool, count=2),),
        locations=tuple(form["locations"]),
        buffer_before_minutes=5,
        buffer_after_minutes=10,
        minimum_notice_minutes=2880,
        booking_window_days=60,
        change_notice_minutes=1440,
        limit_per_day=3,
        limit_per_client=2,
        anonymise_after_days=365,
        confirm_minutes=45,
        needs_approval=True,
        request_expiry_minutes=90,
        offer_minutes=180,
        visibility="staff",
        description="Talk.",
    )


@pytest.mark.parametrize(("visibility", "listed"), [("public", ""), ("link", "not listed"), ("staff", "staff only")])
def test_service_shows_who_may_book_it_and_its_address(
    admin: Browser, store: Store, form: Form, visibility: str, listed: str
) -> None:
    admin.submit(PATH, saving(form, visibility=visibility))
    public_id, draft = _saved(admin, store)
    page, overview = admin.get(f"/setup/services/{public_id}").text, admin.get("/setup/services").text
    address = f'href="http://localhost/book/times?service={public_id}"'
    assert (draft.visibility, address in page) == (visibility, visibility != "staff")
    assert [words in overview for words in ("not listed", "staff only")] == [
        words == listed for words in ("not listed", "staff only")
    ]
    assert address not in admin.get(PATH).text


def test_service_saved_as_shown_stays_the_same(admin: Browser, store: Store, form: Form) -> None:
    admin.submit(PATH, saving({**form, **QUESTIONS}))
    public_id, before = _saved(admin, store)
    page = admin.get(f"/setup/services/{public_id}").text
    again = saving({**form, **QUESTIONS}, question_id=value_of(page, "question_id"), version="1")
    again |= {"change_notice_minutes": value_of(page, "change_notice_minutes")}
    again |= {"change_notice_minutes_unit": "days"}
    assert admin.submit(f"/setup/services/{public_id}", again).status_code == 302
    assert _saved(admin, store)[1] == before


def test_service_takes_a_single_person_beside_a_pool(admin: Browser, store: Store, form: Form) -> None:
    person = next(one.public_id for one in store.catalog().resources.values() if one.name == "Cem")
    lines = saving(form, takes_what=[str(form["takes_what"][0]), "", f"one:{person}"], takes_count=["2", "1", "1"])
    admin.submit(PATH, lines)
    assert _saved(admin, store)[1].requirements[1] == RequirementDraft(resource=person)
    assert "takes 2 of Pool of Ada, Cem" in " ".join(admin.get("/setup/services").text.split())


def test_service_questions_are_read_and_shown(admin: Browser, store: Store, form: Form) -> None:
    admin.submit(PATH, saving({**form, **QUESTIONS}))
    public_id, draft = _saved(admin, store)
    asked = [(one.label, one.kind, one.required, one.choices) for one in draft.questions]
    assert asked == [("Which side?", "choice", True, ("left", "right")), ("Anything else?", "long_text", False, ())]
    page = admin.get(f"/setup/services/{public_id}").text
    assert value_of(page, "question_label") == ["Which side?", "Anything else?"]
    assert value_of(page, "question_choices") == ["left; right", ""]


def test_question_depends_on_one_before_it_that_is_new_as_well(admin: Browser, store: Store, form: Form) -> None:
    lines = saving({**form, **QUESTIONS}, question_id=["a1", "b2"], question_if=["", "a1"])
    refused = admin.submit(PATH, {**lines, "question_if_answers": ["", "up"]}).text
    assert error_beside(refused, "questions").endswith("is asked, from: left; right.")
    assert (value_of(refused, "question_id"), value_of(refused, "question_if_answers")) == (["a1", "b2"], ["", "up"])
    admin.submit(PATH, {**lines, "question_if_answers": ["", "right; LEFT"]})
    public_id, draft = _saved(admin, store)
    first, second = draft.questions
    assert (second.only_if, second.only_if_answers, first.help) == (
        first.public_id,
        ("right", "left"),
        "From your side.",
    )
    page = admin.get(f"/setup/services/{public_id}").text
    assert value_of(page, "question_if_answers") == ["", "right; left"]
    assert f'<option value="{first.public_id}" selected>asked after “Which side?”</option>' in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question_choices": ["left", ""]}, "Please give “Which side?” from 2 to 30 answers to choose from, with"),
        ({"question_kind": ["song", "text"]}, "Please choose how “Which side?” is answered."),
        ({"question_label": ["Why?", "Why?"], "question_kind": ["text", "text"]}, "“Why?” is asked twice"),
    ],
)
def test_service_with_an_impossible_question_keeps_the_lines(
    admin: Browser, form: Form, change: Form, words: str
) -> None:
    answer = admin.submit(PATH, saving({**form, **QUESTIONS, **change}))
    assert (answer.status_code, error_beside(answer.text, "questions").startswith(words)) == (422, True)
    assert value_of(answer.text, "question_choices") == change.get("question_choices", QUESTIONS["question_choices"])


def test_service_number_out_of_bounds_is_told_in_days(admin: Browser, form: Form) -> None:
    answer = admin.submit(PATH, saving(form, minimum_notice_minutes="400"))
    assert error_beside(answer.text, "minimum_notice_minutes") == "Please stay between 0 minutes and 366 days."


@pytest.mark.parametrize(
    ("action", "names", "labels"),
    [
        ("add-takes", ["2", "1"], ["Which side?", "Anything else?"]),
        ("drop-takes-0", ["1"], ["Which side?", "Anything else?"]),
        ("add-questions", ["2"], ["Which side?", "Anything else?", ""]),
        ("drop-questions-0", ["2"], ["Anything else?"]),
        ("drop-questions-7", ["2"], ["Which side?", "Anything else?"]),
        ("add-nothing", ["2"], ["Which side?", "Anything else?"]),
    ],
)
def test_service_lines_are_added_and_dropped_without_saving(
    admin: Browser, form: Form, action: str, names: list[str], labels: list[str]
) -> None:
    page = admin.submit(PATH, {**form, **QUESTIONS, "action": action}).text
    assert (value_of(page, "takes_count"), value_of(page, "question_label")) == (names, labels)
    assert find_ids(admin) == []


def find_ids(admin: Browser) -> list[str]:
    """The names of services that are listed."""
    return [name for name in ("Check-up",) if f">{name}<" in admin.get("/setup/services").text]


def test_service_form_for_a_new_one_is_filled_in_with_usual_numbers(admin: Browser, form: Form) -> None:
    page = admin.get(PATH).text
    shown = {
        name: value_of(page, name) for name in ("durations_minutes", "offer_minutes", "limit_per_day", "takes_count")
    }
    assert shown == {
        "durations_minutes": ["30"],
        "offer_minutes": ["2"],
        "limit_per_day": [""],
        "takes_count": ["1"],
    }


def test_service_form_tells_that_buffers_add_up(admin: Browser, form: Form) -> None:
    assert "Buffers of neighbours add up" in admin.get(PATH).text

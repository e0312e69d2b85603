"""Editing services with their requirements and questions, and users."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade, all_of
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.booking.values import Condition, QuestionKind
from app.operations.accounts.sign_in import check_password
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.setup.questions import QuestionDraft
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.services import RequirementDraft, ServiceDraft, get_service, list_services, save_service
from app.operations.setup.users import UserDraft, get_user, list_users, save_user
from app.storage.store import Store
from app.storage.tables import Location, Resource, Service
from tests.cast import NOW
from tests.operations.setup_cast import add_location, add_person, add_pool, context_of

ADMIN = UserDraft("admin@example.org", "Admin", (GrantDraft("administrator"),), password="correct horse")


def _draft(context: Context) -> ServiceDraft:
    pool = add_pool(context, "Ada", "Ben")
    return ServiceDraft("Consultation", (30, 60), (RequirementDraft(pool=pool, count=2),), (add_location(context),))


def test_service_saved_is_read_back(store: Store) -> None:
    context = context_of(store)
    draft = replace(_draft(context), limit_per_day=3, needs_approval=True, visibility="staff", description="Talk.")
    public_id = save_service(context, draft)
    assert get_service(context, public_id).draft == draft
    assert [one.draft for one in list_services(context)] == [draft]


def test_service_saved_again_replaces_its_parts(store: Store) -> None:
    context = context_of(store)
    draft = _draft(context)
    public_id = save_service(context, draft)
    changed = replace(draft, requirements=(RequirementDraft(resource=add_person(context, "Cem")),))
    save_service(context, changed, public_id, version=1)
    assert get_service(context, public_id).draft == changed


def test_service_questions_keep_their_ids(store: Store) -> None:
    context = context_of(store)
    question = QuestionDraft("Which side?", QuestionKind.CHOICE.value, True, ("left", "right"))
    public_id = save_service(context, replace(_draft(context), questions=(question,)))
    first = get_service(context, public_id).draft
    save_service(context, first, public_id)
    asked = get_service(context, public_id).draft.questions
    assert (asked, asked[0].choices) == (first.questions, ("left", "right"))


def test_service_questions_reach_the_catalog(store: Store) -> None:
    context = context_of(store)
    save_service(context, replace(_draft(context), questions=(QuestionDraft("Why?", required=True),)))
    (service,) = store.catalog().services.values()
    assert [(one.label, one.kind, one.required) for one in service.questions] == [("Why?", QuestionKind.TEXT, True)]


FIRST = QuestionDraft("First visit?", "yes_no", public_id="new-1")


def asked_after(answers: tuple[str, ...], other: str | None = "new-1") -> QuestionDraft:
    """A question that depends on the one about the first visit."""
    return QuestionDraft("Last visit?", "date", only_if=other, only_if_answers=answers)


@pytest.mark.parametrize("typed", [("No",), ("no", "NO")])
def test_question_depends_on_an_answer_in_the_words_of_the_page(store: Store, typed: tuple[str, ...]) -> None:
    context = context_of(store)
    public_id = save_service(context, replace(_draft(context), questions=(FIRST, asked_after(typed))))
    before = get_service(context, public_id).draft
    first, last = before.questions
    assert (last.only_if, last.only_if_answers, first.public_id == "new-1") == (first.public_id, ("no",), False)
    save_service(context, before, public_id)
    assert get_service(context, public_id).draft == before
    (service,) = store.catalog().services.values()
    assert service.questions[1].only_if == Condition(str(first.public_id), ("no",))


TEXT = QuestionDraft("Why?", public_id="new-1")
BOX = QuestionDraft("I agree.", "agree", public_id="new-1")
NOT_BEFORE = "“Last visit?” depends on a question that does not stand before it; please choose another condition."
WRITTEN = "“Last visit?” depends on “Why?”, which has no answers to choose from; please choose another condition."
FROM_TWO = "Please say after which answers to “First visit?” “Last visit?” is asked, from: Yes; No."
FROM_ONE = "Please say after which answers to “I agree.” “Last visit?” is asked, from: Yes."


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ((FIRST, asked_after(("no",), "new-2")), NOT_BEFORE),
        ((asked_after(("no",)), FIRST), NOT_BEFORE),
        ((TEXT, asked_after(("no",))), WRITTEN),
        ((FIRST, asked_after(())), FROM_TWO),
        ((FIRST, asked_after(("no", "perhaps"))), FROM_TWO),
        ((BOX, asked_after(("no",))), FROM_ONE),
    ],
)
def test_condition_that_no_answer_can_meet_is_refused(
    store: Store, questions: tuple[QuestionDraft, ...], problem: str
) -> None:
    context = context_of(store)
    with pytest.raises(InvalidInput) as caught:
        save_service(context, replace(_draft(context), questions=questions))
    assert caught.value == InvalidInput("questions", problem)


BAD: list[tuple[dict[str, object], str]] = [
    ({"name": ""}, "name"),
    ({"durations_minutes": ()}, "durations_minutes"),
    ({"durations_minutes": (0,)}, "durations_minutes"),
    ({"durations_minutes": (-30,)}, "durations_minutes"),
    ({"durations_minutes": (1441,)}, "durations_minutes"),
    ({"durations_minutes": tuple(range(1, 12))}, "durations_minutes"),
    ({"slot_interval_minutes": 0}, "slot_interval_minutes"),
    ({"buffer_before_minutes": -1}, "buffer_before_minutes"),
    ({"booking_window_days": 0}, "booking_window_days"),
    ({"capacity": 0}, "capacity"),
    ({"capacity": 101}, "capacity"),
    ({"limit_per_day": 0}, "limit_per_day"),
    ({"visibility": "nobody"}, "visibility"),
    ({"locations": ()}, "locations"),
    ({"requirements": ()}, "requirements"),
    ({"requirements": (RequirementDraft(),)}, "requirements"),
    ({"requirements": tuple(RequirementDraft(resource=f"r{number}") for number in range(21))}, "requirements"),
    ({"description": "x" * 2001}, "description"),
    ({"questions": (QuestionDraft(""),)}, "questions"),
    ({"questions": (QuestionDraft("Why?", "song"),)}, "questions"),
    ({"questions": (QuestionDraft("Why?", "choice", choices=("one",)),)}, "questions"),
    ({"questions": (QuestionDraft("Why?", "several", choices=("one; two", "three")),)}, "questions"),
    ({"questions": (QuestionDraft("Why?", help="x" * 201),)}, "questions"),
    ({"questions": tuple(QuestionDraft(f"Q{number}") for number in range(21))}, "questions"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_service_with_bad_input_names_the_field(store: Store, change: dict[str, object], field: str) -> None:
    context = context_of(store)
    draft = _draft(context)
    with pytest.raises(InvalidInput) as caught:
        save_service(context, replace(draft, **change))  # type: ignore[arg-type]  # the table above is checked by the test
    assert (caught.value.field, list_services(context)) == (field, [])


def test_service_that_takes_more_than_its_pool_is_refused(store: Store) -> None:
    context = context_of(store)
    draft = _draft(context)
    requirement = replace(draft.requirements[0], count=3)
    with pytest.raises(InvalidInput, match="has 2 members"):
        save_service(context, replace(draft, requirements=(requirement,)))


def test_service_that_takes_one_resource_twice_is_refused(store: Store) -> None:
    context = context_of(store)
    one = RequirementDraft(resource=add_person(context, "Cem"))
    with pytest.raises(InvalidInput, match="only once"):
        save_service(context, replace(_draft(context), requirements=(one, one)))


def test_service_edited_by_two_refuses_the_second(store: Store) -> None:
    context = context_of(store)
    draft = _draft(context)
    public_id = save_service(context, draft)
    save_service(context, replace(draft, name="First"), public_id, version=1)
    with pytest.raises(StaleVersion):
        save_service(context, replace(draft, name="Second"), public_id, version=1)
    assert get_service(context, public_id).draft.name == "First"


@pytest.mark.parametrize(
    ("scope", "change", "may"),
    [
        ("service", "person", False),
        ("service", "pool", False),
        ("service", "location", False),
        ("service", "fewer", True),
        ("location", "person", True),
        ("person", "person", True),
    ],
)
def test_role_for_one_service_is_not_widened_by_what_the_service_takes(
    store: Store, scope: str, change: str, may: bool
) -> None:
    admin = context_of(store)
    draft, cem = _draft(admin), add_person(admin, "Cem")
    service, other = save_service(admin, draft), add_location(admin, "Branch")
    row, place = Service.get(), Location.get(Location.public_id == draft.locations[0])
    person = frozenset({Resource.get(Resource.public_id == cem).id})
    scopes = {
        "service": Scope(ScopeKind.SERVICE, row.id, name="Consultation"),
        "location": Scope(ScopeKind.LOCATION, place.id, name="Centre"),
        "person": Scope(ScopeKind.RESOURCE, resource_ids=person, name="Cem"),
    }
    grants = tuple(Grant("Manager", all_of(Permission.MANAGE_SERVICES), scopes[one]) for one in {"service", scope})
    changes = {
        "person": replace(draft, requirements=(RequirementDraft(resource=cem),)),
        "pool": replace(draft, requirements=(RequirementDraft(pool=add_pool(admin, "Dana")),)),
        "location": replace(draft, locations=(*draft.locations, other)),
        "fewer": replace(draft, requirements=(replace(draft.requirements[0], count=1),)),
    }
    somebody = Context(store, Actor(ActorKind.USER, "Somebody", 99, grants=grants), NOW)
    if may:
        save_service(somebody, changes[change], service)
    else:
        with pytest.raises(InvalidInput, match="not this service alone") as refused:
            save_service(somebody, changes[change], service)
        assert refused.value.field == "requirements"
    assert get_service(admin, service).draft == (changes[change] if may else draft)


def test_service_unknown_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        get_service(context_of(store), "nothing")


def test_user_saved_can_sign_in(store: Store) -> None:
    context = context_of(store)
    public_id = save_user(context, replace(ADMIN, email=" Admin@Example.org "))
    assert get_user(context, public_id).draft == replace(ADMIN, password=None)
    assert check_password(store, "admin@example.org", "correct horse") == public_id


def test_user_saved_without_password_keeps_the_old_one(store: Store) -> None:
    context = context_of(store)
    public_id = save_user(context, ADMIN)
    save_user(context, replace(ADMIN, name="Root", password=None), public_id, version=1)
    assert check_password(store, ADMIN.email, "correct horse") == public_id
    assert [one.draft.name for one in list_users(context)] == ["Root"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"grants": (GrantDraft("king"),)}, "grants-0"),
        ({"grants": (GrantDraft("viewer", "planet"),)}, "grants-0"),
        ({"grants": (GrantDraft("viewer", "location", "none"),)}, "grants-0"),
        ({"grants": (GrantDraft("viewer"),) * 101}, "grants"),
        ({"grants": (GrantDraft("provider"),)}, "resource"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
    ],
)
def test_user_with_bad_input_names_the_field(store: Store, change: dict[str, str | None], field: str) -> None:
    context = context_of(store)
    with pytest.raises(InvalidInput) as caught:
        save_user(context, replace(ADMIN, **change))  # type: ignore[arg-type]  # the table above is checked by the test
    assert (caught.value.field, list_users(context)) == (field, [])


def test_user_who_is_a_room_is_refused(store: Store) -> None:
    context = context_of(store)
    room = save_resource(context, ResourceDraft("Room 1", "room", "UTC", add_location(context)))
    with pytest.raises(InvalidInput, match="Room 1 is not a person"):
        save_user(context, replace(ADMIN, resource=room))


def test_user_with_a_taken_address_is_refused(store: Store) -> None:
    context = context_of(store)
    save_user(context, ADMIN)
    with pytest.raises(InvalidInput, match="already"):
        save_user(context, replace(ADMIN, email="ADMIN@example.org"))


@pytest.mark.parametrize("change", [{"grants": (GrantDraft("viewer"),)}, {"grants": ()}, {"active": False}])
def test_user_who_is_the_last_administrator_stays_one(store: Store, change: dict[str, object]) -> None:
    context = context_of(store)
    public_id = save_user(context, ADMIN)
    with pytest.raises(InvalidInput, match="administrator"):
        save_user(context, replace(ADMIN, **change), public_id)  # type: ignore[arg-type]  # see above
    assert get_user(context, public_id).draft.grants == (GrantDraft("administrator"),)


def test_users_edited_by_a_manager_are_refused(store: Store) -> None:
    with pytest.raises(NotAllowed):
        list_users(context_of(store, ReadyMade.MANAGER))
    with pytest.raises(NotAllowed):
        save_user(context_of(store, ReadyMade.MANAGER), ADMIN)

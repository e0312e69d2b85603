"""Presets: files that set up a whole installation, and what is wrong with a file, line by line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.access.actors import VISITOR
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.booking.values import Question, QuestionKind, Visibility
from app.booking.workflow_values import Assigning, Conditions, Labelling, Receivers
from app.operations.book import book
from app.operations.context import Context
from app.operations.look import get_look
from app.operations.look_up import get_booking
from app.operations.presets.files import FOLDER, KEYS, find_preset, preset_text
from app.operations.presets.reading import read_preset
from app.operations.presets.setting_up import Line, Part, Wish, look_through_preset, set_up_preset
from app.operations.requests import BookingRequest
from app.operations.setup.approvals import StepDraft
from app.operations.setup.labels import list_labels
from app.operations.setup.locations import list_locations
from app.operations.setup.services import list_services
from app.operations.setup.workflow import list_rules
from app.operations.setup.workflow_asking import Asks
from app.operations.slots import find_slots
from app.storage.audit_tables import AuditEntry
from app.storage.rights_tables import UserGroup
from app.storage.store import Store
from app.storage.tables import Location, Resource, Service
from app.translations import load_languages
from tests.cast import HOUR, NOW, Cast
from tests.operations.helpers import ADA, holding
from tests.operations.setup_cast import add_location, context_of

GERMAN = Wish("de", "Europe/Berlin")
SMALL = """eigenplan_preset: 1
name: Ours
places:
  house: {name: House, hours: [Mon-Fri 22:00-02:00]}
rooms:
  red: {name: Red room}
services:
  talk: {name: Talk, durations: [30 minutes], takes: [red]}
"""


@pytest.fixture(autouse=True, scope="module")
def spoken() -> None:
    """All languages."""
    load_languages()


@pytest.fixture(autouse=True)
def root(store: Store) -> None:
    """An administrator who remains."""
    store.write(lambda: Cast(store).user("Root", ReadyMade.ADMINISTRATOR))


def _answer(question: Question) -> str:
    if question.kind is QuestionKind.CHOICE:
        return question.choices[0]
    return "yes" if question.kind is QuestionKind.YES_NO else "A knee"


@pytest.mark.parametrize("key", KEYS)
def test_preset_makes_an_installation_whose_public_services_can_be_booked(store: Store, key: str) -> None:
    made = set_up_preset(context_of(store), find_preset(key), GERMAN)
    assert {line.is_there for line in made} == {False}
    context = Context(store, VISITOR, NOW)
    catalog = context.catalog
    offered = [one for one in catalog.services.values() if one.visibility is Visibility.PUBLIC]
    assert len(offered) >= 4
    for service in offered:
        place = catalog.locations[next(iter(service.location_ids))]
        start = find_slots(context, service.public_id, place.public_id, NOW, NOW + 14 * 24 * HOUR)[-1]
        answers = {one.public_id: _answer(one) for one in service.questions}
        booked = book(context, BookingRequest(service.public_id, place.public_id, start, ADA, answers=answers))
        assert booked.status == ("requested" if service.needs_approval else "confirmed")


def test_presets_are_the_files_there_are() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(KEYS)
    with pytest.raises(NotFound):
        preset_text("../presets/clinic")


def test_preset_has_its_names_in_the_language_that_is_chosen(store: Store) -> None:
    set_up_preset(context_of(store), find_preset("clinic"), Wish("en", "europe/vienna"))
    place = list_locations(context_of(store))[0].draft
    assert (place.name, place.tzid) == ("Practice", "Europe/Vienna")
    set_up_preset(context_of(store), find_preset("public-office"), GERMAN)
    names = {one.draft.name for one in list_services(context_of(store))}
    assert {"Consultation", "Ausweis oder Pass"} <= names
    assert get_look(context_of(store)).look.word == "patient"


def test_preset_that_comes_again_changes_nothing(store: Store) -> None:
    preset = find_preset("technical-team")
    set_up_preset(context_of(store), preset, GERMAN)
    before = AuditEntry.select().count()
    again = set_up_preset(context_of(store), preset, GERMAN)
    assert ({line.is_there for line in again}, AuditEntry.select().count()) == ({True}, before)


def test_preset_leaves_what_has_the_same_name_and_uses_it(store: Store) -> None:
    place = add_location(context_of(store), "House")
    preset = read_preset(SMALL)
    expected = [Line(Part.PLACE, "House", True), Line(Part.ROOM, "Red room"), Line(Part.SERVICE, "Talk")]
    assert look_through_preset(context_of(store), preset, GERMAN) == expected
    assert set_up_preset(context_of(store), preset, GERMAN) == expected
    found = context_of(store).catalog
    assert [(one.public_id, one.weekly) for one in found.locations.values()] == [(place, ())]
    assert [found.locations[one].name for one in next(iter(found.services.values())).location_ids] == ["House"]


def test_preset_that_something_stands_in_the_way_of_makes_nothing(store: Store) -> None:
    set_up_preset(context_of(store), read_preset(SMALL.replace("Talk", "Other").replace("rooms:", "devices:")), GERMAN)
    with pytest.raises(InvalidInput) as refused:
        set_up_preset(context_of(store), read_preset(SMALL.replace("House", "Elsewhere")), GERMAN)
    assert refused.value.problem == "Another record is called Red room already; please choose a different name."
    assert [row.name for row in Location.select()] == ["House"]


def test_preset_set_up_by_two_at_once_is_made_once(store: Store) -> None:
    barrier, preset = Barrier(2), read_preset(SMALL)

    def run(_number: int) -> list[Line]:
        barrier.wait()
        try:
            return set_up_preset(context_of(store), preset, GERMAN)
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(run, range(2)))
    assert sorted(line.is_there for lines in made for line in lines) == [False] * len(made[0]) + [True] * len(made[0])
    assert [model.select().count() for model in (Location, Resource, Service)] == [1, 1, 1]


RULES = """eigenplan_preset: 1
name: Ours
places:
  house: {name: House, hours: [Mon-Fri 08:00-18:00]}
rooms:
  red: {name: Red room}
services:
  talk:
    name: Talk
    durations: [30 minutes]
    takes: [red]
    questions: [{question: "Again?", kind: yes_no}]
groups:
  desk: {name: Desk, roles: [front_desk]}
labels:
  new: {name: {en: New, de: Neu}, colour: 8}
  old: {name: {en: Old, de: Alt}}
rules:
  ask:
    name: Ask
    when: booked
    services: [talk]
    places: [house]
    answer: {service: talk, question: 1, is: ["no"]}
    more_than: 1 hour
    less_than: 100 days
    approvers: [desk]
  mark:
    name: Mark
    when: booked
    without_labels: [old]
    give_labels: [new]
    tell: [client, providers, desk]
    subject: {en: "New: {service}", de: "Neu: {service}"}
    text: "{link}"
    responsible: desk
  unmark: {name: Unmark, when: cancelled, with_labels: [new], take_labels: [new], responsible: front_desk}
"""


def test_preset_makes_labels_and_rules_that_act(store: Store) -> None:
    made = set_up_preset(context_of(store), read_preset(RULES), GERMAN)
    assert [line.name for line in made[-5:]] == ["Neu", "Alt", "Ask", "Mark", "Unmark"]
    admin = context_of(store)
    (talk,), (house,) = admin.catalog.services.values(), admin.catalog.locations.values()
    labels = {one.draft.name: (one.public_id, one.draft.hue) for one in list_labels(admin)}
    assert {name: hue for name, (_key, hue) in labels.items()} == {"Neu": 7, "Alt": 0}
    new, old, desk = labels["Neu"][0], labels["Alt"][0], UserGroup.get().public_id
    ask, mark, unmark = (one.draft for one in list_rules(admin))
    assert ask.asks == Asks(StepDraft((f"group:{desk}",)))
    assert ask.conditions == Conditions(
        (talk.public_id,),
        (house.public_id,),
        question=talk.questions[0].public_id,
        answers=("no",),
        less_than_minutes=100 * 1440,
        more_than_minutes=60,
    )
    assert (mark.conditions, mark.labels) == (Conditions(without_labels=(old,)), Labelling((new,)))
    assert mark.receivers == Receivers(client=True, providers=True, groups=(desk,))
    assert (mark.subject, mark.text, mark.assigns) == ("Neu: {service}", "{link}", Assigning(group=desk))
    assert (unmark.conditions, unmark.labels) == (Conditions(labels=(new,)), Labelling((), (new,)))
    assert unmark.assigns == Assigning(role="front_desk")
    for answer, status in (("yes", "confirmed"), ("no", "requested")):
        visitor = Context(store, VISITOR, NOW)
        start = find_slots(visitor, talk.public_id, house.public_id, NOW, NOW + 14 * 24 * HOUR)[-1]
        wish = BookingRequest(
            talk.public_id, house.public_id, start, ADA, answers={talk.questions[0].public_id: answer}
        )
        booked = get_booking(context_of(store), book(visitor, wish).public_id)
        assert (booked.status, [one.name for one in booked.labels]) == (status, ["Neu"])


@pytest.mark.parametrize("asked", ["", ", questions: [{question: Allergies, kind: text}]"])
def test_rule_about_a_question_that_a_service_here_lacks_makes_nothing(store: Store, asked: str) -> None:
    set_up_preset(context_of(store), read_preset(SMALL.replace("[red]}", f"[red]{asked}}}")), GERMAN)
    with pytest.raises(InvalidInput) as refused:
        set_up_preset(context_of(store), read_preset(RULES), GERMAN)
    problem = "Talk was here already, without the question “Again?” that a rule needs; please rename it first."
    assert (refused.value.problem, UserGroup.select().count()) == (problem, 0)


def test_preset_with_a_rule_that_an_answer_sets_off_is_for_those_who_may_see_answers(store: Store) -> None:
    rights = set(Permission) - {Permission.SEE_CONFIDENTIAL}
    with pytest.raises(InvalidInput) as refused:
        set_up_preset(holding(Cast(store), *rights), read_preset(RULES), GERMAN)
    said = "Only who may see everybody's answers can set up a rule that depends on one."
    assert (refused.value.problem, Location.select().count()) == (said, 0)


@pytest.mark.parametrize("role", [one for one in ReadyMade if one is not ReadyMade.ADMINISTRATOR])
def test_preset_is_for_administrators(store: Store, role: ReadyMade) -> None:
    for work in (look_through_preset, set_up_preset):
        with pytest.raises(NotAllowed):
            work(context_of(store, role), read_preset(SMALL), GERMAN)


def test_preset_with_an_unknown_zone_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_up_preset(context_of(store), read_preset(SMALL), Wish("de", "Mars/Base"))
    assert (refused.value.field, Location.select().count()) == ("tzid", 0)

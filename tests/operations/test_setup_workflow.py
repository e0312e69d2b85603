"""Rules as the set-up writes them: kept as they are given, told, and refused with one sentence at the field."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant
from app.access.permissions import Permission, ReadyMade, all_of, own_of
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.booking.workflow_values import Conditions, Receivers
from app.operations.book import book
from app.operations.context import Context
from app.operations.setup.groups import GroupDraft, remove_group, save_group
from app.operations.setup.workflow import (
    RuleDraft,
    count_acts,
    get_rule,
    list_rules,
    reminder_draft,
    remove_rule,
    save_rule,
    switch_on_reminders,
)
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Service
from app.storage.workflow_tables import WorkflowRule
from app.web.setup.rule_words import say_rule
from tests.cast import NOW, Cast, one_provider
from tests.operations.helpers import message_kinds, visitor, wish
from tests.operations.setup_cast import context_of

QUESTION = {"public_id": "q1", "label": "First time?", "kind": "choice", "required": False, "choices": ["yes", "no"]}
TELL = RuleDraft(
    "Tell the desk",
    "cancelled",
    receivers=Receivers(client=True, addresses=("Desk@Example.org",)),
    subject="Cancelled: {service}",
    text="{details}",
)


def asking(store: Store) -> Cast:
    cast = one_provider(store)
    Service.update(questions=json.dumps([QUESTION])).execute()
    store.write(store.bump_catalog)
    return cast


def test_rule_is_kept_as_it_is_given_and_told(store: Store) -> None:
    cast, admin = asking(store), context_of(store)
    asked = Conditions((cast.ids["Consultation"],), (cast.ids["Centre"],), (), ("confirmed",), "", (), 600, 60)
    rule = save_rule(admin, replace(TELL, conditions=asked))
    found = get_rule(admin, rule)
    assert found.draft == replace(TELL, conditions=asked, receivers=Receivers(True, addresses=("desk@example.org",)))
    save_rule(admin, replace(found.draft, active=False), rule, found.version)
    with pytest.raises(StaleVersion):
        save_rule(admin, found.draft, rule, found.version)
    remove_rule(admin, rule)
    told = [one.action for one in AuditEntry.select().where(AuditEntry.kind == "workflow_rule").order_by(AuditEntry.id)]
    assert (told, list_rules(admin)) == (["made", "changed", "removed"], [])


def test_answers_are_kept_as_they_are_given(store: Store) -> None:
    admin = context_of(asking(store).store)
    asked = Conditions(question="q1", answers=("YES", "yes"))
    rule = save_rule(admin, replace(TELL, conditions=asked, receivers=Receivers(True)))
    assert get_rule(admin, rule).draft.conditions.answers == ("yes",)


BOTH = Conditions(less_than_minutes=60, more_than_minutes=60)
ASKED = Conditions(question="q1", answers=("yes",))


@pytest.mark.parametrize(
    ("broken", "field", "problem"),
    [
        (replace(TELL, trigger="someday"), "trigger", "Please choose when this rule acts."),
        (replace(TELL, trigger="before_start"), "minutes", "Please say how long before or after."),
        (replace(TELL, trigger="after_end", minutes=0), "minutes", "Please stay between 1 minute"),
        (replace(TELL, receivers=Receivers()), "receivers", "Please choose who is written to."),
        (replace(TELL, receivers=Receivers(addresses=("desk",))), "addresses", "Please"),
        (replace(TELL, text="{detail}"), "text", "There is no {detail}; did you mean {details}?"),
        (replace(TELL, text=""), "text", "Please fill in this field."),
        (replace(TELL, subject=""), "subject", "Please fill in this field."),
        (replace(TELL, name=" "), "name", "Please fill in this field."),
        (replace(TELL, conditions=Conditions(statuses=("held",))), "statuses", "Please choose from the list."),
        (replace(TELL, conditions=Conditions(question="q1")), "answers", "Please give at least one answer"),
        (replace(TELL, conditions=Conditions(answers=("yes",))), "question", "Please choose the question"),
        (
            replace(TELL, conditions=Conditions(question="q1", answers=("maybe",))),
            "answers",
            "“maybe” is none of its answers",
        ),
        (
            replace(TELL, conditions=Conditions(question="q1", answers=("yes",))),
            "addresses",
            "Given addresses would learn",
        ),
        (
            replace(TELL, conditions=Conditions(less_than_minutes=60, more_than_minutes=60)),
            "less_than_minutes",
            "No booking is",
        ),
    ],
)
def test_wrong_input_is_told_at_its_field(store: Store, broken: RuleDraft, field: str, problem: str) -> None:
    asking(store)
    with pytest.raises(InvalidInput) as refused:
        save_rule(context_of(store), broken)
    assert (refused.value.field, refused.value.problem[: len(problem)]) == (field, problem)


def test_what_a_rule_names_must_be_there_and_its_group_stays(store: Store) -> None:
    one_provider(store)
    admin = context_of(store)
    for broken in (
        replace(TELL, receivers=Receivers(groups=("gone",))),
        replace(TELL, conditions=Conditions(services=("gone",))),
        replace(TELL, conditions=Conditions(question="gone", answers=("yes",))),
    ):
        with pytest.raises(NotFound):
            save_rule(admin, broken)
    store.write(lambda: Cast(store).user("Root", "administrator"))
    desk = save_group(admin, GroupDraft("Desk"))
    save_rule(admin, replace(TELL, receivers=Receivers(groups=(desk,))))
    with pytest.raises(InvalidInput, match="A rule names this group"):
        remove_group(admin, desk)


def test_only_those_who_manage_the_settings_everywhere_write_rules(store: Store) -> None:
    one_provider(store)
    for role in (ReadyMade.PROVIDER, ReadyMade.FRONT_DESK):
        with pytest.raises(NotAllowed):
            save_rule(context_of(store, role), TELL)
        with pytest.raises(NotAllowed):
            list_rules(context_of(store, role))


def test_one_press_reminds_and_a_second_changes_nothing(store: Store) -> None:
    one_provider(store)
    admin = context_of(store)
    rule = switch_on_reminders(admin)
    assert switch_on_reminders(admin) == rule
    found = get_rule(admin, rule)
    assert (found.draft, WorkflowRule.get().done_until) == (reminder_draft(), admin.now)
    save_rule(admin, replace(found.draft, active=False), rule, found.version)
    later = context_of(store, now=NOW + 99)
    assert (switch_on_reminders(later), WorkflowRule.get().done_until) == (rule, NOW + 99)  # nothing is caught up on


def test_rule_counts_how_often_it_acted(store: Store) -> None:
    cast = one_provider(store)
    rule = save_rule(context_of(store), replace(TELL, trigger="booked"))
    book(visitor(cast), wish(cast))
    assert (count_acts(context_of(store)), message_kinds()) == ({rule: 1}, ["rule_client", "rule_address", "confirmed"])
    assert count_acts(context_of(store, now=NOW + 31 * 86_400)) == {rule: 0}


def test_rule_is_said_in_one_sentence() -> None:
    names = {"p": "Physiotherapy", "d": "Front desk", "n": "North", "q": "Massage: First time?", "b": "Blue room"}
    desk = Receivers(groups=("d",))
    found = [
        say_rule(RuleDraft("a", "cancelled", None, Conditions(services=("p",)), desk), names),
        say_rule(reminder_draft(), names),
        say_rule(
            RuleDraft(
                "b",
                "after_end",
                60,
                Conditions((), ("n",), ("b",), ("completed",), "q", ("yes", "no"), 120, 60),
                Receivers(False, True, (), ("lab@example.org",)),
            ),
            names,
        ),
    ]
    assert found == [
        "When a booking of Physiotherapy is cancelled, then write to the group Front desk.",
        "1 day before a booking begins, then write to the client.",
        "1 hour after a booking has ended (at North; with Blue room; if it is completed; if “Massage: First time?” was "
        "answered by Yes; No; booked less than 2 hours before; booked more than 1 hour before), then write to the "
        "people who provide it, lab@example.org.",
    ]


def test_rule_that_depends_on_an_answer_takes_the_right_to_see_answers(store: Store) -> None:
    asking(store)
    admin, manager = context_of(store), context_of(store, ReadyMade.MANAGER)
    telling = replace(TELL, conditions=ASKED, receivers=Receivers(client=True))
    rule = save_rule(admin, telling)
    found = []
    for draft, public_id in ((replace(telling, name="New"), None), (replace(telling, conditions=Conditions()), rule)):
        with pytest.raises(InvalidInput) as refused:
            save_rule(manager, draft, public_id)
        found.append((refused.value.field, refused.value.problem))
    said = "Only who may see everybody's answers can set up a rule that depends on one."
    assert found == [("question", said)] * 2
    assert [one.draft for one in list_rules(admin)] == [telling]


def test_own_answers_alone_are_no_right_to_a_rule_that_depends_on_one(store: Store) -> None:
    asking(store)
    extents = {**all_of(Permission.MANAGE_SETTINGS), **own_of(Permission.SEE_CONFIDENTIAL)}
    provider = Context(store, Actor(ActorKind.USER, "Ada", 1, grants=(Grant("Own", extents),), resource_id=1), NOW)
    with pytest.raises(InvalidInput) as refused:
        save_rule(provider, replace(TELL, conditions=ASKED, receivers=Receivers(client=True)))
    assert (refused.value.field, list_rules(provider)) == ("question", [])

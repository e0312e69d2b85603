"""Saving rules of approvals, and what they warn of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.booking.values import Named, OnTimeout
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.setup.approval_warnings import find_warnings
from app.operations.setup.approvals import RuleDraft, StepDraft, get_rule, list_rules, remove_rule, save_rule
from app.operations.setup.groups import remove_group
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import Cast
from tests.operations.approval_cast import acting, clinic, group, stands
from tests.operations.helpers import visitor, wish
from tests.operations.setup_cast import context_of


def named(cast: Cast, *names: str) -> tuple[str, ...]:
    return tuple(f"{'user' if cast.rows[one] > 0 else 'group'}:{cast.ids[one]}" for one in names)


def drafted(cast: Cast, *steps: StepDraft, about: str = "Consultation") -> RuleDraft:
    kind = "service" if about in ("Consultation", "Operation") else "resource"
    return RuleDraft(f"{kind}:{cast.ids[about]}", steps or (StepDraft(),))


def test_rule_saved_is_shown_again_and_known_to_the_catalog(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    group(cast, "Board", "Olga")
    first = StepDraft(named(cast, "Mona", "Board"), 90, "escalate", named(cast, "Nils"))
    draft = drafted(cast, first, StepDraft(None, 60, "accept"), about="Room 1")
    saved = get_rule(context, save_rule(context, draft))
    assert (saved.draft, [one.draft for one in list_rules(context)]) == (draft, [draft])
    (rule,) = store.catalog().approvals.values()
    assert (rule.resource_id, [one.on_timeout for one in rule.steps]) == (
        cast.rows["Room 1"],
        [OnTimeout.ESCALATE, OnTimeout.ACCEPT],
    )
    board = frozenset({-cast.rows["Board"]})
    assert rule.steps[0].approvers == Named(frozenset({cast.rows["Mona"]}), board)
    assert check_database(store) == []


def test_service_with_a_rule_needs_approval_whatever_its_tick_says(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    key = save_rule(context, drafted(cast))
    assert store.catalog().services[cast.rows["Consultation"]].needs_approval is True
    save_rule(context, replace(drafted(cast), active=False), key)
    assert store.catalog().services[cast.rows["Consultation"]].needs_approval is False


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (StepDraft(()), "step1_approvers"),
        (StepDraft(minutes=0), "step1_minutes"),
        (StepDraft(minutes=-1), "step1_minutes"),
        (StepDraft(minutes=367 * 24 * 60), "step1_minutes"),
        (StepDraft(on_timeout="shrug"), "step1_on_timeout"),
        (StepDraft(on_timeout="escalate", next_ones=()), "step1_next"),
        (StepDraft(("robot:1",)), "step1_approvers"),
    ],
)
def test_step_that_cannot_be_is_refused(store: Store, step: StepDraft, field: str) -> None:
    cast, context = clinic(store), context_of(store)
    with pytest.raises(InvalidInput) as refused:
        save_rule(context, drafted(cast, step))
    assert (refused.value.field, list_rules(context)) == (field, [])


@pytest.mark.parametrize("count", [0, 3])
def test_rule_has_one_step_or_two(store: Store, count: int) -> None:
    cast, context = clinic(store), context_of(store)
    with pytest.raises(InvalidInput, match="one step or two"):
        save_rule(context, replace(drafted(cast), steps=(StepDraft(),) * count))


def test_two_rules_for_one_thing_are_refused(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    save_rule(context, drafted(cast))
    with pytest.raises(InvalidInput, match="Consultation has a rule already"):
        save_rule(context, drafted(cast))


def test_rule_stays_with_what_it_was_made_for(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    key = save_rule(context, drafted(cast))
    with pytest.raises(InvalidInput, match="stays with what it was made for"):
        save_rule(context, drafted(cast, about="Room 1"), key)


def test_rule_about_or_by_something_unknown_is_not_found(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    for draft in (RuleDraft("service:none"), drafted(cast, StepDraft(("user:none",)))):
        with pytest.raises(NotFound):
            save_rule(context, draft)


def test_rule_edited_by_two_tells_the_second(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    key = save_rule(context, drafted(cast))
    save_rule(context, drafted(cast), key, 1)
    with pytest.raises(StaleVersion):
        save_rule(context, drafted(cast), key, 1)


def test_rules_are_closed_to_those_who_manage_no_users(store: Store) -> None:
    cast, manager = clinic(store), context_of(store, ReadyMade.MANAGER)
    with pytest.raises(NotAllowed):
        save_rule(manager, drafted(cast))


def test_edit_counts_for_what_waits_and_a_step_taken_out_is_still_decided(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    both = drafted(cast, StepDraft(named(cast, "Mona")), StepDraft(named(cast, "Nils")))
    key = save_rule(context, both)
    booking = book(visitor(cast), wish(cast)).public_id
    save_rule(context, drafted(cast, StepDraft(named(cast, "Olga"))), key)
    approve(acting(cast, "Olga"), booking)
    assert approve(acting(cast, "Nils"), booking).status == "confirmed"
    assert stands() == [(1, "approved"), (2, "approved")]


def test_rule_by_which_something_was_asked_is_not_removed(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    key = save_rule(context, drafted(cast))
    book(visitor(cast), wish(cast))
    with pytest.raises(InvalidInput, match="Requests were made under this rule"):
        remove_rule(context, key)


def test_rule_removed_lets_its_service_be_booked_at_once(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    remove_rule(context, save_rule(context, drafted(cast, StepDraft(named(cast, "Mona")))))
    assert (list_rules(context), book(visitor(cast), wish(cast)).status) == ([], "confirmed")


def test_group_that_a_rule_names_is_not_removed(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    group(cast, "Board", "Mona")
    save_rule(context, drafted(cast, StepDraft(named(cast, "Board"))))
    with pytest.raises(InvalidInput, match="A rule of approvals names this group"):
        remove_group(context, cast.ids["Board"])


def test_warnings_name_steps_that_nobody_can_decide(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    group(cast, "Empty")
    group(cast, "Front", "Desk")
    store.write(lambda: User.update(active=False).where(User.id == cast.rows["Olga"]).execute())
    steps = StepDraft(named(cast, "Empty", "Front", "Olga")), StepDraft(named(cast, "Mona", "Desk"))
    key = save_rule(context, drafted(cast, *steps))
    assert find_warnings(context, list_rules(context)) == {
        key: [
            "Step 1: nobody can decide it. The group Empty has no members. The group Front has no member who may "
            "approve. Olga is switched off.",
            "Step 2: Desk lacks the right Approve.",
        ]
    }


def test_warnings_of_a_rule_that_works_are_none(store: Store) -> None:
    cast, context = clinic(store), context_of(store)
    group(cast, "Board", "Mona", "Desk")
    key = save_rule(context, drafted(cast, StepDraft(named(cast, "Board")), StepDraft(on_timeout="escalate")))
    assert find_warnings(context, list_rules(context)) == {key: []}

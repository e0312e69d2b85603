"""Workflow rules at work: who is written to about what, once, and what no letter may hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.workflow_values import Conditions, Receivers, Trigger
from app.operations.approvals.approve import approve
from app.operations.book import book, hold
from app.operations.change import cancel, move
from app.operations.context import Context
from app.operations.letters.booking_letters import NoLetterError, write_letter
from app.operations.letters.deliver import claim_next, deliver_next
from app.operations.letters.reminders import forget_runs, remind
from app.operations.requests import HoldRequest, MoveRequest
from app.operations.setup.workflow import NO_CONDITIONS
from app.operations.undo import undo
from app.storage.catalog_workflow import dump_part
from app.storage.public_ids import new_public_id
from app.storage.rights_tables import UserGroup, UserGroupMember
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage, Service
from app.storage.undo_tables import UndoableChange
from app.storage.workflow_tables import WorkflowRule, WorkflowRun
from tests.cast import HOUR, NOW, Cast, one_provider, user
from tests.operations.helpers import TEN, message_kinds, system, visitor, wish
from tests.operations.letter_helpers import DEMO, HEAD
from tests.operations.test_twice_at_once import twice

DAY_MINUTES = 24 * 60
DUE = TEN - 24 * HOUR
CLIENT = Receivers(client=True)
QUESTION = {"public_id": "q1", "label": "Pregnant?", "kind": "text", "required": False, "choices": []}


def rule(
    cast: Cast,
    trigger: Trigger,
    receivers: Receivers = CLIENT,
    conditions: Conditions = NO_CONDITIONS,
    **values: object,
) -> WorkflowRule:
    """Write a rule as the set-up does."""

    def make() -> WorkflowRule:
        cast.store.bump_catalog()
        given = {"minutes": DAY_MINUTES if trigger is Trigger.BEFORE_START else 0, "done_until": NOW, **values}
        texts = {"conditions": dump_part(conditions), "receivers": dump_part(receivers)}
        if trigger is not Trigger.BEFORE_START:
            texts |= {"subject": "{client}: {service}", "text": "{greeting}\n\n{details}\n\n{link}\n\n{deadline}"}
        row: WorkflowRule = WorkflowRule.create(
            public_id=new_public_id(),
            name="A rule",
            trigger_kind=trigger.value,
            created_at=NOW,
            changed_at=NOW,
            **(texts | given),
        )
        return row

    return cast.store.write(make)


def ruled() -> list[str]:
    """The kinds of messages that rules left, in order."""
    return [one for one in message_kinds() if one in ("reminder", "rule_client", "rule_staff", "rule_address")]


def at(cast: Cast, now: int) -> int:
    """Let the worker remind at a time; return on how many bookings it acted."""
    return remind(system(cast, now))


def test_reminder_goes_out_once_a_day_before_and_not_again(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.BEFORE_START)
    book(visitor(cast), wish(cast))
    assert [at(cast, DUE - 1), at(cast, DUE), at(cast, DUE), at(cast, DUE + 60)] == [0, 1, 0, 0]
    WorkflowRule.update(done_until=NOW).execute()  # a worker that lost its place still knows what was done
    assert (at(cast, DUE + 90), ruled()) == (0, ["reminder"])
    letter = write_letter(system(cast, DUE), OutboxMessage.select().order_by(OutboxMessage.id.desc()).get(), HEAD)
    assert (letter.to_email, letter.subject) == (
        "ada@example.org",
        "Reminder: Consultation, Monday 7 January 2030, 11:00",
    )
    assert forget_runs(system(cast, DUE + 91 * 24 * HOUR)) == 1


def test_reminder_goes_out_once_though_two_workers_look_at_once(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.BEFORE_START)
    book(visitor(cast), wish(cast))
    found = twice(store, lambda: at(cast, DUE), lambda: at(cast, DUE))
    assert (sorted(map(str, found)), ruled()) == (["0", "1"], ["reminder"])


def test_nobody_is_reminded_of_what_is_cancelled_requested_held_late_or_over(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.BEFORE_START)
    gone = book(visitor(cast), wish(cast))
    cancel(system(cast), gone.public_id)
    hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN + HOUR))
    Service.update(needs_approval=True).execute()
    store.write(store.bump_catalog)
    book(visitor(cast), wish(cast, TEN + 2 * HOUR))
    Service.update(needs_approval=False).execute()
    store.write(store.bump_catalog)
    book(visitor(cast, DUE + 3 * HOUR + 60), wish(cast, TEN + 3 * HOUR))  # a minute after its moment
    assert (at(cast, DUE + 4 * HOUR), ruled()) == (0, [])
    book(visitor(cast, DUE + 4 * HOUR), wish(cast, TEN + 5 * HOUR))
    assert (at(cast, TEN + 5 * HOUR), ruled()) == (0, [])  # the worker was away until it began


def test_reminder_of_requests_where_the_rule_says_so(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=30 * DAY_MINUTES)
    rule(cast, Trigger.BEFORE_START, conditions=Conditions(statuses=("requested",)))
    book(visitor(cast), wish(cast))
    assert (at(cast, DUE), ruled()) == (1, ["reminder"])


def test_moved_booking_is_reminded_of_at_its_new_time_only(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.BEFORE_START)
    mine = book(visitor(cast), wish(cast))
    move(system(cast), MoveRequest(mine.public_id, TEN + 2 * HOUR))
    assert [at(cast, DUE), at(cast, DUE + 2 * HOUR)] == [0, 1]
    move(system(cast, DUE + 3 * HOUR), MoveRequest(mine.public_id, TEN + 4 * HOUR))
    row = OutboxMessage.get(OutboxMessage.kind == "reminder")
    with pytest.raises(NoLetterError):
        write_letter(system(cast), row, HEAD)  # of a time that it has no more
    assert (at(cast, DUE + 4 * HOUR), ruled()) == (1, ["reminder", "reminder"])


def test_rule_after_the_end_thanks_those_who_were_there(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.AFTER_END, minutes=60)
    mine = book(visitor(cast), wish(cast))
    assert [at(cast, mine.end + 3599), at(cast, mine.end + 3600), at(cast, mine.end + 3700)] == [0, 1, 0]
    assert ruled() == ["rule_client"]


def test_each_change_sets_off_its_rules(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    for one in (Trigger.BOOKED, Trigger.REQUESTED, Trigger.CONFIRMED, Trigger.MOVED, Trigger.CANCELLED):
        rule(cast, one)
    rule(cast, Trigger.CANCELLED, active=False)
    mine = book(visitor(cast), wish(cast))
    approve(system(cast), mine.public_id)
    move(system(cast), MoveRequest(mine.public_id, TEN + HOUR))
    cancel(system(cast), mine.public_id)
    told = [json.loads(one.payload)["trigger"] for one in OutboxMessage.select() if one.kind == "rule_client"]
    assert sorted(told) == ["booked", "cancelled", "confirmed", "moved", "requested"]


def test_hold_that_is_given_up_sets_nothing_off(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.CANCELLED)
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    cancel(system(cast), held.public_id)
    assert message_kinds() == []


def desk(cast: Cast) -> dict[str, int]:
    """Give the cast a group of two at the desk, the provider's account, and somebody without any role."""

    def make() -> dict[str, int]:
        ids = {
            "Dora": cast.user("Dora", ReadyMade.MANAGER.value),
            "Pia": cast.user("Pia", ReadyMade.PROVIDER.value, "Ada"),
        }
        group = UserGroup.create(public_id="desk", name="Front desk", created_at=NOW, changed_at=NOW)
        for user_id in ids.values():
            UserGroupMember.create(group=group.id, user=user_id)
        return ids

    return cast.store.write(make)


def test_staff_and_addresses_learn_no_more_than_they_may(store: Store) -> None:
    cast = one_provider(store, questions=json.dumps([QUESTION]))
    desk(cast)
    everybody = Receivers(client=True, providers=True, groups=("desk",), addresses=("lab@example.org",))
    rule(cast, Trigger.BOOKED, everybody)
    book(visitor(cast), wish(cast, answers={"q1": "yes, sure"}, comment="Ring twice."))
    rows = [one for one in OutboxMessage.select().order_by(OutboxMessage.id) if one.kind.startswith("rule_")]
    letters = [write_letter(system(cast), one, HEAD) for one in rows]
    found = [(one.to_email.split("@")[0], one.subject, "Ada Client" in one.text, len(one.links)) for one in letters]
    assert found == [
        ("ada", "Ada Client: Consultation", True, 1),
        ("dora", "Ada Client: Consultation", True, 1),
        ("pia", "Ada Client: Consultation", True, 1),
        ("lab", "somebody: Consultation", False, 0),
    ]
    for secret in ("yes, sure", "ada@example.org"):
        assert [secret in one.text for one in letters[1:]] == [False, False, False]


def test_answer_is_asked_for_and_told_only_to_those_who_may_see_it(store: Store) -> None:
    cast = one_provider(store, questions=json.dumps([QUESTION]))
    desk(cast)
    store.write(lambda: cast.user("Vic", ReadyMade.VIEWER.value))
    UserGroupMember.create(group=UserGroup.get().id, user=cast.rows["Vic"])
    rule(cast, Trigger.BOOKED, Receivers(groups=("desk",)), Conditions(question="q1", answers=("Yes",)))
    book(visitor(cast), wish(cast, answers={"q1": "no"}))
    assert ruled() == []
    book(visitor(cast), wish(cast, TEN + HOUR, answers={"q1": "yes"}))
    rows = [one for one in OutboxMessage.select() if one.kind == "rule_staff"]
    assert [write_letter(system(cast), one, HEAD).to_name for one in rows] == ["Pia"]


def test_undone_change_takes_its_messages_along_and_may_come_again(store: Store) -> None:
    cast = one_provider(store)
    cast.store.write(lambda: cast.user("Dora", ReadyMade.MANAGER.value))
    rule(cast, Trigger.CANCELLED, Receivers(client=True, addresses=("lab@example.org",)))
    mine = book(visitor(cast), wish(cast))
    dora = Context(store, user(ReadyMade.MANAGER, None, "Dora", cast.rows["Dora"]), NOW)
    cancel(dora, mine.public_id)
    due = [one.not_before for one in OutboxMessage.select() if one.kind.startswith("rule_")]
    assert due == [NOW + 8, NOW + 8]
    undo(dora, mine.public_id, UndoableChange.get().public_id)
    assert (ruled(), WorkflowRun.select().count()) == ([], 0)
    cancel(replace(dora, now=NOW + 60), mine.public_id)
    assert (ruled(), Booking.get().status) == (["rule_client", "rule_address"], "cancelled")


def test_letter_to_an_address_that_fails_keeps_no_client_waiting(store: Store) -> None:
    cast = one_provider(store)
    rule(cast, Trigger.BOOKED, Receivers(addresses=("lab@example.org",)))
    book(visitor(cast), wish(cast))
    first = claim_next(system(cast))  # somebody delivers it, and goes on trying
    assert (first.kind if first else "", deliver_next(system(cast), DEMO, lambda: NOW)) == ("rule_address", True)
    assert [one.status for one in OutboxMessage.select().order_by(OutboxMessage.id)] == ["waiting", "delivered"]

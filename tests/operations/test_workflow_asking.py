"""Rules that ask for approval: what they hit is a request from the start, on both databases, and no role skips it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.booking.workflow_values import Conditions, Receivers
from app.operations.approvals.approval_views import approvals_of
from app.operations.approvals.approve import approve
from app.operations.book import accept_offer, book, hold
from app.operations.change import cancel, move
from app.operations.confirm import confirm
from app.operations.context import Context
from app.operations.look_up import get_booking
from app.operations.requests import HoldRequest, MoveRequest, SeriesRequest, VisitPart, VisitRequest, WaitingRequest
from app.operations.series import book_series
from app.operations.setup import approvals
from app.operations.setup.approvals import StepDraft
from app.operations.setup.groups import remove_group
from app.operations.setup.workflow import RuleDraft, count_acts, get_rule, list_rules, remove_rule, save_rule
from app.operations.setup.workflow_asking import Asks
from app.operations.views import BookingView
from app.operations.visits import book_visit
from app.operations.waiting import join_waiting_list
from app.storage.approval_tables import ApprovalRule
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking, Service
from tests.cast import HOUR, Cast
from tests.operations.approval_cast import acting, clinic, group, stands
from tests.operations.helpers import TEN, client, holding, message_kinds, system, visitor, wish
from tests.operations.setup_cast import context_of

ANYBODY = RuleDraft("Look at it first", "booked", asks=Asks())
LATE = Conditions(less_than_minutes=24 * 60)
DAY = 24 * HOUR
SOON = TEN - HOUR
QUESTION = {"public_id": "q1", "label": "Alone?", "kind": "yes_no", "required": False, "choices": []}


def asked(cast: Cast, conditions: Conditions, *approvers: str, allows_own: bool = False) -> str:
    """Write a rule as the set-up does; ``approvers``: names of users, without any everybody who may approve."""
    named = tuple(f"user:{cast.ids[one]}" for one in approvers) or None
    draft = replace(ANYBODY, conditions=conditions, asks=Asks(StepDraft(named), allows_own=allows_own))
    return save_rule(context_of(cast.store), draft)


def booked(
    cast: Cast, now: int | None = None, start: int = TEN, service: str = "Consultation", answer: str = ""
) -> BookingView:
    return book(visitor(cast, now), wish(cast, start, service, answers={"q1": answer} if answer else {}))


def by(cast: Cast, name: str, start: int = TEN) -> BookingView:
    return book(acting(cast, name), wish(cast, start))


def test_what_a_rule_hits_is_a_request_and_everything_else_is_booked(store: Store) -> None:
    cast = clinic(store)
    asked(cast, LATE, "Mona")
    early, late = booked(cast), booked(cast, SOON, start=TEN + HOUR)
    assert (early.status, late.status, message_kinds()) == ("confirmed", "requested", ["confirmed", "requested"])
    assert late.expires_at == TEN + HOUR
    with pytest.raises(NotAllowed, match="This is not for you to decide"):
        approve(acting(cast, "Nils", SOON), late.public_id)
    assert approve(acting(cast, "Mona", SOON), late.public_id).status == "confirmed"
    shown = approvals_of(system(cast, SOON), [late])[late.public_id]
    assert [(one.about, one.who) for one in shown.steps] == [("Look at it first", "Mona")]
    assert check_database(store) == []


def test_no_role_skips_the_step_unless_the_rule_lets_people_approve_their_own(store: Store) -> None:
    cast = clinic(store)
    asked(cast, Conditions())
    found = [by(cast, name, TEN + number * HOUR).status for number, name in enumerate(("Root", "Mona", "Desk"))]
    assert found == ["requested"] * 3
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        approve(acting(cast, "Root"), Booking.get(Booking.created_by == cast.rows["Root"]).public_id)
    remove_rule(context_of(store), list_rules(context_of(store))[0].public_id)
    asked(cast, Conditions(), allows_own=True)
    assert (by(cast, "Root", TEN + 4 * HOUR).status, by(cast, "Desk", TEN + 5 * HOUR).status) == (
        "confirmed",
        "requested",
    )


def test_rule_asks_by_resources_and_answers_and_beside_the_rules_of_approvals(store: Store) -> None:
    cast = clinic(store)
    Service.update(questions=json.dumps([QUESTION])).execute()
    asked(cast, Conditions(resources=(cast.ids["Room 1"],), question="q1", answers=("yes",)))
    operation = replace(wish(cast, service="Operation"), answers={"q1": "yes"})
    assert book(visitor(cast), operation).status == "requested"
    assert booked(cast, start=TEN + HOUR, service="Operation", answer="no").status == "confirmed"
    assert booked(cast, start=TEN + 2 * HOUR, answer="yes").status == "confirmed"
    service = f"service:{cast.ids['Operation']}"
    approvals.save_rule(context_of(store), approvals.RuleDraft(service))
    both = book(visitor(cast), replace(operation, start=TEN + 3 * HOUR))
    assert (both.status, len(approvals_of(system(cast), [both])[both.public_id].steps)) == ("requested", 2)
    assert approve(acting(cast, "Mona"), both.public_id).status == "confirmed"


def test_held_and_confirmed_bookings_become_requests_too(store: Store) -> None:
    cast = clinic(store)
    asked(cast, Conditions())
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    assert book(visitor(cast), replace(wish(cast), hold=held.public_id)).status == "requested"
    Service.update(confirm_minutes=30).execute()
    store.write(store.bump_catalog)
    second = booked(cast, start=TEN + HOUR)
    assert (second.status, confirm(client(cast, second.public_id), second.public_id)) == ("held", True)
    assert get_booking(system(cast), second.public_id).status == "requested"


def test_series_visits_and_offers_of_the_waiting_list_become_requests_too(store: Store) -> None:
    cast = clinic(store)
    asked(cast, Conditions(services=(cast.ids["Consultation"],)))
    series = book_series(acting(cast, "Desk"), SeriesRequest(wish(cast), "FREQ=DAILY;COUNT=2"))
    dates = [one.booking for one in series.occurrences if one.booking]
    assert [one.status for one in dates] == ["requested"] * 2
    parts = tuple(VisitPart(cast.ids[name]) for name in ("Operation", "Consultation"))
    visit = book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN + 2 * HOUR, wish(cast).client))
    assert [one.status for one in visit] == ["confirmed", "requested"]
    ids = cast.ids["Consultation"], cast.ids["Centre"]
    join_waiting_list(visitor(cast), WaitingRequest(*ids, wish(cast).client, TEN, TEN + HOUR // 2))
    cancel(system(cast), dates[0].public_id)
    offered = Booking.get(Booking.status == "held").public_id
    assert accept_offer(client(cast, offered), offered).status == "requested"
    assert check_database(store) == []


def test_moving_into_what_a_rule_hits_asks_and_moving_a_request_out_of_it_confirms(store: Store) -> None:
    cast = clinic(store)
    asked(cast, Conditions(locations=(cast.ids["Centre"],), less_than_minutes=24 * 60))
    early = booked(cast, start=TEN + 2 * DAY)
    moved = move(acting(cast, "Mona", SOON), MoveRequest(early.public_id, TEN + HOUR))
    assert (moved.status, moved.start, moved.change is not None) == ("confirmed", TEN + 2 * DAY, True)
    assert approve(acting(cast, "Nils", SOON), early.public_id).start == TEN + HOUR
    late = booked(cast, SOON, start=TEN + 3 * HOUR)
    away = move(acting(cast, "Mona", SOON), MoveRequest(late.public_id, TEN + 2 * DAY))
    assert (late.status, away.status, away.start) == ("requested", "confirmed", TEN + 2 * DAY)
    assert check_database(store) == []


def test_rule_that_asks_may_write_as_well_and_is_counted(store: Store) -> None:
    cast = clinic(store)
    told = replace(ANYBODY, receivers=Receivers(addresses=("desk@example.org",)), subject="{service}", text="{details}")
    rule = save_rule(context_of(store), told)
    booked(cast)
    assert (sorted(message_kinds()), count_acts(context_of(store))) == (["requested", "rule_address"], {rule: 1})


def test_what_is_asked_is_kept_told_and_given_back_with_its_rule(store: Store) -> None:
    cast = clinic(store)
    group(cast, "Board", "Mona")
    admin, named = context_of(store), (f"group:{cast.ids['Board']}", f"user:{cast.ids['Nils']}")
    draft = replace(ANYBODY, asks=Asks(StepDraft(named, 60, "accept"), allows_own=True))
    rule = save_rule(admin, draft)
    assert (get_rule(admin, rule).draft, approvals.list_rules(admin)) == (draft, [])
    with pytest.raises(InvalidInput, match="A rule of approvals names this group"):
        remove_group(admin, cast.ids["Board"])
    with pytest.raises(NotFound):
        approvals.get_rule(admin, ApprovalRule.get().public_id)
    waits = booked(cast)
    told = replace(draft, asks=None, receivers=Receivers(client=True), subject="{service}", text="{details}")
    save_rule(admin, told, rule)
    assert (get_rule(admin, rule).draft, booked(cast, start=TEN + HOUR).status) == (told, "confirmed")
    save_rule(admin, draft, rule)
    remove_rule(admin, rule)
    assert (booked(cast, start=TEN + 2 * HOUR).status, stands()) == ("confirmed", [(1, "waiting")])
    with pytest.raises(InvalidInput, match="A rule of approvals names this group"):
        remove_group(admin, cast.ids["Board"])
    assert approve(acting(cast, "Mona"), waits.public_id).status == "confirmed"
    shown = approvals_of(system(cast), [waits])[waits.public_id]
    assert [one.about for one in shown.steps] == ["a rule that was removed"]
    remove_group(admin, cast.ids["Board"])  # as nothing waits for it any more


def test_rule_that_is_switched_off_asks_nothing(store: Store) -> None:
    cast = clinic(store)
    save_rule(context_of(store), replace(ANYBODY, active=False))
    assert booked(cast).status == "confirmed"


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (replace(ANYBODY, trigger="moved"), "asks_approval"),
        (replace(ANYBODY, conditions=Conditions(statuses=("confirmed",))), "statuses"),
        (replace(ANYBODY, asks=Asks(StepDraft(()))), "step1_approvers"),
        (replace(ANYBODY, asks=Asks(StepDraft(minutes=0))), "step1_minutes"),
        (replace(ANYBODY, asks=None), "receivers"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_the_field(store: Store, broken: RuleDraft, field: str) -> None:
    clinic(store)
    with pytest.raises(InvalidInput) as caught:
        save_rule(context_of(store), broken)
    assert (caught.value.field, list_rules(context_of(store))) == (field, [])


def test_who_does_not_manage_users_neither_makes_changes_nor_removes_what_asks(store: Store) -> None:
    cast = clinic(store)
    helper: Context = holding(cast, Permission.MANAGE_SETTINGS)
    rule = asked(cast, Conditions())
    found = get_rule(helper, rule)
    changed = replace(found.draft, asks=None, receivers=Receivers(client=True), subject="{service}", text="{details}")
    for attempt in (
        lambda: save_rule(helper, replace(ANYBODY, name="Another")),
        lambda: save_rule(helper, changed, rule, found.version),
        lambda: save_rule(helper, replace(found.draft, active=False), rule, found.version),
        lambda: remove_rule(helper, rule),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert [one.draft for one in list_rules(helper)] == [found.draft]

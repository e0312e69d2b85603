from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.access.actors import SYSTEM
from app.access.permissions import READY_MADE, ReadyMade
from app.booking.slots import SlotQuery, find_slots
from app.booking.statuses import Status
from app.booking.values import ResourceKind
from app.booking.workflow_values import Trigger
from app.demo.group import ACCOUNTS, Account
from app.demo.load import load_demo, load_state, refresh_demo
from app.operations.accounts.sign_in import check_password
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.rights import grants_of
from app.storage.approval_tables import Approval
from app.storage.base import Record
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, ChangeRequest, OutboxMessage, Series, User, WaitingEntry
from app.storage.workflow_tables import WorkflowRun
from tests.demo.conftest import NOW, PASSWORD
from tests.keys import open_store

pytestmark = pytest.mark.gate

DAY = 86_400


def quiet(step: str) -> None:
    """Say nothing."""


def _count(store: Store, *conditions: object) -> int:
    query = Booking.select().where(*conditions) if conditions else Booking.select()
    return int(store.read(query.count))


def test_demo_has_the_group_that_is_promised(demo: Store) -> None:
    catalog = demo.catalog()
    kinds = [one.kind for one in catalog.resources.values()]
    found = (len(catalog.locations), *(kinds.count(kind) for kind in ResourceKind), len(catalog.services))
    assert found == (3, 14, 9, 6, 12)
    assert {one.tzid for one in catalog.locations.values()} == {"Europe/Berlin", "Europe/London"}


def test_demo_has_rules_that_act_from_now_on(demo: Store) -> None:
    rules = demo.catalog().workflow
    assert [one.trigger for one in rules if one.active] == [Trigger.BEFORE_START, Trigger.CANCELLED]
    assert demo.read(WorkflowRun.select().count) == 0


def test_demo_nothing_is_wrong_in_its_database(demo: Store) -> None:
    assert check_database(demo) == []


def test_demo_nothing_is_wrong_on_postgresql(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    load_demo(store, NOW, PASSWORD, scale=0.2, say=quiet)
    assert check_database(store) == []
    assert refresh_demo(store, NOW + 20 * DAY, say=quiet)
    assert check_database(store) == []
    store.close()


def test_demo_has_two_years_of_bookings(demo: Store) -> None:
    assert 20_000 < _count(demo) < 32_000
    assert _count(demo, Booking.start_at < NOW - 700 * DAY) > 100
    assert _count(demo, Booking.start_at > NOW + 24 * DAY) > 20


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.HELD])
def test_demo_has_bookings_of_each_status(demo: Store, status: Status) -> None:
    assert _count(demo, Booking.status == status.value) > 3


def test_demo_nothing_past_waits_for_anybody(demo: Store) -> None:
    waiting = Booking.status.in_([Status.REQUESTED.value, Status.CONFIRMED.value])
    assert _count(demo, Booking.end_at <= NOW, waiting) == 0


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.role)
def test_demo_account_signs_in(demo: Store, account: Account) -> None:
    public_id = check_password(demo, account.email, PASSWORD)
    user = demo.read(lambda: User.get(User.email == account.email))
    grants = demo.read(lambda: grants_of(user.id))
    assert (public_id, grants[0].extents) == (user.public_id, READY_MADE[ReadyMade(account.role)].extents)


def test_demo_has_an_account_of_each_role() -> None:
    assert {one.role for one in ACCOUNTS} == {role.value for role in ReadyMade}


def test_demo_leaves_slots_free_for_each_service(demo: Store) -> None:
    catalog = demo.catalog()
    taken: dict[int, list[tuple[int, int]]] = {}
    rows = Allocation.select(Allocation.resource, Allocation.start_at, Allocation.end_at).where(
        Allocation.active, Allocation.start_at > NOW - DAY
    )
    for resource_id, start, end in rows.order_by(Allocation.start_at).tuples():
        taken.setdefault(resource_id, []).append((start, end))
    for service in catalog.services.values():
        for location_id in service.location_ids:
            query = SlotQuery(service.id, location_id, NOW, NOW + 14 * DAY)
            assert find_slots(catalog, query, taken, NOW) != [], (service.name, location_id)


def test_demo_mails_are_those_of_the_last_weeks(demo: Store) -> None:
    first = demo.read(lambda: OutboxMessage.select().order_by(OutboxMessage.created_at).first())
    assert NOW - 15 * DAY < first.created_at < NOW - 10 * DAY
    assert demo.read(OutboxMessage.select().where(OutboxMessage.status != "delivered").count) == 0


@pytest.mark.parametrize(("table", "count"), [(WaitingEntry, 7), (Series, 3), (ChangeRequest, 2)])
def test_demo_has_something_for_each_page(demo: Store, table: type[Record], count: int) -> None:
    assert demo.read(table.select().count) == count


def test_demo_has_a_request_of_two_steps_and_one_of_a_room(demo: Store) -> None:
    of_rules = Approval.select(Approval.number, Approval.status).where(Approval.rule.is_null(False))
    steps = demo.read(lambda: list(of_rules.order_by(Approval.id).tuples()))
    assert steps == [(1, "waiting"), (2, "later"), (1, "waiting")]


def test_demo_series_go_on_for_weeks(demo: Store) -> None:
    assert _count(demo, Booking.series.is_null(False)) >= 9


def test_refresh_young_demo_is_left_alone(demo: Store) -> None:
    before = _count(demo)
    assert not refresh_demo(demo, NOW + 6 * DAY, say=quiet)
    assert _count(demo) == before


@pytest.mark.parametrize("days", [8, 27, 29, 400])
def test_refresh_old_demo_has_four_weeks_again(demo: Store, days: int) -> None:
    now = NOW + days * DAY
    assert refresh_demo(demo, now, say=quiet)
    state = load_state(demo)
    assert state is not None
    assert (state.until - datetime.fromtimestamp(now, UTC).date()).days == 28
    assert _count(demo, Booking.start_at > now + 20 * DAY) > 50
    assert _count(demo, Booking.end_at <= now, Booking.status == Status.CONFIRMED.value) == 0
    assert check_database(demo) == []


def test_refresh_keeps_what_people_did(demo: Store) -> None:
    row = demo.read(
        lambda: Booking.select().where(Booking.start_at > NOW + 10 * DAY, Booking.status == "confirmed").first()
    )
    cancel(Context(demo, SYSTEM, NOW), row.public_id)
    refresh_demo(demo, NOW + 9 * DAY, say=quiet)
    assert demo.read(lambda: Booking.get_by_id(row.id).status) == Status.CANCELLED


def test_refresh_again_at_once_does_nothing(demo: Store) -> None:
    refresh_demo(demo, NOW + 9 * DAY, say=quiet)
    assert not refresh_demo(demo, NOW + 9 * DAY, say=quiet)


def test_refresh_other_database_is_left_alone(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    assert not refresh_demo(store, NOW, say=quiet)
    store.close()


@pytest.mark.slow
def test_load_scale_makes_the_past_longer(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    steps: list[str] = []
    tell: Callable[[str], None] = steps.append
    load_demo(store, NOW, PASSWORD, scale=1.2, say=tell)
    assert steps[-1] == "inventing bookings since October 2023"
    assert _count(store, Booking.start_at < NOW - 850 * DAY) > 50
    assert check_database(store) == []
    store.close()

"""Two people who edit the set-up at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, Refusal, StaleVersion
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.setup.locations import LocationDraft, get_location, list_locations, save_location
from app.operations.setup.pools import get_pool, save_pool
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.setup.users import UserDraft, get_user, list_users, save_user
from app.storage.store import Store
from tests.operations.setup_cast import add_location, add_pool, context_of

ROUNDS = range(5)


def _both(store: Store, *works: Callable[[Context], object]) -> list[type[Refusal] | None]:
    """Do all at once, each on a connection of its own; tell what each was refused with."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Context], object]) -> type[Refusal] | None:
        barrier.wait()
        try:
            work(context_of(store))
        except Refusal as refusal:
            return type(refusal)
        finally:
            store.close()
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.parametrize("number", ROUNDS)
def test_location_edited_by_two_at_once_is_one_ones(store: Store, number: int) -> None:
    public_id = add_location(context_of(store))

    def rename(name: str) -> Callable[[Context], object]:
        return lambda context: save_location(context, LocationDraft(name, "UTC"), public_id, version=1)

    refused = _both(store, rename("First"), rename("Second"))
    assert sorted(refused, key=str) == sorted([None, StaleVersion], key=str)
    winner = ("First", "Second")[refused.index(None)]
    assert get_location(context_of(store), public_id).draft.name == winner


@pytest.mark.parametrize("number", ROUNDS)
def test_location_name_wanted_by_two_at_once_is_given_once(store: Store, number: int) -> None:
    refused = _both(store, add_location, add_location)
    assert sorted(refused, key=str) == sorted([None, InvalidInput], key=str)
    assert [one.draft.name for one in list_locations(context_of(store))] == ["Centre"]


@pytest.mark.parametrize("number", ROUNDS)
def test_administrators_who_dismiss_each_other_leave_one(store: Store, number: int) -> None:
    context = context_of(store)
    drafts = [
        UserDraft(f"{name}@example.org", name, (GrantDraft("administrator"),), password="correct horse")
        for name in "ab"
    ]
    ids = [save_user(context, draft) for draft in drafts]

    def dismiss(public_id: str) -> Callable[[Context], object]:
        weaker = replace(get_user(context, public_id).draft, grants=(GrantDraft(ReadyMade.VIEWER),))
        return lambda context: save_user(context, weaker, public_id)

    refused = _both(store, *(dismiss(one) for one in ids))
    assert sorted(refused, key=str) == sorted([None, InvalidInput], key=str)
    assert sorted(one.draft.grants[0].role for one in list_users(context)) == ["administrator", "viewer"]


@pytest.mark.parametrize("number", ROUNDS)
def test_pool_made_smaller_while_a_service_takes_all_of_it_stays_large_enough(store: Store, number: int) -> None:
    context = context_of(store)
    pool, place = add_pool(context, "Ada", "Ben"), add_location(context)
    draft = get_pool(context, pool).draft
    service = ServiceDraft("Surgery", (60,), (RequirementDraft(pool=pool, count=2),), (place,))
    smaller = replace(draft, members=draft.members[:1])
    refused = _both(store, lambda one: save_pool(one, smaller, pool), lambda one: save_service(one, service))
    assert sorted(refused, key=str) == sorted([None, InvalidInput], key=str)

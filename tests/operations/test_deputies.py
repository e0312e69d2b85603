"""Naming deputies: oneself or by whoever manages users, and what is refused."""

from __future__ import annotations

import pytest

from app.booking.refusals import InvalidInput, NotAllowed, NotFound, Refusal
from app.operations.approvals.deputies import (
    DeputyDraft,
    end_deputy,
    list_deputies,
    list_places,
    name_deputy,
    possible_deputies,
)
from app.storage.approval_tables import Deputy
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW, Cast
from tests.operations.approval_cast import acting, clinic
from tests.operations.test_twice_at_once import twice

DAY = 86_400


def draft(cast: Cast, user: str, instead: str, first: int = 0, days: int = 7) -> DeputyDraft:
    return DeputyDraft(cast.ids[user], cast.ids[instead], NOW + first * DAY, NOW + (first + days) * DAY)


def name(cast: Cast, user: str, instead: str, first: int = 0, days: int = 7) -> str:
    """Name a deputy, as the user does."""
    return name_deputy(acting(cast, user), draft(cast, user, instead, first, days))


def test_deputy_named_is_listed_for_both(store: Store) -> None:
    cast = clinic(store)
    key = name(cast, "Mona", "Olga")
    (mine,) = list_deputies(acting(cast, "Mona"))
    assert (mine.public_id, mine.deputy_name, mine.start, mine.end) == (key, "Olga", NOW, NOW + 7 * DAY)
    assert [one.user_name for one in list_places(acting(cast, "Olga"))] == ["Mona"]
    assert list_deputies(acting(cast, "Nils")) == []


def test_administrator_names_and_ends_the_deputies_of_everybody(store: Store) -> None:
    cast = clinic(store)
    root = acting(cast, "Root")
    key = name_deputy(root, draft(cast, "Mona", "Nils"))
    assert [(one.user_name, one.deputy_name) for one in list_deputies(root)] == [("Mona", "Nils")]
    end_deputy(root, key)
    assert list_deputies(root) == []


def test_nobody_names_or_ends_the_deputies_of_others(store: Store) -> None:
    cast = clinic(store)
    with pytest.raises(NotAllowed):
        name_deputy(acting(cast, "Nils"), draft(cast, "Mona", "Nils"))
    key = name(cast, "Mona", "Olga")
    for other in ("Nils", "Olga"):
        with pytest.raises(NotFound):
            end_deputy(acting(cast, other), key)
    assert len(list_deputies(acting(cast, "Mona"))) == 1


@pytest.mark.parametrize(
    ("instead", "first", "days", "field", "words"),
    [
        ("Mona", 0, 7, "deputy", "Nobody is their own deputy"),
        ("Olga", -8, 7, "last", "over already"),
        ("Olga", 1, 0, "last", "before the first"),
        ("Olga", 0, 400, "last", "a year at most"),
    ],
)
def test_deputy_that_cannot_be_is_refused(
    store: Store, instead: str, first: int, days: int, field: str, words: str
) -> None:
    cast = clinic(store)
    with pytest.raises(InvalidInput, match=words) as refused:
        name(cast, "Mona", instead, first, days)
    assert (refused.value.field, list_deputies(acting(cast, "Mona"))) == (field, [])


@pytest.mark.parametrize("gone", ["unknown", "switched off"])
def test_deputy_who_cannot_sign_in_is_refused(store: Store, gone: str) -> None:
    cast = clinic(store)
    if gone == "unknown":
        cast.ids["Olga"] = "nobody"
    else:
        store.write(lambda: User.update(active=False).where(User.name == "Olga").execute())
    with pytest.raises(InvalidInput, match="Please choose somebody from the list"):
        name(cast, "Mona", "Olga")


def test_circle_of_deputies_in_one_time_is_refused(store: Store) -> None:
    cast = clinic(store)
    name(cast, "Mona", "Nils")
    name(cast, "Nils", "Olga", first=3)
    with pytest.raises(InvalidInput, match="Mona is away in that time and would lead back to Olga"):
        name(cast, "Olga", "Mona", first=5)
    assert name(cast, "Olga", "Mona", first=20)


def test_two_who_name_each_other_at_once_are_told(store: Store) -> None:
    cast = clinic(store)
    answers: list[str | Refusal] = twice(store, lambda: name(cast, "Mona", "Nils"), lambda: name(cast, "Nils", "Mona"))
    assert sum(isinstance(one, InvalidInput) for one in answers) == 1
    assert Deputy.select().count() == 1


def test_deputies_are_few_at_a_time(store: Store) -> None:
    cast = clinic(store)
    for number in range(20):
        name(cast, "Mona", "Olga", first=number)
    with pytest.raises(InvalidInput, match="There are 20 times"):
        name(cast, "Mona", "Olga")


def test_possible_deputies_are_those_who_may_approve(store: Store) -> None:
    cast = clinic(store)
    assert list(possible_deputies(acting(cast, "Mona")).values()) == ["Mona", "Nils", "Olga", "Root"]
    with pytest.raises(NotAllowed):
        possible_deputies(acting(cast, "Desk"))


def test_deputy_who_lost_the_right_or_is_switched_off_is_told(store: Store) -> None:
    cast = clinic(store)
    name(cast, "Mona", "Olga")
    name(cast, "Mona", "Nils")
    store.write(lambda: store.run("DELETE FROM role_grant WHERE user_id = %s", (cast.rows["Olga"],)))
    store.write(lambda: User.update(active=False).where(User.name == "Nils").execute())
    assert [one.problem for one in list_deputies(acting(cast, "Mona"))] == [
        "Olga lacks the right Approve, so nobody decides instead.",
        "Nils is switched off, so nobody decides instead.",
    ]

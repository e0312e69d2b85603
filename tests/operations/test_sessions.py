"""Sessions are rows: found by one query, ended by limits, sign-outs and new passwords, told by no token."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.access.actors import VISITOR, Actor, ActorKind
from app.access.grants import Grant
from app.booking.refusals import NotAllowed, NotFound, Unavailable
from app.booking.values import MINUTE
from app.operations.accounts.session_limits import ABSOLUTE_SECONDS, IDLE_SECONDS, Limits, limits_of
from app.operations.accounts.sessions import (
    KEEP_SECONDS,
    MAX_ADDRESS,
    MAX_DEVICE,
    Method,
    Place,
    begin_session,
    end_all,
    end_one,
    end_sessions_of,
    end_this,
    forget_ended,
    list_sessions,
    resume,
)
from app.operations.context import Context
from app.operations.rights import actor_of
from app.storage.account_tables import UserSession
from app.storage.check import check_database
from app.storage.rights_tables import Role
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW, Cast
from tests.web.conftest import make_read_only
from tests.web.staff_cast import counted

HERE = Place("Firefox on Linux", "192.0.2.7")


@pytest.fixture
def cast(store: Store) -> Cast:
    made = Cast(store)
    store.write(lambda: [made.user("Ada", "administrator"), made.user("Ben", "viewer")])
    return made


def begun(cast: Cast, name: str = "Ada", now: int = NOW, place: Place = HERE) -> str:
    return begin_session(cast.store, cast.ids[name], Method.PASSWORD, place, now)


def context_of(cast: Cast, name: str = "Ada", now: int = NOW) -> Context:
    return Context(cast.store, actor_of(User.get(User.name == name)), now)


def test_session_is_found_by_its_token_with_two_queries(cast: Cast) -> None:
    token = begun(cast)
    with counted(cast.store) as sent:
        account = resume(cast.store, token, NOW + 59)
    assert len(sent) == 2
    assert account is not None
    assert (account.actor, account.public_id, account.method) == (
        actor_of(User.get(User.name == "Ada")),
        cast.ids["Ada"],
        Method.PASSWORD,
    )
    assert (account.is_complete, account.proved_at, account.email) == (True, NOW, "ada@example.org")


@pytest.mark.parametrize("token", ["", "x", "\0", "ü" * 500, "\ud800"])
def test_session_of_a_token_that_never_was_is_none(cast: Cast, token: str) -> None:
    begun(cast)
    assert resume(cast.store, token, NOW) is None


def test_session_token_is_not_stored(cast: Cast) -> None:
    token = begun(cast)
    stored = UserSession.select().dicts().get()
    assert [name for name, value in stored.items() if token in str(value)] == []
    assert resume(cast.store, str(stored["token_hash"]), NOW) is None


def test_session_idle_for_too_long_is_none(cast: Cast) -> None:
    token = begun(cast)
    assert [resume(cast.store, token, NOW + IDLE_SECONDS - one) is None for one in (1, -IDLE_SECONDS)] == [False, True]
    fresh = begun(cast)
    assert resume(cast.store, fresh, NOW + IDLE_SECONDS) is None


def test_session_in_use_ends_at_the_absolute_limit(cast: Cast) -> None:
    token = begun(cast)
    steps = range(NOW, NOW + ABSOLUTE_SECONDS, IDLE_SECONDS - 60)
    assert [resume(cast.store, token, now) is None for now in steps] == [False] * len(steps)
    assert resume(cast.store, token, NOW + ABSOLUTE_SECONDS) is None


def limit(role: str, idle_minutes: int | None, session_hours: int | None) -> None:
    Role.update(idle_minutes=idle_minutes, session_hours=session_hours).where(Role.public_id == role).execute()


def test_session_lasts_as_the_strictest_role_says_from_the_next_request_on(cast: Cast) -> None:
    token = begun(cast)
    cast.store.write(lambda: limit("administrator", 15, 1))
    assert [resume(cast.store, token, NOW + one * MINUTE) is None for one in (15, 14, 28, 42, 56, 60)] == [
        *(True, False, False, False, False, True)
    ]
    cast.store.write(lambda: limit("administrator", 5, None))
    assert resume(cast.store, token, NOW + 61 * MINUTE) is None
    assert list_sessions(context_of(cast, now=NOW + 61 * MINUTE), 0) == []


def test_session_lasts_longer_than_usual_where_every_role_says_so(cast: Cast) -> None:
    cast.store.write(lambda: limit("administrator", 720, 168))
    token = begun(cast)
    steps = [NOW + hour * 3600 for hour in range(11, 168, 11)]
    assert [resume(cast.store, token, now) is None for now in steps] == [False] * len(steps)
    assert resume(cast.store, token, NOW + 168 * 3600) is None


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        ((), Limits(IDLE_SECONDS, ABSOLUTE_SECONDS)),
        (((None, None), (10, 20)), Limits(600, ABSOLUTE_SECONDS)),
        (((700, 100), (None, None)), Limits(IDLE_SECONDS, ABSOLUTE_SECONDS)),
        (((700, 100), (300, 150)), Limits(18_000, 360_000)),
    ],
)
def test_limits_of_several_roles_are_the_strictest(
    said: Sequence[tuple[int | None, int | None]], limits: Limits
) -> None:
    grants = [Grant("Role", {}, idle_minutes=idle, session_hours=hours) for idle, hours in said]
    assert limits_of(Actor(ActorKind.USER, grants=tuple(grants))) == limits


def test_session_is_written_as_seen_once_a_minute_at_most(cast: Cast) -> None:
    token = begun(cast)
    for seconds in range(0, 150, 10):
        resume(cast.store, token, NOW + seconds)
    assert UserSession.get().seen_at == NOW + 120
    with counted(cast.store) as sent:
        resume(cast.store, token, NOW + 179)
    assert len(sent) == 2


def test_session_counts_where_the_database_can_only_be_read(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    token = begun(cast)
    make_read_only(cast.store)
    with caplog.at_level(logging.WARNING, "app"):
        assert resume(cast.store, token, NOW + 90) is not None
    assert [token in record.getMessage() for record in caplog.records if record.name.startswith("app.op")] == [False]


def test_session_cannot_begin_where_the_database_can_only_be_read(cast: Cast) -> None:
    make_read_only(cast.store)
    with pytest.raises(Unavailable):
        begun(cast)


def test_session_of_an_account_that_is_switched_off_neither_counts_nor_begins(cast: Cast) -> None:
    token = begun(cast)
    cast.store.write(lambda: User.update(active=False).execute())
    assert resume(cast.store, token, NOW) is None
    with pytest.raises(NotFound):
        begun(cast)


def test_sessions_are_listed_with_this_one_first_and_without_those_of_others(cast: Cast) -> None:
    begun(cast, now=NOW - IDLE_SECONDS)
    mine = resume(cast.store, begun(cast, now=NOW - 60), NOW - 60)
    begun(cast, place=Place("x" * 200, "y" * 200))
    begun(cast, "Ben")
    assert mine is not None
    views = list_sessions(context_of(cast), mine.session)
    assert [(one.device, one.address, one.is_this, one.created_at) for one in views] == [
        ("Firefox on Linux", "192.0.2.7", True, NOW - 60),
        ("x" * MAX_DEVICE, "y" * MAX_ADDRESS, False, NOW),
    ]


def test_session_of_somebody_else_cannot_be_ended(cast: Cast) -> None:
    token = begun(cast, "Ben")
    with pytest.raises(NotFound):
        end_one(context_of(cast), UserSession.get().public_id)
    assert resume(cast.store, token, NOW) is not None


def test_session_that_is_ended_counts_no_more_and_cannot_be_ended_again(cast: Cast) -> None:
    token, other = begun(cast), begun(cast)
    public_id = UserSession.get(UserSession.id == 1).public_id
    end_one(context_of(cast), public_id)
    assert (resume(cast.store, token, NOW), resume(cast.store, other, NOW) is None) == (None, False)
    with pytest.raises(NotFound):
        end_one(context_of(cast), public_id)


def test_sessions_all_but_one_end_and_then_all(cast: Cast) -> None:
    token, _, others = begun(cast), begun(cast), begun(cast, "Ben")
    kept = resume(cast.store, token, NOW)
    assert kept is not None
    assert end_all(context_of(cast), besides=kept.session) == 1
    assert (resume(cast.store, token, NOW), end_all(context_of(cast))) == (kept, 1)
    assert (resume(cast.store, token, NOW), resume(cast.store, others, NOW) is None) == (None, False)


def test_session_cannot_be_ended_where_the_database_can_only_be_read(cast: Cast) -> None:
    begun(cast)
    make_read_only(cast.store)
    assert end_this(cast.store, 1) is False
    assert end_this(cast.store, 1) is True


def test_sessions_belong_to_people_with_an_account_only(cast: Cast) -> None:
    visitor = replace(context_of(cast), actor=VISITOR)
    for ask in (lambda: list_sessions(visitor, 1), lambda: end_all(visitor), lambda: end_one(visitor, "x")):
        with pytest.raises(NotAllowed):
            ask()


def test_sessions_of_long_ago_are_forgotten(cast: Cast) -> None:
    begun(cast)
    assert [forget_ended(context_of(cast, now=NOW + KEEP_SECONDS + more)) for more in (0, 1)] == [0, 1]
    assert (UserSession.select().count(), check_database(cast.store)) == (0, [])


def test_sessions_end_within_the_transaction_that_asks(cast: Cast) -> None:
    token = begun(cast)
    with pytest.raises(NotFound):
        cast.store.write(
            lambda: (end_sessions_of(cast.rows["Ada"]), begin_session(cast.store, "x", Method.PASSWORD, HERE, NOW))
        )
    assert resume(cast.store, token, NOW) is not None

"""Links by which a password is chosen once: each has one use, one owner and an end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from app.access.actors import SYSTEM, VISITOR
from app.booking.refusals import InvalidInput, LinkSpent, NotAllowed, NotFound, Refusal
from app.operations.accounts.link_records import KEEP_SECONDS
from app.operations.accounts.password_links import OpenLink, choose_password, find_link
from app.operations.accounts.sessions import Method, Place, begin_session, resume
from app.operations.accounts.sign_in import check_password
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.setup.administrator_link import HOURS, make_link
from app.operations.setup.users import UserDraft, get_user, list_administrators, save_user
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Setting, User
from tests.cast import HOUR, NOW, Cast

EMAIL, PASSWORD, OTHER = "ada@example.org", "correct horse battery", "another one altogether"
END = NOW + HOURS * HOUR


@pytest.fixture
def context(store: Store) -> Context:
    return Context(store, SYSTEM, NOW)


def made(context: Context, email: str = EMAIL) -> str:
    return make_link(context, email, "Ada").token


def refusal_of(store: Store, token: str, now: int = NOW) -> Refusal:
    """Return why a link counts no more, the same whether one looks or chooses."""
    with pytest.raises(Refusal) as looked:
        find_link(store, token, now)
    with pytest.raises(Refusal) as chosen:
        choose_password(store, token, OTHER, now)
    assert looked.value == chosen.value
    return chosen.value


def test_link_makes_an_account_that_chooses_its_password(store: Store, context: Context) -> None:
    link = make_link(context, " Ada@Example.org", "Ada")
    assert (link.email, link.name, link.expires_at, link.resets) == (EMAIL, "Ada", END, False)
    assert find_link(store, link.token, END - 1) == OpenLink(EMAIL, "Ada")
    public_id = choose_password(store, link.token, PASSWORD, END - 1)
    assert check_password(store, EMAIL, PASSWORD) == public_id
    assert get_user(context, public_id).draft == UserDraft(EMAIL, "Ada", (GrantDraft("administrator"),))


@pytest.mark.parametrize("password", ["", "no password", PASSWORD])
def test_account_without_a_password_lets_nobody_in(store: Store, context: Context, password: str) -> None:
    made(context)
    assert check_password(store, EMAIL, password) is None


def test_link_of_somebody_with_a_password_leaves_it_until_another_is_chosen(store: Store, context: Context) -> None:
    choose_password(store, made(context), PASSWORD, NOW)
    link = make_link(context, EMAIL, "Ada")
    public_id = check_password(store, EMAIL, PASSWORD)
    assert (link.resets, public_id is None) == (True, False)
    session = begin_session(store, str(public_id), Method.PASSWORD, Place(), NOW)
    assert resume(store, session, NOW) is not None
    choose_password(store, link.token, OTHER, NOW)
    assert (check_password(store, EMAIL, PASSWORD), check_password(store, EMAIL, OTHER)) == (None, public_id)
    assert resume(store, session, NOW) is None


def test_link_counts_once(store: Store, context: Context) -> None:
    token = made(context)
    choose_password(store, token, PASSWORD, NOW)
    assert refusal_of(store, token) == LinkSpent("used")
    assert check_password(store, EMAIL, OTHER) is None


def test_link_ends_after_two_days(store: Store, context: Context) -> None:
    token = made(context)
    assert refusal_of(store, token, END) == LinkSpent("expired")


def test_newer_link_makes_the_older_one_worthless(store: Store, context: Context) -> None:
    older, newer = made(context), made(context)
    assert refusal_of(store, older) == LinkSpent("replaced")
    choose_password(store, newer, PASSWORD, NOW)
    assert refusal_of(store, older) == LinkSpent("replaced")


def test_link_of_somebody_else_stays(store: Store, context: Context) -> None:
    token = made(context)
    made(context, "ben@example.org")
    assert find_link(store, token, NOW).email == EMAIL


@pytest.mark.parametrize("change", [{"password": OTHER}, {"active": False}])
def test_link_of_an_account_that_was_changed_counts_no_more(
    store: Store, context: Context, change: dict[str, object]
) -> None:
    cast = Cast(store)
    store.write(lambda: cast.user("Second", "administrator"))
    token = made(context)
    saved = get_user(context, User.get(User.email == EMAIL).public_id)
    save_user(context, replace(saved.draft, **change), saved.public_id)  # type: ignore[arg-type]  # one field of any kind
    assert refusal_of(store, token) == LinkSpent("replaced")


@pytest.mark.parametrize("token", ["", "x", "0" * 48, "\0", "ü" * 500])
def test_link_that_never_was_is_not_found(store: Store, context: Context, token: str) -> None:
    made(context)
    assert refusal_of(store, token) == NotFound("link", "")


def test_password_that_is_too_short_leaves_the_link_as_it_was(store: Store, context: Context) -> None:
    token = made(context)
    with pytest.raises(InvalidInput, match="10 to 200 characters"):
        choose_password(store, token, "short", NOW)
    assert find_link(store, token, NOW).email == EMAIL


def test_token_is_not_stored(store: Store, context: Context) -> None:
    token = made(context)
    assert [token in text for row in store.rows("SELECT key, value FROM setting") for text in row] == [False, False]


def test_links_of_long_ago_are_forgotten(store: Store, context: Context) -> None:
    old = made(context)
    made(replace(context, now=END + KEEP_SECONDS), "ben@example.org")
    assert refusal_of(store, old, END) == LinkSpent("expired")
    made(replace(context, now=END + KEEP_SECONDS + 1), "ben@example.org")
    assert refusal_of(store, old, END) == NotFound("link", "")
    assert Setting.select().count() == 2


@pytest.mark.parametrize(("role", "active"), [("manager", True), ("administrator", False)])
def test_link_for_an_account_that_is_no_administrator_is_refused(
    store: Store, context: Context, role: str, active: bool
) -> None:
    cast = Cast(store)
    store.write(lambda: cast.user("Mia", role))
    store.write(lambda: User.update(active=active).execute())
    with pytest.raises(InvalidInput, match="no administrator or is switched off"):
        made(context, "mia@example.org")
    assert Setting.select().count() == 0


@pytest.mark.parametrize(("email", "name"), [("ada", "Ada"), (EMAIL, " ")])
def test_link_for_nobody_is_refused_and_makes_nothing(context: Context, email: str, name: str) -> None:
    with pytest.raises(InvalidInput):
        make_link(context, email, name)
    assert (User.select().count(), Setting.select().count()) == (0, 0)


def test_link_is_made_by_whoever_may_edit_users_only(context: Context) -> None:
    with pytest.raises(NotAllowed):
        made(replace(context, actor=VISITOR))


def test_administrators_are_listed_without_those_switched_off(store: Store, context: Context) -> None:
    made(context)
    cast = Cast(store)
    store.write(lambda: [cast.user("Mia", "manager"), cast.user("Old", "administrator")])
    store.write(lambda: User.update(active=False).where(User.name == "Old").execute())
    assert list_administrators(context) == [EMAIL]


def at_once(store: Store, works: Sequence[Callable[[], str]]) -> list[str | Refusal]:
    """Let each choose or make at the same moment, on a connection of its own; return what each got."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], str]) -> str | Refusal:
        store.ping()
        barrier.wait(60)
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            store.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_link_used_by_several_at_once_counts_for_one(store: Store, context: Context) -> None:
    token = made(context)
    passwords = [f"password number {number}" for number in range(5)]
    chosen = at_once(store, [partial(choose_password, store, token, one, NOW) for one in passwords])
    wins = [number for number, result in enumerate(chosen) if isinstance(result, str)]
    assert (len(wins), [one for one in chosen if not isinstance(one, str)]) == (1, [LinkSpent("used")] * 4)
    assert [check_password(store, EMAIL, one) is not None for one in passwords] == [n == wins[0] for n in range(5)]


def test_link_used_while_a_newer_one_is_made_leaves_one_that_counts(store: Store, context: Context) -> None:
    token = made(context)
    used, newer = at_once(
        store, [partial(choose_password, store, token, PASSWORD, NOW), lambda: made(Context(store, SYSTEM, NOW))]
    )
    reason = "used" if isinstance(used, str) else "replaced"
    assert refusal_of(store, token) == LinkSpent(reason)
    assert find_link(store, str(newer), NOW).email == EMAIL
    assert (User.select().count(), check_database(store)) == (1, [])

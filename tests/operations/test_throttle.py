"""Failed sign-ins are counted once for all processes, and no more are checked than the limit says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.operations.throttle import ADDRESS_TRIES, SECONDS, TRIES, Try, begin_try, forgive, guest_of
from app.storage.store import Store
from app.storage.tables import SignInTry
from tests.cast import NOW
from tests.operations.test_twice_at_once import twice
from tests.web.conftest import make_read_only

ROOT = Path(__file__).parents[2]
SECRET = b"a secret of the tests"
ADA = guest_of(SECRET, "192.0.2.7", "ada@example.org")
CODE = (
    "import sys; from app.storage.store import open_store; from app.operations.throttle import begin_try, guest_of; "
    "guest = guest_of(b'a secret of the tests', '192.0.2.7', ' ADA@example.org'); store = open_store(sys.argv[1]); "
    f"print(sum(begin_try(store, guest, {NOW}) is not None for _ in range(6)))"
)


def begin(store: Store, times: int, now: int = NOW) -> int:
    """Let Ada try this often; return how often she was let through."""
    return sum(begin_try(store, ADA, now) is not None for _ in range(times))


def test_throttle_opens_again_after_a_while(store: Store) -> None:
    assert [begin(store, TRIES + 2), begin(store, 1, NOW + SECONDS - 1), begin(store, 1, NOW + SECONDS)] == [
        TRIES,
        0,
        1,
    ]


def test_throttle_forgets_what_is_over(store: Store) -> None:
    begin(store, TRIES)
    begin(store, 1, NOW + SECONDS)
    assert SignInTry.select().count() == 2


def test_throttle_forgives_after_success(store: Store) -> None:
    begin(store, TRIES - 1)
    last = begin_try(store, ADA, NOW)
    assert last is not None
    forgive(store, last)
    assert SignInTry.select().count() == TRIES - 1
    assert begin(store, TRIES + 1) == TRIES


def test_throttle_closes_an_address_for_all_accounts(store: Store) -> None:
    others = [guest_of(SECRET, "192.0.2.7", f"client{number}@example.org") for number in range(ADDRESS_TRIES + 1)]
    let_through = [begin_try(store, guest, NOW) is not None for guest in others]
    assert let_through == [True] * ADDRESS_TRIES + [False]
    assert begin_try(store, guest_of(SECRET, "192.0.2.8", "ada@example.org"), NOW) is not None


def test_throttle_keeps_no_name_and_no_address(store: Store) -> None:
    begin(store, 1)
    kept = " ".join(row.who for row in SignInTry.select())
    assert [word in kept for word in ("ada", "192.0.2.7")] == [False, False]
    assert guest_of(b"another secret", "192.0.2.7", "ada@example.org").address not in kept


def test_throttle_goes_on_where_the_database_can_only_be_read(store: Store) -> None:
    tried = begin_try(store, ADA, NOW)
    assert tried is not None
    make_read_only(store)
    forgive(store, tried)
    assert SignInTry.select().count() == 2
    make_read_only(store)
    assert begin_try(store, ADA, NOW) == Try(ADA)


def test_throttle_of_two_processes_is_one(store: Store, database_url: str) -> None:
    command = [sys.executable, "-c", CODE, database_url]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == TRIES
    assert begin(store, 1) == 0


def test_throttle_of_many_at_once_lets_no_more_through(store: Store) -> None:
    found = twice(store, *[lambda: [begin(store, 4)]] * 4)
    assert sum(one for let_through in found if isinstance(let_through, list) for one in let_through) <= TRIES
    assert begin(store, 1) == 0

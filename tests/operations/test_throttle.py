"""Failed sign-ins and guessed links are counted once for all processes, and no more get through than the limits say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from ipaddress import IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.actors import SYSTEM
from app.booking.refusals import TooOften, Unavailable
from app.operations.accounts import throttle
from app.operations.accounts.buckets import Bucket, Limit, check, count, network_of, source_of
from app.operations.accounts.throttle import (
    LIMITS,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_IN_HERE,
    Guest,
    begin_try,
    begin_unnamed_try,
    forgive,
)
from app.operations.context import Context
from app.operations.installation.upkeep import forget_old_tries
from app.storage.repeat_tables import Throttle
from app.storage.store import Store
from tests.cast import NOW
from tests.operations.test_twice_at_once import twice
from tests.web.conftest import make_read_only

ROOT = Path(__file__).parents[2]
SECRET = b"a secret of the tests"
HERE, ELSEWHERE = source_of(SECRET, "192.0.2.7"), source_of(SECRET, "192.0.2.8")
FREE = SIGN_IN_HERE.free
SMALL = Limit("of the tests", free=3, every=60, step=5, lock=30, reason="")
CODE = (
    "import sys; from tests.keys import open_store; from app.operations.accounts.throttle import begin_try, guest_of\n"
    "from app.booking.refusals import TooOften; from app.operations.accounts.buckets import source_of\n"
    "guest = guest_of(source_of(b'a secret of the tests', '192.0.2.7'), ' ADA@example.org'); passed = 0\n"
    "store = open_store(sys.argv[1])\n"
    "for _ in range(4):\n"
    "    try:\n"
    f"        passed += begin_try(store, guest, {NOW}) is not None\n"
    "    except TooOften: pass\n"
    "print(passed)"
)


def guest(email: str = "ada@example.org", address: str = "192.0.2.7") -> Guest:
    return throttle.guest_of(source_of(SECRET, address), email)


def begin(store: Store, times: int, now: int = NOW, who: Guest | None = None) -> int:
    """Let somebody try this often; return how often they were let through."""
    passed = 0
    for _ in range(times):
        try:
            begin_try(store, who or guest(), now)
            passed += 1
        except TooOften:
            pass
    return passed


def wait_of(store: Store, now: int, who: Guest | None = None) -> int:
    """Return for how long somebody who comes now has to wait; who need not is counted."""
    try:
        begin_try(store, who or guest(), now)
    except TooOften as refusal:
        return refusal.seconds
    return 0


def pour(store: Store, now: int, bucket: Bucket | None = None) -> int:
    """Count once, and return the wait of whoever comes too early."""
    try:
        store.write(lambda: count([bucket or HERE.bucket(SMALL)], now))
    except TooOften as refusal:
        return refusal.seconds
    return 0


def waits_of(once: Callable[[int], int], many: int) -> list[int]:
    """Return the waits of somebody who always comes again as soon as they may."""
    now, waits = NOW, []
    for _ in range(many):
        waits.append(once(now))
        now += waits[-1]
    return waits


def test_bucket_lets_free_tries_through_then_waits_grow_to_the_lock(store: Store) -> None:
    found = waits_of(lambda now: pour(store, now), 17)
    assert found == [0, 0, 0, 5, 0, 10, 0, 20, 0, 30, 0, 30, 0, 30, 0, 30, 0]


def test_bucket_after_the_longest_attack_is_as_after_a_short_one(store: Store) -> None:
    ends = []
    for tries in (14, 60):
        Throttle.delete().execute()
        end = NOW + sum(waits_of(lambda now: pour(store, now), tries))
        ends.append([one.empty_at - end for one in Throttle.select()])
    assert ends == [[300], [300]]


@pytest.mark.parametrize(("level", "wait"), [(2, 0), (3, 5), (4, 10), (5, 20), (6, 30), (7, 30), (4000, 30)])
def test_bucket_wait_doubles_up_to_the_lock(level: int, wait: int) -> None:
    assert SMALL.wait(level) == wait


def test_bucket_that_is_refused_is_not_filled(store: Store) -> None:
    for _ in range(20):
        pour(store, NOW)
    assert [(one.empty_at, one.next_at) for one in Throttle.select()] == [(NOW + 185, NOW + 5)]


def test_bucket_drains_with_time(store: Store) -> None:
    for _ in range(3):
        pour(store, NOW)
    assert [pour(store, NOW + seconds) for seconds in (4, 5, 6, 195, 196, 197)] == [1, 0, 9, 0, 0, 4]


def test_bucket_in_a_transaction_that_fails_is_not_filled(store: Store) -> None:
    def work() -> None:
        count([HERE.bucket(SMALL)], NOW)
        raise Unavailable("full")

    with pytest.raises(Unavailable):
        store.write(work)
    assert Throttle.select().count() == 0


def test_check_counts_nothing_and_refuses_while_it_is_closed(store: Store) -> None:
    for _ in range(3):
        pour(store, NOW)
    check(store, ELSEWHERE.bucket(SMALL, "x"), NOW)
    check(store, HERE.bucket(SMALL), NOW + 5)
    with pytest.raises(TooOften) as raised:
        check(store, HERE.bucket(SMALL), NOW + 1)
    assert raised.value.seconds == 4


def test_loosened_limit_lets_so_many_times_as_much_through(store: Store) -> None:
    loose = source_of(SECRET, "192.0.2.7", 10).bucket(SMALL)
    assert (loose.limit.free, loose.limit.every) == (30, 6)
    assert sum(pour(store, NOW, loose) == 0 for _ in range(40)) == 30


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("192.0.2.7, 192.0.2.8", "unknown"),
        ("192.0.2.07", "unknown"),
    ],
)
def test_network_is_what_one_line_has(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_network_of_neighbours_in_ipv6_is_one(network: int, one: int, another: int) -> None:
    first, second = (network_of(str(IPv6Address(network << 64 | host))) for host in (one, another))
    assert first == second == str(IPv6Address(network << 64)) + "/64"


def test_limits_are_stricter_for_one_than_for_an_address() -> None:
    assert len({one.name for one in LIMITS}) == len(LIMITS)
    assert [one.name for one in LIMITS if not 0 < one.step < one.lock <= 900 or one.every < 1 or not one.reason] == []


def test_sign_in_waits_grow_and_open_again(store: Store) -> None:
    assert begin(store, FREE + 3) == FREE
    waits = waits_of(lambda now: wait_of(store, now), 16)
    assert waits == [5, 0, 10, 0, 20, 0, 40, 0, 80, 0, 160, 0, 300, 0, 300, 0]


def test_sign_in_from_another_address_is_not_shut_out(store: Store) -> None:
    begin(store, FREE + 5)
    assert begin(store, 1, who=guest(address="192.0.2.8")) == 1


def test_sign_in_closes_an_address_for_all_accounts(store: Store) -> None:
    others = [guest(f"client{number}@example.org") for number in range(SIGN_IN_ADDRESS.free + 1)]
    assert [begin(store, 1, who=one) for one in others] == [1] * SIGN_IN_ADDRESS.free + [0]
    assert begin(store, 1, who=guest(address="192.0.2.8")) == 1


def test_sign_in_guessed_from_many_addresses_is_slowed_but_not_where_one_is_known(store: Store) -> None:
    forgive(store, begin_try(store, guest(), NOW), NOW)
    many = [guest(address=f"198.51.100.{number}") for number in range(SIGN_IN_ACCOUNT.free + 1)]
    assert sum(begin(store, 1, who=one) for one in many) == SIGN_IN_ACCOUNT.free
    assert [begin(store, 1, who=guest(address=one)) for one in ("192.0.2.7", "192.0.2.8")] == [1, 0]


def test_sign_in_that_succeeds_is_forgiven(store: Store) -> None:
    begin(store, FREE - 1)
    forgive(store, begin_try(store, guest(), NOW), NOW)
    assert begin(store, FREE + 1) == FREE


def test_sign_in_that_succeeds_leaves_others_counted(store: Store) -> None:
    for number in range(SIGN_IN_ADDRESS.free - 1):
        begin(store, 1, who=guest(f"client{number}@example.org"))
    forgive(store, begin_try(store, guest(), NOW), NOW)
    assert [begin(store, 1), begin(store, 1)] == [1, 0]


def test_throttle_keeps_no_name_and_no_address(store: Store) -> None:
    begin(store, 1)
    kept = " ".join(row.who for row in Throttle.select())
    assert [word in kept for word in ("ada", "192.0.2.7")] == [False, False]
    assert source_of(b"another secret", "192.0.2.7").bucket(SIGN_IN_ADDRESS, "192.0.2.7").who not in kept


def test_throttle_forgets_what_has_drained(store: Store) -> None:
    begin(store, 1)
    forgotten = [forget_old_tries(Context(store, SYSTEM, now)) for now in (NOW, NOW + 30, NOW + 120, NOW + 300)]
    assert forgotten == [0, 1, 1, 1]


def test_throttle_goes_on_where_the_database_can_only_be_read(store: Store) -> None:
    tried = begin_try(store, guest(), NOW)
    before = Throttle.select().count()
    make_read_only(store)
    forgive(store, tried, NOW)
    assert Throttle.select().count() == before
    make_read_only(store)
    assert begin_try(store, guest(), NOW).buckets == ()
    make_read_only(store)
    throttle.count_wrong_link(store, HERE, NOW)


def test_throttle_lets_nobody_through_uncounted_where_the_database_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: object) -> None:
        raise Unavailable("locked")

    monkeypatch.setattr(store, "write", busy)
    with pytest.raises(Unavailable):
        begin_try(store, guest(), NOW)


def test_throttle_of_two_processes_is_one(store: Store, database_url: str) -> None:
    command = [sys.executable, "-c", CODE, database_url]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == FREE
    assert begin(store, 1) == 0


def test_throttle_of_many_at_once_lets_no_more_through(store: Store) -> None:
    found = twice(store, *[lambda: [begin(store, 4)]] * 4)
    assert sum(one for let_through in found if isinstance(let_through, list) for one in let_through) <= FREE
    assert begin(store, 1) == 0


def test_throttle_of_reset_counts_account_and_address(store: Store) -> None:
    def ask(email: str) -> bool:
        try:
            throttle.count_reset(store, HERE, email, NOW)
        except TooOften:
            return False
        return True

    assert [ask("ada@example.org") for _ in range(4)] == [True, True, True, False]
    assert sum(ask(f"client{number}@example.org") for number in range(20)) == throttle.RESET_ADDRESS.free - 3


def test_try_that_names_nobody_counts_by_its_address_until_it_is_forgiven(store: Store) -> None:
    tries = [begin_unnamed_try(store, HERE, NOW) for _ in range(SIGN_IN_ADDRESS.free - 1)]
    forgive(store, tries[0], NOW)
    for _ in range(2):
        begin_unnamed_try(store, HERE, NOW)
    with pytest.raises(TooOften):
        begin_unnamed_try(store, HERE, NOW)
    assert (begin_unnamed_try(store, ELSEWHERE, NOW).guest, wait_of(store, NOW)) == (None, 5)

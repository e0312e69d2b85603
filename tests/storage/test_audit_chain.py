"""Sealing the audit log, and finding each way in which somebody could tamper with it past the program."""

from __future__ import annotations

import hashlib

import pytest

from app.storage.audit import add_entry
from app.storage.audit_chain import NO_DIGEST, Batch, batches, digest_of, entries_of, seal
from app.storage.audit_verify import LATE_SECONDS, Head, verify
from app.storage.store import Store
from tests.cast import NOW
from tests.storage.helpers import at_once, closing

SEALED = "1893715200"
TABLES = ("audit_entry", "audit_batch")
TRIGGERS = ("audit_entry_kept", "audit_entry_fixed", "audit_batch_kept", "audit_batch_fixed")
TURN_OFF = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {one}" for one in TRIGGERS],
    "postgresql": [f"ALTER TABLE {one} DISABLE TRIGGER USER" for one in TABLES],
}
TURN_ON = {"sqlite": [], "postgresql": [f"ALTER TABLE {one} ENABLE TRIGGER USER" for one in TABLES]}
BATCH_2 = "Batch 2 (entries 3 to 4, sealed 2030-01-04 00:00:00 UTC)"
CHANGED = f"{BATCH_2} is not as it was sealed: an entry, or the batch itself, was changed."


def add(store: Store, count: int, at: int = NOW) -> None:
    def work() -> None:
        for number in range(count):
            add_entry((at, "user", 7, "192.0.2.7", "moved", "booking", f"b{number}", "{}", '{"start":1}', "é"))

    store.write(work)


def seal_now(store: Store, now: int = NOW) -> Batch | None:
    return store.write(lambda: seal(store, now))


def three_batches(store: Store) -> list[Batch]:
    """Two entries in each."""
    for _ in range(3):
        add(store, 2)
        seal_now(store)
    return store.read(batches)


def unguarded(store: Store, *statements: str) -> None:
    """What somebody does who owns the tables; PostgreSQL's databases are used again, so their triggers come back."""

    def work() -> None:
        for word in TURN_OFF[store.kind]:
            store.run(word)
        for statement in statements:
            store.run(statement)
        for word in TURN_ON[store.kind]:
            store.run(word)

    store.write(work)


def test_sealing_puts_open_entries_into_one_batch_that_continues_the_last(store: Store) -> None:
    first, second, third = three_batches(store)
    assert [(one.number, one.first_id, one.last_id, one.entries) for one in (first, second, third)] == [
        (1, 1, 2, 2),
        (2, 3, 4, 2),
        (3, 5, 6, 2),
    ]
    assert [one.previous for one in (first, second, third)] == [NO_DIGEST, first.digest, second.digest]
    assert (seal_now(store), len(store.read(batches))) == (None, 3)


def test_digest_is_what_the_documentation_says(store: Store) -> None:
    add(store, 1)
    sealed = seal_now(store)
    assert sealed is not None
    lines = [
        f'["{NO_DIGEST}",1,1,1,1,{NOW}]',
        f'[1,{NOW},"user",7,"192.0.2.7","moved","booking","b0","{{}}","{{\\"start\\":1}}","\\u00e9"]',
    ]

    assert sealed.digest == hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert digest_of(sealed, store.read(lambda: entries_of(sealed))) == sealed.digest


def test_workers_at_once_seal_every_entry_once(store: Store) -> None:
    add(store, 50)
    at_once(*[closing(store, lambda: seal_now(store))] * 4)
    assert (sum(one.entries for one in store.read(batches)), verify(store).problems) == (50, ())


def test_verify_of_a_log_that_is_whole_finds_nothing(store: Store) -> None:
    sealed = three_batches(store)
    add(store, 1)
    found = verify(store, [Head(one.number, one.digest) for one in sealed])
    assert (found.problems, found.entries, found.batches, found.unsealed, found.last) == ((), 6, 3, 1, sealed[-1])


def test_verify_of_an_empty_log_finds_nothing(store: Store) -> None:
    found = verify(store)
    assert (found.problems, found.entries, found.batches, found.last) == ((), 0, 0, None)


def test_entry_that_was_written_long_after_its_transaction_began_is_no_finding(store: Store) -> None:
    three_batches(store)
    add(store, 1, at=NOW - LATE_SECONDS)
    seal_now(store)
    assert verify(store).problems == ()


LATER = "says that it is of 2030-01-03 22:59:59 UTC, but was not there yet when batch 3 was sealed"
OLD = str(NOW - LATE_SECONDS - 1)
OF_A_BATCH = "INSERT INTO audit_entry (at, actor, action, kind, object, batch) VALUES "
TAMPERED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "edited": (("UPDATE audit_entry SET reason = 'another' WHERE id = 3",), (CHANGED,)),
    "other actor": (("UPDATE audit_entry SET user_id = 8 WHERE id = 4",), (CHANGED,)),
    "no actor": (("UPDATE audit_entry SET user_id = NULL WHERE id = 4",), (CHANGED,)),
    "exchanged": (
        (
            "UPDATE audit_entry SET object = 'x' WHERE id = 3",
            "UPDATE audit_entry SET object = 'b0' WHERE id = 4",
            "UPDATE audit_entry SET object = 'b1' WHERE id = 3",
        ),
        (CHANGED,),
    ),
    "renumbered": (
        ("UPDATE audit_entry SET id = 99 WHERE id = 4",),
        (CHANGED,),
    ),
    "removed": (
        ("DELETE FROM audit_entry WHERE id = 3",),
        (f"{BATCH_2} has 1 entries instead of 2: some were removed.",),
    ),
    "added": (
        (f"{OF_A_BATCH}({SEALED}, 'user', 'moved', 'booking', 'b9', 2)",),
        (f"{BATCH_2} has 3 entries instead of 2: some were added.",),
    ),
    "removed and added": (
        ("DELETE FROM audit_entry WHERE id = 3", f"{OF_A_BATCH}({SEALED}, 'user', 'moved', 'booking', 'b0', 2)"),
        (CHANGED,),
    ),
    "unsealed": (
        ("UPDATE audit_entry SET batch = NULL WHERE id = 3",),
        (f"{BATCH_2} has 1 entries instead of 2: some were removed.",),
    ),
    "batch edited": (
        ("UPDATE audit_batch SET sealed_at = 1893715200 - 1 WHERE number = 2",),
        (
            "Batch 2 (entries 3 to 4, sealed 2030-01-03 23:59:59 UTC) is not as it was sealed: "
            "an entry, or the batch itself, was changed.",
        ),
    ),
    "batch removed": (
        ("DELETE FROM audit_batch WHERE number = 2",),
        (
            "Batch 2 is missing: removed after batch 3 was sealed (2030-01-04 00:00:00 UTC).",
            "2 entries were sealed in batch 2, which is missing.",
        ),
    ),
    "first batches removed with their entries": (
        ("DELETE FROM audit_batch WHERE number < 3", "DELETE FROM audit_entry WHERE id < 5"),
        ("Batches 1 to 2 are missing: removed after batch 3 was sealed (2030-01-04 00:00:00 UTC).",),
    ),
    "batches exchanged": (
        (
            "UPDATE audit_batch SET number = 9 WHERE number = 2",
            "UPDATE audit_batch SET number = 2 WHERE number = 3",
            "UPDATE audit_batch SET number = 3 WHERE number = 9",
        ),
        (
            "Batch 2 (entries 5 to 6, sealed 2030-01-04 00:00:00 UTC) does not continue the batch before: "
            "one of the two was exchanged.",
            "Batch 2 (entries 5 to 6, sealed 2030-01-04 00:00:00 UTC) is not as it was sealed: "
            "an entry, or the batch itself, was changed.",
            "Batch 3 (entries 3 to 4, sealed 2030-01-04 00:00:00 UTC) does not continue the batch before: "
            "one of the two was exchanged.",
            "Batch 3 (entries 3 to 4, sealed 2030-01-04 00:00:00 UTC) is not as it was sealed: "
            "an entry, or the batch itself, was changed.",
        ),
    ),
    "last batch removed alone": (
        ("DELETE FROM audit_batch WHERE number = 3",),
        ("2 entries were sealed in batch 3, which is missing.",),
    ),
    "older entry added": (
        ("INSERT INTO audit_entry (at, actor, action, kind) VALUES (" + OLD + ", 'user', 'moved', 'user')",),  # noqa: S608
        (f"Entry 7 {LATER} (2030-01-04 00:00:00 UTC): it was added later.",),
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_verify_names_the_place_that_was(store: Store, name: str) -> None:
    three_batches(store)
    statements, said = TAMPERED[name]
    unguarded(store, *statements)
    assert verify(store).problems == said


def test_verify_finds_an_older_entry_that_was_sealed_meanwhile(store: Store) -> None:
    three_batches(store)
    add(store, 1, at=NOW - LATE_SECONDS - 1)
    seal_now(store)
    assert verify(store).problems == (f"Entry 7 {LATER} (2030-01-04 00:00:00 UTC): it was added later.",)


def test_end_that_was_cut_off_is_found_by_its_head_alone(store: Store) -> None:
    last = three_batches(store)[-1]
    unguarded(store, "DELETE FROM audit_batch WHERE number = 3", "DELETE FROM audit_entry WHERE batch = 3")
    assert verify(store).problems == ()
    said = "Batch 3 was sealed, as its head says, and is missing: the end of the log was cut off."
    assert verify(store, [Head(3, last.digest)]).problems == (said,)


def test_chain_that_was_made_anew_is_found_by_a_head(store: Store) -> None:
    heads = [Head(one.number, one.digest) for one in three_batches(store)]
    unguarded(
        store,
        "DELETE FROM audit_batch WHERE number > 1",
        "UPDATE audit_entry SET reason = 'another' WHERE id = 3",
        "UPDATE audit_entry SET batch = NULL WHERE id > 2",
    )
    seal_now(store)
    assert verify(store).problems == ()
    assert verify(store, heads).problems == (
        "Batch 2 has another digest than its head says: it was sealed anew after a change.",
        "Batch 3 was sealed, as its head says, and is missing: the end of the log was cut off.",
    )


def test_verify_names_ten_places_at_most(store: Store) -> None:
    for _ in range(12):
        add(store, 1)
        seal_now(store)
    unguarded(store, "UPDATE audit_entry SET reason = 'another'")
    found = verify(store)
    assert (len(found.problems), found.problems[0].split(" is ")[0]) == (
        10,
        "Batch 1 (entries 1 to 1, sealed 2030-01-04 00:00:00 UTC)",
    )

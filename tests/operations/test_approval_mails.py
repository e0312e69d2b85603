"""Mails to approvers: who gets one, what it says, and that nobody is written to in vain."""

from __future__ import annotations

import json

import pytest

from app.booking.refusals import Refusal
from app.booking.values import Instant
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import cancel, move
from app.operations.installation.upkeep import release_expired, tell_about_approvals
from app.operations.letters.booking_letters import Letter, NoLetterError, write_letter
from app.operations.requests import ClientDetails, MoveRequest
from app.storage.approval_tables import Approval
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage, User
from tests.cast import HOUR, NOW, Cast
from tests.operations.approval_cast import Steps, acting, clinic, deputy, group, rule, stands
from tests.operations.helpers import TEN, client, system, visitor, wish
from tests.operations.letter_helpers import HEAD
from tests.operations.test_twice_at_once import twice

ALL = ["Mona", "Nils", "Olga", "Root"]


def told(cast: Cast, now: Instant = NOW) -> list[str]:
    """Let the worker tell; who was written to by that, by name."""
    before = {row.id for row in OutboxMessage.select()}
    while tell_about_approvals(system(cast, now)):
        pass
    rows = OutboxMessage.select().where(OutboxMessage.kind == "approval_wanted").order_by(OutboxMessage.id)
    keys = [json.loads(row.payload)["user"] for row in rows if row.id not in before]
    names = dict(User.select(User.public_id, User.name).tuples())
    return [names[key] for key in keys]


def requested(cast: Cast, *steps: Steps) -> str:
    rule(cast, "Consultation", *steps)
    return book(visitor(cast), wish(cast)).public_id


def test_mail_goes_to_those_who_are_named_once(store: Store) -> None:
    cast = clinic(store)
    requested(cast, Steps(("Mona", "Nils")))
    assert (told(cast), told(cast)) == (["Mona", "Nils"], [])


def test_mail_goes_to_everybody_who_may_where_nobody_is_named(store: Store) -> None:
    cast = clinic(store)
    requested(cast, Steps())
    assert told(cast) == ALL


def test_mail_goes_to_everybody_who_may_where_there_is_no_rule(store: Store) -> None:
    cast = clinic(store, needs_approval=True)
    booking = book(visitor(cast), wish(cast)).public_id
    assert (told(cast), told(cast)) == (ALL, [])
    assert letter(cast).links == (f"https://book.example.org/requests/{booking}",)
    approve(acting(cast, "Mona"), booking)
    assert (told(cast), check_database(store)) == ([], [])
    with pytest.raises(NoLetterError):
        letter(cast)


def test_mail_without_a_rule_goes_to_nobody_who_asked_cannot_sign_in_or_may_not(store: Store) -> None:
    cast = clinic(store, needs_approval=True)
    store.write(lambda: cast.user("Invited", "manager"))
    store.write(lambda: User.update(active=False).where(User.name == "Olga").execute())
    deputy(cast, "Nils", "Desk")
    book(acting(cast, "Mona"), wish(cast, client=ClientDetails("Mona", "mona@example.org")))
    assert told(cast) == ["Nils", "Root"]


def test_request_without_a_rule_that_moves_is_asked_and_told_anew(store: Store) -> None:
    cast = clinic(store, needs_approval=True)
    booking = book(visitor(cast), wish(cast)).public_id
    told(cast)
    move(client(cast, booking, NOW + HOUR), MoveRequest(booking, TEN + HOUR))
    assert told(cast, NOW + HOUR) == ALL
    move(acting(cast, "Mona", NOW + HOUR), MoveRequest(booking, TEN))  # who may approve has not done so by that
    assert stands(("status", "rule")) == [("ended", None), ("ended", None), ("waiting", None)]
    assert [row.status for row in Booking.select()] == ["requested"]
    assert told(cast, NOW + HOUR) == []  # it can be undone before
    release_expired(system(cast, NOW + 2 * HOUR))
    assert told(cast, NOW + 2 * HOUR) == ALL
    assert approve(acting(cast, "Mona", NOW + 2 * HOUR), booking).status == "confirmed"
    assert check_database(store) == []


def test_request_without_a_rule_that_nobody_decides_ends_as_before(store: Store) -> None:
    cast = clinic(store, needs_approval=True, request_expiry_minutes=60)
    book(visitor(cast), wish(cast))
    assert [release_expired(system(cast, NOW + after)) for after in (HOUR - 1, HOUR)] == [0, 1]
    kinds = [row.kind for row in OutboxMessage.select().order_by(OutboxMessage.id)]
    assert (kinds, stands(("status",))) == (["requested", "expired"], [("expired",)])
    assert (told(cast, NOW + HOUR), check_database(store)) == ([], [])


def test_two_who_ask_at_once_and_two_rounds_at_once_tell_of_each_once(store: Store) -> None:
    cast = clinic(store, needs_approval=True)
    wishes = [wish(cast, TEN + number * HOUR) for number in range(2)]
    twice(store, *[lambda one=one: book(visitor(cast), one) for one in wishes])
    rounds: list[int | Refusal] = twice(store, *[lambda: tell_about_approvals(system(cast))] * 2)
    assert sum(one for one in rounds if isinstance(one, int)) == 2
    asked = OutboxMessage.select().where(OutboxMessage.kind == "approval_wanted")
    found = [(json.loads(row.payload)["user"], key) for row in asked for key in json.loads(row.payload)["bookings"]]
    assert (len(found), len(set(found)), Approval.select().where(~Approval.told).count()) == (8, 8, 0)


def test_mail_goes_to_members_of_groups_who_may_approve(store: Store) -> None:
    cast = clinic(store)
    group(cast, "Board", "Olga", "Desk")
    requested(cast, Steps(("Board",)))
    assert told(cast) == ["Olga"]


def test_mail_goes_to_nobody_who_cannot_decide_it(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona", "Nils", "Olga")))
    store.write(lambda: User.update(active=False).where(User.name == "Olga").execute())
    book(acting(cast, "Mona"), wish(cast))
    assert told(cast) == ["Nils"]


def test_mail_of_the_second_step_goes_out_when_it_begins(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",)), Steps(("Mona", "Nils")))
    assert told(cast) == ["Mona"]
    approve(acting(cast, "Mona"), booking)
    assert told(cast) == ["Nils"]


def test_mail_goes_to_the_next_ones_when_a_step_goes_on(store: Store) -> None:
    cast = clinic(store)
    requested(cast, Steps(("Mona",), on_timeout="escalate"))
    told(cast)
    release_expired(system(cast, NOW + HOUR))
    assert told(cast, NOW + HOUR) == ["Root"]


def test_mail_goes_to_the_deputy_too(store: Store) -> None:
    cast = clinic(store)
    deputy(cast, "Mona", "Olga")
    requested(cast, Steps(("Mona",)))
    assert told(cast) == ["Mona", "Olga"]


def test_one_mail_tells_of_all_that_came_at_once(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Consultation", Steps(("Mona",)))
    for number in range(3):
        book(visitor(cast), wish(cast, TEN + number * HOUR))
    assert told(cast) == ["Mona"]
    text = letter(cast).text
    assert ("These requests wait for you to decide." in text, text.count("What:")) == (True, 3)
    assert text.count("https://book.example.org/requests/\n") == 1


def letter(cast: Cast, now: Instant = NOW) -> Letter:
    """The letter of the last message to an approver."""
    asked = OutboxMessage.select().where(OutboxMessage.kind == "approval_wanted")
    row = asked.order_by(OutboxMessage.id.desc()).first()
    return cast.store.read(lambda: write_letter(system(cast, now), row, HEAD))


def test_letter_says_what_until_when_and_leads_to_the_page(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",)))
    told(cast)
    found = letter(cast)
    assert (found.to_name, found.to_email) == ("Mona", "mona@example.org")
    assert found.subject == "Please decide: Consultation, Monday 7 January 2030, 10:00"
    assert found.links == (f"https://book.example.org/requests/{booking}",)
    assert found.text == (
        "Hello Mona,\n\nA request waits for you to decide.\n\n"
        "  What:          Consultation\n"
        "  When:          Monday 7 January 2030, 10:00 to 10:30 (UTC)\n"
        "  Where:         Centre\n"
        "  Takes:         Ada\n"
        "  Decide by:     Friday 4 January 2030, 01:00 (UTC)\n\n"
        f"Sign in, look at it, and approve or decline here:\nhttps://book.example.org/requests/{booking}\n\n"
        "Opening the link decides nothing yet.\n\nhttps://book.example.org\n"
    )


def test_letter_of_a_wished_change_tells_both_times_and_for_whom(store: Store) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",)))
    approve(acting(cast, "Mona"), booking)
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR))
    deputy(cast, "Mona", "Olga")
    assert told(cast) == ["Mona", "Olga"]
    text = letter(cast).text
    assert "Wished:        Monday 7 January 2030, 11:00 to 11:30 (UTC)" in text
    assert "In place of:   Mona" in text


@pytest.mark.parametrize("end", ["decided", "cancelled", "switched off", "right lost"])
def test_letter_is_not_written_when_nothing_waits_for_its_receiver(store: Store, end: str) -> None:
    cast = clinic(store)
    booking = requested(cast, Steps(("Mona",)))
    told(cast)
    if end == "decided":
        approve(acting(cast, "Mona"), booking)
    elif end == "cancelled":
        cancel(client(cast, booking), booking)
    elif end == "switched off":
        store.write(lambda: User.update(active=False).where(User.name == "Mona").execute())
    else:
        store.write(lambda: store.run("DELETE FROM role_grant WHERE user_id = %s", (cast.rows["Mona"],)))
    with pytest.raises(NoLetterError):
        letter(cast)

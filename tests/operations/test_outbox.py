"""Looking at outbox messages and letters, as far as each role may."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.operations.book import book
from app.operations.change import cancel
from app.operations.letters.deliver import deliver_next
from app.operations.letters.outbox import get_letter, list_outbox, try_again
from app.operations.requests import WaitingRequest
from app.operations.waiting import join_waiting_list
from app.storage.outbox import add_message
from app.storage.store import Store
from app.storage.tables import Client
from tests.cast import HOUR, Cast, change_row, one_provider
from tests.operations.helpers import BEN, TEN, holding, staff, system, visitor, wish
from tests.operations.letter_helpers import DEMO, HEAD, messages

AUDITS, CONTACTS = (Permission.SEE_MESSAGES,), (Permission.SEE_CONTACTS,)


def some_messages(store: Store) -> Cast:
    """A booking's message, one of the waiting list, and one that was given up."""
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN - HOUR, TEN + 8 * HOUR)
    join_waiting_list(visitor(cast), request)
    store.write(lambda: add_message("birthday", None, {}, cast.now - 1))
    deliver_next(system(cast), DEMO, lambda: cast.now)
    return cast


def test_outbox_lists_the_newest_first_with_whom_they_are_for(store: Store) -> None:
    cast = some_messages(store)
    page = list_outbox(staff(cast, ReadyMade.MANAGER))
    found = [(one.kind, one.status, one.service_name, one.to_email) for one in page.messages]
    assert found == [
        ("birthday", "given_up", "", ""),
        ("waiting_joined", "waiting", "Consultation", "ben@example.org"),
        ("confirmed", "waiting", "Consultation", "ada@example.org"),
    ]
    assert (page.counts, page.older) == ({"waiting": 2, "given_up": 1}, None)


def test_outbox_hides_clients_from_an_auditor(store: Store) -> None:
    cast = some_messages(store)
    page = list_outbox(holding(cast, Permission.SEE_MESSAGES))
    assert {(one.to_name, one.to_email) for one in page.messages} == {("", "")}


@pytest.mark.parametrize("role", [ReadyMade.VIEWER, ReadyMade.FRONT_DESK, ReadyMade.PROVIDER])
def test_outbox_is_refused_to_other_roles(store: Store, role: ReadyMade) -> None:
    cast = one_provider(store)
    for refused in (list_outbox, lambda one: get_letter(one, "any", HEAD), lambda one: try_again(one, "any")):
        with pytest.raises(NotAllowed):
            refused(staff(cast, role))


def test_outbox_can_be_narrowed_and_paged(store: Store) -> None:
    cast = some_messages(store)
    context = staff(cast, ReadyMade.MANAGER)
    first = list_outbox(context, limit=2)
    rest = list_outbox(context, before=first.older, limit=2)
    assert [len(first.messages), len(rest.messages), rest.older] == [2, 1, None]
    assert [one.kind for one in list_outbox(context, status="given_up").messages] == ["birthday"]
    assert list_outbox(context, status="delivered").messages == ()
    deliver_next(system(cast), DEMO, lambda: cast.now)
    assert [one.kind for one in list_outbox(context, status="delivered").messages] == ["confirmed"]
    with pytest.raises(InvalidInput):
        list_outbox(context, status="lost")


def test_letter_is_shown_with_its_calendar_and_without_what_makes_its_reader_the_client(store: Store) -> None:
    cast = some_messages(store)
    shown = get_letter(staff(cast, ReadyMade.MANAGER), messages()[0].public_id, HEAD)
    assert shown.subject == "Confirmed: Consultation, Monday 7 January 2030, 11:00"
    assert ("/manage/[hidden]" in shown.text, shown.links) == (True, ())
    assert (shown.calendar or b"").startswith(b"BEGIN:VCALENDAR")
    assert (shown.problem, shown.message.booking is not None) == ("", True)


def test_letter_without_a_calendar_has_none(store: Store) -> None:
    cast = some_messages(store)
    shown = get_letter(staff(cast, ReadyMade.MANAGER), messages()[1].public_id, HEAD)
    assert (shown.calendar, shown.message.to_name) == (None, "Ben Client")
    assert "/book/waiting/[hidden]" in shown.text
    assert [link.partition("?")[0] for link in shown.links] == ["https://book.example.org/book/times"]


def test_letter_keeps_name_and_link_from_an_auditor(store: Store) -> None:
    cast = some_messages(store)
    shown = get_letter(holding(cast, Permission.SEE_MESSAGES), messages()[0].public_id, HEAD)
    assert (shown.subject, shown.text, shown.links, shown.calendar) == ("", "", (), None)
    assert shown.problem == "You may not see clients, so the letter itself is hidden."


def test_letter_keeps_what_was_typed_from_those_who_see_no_details(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast, comment="Comes by wheelchair")).public_id
    cancel(system(cast), mine, "The lift is broken")
    seen = [Permission.SEE_MESSAGES, Permission.SEE_CONTACTS]
    confirmed, cancelled = (row.public_id for row in messages())
    for one, typed in ((confirmed, "Comes by wheelchair"), (cancelled, "The lift is broken")):
        hidden, shown = (get_letter(holding(cast, *may), one, HEAD) for may in (seen, [*seen, Permission.SEE_DETAILS]))
        assert (hidden.subject, hidden.text, hidden.calendar) == ("", "", None)
        assert hidden.problem == "You may not see details such as comments, so the letter itself is hidden."
        assert typed in shown.text


def test_what_a_mail_server_said_is_for_those_who_see_clients(store: Store) -> None:
    cast = some_messages(store)
    store.write(lambda: change_row(messages()[0], last_error="550 <ada@example.org> unknown"))
    told = {may: list_outbox(holding(cast, *may)).messages[-1].last_error for may in (AUDITS, (*AUDITS, *CONTACTS))}
    assert told == {AUDITS: "hidden", (*AUDITS, *CONTACTS): "550 <ada@example.org> unknown"}


def test_letter_that_cannot_be_written_says_why(store: Store) -> None:
    cast = some_messages(store)
    shown = get_letter(staff(cast, ReadyMade.MANAGER), messages()[2].public_id, HEAD)
    assert shown.problem == "There is no letter for messages of the kind birthday."


def test_letter_of_an_unknown_message_is_not_found(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(NotFound):
        get_letter(staff(cast, ReadyMade.MANAGER), "none", HEAD)


def test_given_up_message_can_be_tried_again(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    store.write(lambda: change_row(Client.get(), email=""))
    deliver_next(system(cast), DEMO, lambda: cast.now)
    store.write(lambda: change_row(Client.get(), email="ada@example.org"))
    (row,) = messages()
    try_again(staff(cast, ReadyMade.MANAGER), row.public_id)
    deliver_next(system(cast), DEMO, lambda: cast.now)
    assert [(one.status, one.attempts) for one in messages()] == [("delivered", 1)]
    with pytest.raises(NotFound):
        try_again(staff(cast, ReadyMade.MANAGER), row.public_id)


def test_auditor_may_not_try_again(store: Store) -> None:
    cast = some_messages(store)
    with pytest.raises(NotAllowed):
        try_again(holding(cast, Permission.SEE_MESSAGES), messages()[2].public_id)

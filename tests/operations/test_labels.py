"""Labels: staff and rules give them to bookings, clients never see them, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.booking.workflow_values import Conditions, Labelling
from app.operations.book import book
from app.operations.change import cancel
from app.operations.clients.client_archive import collect_client
from app.operations.clients.erasure import erase_client
from app.operations.labels import label_booking
from app.operations.list_export import export_bookings
from app.operations.look_up import get_booking
from app.operations.search import BookingSearch, search_bookings
from app.operations.setup.labels import LabelDraft, get_label, list_labels, remove_label, save_label
from app.operations.setup.workflow import RuleDraft, get_rule, remove_rule, save_rule
from app.operations.views import BookingView
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.label_tables import BookingLabel
from app.storage.store import Store
from app.storage.tables import Client
from tests.cast import HOUR, Cast, one_provider
from tests.operations.helpers import TEN, client, holding, staff, system, visitor, wish
from tests.operations.letter_helpers import HEAD
from tests.operations.setup_cast import context_of
from tests.operations.test_twice_at_once import twice

RULE = RuleDraft("Mark what is new", "booked")


def labelled(store: Store) -> tuple[Cast, str, str]:
    cast, admin = one_provider(store), context_of(store)
    return cast, save_label(admin, LabelDraft("To call back", 2)), save_label(admin, LabelDraft("Interpreter", 1))


def names(booking: BookingView) -> list[str]:
    return [one.name for one in booking.labels]


def test_staff_give_and_take_labels_and_the_log_has_it_once(store: Store) -> None:
    cast, call, interpreter = labelled(store)
    booking = book(visitor(cast), wish(cast)).public_id
    desk = staff(cast, ReadyMade.FRONT_DESK)
    assert names(label_booking(desk, booking, (call, interpreter))) == ["Interpreter", "To call back"]
    assert names(label_booking(desk, booking, (call,))) == ["Interpreter", "To call back"]
    seen = label_booking(desk, booking, (), (call,))
    assert (names(seen), seen.version) == (["Interpreter"], 1)
    told = [one.action for one in AuditEntry.select().where(AuditEntry.kind == "booking").order_by(AuditEntry.id)]
    assert told == ["booked", "labelled", "labelled"]
    assert names(get_booking(client(cast, booking), booking)) == []
    assert check_database(store) == []


def test_two_who_label_at_once_undo_nothing_of_each_other(store: Store) -> None:
    cast, call, interpreter = labelled(store)
    booking = book(visitor(cast), wish(cast)).public_id
    desk = staff(cast, ReadyMade.FRONT_DESK)
    twice(store, lambda: label_booking(desk, booking, (call,)), lambda: label_booking(desk, booking, (interpreter,)))
    assert names(get_booking(desk, booking)) == ["Interpreter", "To call back"]


def test_who_may_not_move_or_not_see_details_labels_nothing(store: Store) -> None:
    cast, call, _ = labelled(store)
    booking = book(visitor(cast), wish(cast)).public_id
    for context in (
        staff(cast, ReadyMade.VIEWER),
        client(cast, booking),
        holding(cast, Permission.MOVE, Permission.SEE_TITLES),
    ):
        with pytest.raises(NotAllowed):
            label_booking(context, booking, (call,))
    for wrong in ((booking, ("gone",)), ("gone", (call,))):
        with pytest.raises(NotFound):
            label_booking(system(cast), *wrong)
    label_booking(staff(cast, ReadyMade.MANAGER), booking, (call,))
    assert names(get_booking(holding(cast, Permission.SEE_BUSY, Permission.SEE_TITLES), booking)) == []


def test_list_is_narrowed_to_a_label_and_taken_out_with_it(store: Store) -> None:
    cast, call, _ = labelled(store)
    first, __ = (book(visitor(cast), wish(cast, TEN + number * HOUR)).public_id for number in range(2))
    manager = staff(cast, ReadyMade.MANAGER)
    label_booking(manager, first, (call,))
    search = BookingSearch(TEN - HOUR, TEN + 4 * HOUR, label=call)
    assert [one.public_id for one in search_bookings(manager, search).bookings] == [first]
    lines = export_bookings(staff(cast, ReadyMade.ADMINISTRATOR), search)
    assert [one.strip().split(",")[-2] for one in lines] == ["labels", "To call back"]


def test_rules_give_and_take_labels_once_and_keep_them_known(store: Store) -> None:
    cast, call, interpreter = labelled(store)
    admin = context_of(store)
    rule = save_rule(admin, replace(RULE, labels=Labelling((call,)), conditions=Conditions(more_than_minutes=60)))
    save_rule(admin, RuleDraft("Unmark", "cancelled", labels=Labelling((interpreter,), (call,))))
    assert get_rule(admin, rule).draft.labels == Labelling((call,))
    booking = book(visitor(cast), wish(cast)).public_id
    assert names(get_booking(system(cast), booking)) == ["To call back"]
    cancel(system(cast), booking)
    assert names(get_booking(system(cast), booking)) == ["Interpreter"]
    with pytest.raises(InvalidInput, match="The rule Mark what is new uses this label"):
        remove_label(admin, call)
    remove_rule(admin, rule)
    for broken in (Labelling((call,), (call,)), Labelling()):
        with pytest.raises(InvalidInput):
            save_rule(admin, replace(RULE, labels=broken))
    with pytest.raises(NotFound):
        save_rule(admin, replace(RULE, labels=Labelling(("gone",))))


def test_labels_of_the_site_are_kept_told_refused_and_removed(store: Store) -> None:
    cast, call, _ = labelled(store)
    admin = context_of(store)
    booking = book(visitor(cast), wish(cast)).public_id
    label_booking(system(cast), booking, (call,))
    found = get_label(admin, call)
    save_label(admin, replace(found.draft, hue=7), call, found.version)
    with pytest.raises(StaleVersion):
        save_label(admin, found.draft, call, found.version)
    for broken in (LabelDraft(""), LabelDraft("Interpreter"), LabelDraft("Other", 8)):
        with pytest.raises(InvalidInput):
            save_label(admin, broken)
    with pytest.raises(NotAllowed):
        save_label(context_of(store, ReadyMade.FRONT_DESK), LabelDraft("Other"))
    remove_label(admin, call)
    assert [one.draft.name for one in list_labels(admin)] == ["Interpreter"]
    assert names(get_booking(system(cast), booking)) == []
    told = [one.action for one in AuditEntry.select().where(AuditEntry.kind == "label").order_by(AuditEntry.id)]
    assert told == ["made", "made", "changed", "removed"]


def test_client_is_handed_over_their_labels_and_erased_with_them(store: Store) -> None:
    cast, call, _ = labelled(store)
    booking = book(visitor(cast), wish(cast)).public_id
    label_booking(system(cast), booking, (call,))
    cancel(system(cast), booking)
    who, admin = Client.get().public_id, context_of(store)
    assert collect_client(admin, who, HEAD).facts["bookings"][0]["labels"] == ["To call back"]
    erase_client(admin, who)
    assert BookingLabel.select().count() == 0

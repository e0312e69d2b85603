"""Who is responsible: staff choose somebody who may see the booking, rules where nobody is, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.booking.workflow_values import Assigning, Conditions, Labelling
from app.operations.book import book
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.labels import label_booking
from app.operations.letters.booking_letters import NoLetterError, write_letter
from app.operations.list_export import export_bookings
from app.operations.look_up import get_booking
from app.operations.responsible import NOBODY, list_assignable, list_responsible, make_responsible
from app.operations.rights import actor_of, actors_of
from app.operations.search import MINE, NOBODYS, BookingSearch, search_bookings
from app.operations.setup.groups import GroupDraft, remove_group, save_group
from app.operations.setup.labels import LabelDraft, remove_label, save_label
from app.operations.setup.roles import remove_role
from app.operations.setup.workflow import RuleDraft, get_rule, save_rule
from app.operations.setup.workflow_asking import Asks
from app.operations.undo import undo
from app.operations.views import BookingView
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import OutboxMessage, User
from app.storage.undo_tables import UndoableChange
from tests.cast import HOUR, NOW, Cast, one_provider
from tests.operations.helpers import TEN, client, holding, message_kinds, staff, system, visitor, wish
from tests.operations.letter_helpers import HEAD
from tests.operations.setup_cast import context_of
from tests.operations.test_twice_at_once import twice

RULE = RuleDraft("Somebody looks after it", "booked")


def team(store: Store) -> Cast:
    """A practice with accounts: two at the desk, the provider, one who sees only busy times, one who left."""
    cast = one_provider(store)

    def fill() -> None:
        for name in ("Dora", "Emil", "Frieda"):
            cast.user(name, ReadyMade.FRONT_DESK.value)
        cast.user("Pia", ReadyMade.PROVIDER.value, "Ada")
        cast.user("Vera", ReadyMade.VIEWER.value)
        cast.user("Root", ReadyMade.ADMINISTRATOR.value)
        User.update(active=False).where(User.name == "Frieda").execute()

    store.write(fill)
    return cast


def as_user(cast: Cast, name: str) -> Context:
    """The context of an account of the cast."""
    actor = cast.store.read(lambda: actor_of(User.get(User.name == name)))
    return Context(cast.store, actor, NOW)


def booked(cast: Cast, hours: int = 0) -> str:
    return book(visitor(cast), wish(cast, TEN + hours * HOUR)).public_id


def name_of(booking: BookingView) -> str:
    return "" if booking.responsible is None else booking.responsible.name


def told(booking: str) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    """What the log has of who is responsible for a booking: action, before, after."""
    query = AuditEntry.select().where(AuditEntry.object == booking, AuditEntry.action.endswith("assigned"))
    return [(one.action, json.loads(one.before), json.loads(one.after)) for one in query.order_by(AuditEntry.id)]


def test_staff_choose_and_clear_and_whoever_becomes_it_is_written_to_once(store: Store) -> None:
    cast = team(store)
    booking, desk, dora = booked(cast), as_user(cast, "Emil"), cast.ids["Dora"]
    assert name_of(make_responsible(desk, booking, dora, NOBODY)) == "Dora"
    assert name_of(make_responsible(desk, booking, dora, NOBODY)) == "Dora"  # as it is already
    letter = write_letter(system(cast), OutboxMessage.get(OutboxMessage.kind == "assigned"), HEAD)
    assert (letter.to_email, letter.subject, letter.links) == (
        "dora@example.org",
        "You are responsible: Consultation, Monday 7 January 2030, 10:00",
        (f"{HEAD.base_url}/bookings/{booking}",),
    )
    assert name_of(make_responsible(desk, booking, cast.ids["Emil"], dora)) == "Emil"
    assert name_of(make_responsible(desk, booking, NOBODY, cast.ids["Emil"])) == ""
    assert message_kinds().count("assigned") == 1
    with pytest.raises(NoLetterError, match="not responsible"):
        write_letter(system(cast), OutboxMessage.get(OutboxMessage.kind == "assigned"), HEAD)
    emil = cast.ids["Emil"]
    assert told(booking) == [
        ("assigned", {"responsible": None}, {"responsible": dora}),
        ("assigned", {"responsible": dora}, {"responsible": emil}),
        ("assigned", {"responsible": emil}, {"responsible": None}),
    ]
    assert check_database(store) == []


def test_only_who_may_see_the_booking_can_be_chosen_by_who_may_change_it(store: Store) -> None:
    cast = team(store)
    booking, desk = booked(cast), as_user(cast, "Dora")
    for name in ("Vera", "Frieda"):
        with pytest.raises(InvalidInput, match=f"{name} may not see this booking"):
            make_responsible(desk, booking, cast.ids[name], NOBODY)
    assert [one.name for one in list_assignable(desk, get_booking(desk, booking))] == ["Dora", "Emil", "Pia", "Root"]
    for user, at in (("gone", booking), (cast.ids["Dora"], "gone")):
        with pytest.raises(NotFound):
            make_responsible(desk, at, user, NOBODY)
    few = holding(cast, Permission.MOVE, Permission.SEE_BUSY, Permission.SEE_TITLES)
    for context in (as_user(cast, "Vera"), client(cast, booking), few):
        with pytest.raises(NotAllowed):
            make_responsible(context, booking, cast.ids["Dora"], NOBODY)
    make_responsible(desk, booking, cast.ids["Emil"], NOBODY)
    assert (name_of(get_booking(few, booking)), name_of(get_booking(client(cast, booking), booking))) == ("Emil", "")


def test_actors_that_are_read_together_are_those_read_one_by_one(store: Store) -> None:
    cast = team(store)
    save_group(context_of(store), GroupDraft("Reception", (cast.ids["Vera"],), (GrantDraft("front_desk"),)))
    people = list(User.select().order_by(User.id))
    assert actors_of(people) == [actor_of(one) for one in people]
    assert actors_of([]) == []


def test_second_of_two_who_choose_at_once_is_told(store: Store) -> None:
    cast = team(store)
    booking, desk = booked(cast), staff(cast, ReadyMade.FRONT_DESK)
    found = twice(
        store,
        lambda: make_responsible(desk, booking, cast.ids["Dora"], NOBODY).public_id,
        lambda: make_responsible(desk, booking, cast.ids["Pia"], NOBODY).public_id,
    )
    assert sorted(type(one).__name__ for one in found) == ["StaleVersion", "str"]
    with pytest.raises(StaleVersion):
        make_responsible(desk, booking, cast.ids["Emil"], NOBODY)


def test_list_is_narrowed_to_mine_nobodys_and_others_and_taken_out(store: Store) -> None:
    cast = team(store)
    first, second = booked(cast), booked(cast, 1)
    dora, admin = as_user(cast, "Dora"), staff(cast, ReadyMade.ADMINISTRATOR)
    assert list_responsible(dora) == []
    make_responsible(dora, first, cast.ids["Dora"], NOBODY)
    search = BookingSearch(TEN - HOUR, TEN + 4 * HOUR)
    found = {
        (name, wanted): [
            one.public_id for one in search_bookings(as_user(cast, name), replace(search, responsible=wanted)).bookings
        ]
        for name, wanted in (("Dora", MINE), ("Emil", MINE), ("Emil", NOBODYS), ("Emil", cast.ids["Dora"]))
    }
    assert list(found.values()) == [[first], [], [second], [first]]
    assert search_bookings(admin, replace(search, responsible=MINE)).bookings == ()  # it has no account
    store.write(lambda: cast.user("Sam", cast.role("Own alone", own=[Permission.SEE_TITLES])))
    found_by = [[one.name for one in list_responsible(as_user(cast, name))] for name in ("Emil", "Pia", "Sam")]
    assert found_by == [["Dora"], ["Dora"], []]
    lines = export_bookings(admin, replace(search, responsible=cast.ids["Dora"]))
    assert [one.strip().rpartition(",")[2] for one in lines] == ["responsible", "Dora"]


def test_rule_makes_the_chosen_account_responsible_where_nobody_is_and_says_whom_it_passed_over(store: Store) -> None:
    cast, admin = team(store), context_of(store)
    rule = save_rule(admin, replace(RULE, assigns=Assigning(user=cast.ids["Dora"])))
    save_rule(admin, RuleDraft("Again", "cancelled", assigns=Assigning(user=cast.ids["Emil"])))
    assert get_rule(admin, rule).draft.assigns == Assigning(user=cast.ids["Dora"])
    booking = booked(cast)
    assert name_of(get_booking(system(cast), booking)) == "Dora"
    cancel(system(cast), booking)
    assert (name_of(get_booking(system(cast), booking)), message_kinds().count("assigned")) == ("Dora", 1)
    store.write(lambda: User.update(active=False).where(User.name == "Dora").execute())
    later = booked(cast, 1)
    assert told(later) == [("not_assigned", {}, {"rule": RULE.name, "passed_over": [cast.ids["Dora"]]})]
    for broken in (Assigning(user=cast.ids["Dora"]), Assigning()):
        with pytest.raises(InvalidInput):
            save_rule(admin, replace(RULE, name="Other", assigns=broken))
    with pytest.raises(NotFound):
        save_rule(admin, replace(RULE, name="Other", assigns=Assigning(group="gone")))
    saved = get_rule(admin, rule)
    save_rule(admin, replace(saved.draft, active=False), rule, saved.version)  # what names them can be switched off


def test_rule_takes_whoever_of_a_group_or_role_looks_after_the_fewest(store: Store) -> None:
    cast, admin = team(store), context_of(store)
    members = tuple(cast.ids[name] for name in ("Emil", "Vera", "Dora", "Frieda"))
    group = save_group(admin, GroupDraft("Reception", members, (GrantDraft("viewer"),)))
    rule = save_rule(admin, replace(RULE, assigns=Assigning(group=group)))
    first, second, third = (booked(cast, hours) for hours in range(3))
    assert [name_of(get_booking(system(cast), one)) for one in (first, second, third)] == ["Dora", "Emil", "Dora"]
    assert told(first)[0][2] == {
        "responsible": cast.ids["Dora"],
        "passed_over": [cast.ids["Frieda"], cast.ids["Vera"]],
    }
    cancel(system(cast), first)
    cancel(system(cast), third)
    assert name_of(get_booking(system(cast), booked(cast, 3))) == "Dora"  # what is cancelled is nobody's work
    saved = get_rule(admin, rule)
    draft = replace(saved.draft, assigns=Assigning(role="front_desk"))
    save_rule(admin, draft, rule, saved.version)
    found = [booked(cast, 4), booked(cast, 5)]
    assert [name_of(get_booking(system(cast), one)) for one in found] == ["Dora", "Emil"]
    assert "passed_over" not in told(found[0])[0][2]
    role = cast.store.write(lambda: cast.role("Callers", Permission.SEE_TITLES))
    saved = get_rule(admin, rule)
    save_rule(admin, replace(saved.draft, assigns=Assigning(role=role)), rule, saved.version)
    assert told(booked(cast, 6)) == [("not_assigned", {}, {"rule": RULE.name})]
    with pytest.raises(InvalidInput, match="A rule names this role"):
        remove_role(admin, role)


def test_group_that_a_rule_names_stays(store: Store) -> None:
    cast, admin = team(store), context_of(store)
    group = save_group(admin, GroupDraft("Reception", (cast.ids["Dora"],)))
    save_rule(admin, replace(RULE, assigns=Assigning(group=group)))
    with pytest.raises(InvalidInput, match="A rule names this group"):
        remove_group(admin, group)


def test_rules_look_at_the_labels_that_a_booking_has(store: Store) -> None:
    cast, admin = team(store), context_of(store)
    urgent, done = (save_label(admin, LabelDraft(name)) for name in ("Urgent", "Done"))
    asked = Conditions(labels=(urgent,), without_labels=(done,))
    admin = context_of(store)
    save_rule(admin, RuleDraft("Look", "cancelled", conditions=asked, assigns=Assigning(user=cast.ids["Dora"])))
    marks = RuleDraft("Mark", "booked", conditions=Conditions(less_than_minutes=10_000), labels=Labelling((urgent,)))
    save_rule(admin, marks)
    plain, marked, both = (booked(cast, hours) for hours in range(3))
    for booking, labels in ((plain, ((), (urgent,))), (both, ((done,), ()))):
        label_booking(system(cast), booking, *labels)
    for booking in (plain, marked, both):
        cancel(system(cast), booking)
    assert [name_of(get_booking(system(cast), one)) for one in (plain, marked, both)] == ["", "Dora", ""]
    with pytest.raises(InvalidInput, match="The rule Look uses this label"):
        remove_label(admin, done)
    for wrong in (Conditions(labels=(urgent,), without_labels=(urgent,)),):
        with pytest.raises(InvalidInput, match="No booking has a label and lacks it"):
            save_rule(admin, replace(marks, name="Other", conditions=wrong))
    with pytest.raises(InvalidInput, match="has no labels yet"):
        save_rule(admin, replace(marks, name="Other", conditions=Conditions(labels=(urgent,)), asks=Asks()))


def test_whom_a_rule_made_responsible_stays_and_is_told_though_the_change_is_undone(store: Store) -> None:
    cast, admin = team(store), context_of(store)
    save_rule(admin, replace(RULE, trigger="cancelled", assigns=Assigning(user=cast.ids["Dora"])))
    booking, emil = booked(cast), as_user(cast, "Emil")
    cancel(emil, booking)
    undone = undo(emil, booking, UndoableChange.get().public_id)
    assert (undone.status, name_of(undone), message_kinds()) == ("confirmed", "Dora", ["confirmed", "assigned"])

"""Whoever signs in, fails to, or changes how somebody signs in stands in the audit log; so does who looks."""

from __future__ import annotations

import json
from dataclasses import replace

import pyotp
import pytest

from app.access.actors import SYSTEM
from app.access.permissions import ReadyMade
from app.booking.refusals import NotFound
from app.integrations.ics.values import Busy
from app.operations.accounts import link_records
from app.operations.accounts.mailed_links import ask_reset, invite_again
from app.operations.accounts.own_password import change_password
from app.operations.accounts.password_links import choose_password
from app.operations.accounts.second_factor import (
    begin_authenticator,
    check_code,
    confirm_authenticator,
    forget_factors,
    make_recovery_codes,
    remove_authenticator,
)
from app.operations.accounts.sessions import Method, Place, begin_session, complete, end_all, end_one, resume, sign_out
from app.operations.accounts.sign_in import make_hash, tell_failed
from app.operations.book import book
from app.operations.calendars.busy_times import replace_busy_times
from app.operations.context import Context
from app.operations.letters.outbox import try_again
from app.operations.look_up import bookings_behind, get_booking, list_busy_times, look_at_booking
from app.storage.account_tables import UserSession
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import OutboxMessage
from tests.cast import NOW, Cast, one_provider, user
from tests.operations.helpers import TEN, client, visitor, wish
from tests.web.conftest import make_read_only
from tests.web.staff_cast import booked, practice

SECRET = b"a secret of the tests, long enough"
OLD, NEW = "seldom green lantern harbour", "copper violin meadow seventeen"
Told = tuple[str, int | None, str, str, dict[str, object]]


def told(since: int = 0) -> list[Told]:
    """All entries after the first so many: who (kind and row), what, to which account, after."""
    rows = AuditEntry.select().order_by(AuditEntry.id)
    return [(row.actor, row.user_id, row.action, row.object, json.loads(row.after)) for row in rows][since:]


@pytest.fixture
def uma(store: Store) -> Cast:
    """Uma, a manager with a password."""
    cast = Cast(store)
    store.write(lambda: cast.user("Uma", "manager", password_hash=make_hash(OLD)))
    return cast


def as_uma(cast: Cast, now: int = NOW) -> Context:
    return Context(cast.store, user(ReadyMade.MANAGER, user_id=cast.rows["Uma"]), now, address="192.0.2.7")


def signed_in(cast: Cast) -> int:
    """Begin a session and return its row id."""
    begin_session(cast.store, cast.ids["Uma"], Method.PASSWORD, Place("Firefox on Linux", "192.0.2.7"), NOW)
    return int(UserSession.select().order_by(UserSession.id.desc()).get().id)


def by_uma(cast: Cast, action: str, **after: object) -> Told:
    return ("user", cast.rows["Uma"], action, cast.ids["Uma"], after)


def test_session_is_told_from_signing_in_to_signing_out(uma: Cast) -> None:
    session = signed_in(uma)
    complete(as_uma(uma), session)
    assert sign_out(as_uma(uma), session) is True
    assert told() == [
        by_uma(uma, "signed_in", method="password", device="Firefox on Linux"),
        by_uma(uma, "second_shown"),
        by_uma(uma, "signed_out"),
    ]
    assert {row.address for row in AuditEntry.select()} == {"192.0.2.7"}


def test_sessions_that_are_ended_are_told(uma: Cast) -> None:
    kept, other = signed_in(uma), signed_in(uma)
    end_one(as_uma(uma), UserSession.get_by_id(other).public_id)
    signed_in(uma)
    end_all(as_uma(uma), besides=kept)
    assert [one for one in told() if one[2] == "sessions_ended"] == [by_uma(uma, "sessions_ended", sessions=1)] * 2


def test_session_of_somebody_else_that_cannot_be_ended_is_not_told(uma: Cast) -> None:
    with pytest.raises(NotFound):
        end_one(as_uma(uma), "nobody's")
    with pytest.raises(NotFound):
        complete(as_uma(uma), 999)
    assert told() == []


@pytest.mark.parametrize("email", ["uma@example.org", "my password 123", "", "nobody\0@example.org"])
def test_failed_sign_in_is_told_without_what_was_typed(uma: Cast, email: str) -> None:
    tell_failed(visitor(uma), email, "password")
    known = uma.ids["Uma"] if email.startswith("uma") else ""
    assert told() == [("visitor", None, "sign_in_failed", known, {"shown": "password"})]


def test_failed_sign_in_is_no_error_where_nothing_can_be_written(uma: Cast) -> None:
    make_read_only(uma.store)
    tell_failed(visitor(uma), "uma@example.org", "password")
    uma.store.close()
    assert told() == []


def test_signing_out_where_nothing_can_be_written_says_so(uma: Cast) -> None:
    session = signed_in(uma)
    make_read_only(uma.store)
    assert sign_out(as_uma(uma), session) is False


def test_passwords_are_told_by_the_way_they_came(uma: Cast) -> None:
    change_password(as_uma(uma), 0, OLD, NEW)
    ask_reset(visitor(uma), "uma@example.org")
    ask_reset(visitor(uma), "nobody@example.org")
    link = json.loads(OutboxMessage.select().order_by(OutboxMessage.id.desc()).get().payload)["link"]
    choose_password(uma.store, link_records.mailed(link), OLD, NOW, "192.0.2.9")
    assert told() == [
        by_uma(uma, "password_changed"),
        ("visitor", None, "link_made", uma.ids["Uma"], {"purpose": "password_reset"}),
        ("visitor", None, "link_refused", "", {"purpose": "password_reset"}),
        ("visitor", None, "password_changed", uma.ids["Uma"], {"by": "link"}),
    ]
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).first().address == "192.0.2.9"


def test_link_that_is_mailed_again_is_told(uma: Cast) -> None:
    invite_again(Context(uma.store, SYSTEM, NOW), uma.ids["Uma"])
    assert told() == [("system", None, "link_made", uma.ids["Uma"], {"purpose": "invitation"})]


def test_second_factors_are_told_and_no_code_is(uma: Cast) -> None:
    context, session = as_uma(uma), signed_in(uma)
    secret = begin_authenticator(context, SECRET).secret
    codes = confirm_authenticator(context, SECRET, session, pyotp.TOTP(secret).at(NOW))
    assert (check_code(context, SECRET, codes[0]), check_code(context, SECRET, "wrong")) == (True, False)
    make_recovery_codes(context)
    remove_authenticator(context)
    forget_factors(Context(uma.store, SYSTEM, NOW), uma.ids["Uma"])
    assert told(1) == [
        by_uma(uma, "factor_added", factor="app"),
        by_uma(uma, "recovery_codes_made"),
        by_uma(uma, "recovery_code_used"),
        by_uma(uma, "recovery_codes_made"),
        by_uma(uma, "factor_removed", factor="app"),
        ("system", None, "factors_forgotten", uma.ids["Uma"], {}),
    ]


def test_message_that_is_sent_again_is_told(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    store.write(OutboxMessage.update(status="given_up").execute)
    message = OutboxMessage.get().public_id
    try_again(Context(store, SYSTEM, NOW), message)
    with pytest.raises(NotFound):
        try_again(Context(store, SYSTEM, NOW), message)
    assert told(1) == [("system", None, "message_retried", message, {})]


def test_imported_busy_times_are_told_by_their_number(store: Store) -> None:
    cast = one_provider(store)
    busy = [Busy(TEN, TEN + 60, "uid", "Dentist")]
    replace_busy_times(Context(store, SYSTEM, NOW), cast.ids["Ada"], "file", busy)
    after = {"source": "file", "busy_times": 1}
    assert told() == [("system", None, "busy_times_imported", cast.ids["Ada"], after)]


@pytest.fixture
def asked(store: Store) -> tuple[Cast, str]:
    """A booking with an answer, and Uma."""
    cast = practice(store)
    mine = booked(cast, service="Intake", answers={"first-visit": "yes"})
    store.write(lambda: cast.user("Uma", "administrator"))
    return cast, mine


def looks() -> list[tuple[int, str, int]]:
    rows = AuditEntry.select().where(AuditEntry.action == "looked").order_by(AuditEntry.id)
    return [(row.user_id, row.object, row.at) for row in rows]


def administrator(cast: Cast, now: int = NOW, address: str = "") -> Context:
    return Context(cast.store, user(ReadyMade.ADMINISTRATOR, user_id=cast.rows["Uma"]), now, address=address)


def test_look_at_answers_is_told_every_time_with_where_it_came_from(asked: tuple[Cast, str]) -> None:
    cast, mine = asked
    seen = [(NOW, "192.0.2.1"), (NOW, "192.0.2.1"), (NOW + 1, "192.0.2.2"), (NOW + 60, "192.0.2.1")]
    for now, address in seen:
        assert look_at_booking(administrator(cast, now, address), mine).answers == {"first-visit": "yes"}
    told = AuditEntry.select().where(AuditEntry.action == "looked").order_by(AuditEntry.id)
    assert looks() == [(cast.rows["Uma"], mine, now) for now, _ in seen]
    assert [(row.at, row.address) for row in told] == seen


def test_look_by_another_person_is_told_at_once(asked: tuple[Cast, str]) -> None:
    cast, mine = asked
    cast.store.write(lambda: cast.user("Vic", "administrator"))
    look_at_booking(administrator(cast), mine)
    vic = replace(administrator(cast).actor, user_id=cast.rows["Vic"])
    look_at_booking(Context(cast.store, vic, NOW), mine)
    assert [who for who, *_ in looks()] == [cast.rows["Uma"], cast.rows["Vic"]]


def test_look_where_there_is_nothing_confidential_to_see_is_not_told(asked: tuple[Cast, str]) -> None:
    cast, mine = asked
    plain = booked(cast, TEN + 7200)
    manager = Context(cast.store, user(ReadyMade.MANAGER, user_id=cast.rows["Uma"]), NOW)
    assert (look_at_booking(manager, mine).answers, look_at_booking(administrator(cast), plain).answers) == ({}, {})
    look_at_booking(client(cast, mine), mine)
    taken = list_busy_times(administrator(cast), TEN, TEN + 3600, list(cast.store.catalog().resources))
    assert len(bookings_behind(administrator(cast), taken, TEN, TEN + 3600)) == 1
    assert looks() == []


def test_answers_are_withheld_where_the_look_cannot_be_written_down(asked: tuple[Cast, str]) -> None:
    cast, mine = asked
    assert look_at_booking(administrator(cast), mine).withheld is False
    make_read_only(cast.store)
    seen = look_at_booking(administrator(cast), mine)
    assert (seen.answers, seen.withheld, seen.service_name) == ({}, True, "Intake")
    cast.store.close()
    assert (look_at_booking(administrator(cast), mine).withheld, len(looks())) == (False, 2)


def test_resumed_session_is_not_told(uma: Cast) -> None:
    token = begin_session(uma.store, uma.ids["Uma"], Method.PASSWORD, Place(), NOW)
    assert resume(uma.store, token, NOW + 3600) is not None
    assert [one[2] for one in told()] == ["signed_in"]


def test_nothing_that_a_client_said_is_in_the_log(store: Store) -> None:
    cast = practice(store)
    answers, comment = {"first-visit": "yes"}, "I am afraid of needles"
    mine = booked(cast, service="Intake", answers=answers, comment=comment, name="Zephyrine Quill")
    get_booking(Context(store, SYSTEM, NOW), mine)
    stored = " ".join(str(value) for row in store.rows("SELECT * FROM audit_entry") for value in row)
    assert [word for word in ("Zephyrine", "quill", "needles", '"yes"') if word in stored] == []

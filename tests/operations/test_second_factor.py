"""Codes of an app and recovery codes: each counts once, for its owner, in its time."""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest

from app.access.actors import SYSTEM, VISITOR
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.operations.accounts.sealed import BrokenSealError, is_sealed, unseal
from app.operations.accounts.second_factor import (
    NEEDED,
    RECOVERY_CODES,
    STEP_SECONDS,
    begin_authenticator,
    check_code,
    confirm_authenticator,
    forget_factors,
    make_recovery_codes,
    own_factors,
    remove_authenticator,
)
from app.operations.accounts.sessions import Method, Place, begin_session, complete, resume
from app.operations.context import Context
from app.operations.rights import actor_of
from app.storage.account_tables import Authenticator, RecoveryCode, UserSession
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW, Cast
from tests.operations.helpers import message_kinds
from tests.operations.test_twice_at_once import twice

KEY = b"the site's secret key, long enough"
HALF = STEP_SECONDS // 2
SEALED = "1.AAECAwQFBgcICQoLDjlKM2DB1TuH-lnQSudBOKitWwdAmvry-VvKrw=="
"""``secret words`` as version 1 sealed them by this key for purpose ``a.b``, row 7."""

OLD_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEALED_OF_USER_1 = "1.AAECAwQFBgcICQoLHimdcN3Y8_iaTUcJr6vtn_WbXSLrOGF6ngp5IaC2mqD4jU8thNwdWaVvxxcFKQER"
"""That secret as version 1 sealed it by the same key for the first user's app."""


@pytest.fixture
def ada(store: Store) -> Context:
    cast = Cast(store)
    store.write(lambda: [cast.user("Ada", "administrator"), cast.user("Ben", "viewer")])
    return Context(store, actor_of(User.get(User.name == "Ada")), NOW)


def signed_in(context: Context) -> int:
    user = User.get_by_id(context.actor.user_id)
    begin_session(context.store, user.public_id, Method.PASSWORD, Place(), context.now)
    return int(UserSession.select().order_by(UserSession.id.desc()).get().id)


def set_up(context: Context) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app a minute ago, so that the codes of now are fresh; return it and the recovery codes."""
    before = replace(context, now=context.now - 2 * STEP_SECONDS)
    app = pyotp.TOTP(begin_authenticator(before, KEY).secret)
    return app, list(confirm_authenticator(before, KEY, signed_in(before), app.at(before.now)))


def test_app_counts_once_it_has_shown_a_code(ada: Context) -> None:
    enrolment = begin_authenticator(ada, KEY)
    assert begin_authenticator(ada, KEY) == enrolment
    assert enrolment.uri.startswith("otpauth://totp/Eigenplan:ada%40example.org?secret=")
    app, session = pyotp.TOTP(enrolment.secret), signed_in(ada)
    assert (check_code(ada, KEY, app.at(NOW)), own_factors(ada).authenticator_since) == (False, None)
    codes = confirm_authenticator(ada, KEY, session, app.at(NOW))
    assert (len(set(codes)), {len(code) for code in codes}) == (RECOVERY_CODES, {19})
    factors = own_factors(ada)
    assert (factors.authenticator_since, factors.passkeys, factors.recovery_codes) == (NOW, 0, RECOVERY_CODES)
    assert (UserSession.get_by_id(session).factors, message_kinds()) == (2, ["account_changed"])


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "１２３４５６", "0" * 500, "\0"])
def test_app_is_not_confirmed_by_a_wrong_code(ada: Context, code: str) -> None:
    begin_authenticator(ada, KEY)
    with pytest.raises(InvalidInput):
        confirm_authenticator(ada, KEY, signed_in(ada), code)
    assert (own_factors(ada).authenticator_since, RecoveryCode.select().count()) == (None, 0)


def test_app_is_not_set_up_twice(ada: Context) -> None:
    app, _ = set_up(ada)
    with pytest.raises(InvalidInput, match="You have an app already"):
        begin_authenticator(ada, KEY)
    with pytest.raises(InvalidInput):
        confirm_authenticator(ada, KEY, 1, app.at(NOW))


def test_code_counts_once_and_none_before_it_does(ada: Context) -> None:
    app, _ = set_up(ada)
    earlier, present = app.at(NOW - STEP_SECONDS), app.at(NOW)
    assert [check_code(ada, KEY, code) for code in (present, present, earlier)] == [True, False, False]
    assert check_code(replace(ada, now=NOW + STEP_SECONDS), KEY, app.at(NOW + STEP_SECONDS)) is True


def test_code_used_for_setting_up_does_not_sign_in(ada: Context) -> None:
    app = pyotp.TOTP(begin_authenticator(ada, KEY).secret)
    confirm_authenticator(ada, KEY, signed_in(ada), app.at(NOW))
    assert check_code(ada, KEY, app.at(NOW)) is False


@pytest.mark.parametrize(("seconds", "counts"), [(-61, False), (-30, True), (30, True), (61, False)])
def test_code_counts_in_its_time_and_half_a_minute_around(ada: Context, seconds: int, counts: bool) -> None:
    app, _ = set_up(replace(ada, now=NOW - 600))
    assert check_code(ada, KEY, f" {app.at(NOW + seconds)[:3]} {app.at(NOW + seconds)[3:]}") is counts


def test_code_used_twice_at_once_counts_once(store: Store, ada: Context) -> None:
    app, _ = set_up(ada)
    found = twice(store, *[lambda: check_code(Context(store, ada.actor, NOW), KEY, app.at(NOW))] * 3)
    assert sorted(map(str, found)) == ["False", "False", "True"]


def test_code_of_somebody_else_does_not_count(store: Store, ada: Context) -> None:
    app, codes = set_up(ada)
    ben = Context(store, actor_of(User.get(User.name == "Ben")), NOW)
    assert [check_code(ben, KEY, code) for code in (app.at(NOW), codes[0])] == [False, False]
    assert check_code(ada, KEY, codes[0]) is True


def test_recovery_code_counts_once_however_it_is_typed(store: Store, ada: Context) -> None:
    _, codes = set_up(ada)
    assert [check_code(ada, KEY, f" {codes[0].upper()}"), check_code(ada, KEY, codes[0])] == [True, False]
    assert check_code(ada, KEY, codes[1].replace("-", "")) is True
    assert (own_factors(ada).recovery_codes, message_kinds()) == (RECOVERY_CODES - 2, ["account_changed"] * 3)
    found = twice(store, *[lambda: check_code(Context(store, ada.actor, NOW), KEY, codes[2])] * 2)
    assert sorted(map(str, found)) == ["False", "True"]


def test_recovery_codes_made_anew_make_the_earlier_ones_worthless(ada: Context) -> None:
    _, codes = set_up(ada)
    fresh = make_recovery_codes(ada)
    assert (check_code(ada, KEY, codes[0]), check_code(ada, KEY, fresh[0]), len(fresh)) == (False, True, RECOVERY_CODES)


def test_recovery_codes_without_a_second_factor_are_refused(ada: Context) -> None:
    with pytest.raises(InvalidInput, match="set up a second factor first"):
        make_recovery_codes(ada)


def test_secret_and_codes_are_not_stored(store: Store, ada: Context) -> None:
    app, codes = set_up(ada)
    stored = str([*store.rows("SELECT * FROM authenticator"), *store.rows("SELECT * FROM recovery_code")])
    assert [word in stored for word in (app.secret, codes[0], codes[0].replace("-", ""))] == [False] * 3


def test_app_removed_takes_the_recovery_codes_along(ada: Context) -> None:
    app, codes = set_up(ada)
    remove_authenticator(ada)
    assert [check_code(ada, KEY, code) for code in (app.at(NOW), codes[0])] == [False, False]
    assert RecoveryCode.select().count() == 0
    with pytest.raises(NotFound):
        remove_authenticator(ada)


def test_app_that_is_the_only_second_factor_of_who_needs_one_stays(second_factor_needed: None, ada: Context) -> None:
    app, _ = set_up(ada)
    with pytest.raises(InvalidInput, match=NEEDED[:20]):
        remove_authenticator(ada)
    assert check_code(ada, KEY, app.at(NOW)) is True


def leave_sealed(user_id: int) -> None:
    """Leave an app's secret as older versions did: sealed by the site's secret key, which was written down then."""
    row = Authenticator(user=user_id, secret=SEALED_OF_USER_1, created_at=NOW, confirmed_at=NOW)
    row.save(force_insert=True)


def test_app_sealed_by_an_older_version_counts_and_is_written_anew(ada: Context) -> None:
    assert ada.actor.user_id == 1
    ada.store.write(lambda: leave_sealed(1))
    assert check_code(ada, KEY, pyotp.TOTP(OLD_SECRET).at(NOW)) is True
    assert (Authenticator.get().secret, check_database(ada.store)) == (OLD_SECRET, [])


def test_app_sealed_by_an_older_version_and_another_key_is_of_no_use(ada: Context) -> None:
    ada.store.write(lambda: leave_sealed(1))
    assert check_code(ada, b"another secret key of the same site", pyotp.TOTP(OLD_SECRET).at(NOW)) is False
    assert is_sealed(Authenticator.get().secret) is True


def test_secret_of_an_app_is_encrypted_in_its_row(ada: Context) -> None:
    app = begin_authenticator(ada, KEY)
    stored = ada.store.rows("SELECT secret FROM authenticator")[0][0]
    assert (stored.startswith("AQAB"), Authenticator.get().secret) == (True, app.secret)


def test_session_needs_both_factors_from_the_next_sign_in_on(ada: Context) -> None:
    set_up(ada)
    user = User.get_by_id(ada.actor.user_id)
    token = begin_session(ada.store, user.public_id, Method.PASSWORD, Place(), NOW)
    account = resume(ada.store, token, NOW)
    assert account is not None
    assert (account.is_complete, account.needed, account.factors) == (False, 2, 1)
    fresh = complete(ada, account.session)
    whole = resume(ada.store, fresh, NOW)
    assert whole is not None
    assert (whole.is_complete, resume(ada.store, token, NOW)) == (True, None)
    with pytest.raises(NotFound):
        complete(ada, 999)


def test_session_of_who_needs_two_factors_is_not_complete_with_one(second_factor_needed: None, ada: Context) -> None:
    user = User.get_by_id(ada.actor.user_id)
    account = resume(ada.store, begin_session(ada.store, user.public_id, Method.PASSWORD, Place(), NOW), NOW)
    assert account is not None
    assert account.is_complete is False


def test_factors_are_forgotten_by_who_may_edit_users_only(store: Store, ada: Context) -> None:
    set_up(ada)
    user = User.get_by_id(ada.actor.user_id)
    with pytest.raises(NotAllowed):
        forget_factors(Context(store, VISITOR, NOW), user.public_id)
    with pytest.raises(NotFound):
        forget_factors(Context(store, SYSTEM, NOW), "nobody")
    assert forget_factors(Context(store, SYSTEM, NOW), user.public_id) == "Ada"
    left = [model.select().count() for model in (Authenticator, RecoveryCode, UserSession)]
    assert (left, check_database(store)) == ([0, 0, 0], [])


def test_sealed_text_is_read_again() -> None:
    assert (is_sealed(SEALED), unseal(KEY, "a.b", 7, SEALED)) == (True, "secret words")


@pytest.mark.parametrize("change", ["key", "purpose", "row", "text", "version", "nothing", "odd"])
def test_sealed_text_that_does_not_fit_is_refused(change: str) -> None:
    texts = {"text": SEALED[:-2] + "AA", "version": f"2{SEALED[1:]}", "nothing": "", "odd": "1.ü"}
    with pytest.raises(BrokenSealError):
        unseal(
            b"x" * 32 if change == "key" else KEY,
            "a.c" if change == "purpose" else "a.b",
            8 if change == "row" else 7,
            texts.get(change, SEALED),
        )

"""Passkeys: what was asked of this site's account, once; everything else is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import pytest

from app.access.actors import COMMAND_LINE
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.operations.accounts.passkeys import (
    CHALLENGE_SECONDS,
    KNOWN,
    REFUSED,
    Purpose,
    RelyingParty,
    check,
    list_passkeys,
    offer,
    offer_registration,
    register,
    remove_passkey,
    rename_passkey,
)
from app.operations.accounts.second_factor import NEEDED, RECOVERY_CODES, forget_factors, forget_factors_of
from app.operations.context import Context
from app.operations.rights import actor_of
from app.operations.setup.users import get_user, save_user
from app.storage.account_tables import Passkey, SpentChallenge, UserSession
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW, Cast
from tests.operations.helpers import message_kinds
from tests.operations.test_second_factor import signed_in
from tests.operations.test_twice_at_once import TIMES, twice
from tests.soft_key import PRESENT, SoftKey, challenge_of, text_of

PARTY = RelyingParty(b"the site's secret key, long enough", "http://localhost")
SIGN_IN, SECOND = Purpose.SIGN_IN, Purpose.SECOND_FACTOR


@pytest.fixture
def ada(store: Store) -> Context:
    cast = Cast(store)
    store.write(lambda: [cast.user("Ada", "administrator"), cast.user("Ben", "viewer")])
    return Context(store, actor_of(User.get(User.name == "Ada")), NOW)


def made(context: Context, key: SoftKey | None = None, name: str = "laptop") -> SoftKey:
    """Register a passkey."""
    key = key or SoftKey()
    register(context, PARTY, signed_in(context), name, key.make(offer_registration(context, PARTY)))
    return key


def test_passkey_registered_signs_in(ada: Context) -> None:
    key = SoftKey()
    codes = register(ada, PARTY, signed_in(ada), " laptop ", key.make(offer_registration(ada, PARTY)))
    (view,) = list_passkeys(ada)
    assert (view.name, view.created_at, view.used_at, len(codes)) == ("laptop", NOW, None, RECOVERY_CODES)
    public_id = check(ada.store, PARTY, SIGN_IN, key.show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW + 5)
    assert (public_id, list_passkeys(ada)[0].used_at) == (User.get(User.name == "Ada").public_id, NOW + 5)
    assert (message_kinds(), check_database(ada.store)) == (["account_changed"], [])


def test_passkey_second_of_an_account_makes_no_new_recovery_codes(ada: Context) -> None:
    made(ada)
    options = offer_registration(ada, PARTY)
    assert len(json.loads(options)["excludeCredentials"]) == 1
    assert register(ada, PARTY, signed_in(ada), "key", SoftKey().make(options)) == ()


def test_passkey_offer_for_signing_in_names_nobody(ada: Context) -> None:
    made(ada)
    options = [json.loads(offer(ada.store, PARTY, purpose, NOW, user)) for purpose, user in ((SIGN_IN, 0), (SECOND, 1))]
    assert [len(one.get("allowCredentials", [])) for one in options] == [0, 1]


@pytest.mark.parametrize(
    "fault",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:1"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
)
def test_passkey_made_elsewhere_or_unlocked_by_nobody_is_not_registered(ada: Context, fault: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(ada, SoftKey(**fault))  # type: ignore[arg-type]  # one field of any kind
    assert (refused.value, Passkey.select().count()) == (InvalidInput("passkey", REFUSED), 0)


@pytest.mark.parametrize(
    "fault", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}, {"flags": 0}]
)
def test_passkey_shown_elsewhere_or_unlocked_by_nobody_signs_nobody_in(ada: Context, fault: dict[str, object]) -> None:
    key = made(ada)
    for name, value in fault.items():
        setattr(key, name, value)
    with pytest.raises(InvalidInput, match="could not be used"):
        check(ada.store, PARTY, SIGN_IN, key.show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW)


def test_passkey_without_unlocking_will_do_as_a_second_factor(ada: Context) -> None:
    key = made(ada)
    key.flags = PRESENT
    user_id = ada.actor.user_id or 0
    assert check(ada.store, PARTY, SECOND, key.show(offer(ada.store, PARTY, SECOND, NOW, user_id)), NOW, user_id)


def test_passkey_answer_counts_once(ada: Context) -> None:
    key = made(ada)
    answer = key.show(offer(ada.store, PARTY, SIGN_IN, NOW))
    check(ada.store, PARTY, SIGN_IN, answer, NOW)
    with pytest.raises(InvalidInput, match="could not be used"):
        check(ada.store, PARTY, SIGN_IN, answer, NOW)


def test_passkey_answer_sent_twice_at_once_counts_once(store: Store, ada: Context) -> None:
    key = made(ada)
    answer = key.show(offer(store, PARTY, SIGN_IN, NOW))
    found = twice(store, *[lambda: check(store, PARTY, SIGN_IN, answer, NOW)] * 2)
    assert sorted(isinstance(one, InvalidInput) for one in found) == [False, True]


def test_passkey_whose_counter_went_back_is_a_copy_and_refused(ada: Context) -> None:
    key = made(ada)
    check(ada.store, PARTY, SIGN_IN, key.show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW)
    key.count -= 1
    with pytest.raises(InvalidInput):
        check(ada.store, PARTY, SIGN_IN, key.show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW)


@pytest.mark.parametrize("asked", ["purpose", "account", "later", "site", "own", "nothing"])
def test_passkey_answer_to_another_question_is_refused(ada: Context, asked: str) -> None:
    key, store = made(ada), ada.store
    options = {
        "purpose": offer(store, PARTY, SECOND, NOW),
        "account": offer(store, PARTY, SIGN_IN, NOW, 2),
        "later": offer(store, PARTY, SIGN_IN, NOW - CHALLENGE_SECONDS),
        "site": offer(store, replace(PARTY, secret=b"x" * 32), SIGN_IN, NOW),
        "own": json.dumps({"challenge": text_of(b"z" * 56)}),
        "nothing": json.dumps({"challenge": ""}),
    }[asked]
    with pytest.raises(InvalidInput):
        check(store, PARTY, SIGN_IN, key.show(options), NOW)


def test_passkey_with_a_signature_of_another_key_is_refused(ada: Context) -> None:
    key = made(ada)
    with pytest.raises(InvalidInput):
        check(ada.store, PARTY, SIGN_IN, SoftKey(ident=key.ident).show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW)
    with pytest.raises(InvalidInput):
        check(ada.store, PARTY, SIGN_IN, SoftKey().show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW)


def test_passkey_of_somebody_else_is_no_second_factor(store: Store, ada: Context) -> None:
    made(ada)
    ben = Context(store, actor_of(User.get(User.name == "Ben")), NOW)
    key, user_id = made(ben), ada.actor.user_id or 0
    with pytest.raises(InvalidInput):
        check(store, PARTY, SECOND, key.show(offer(store, PARTY, SECOND, NOW, user_id)), NOW, user_id)


def test_passkey_of_an_account_that_is_off_signs_nobody_in(ada: Context) -> None:
    key = made(ada)
    ada.store.write(lambda: User.update(active=False).execute())
    with pytest.raises(InvalidInput):
        check(ada.store, PARTY, SIGN_IN, key.show(offer(ada.store, PARTY, SIGN_IN, NOW)), NOW)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "x" * 30_000,
        '{"id": 1}',
        "[" * 9000,
        '{"id": "a", "response": {"clientDataJSON": "e30"}}',
    ],
)
def test_passkey_answer_that_is_none_is_refused(ada: Context, answer: str) -> None:
    with pytest.raises(InvalidInput) as shown:
        check(ada.store, PARTY, SIGN_IN, answer, NOW)
    with pytest.raises(InvalidInput) as made_up:
        register(ada, PARTY, 1, "laptop", answer)
    assert (shown.value.problem, made_up.value.problem) == (REFUSED, REFUSED)


def test_passkey_answer_with_broken_parts_is_refused(ada: Context) -> None:
    key = made(ada)
    for part in ("authenticatorData", "signature", "clientDataJSON"):
        answer = json.loads(key.show(offer(ada.store, PARTY, SIGN_IN, NOW)))
        answer["response"][part] = text_of(b"odd")
        with pytest.raises(InvalidInput):
            check(ada.store, PARTY, SIGN_IN, json.dumps(answer), NOW)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\0b"])
def test_passkey_with_an_unusable_name_is_refused(ada: Context, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(ada, name=name)
    assert (refused.value.field, Passkey.select().count()) == ("name", 0)


def test_passkey_registered_twice_is_refused(ada: Context) -> None:
    key = made(ada)
    with pytest.raises(InvalidInput, match=KNOWN):
        made(ada, key)


def test_passkey_is_renamed_and_removed_by_its_owner_only(store: Store, ada: Context) -> None:
    key = made(ada)
    ben, public_id = Context(store, actor_of(User.get(User.name == "Ben")), NOW), Passkey.get().public_id
    for ask in (lambda: rename_passkey(ben, public_id, "mine"), lambda: remove_passkey(ben, public_id)):
        with pytest.raises(NotFound):
            ask()
    rename_passkey(ada, public_id, "blue key")
    assert ([one.name for one in list_passkeys(ada)], remove_passkey(ada, public_id)) == (["blue key"], "blue key")
    with pytest.raises(InvalidInput):
        check(store, PARTY, SIGN_IN, key.show(offer(store, PARTY, SIGN_IN, NOW)), NOW)


def test_passkey_that_is_the_only_second_factor_of_who_needs_one_stays(
    second_factor_needed: None, ada: Context
) -> None:
    made(ada)
    with pytest.raises(InvalidInput, match=NEEDED[:20]):
        remove_passkey(ada, Passkey.get().public_id)
    assert len(list_passkeys(ada)) == 1


def test_last_passkey_of_the_last_administrator_stays_unless_there_is_a_password(store: Store, ada: Context) -> None:
    made(ada)
    public_id = store.read(lambda: str(Passkey.get().public_id))
    store.write(lambda: User.update(password_hash="").where(User.name == "Ada").execute())
    with pytest.raises(InvalidInput, match="No administrator who can sign in would be left"):
        remove_passkey(ada, public_id)
    assert [one.name for one in list_passkeys(ada)] == ["laptop"]
    store.write(lambda: User.update(password_hash="set").where(User.name == "Ada").execute())
    assert remove_passkey(ada, public_id) == "laptop"


def test_passkey_of_somebody_else_goes_where_no_administrator_can_sign_in(store: Store, ada: Context) -> None:
    ben = Context(store, actor_of(User.get(User.name == "Ben")), NOW)
    made(ben)
    store.write(lambda: User.update(password_hash="").execute())
    assert (remove_passkey(ben, Passkey.get().public_id), list_passkeys(ben)) == ("laptop", [])


def test_only_passkeys_of_two_administrators_removed_at_once_leave_one_of_them(store: Store, ada: Context) -> None:
    both = [ada, second_administrator(ada)]
    store.write(lambda: User.update(password_hash="").execute())
    for one in both:
        made(one)
    for _ in range(TIMES):
        mine = [(one, list_passkeys(one)[0].public_id) for one in both]
        answers = twice(store, *[partial(remove_passkey, one, key) for one, key in mine])
        assert sorted(isinstance(one, InvalidInput) for one in answers) == [False, True]
        made(both[[isinstance(one, InvalidInput) for one in answers].index(False)])


def test_passkey_removed_beside_a_demotion_leaves_an_administrator(store: Store, ada: Context) -> None:
    cleo = second_administrator(ada)
    cleos = str(User.get(User.name == "Cleo").public_id)
    store.write(lambda: User.update(password_hash="").where(User.name == "Ada").execute())
    was = get_user(ada, cleos).draft
    for _ in range(TIMES):
        if not list_passkeys(ada):
            made(ada)
        key = list_passkeys(ada)[0].public_id
        demote = partial(save_user, cleo, replace(was, grants=()), cleos)
        answers = twice(store, partial(remove_passkey, ada, key), demote)
        assert sorted(isinstance(one, InvalidInput) for one in answers) == [False, True]
        save_user(cleo, was, cleos)


def second_administrator(ada: Context) -> Context:
    """Cleo, who may do as much as Ada."""
    ada.store.write(lambda: Cast(ada.store).user("Cleo", "administrator"))
    return replace(ada, actor=actor_of(User.get(User.name == "Cleo")))


def test_factors_of_the_last_administrator_stay_where_they_are_the_only_way_in(store: Store, ada: Context) -> None:
    made(ada)
    users = {row.name: row.public_id for row in User.select()}
    store.write(lambda: User.update(password_hash="").where(User.name == "Ada").execute())
    with pytest.raises(InvalidInput, match="No administrator who can sign in would be left"):
        forget_factors(ada, users["Ada"])
    assert ([one.name for one in list_passkeys(ada)], UserSession.select().count()) == (["laptop"], 1)
    assert forget_factors(ada, users["Ben"]) == "Ben"
    assert forget_factors_of(replace(ada, actor=COMMAND_LINE), "ada@example.org") == "Ada"
    assert (list_passkeys(ada), forget_factors(ada, users["Ben"])) == ([], "Ben")


def test_passkeys_belong_to_people_with_an_account_only(store: Store, ada: Context) -> None:
    nobody = replace(ada, actor=replace(ada.actor, user_id=None))
    with pytest.raises(NotAllowed):
        offer_registration(nobody, PARTY)


def test_challenges_that_are_over_are_forgotten(ada: Context) -> None:
    key = made(ada)
    later = NOW + CHALLENGE_SECONDS
    check(ada.store, PARTY, SIGN_IN, key.show(offer(ada.store, PARTY, SIGN_IN, later)), later)
    assert SpentChallenge.select().count() == 1
    assert len({challenge_of(offer(ada.store, PARTY, SIGN_IN, NOW)) for _ in range(3)}) == 3

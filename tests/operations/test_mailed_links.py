"""Links by mail: invitations and resets; each lets in only who reads the mail, and tells nobody who has an account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actors import SYSTEM, VISITOR
from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, LinkSpent, NotAllowed, NotFound
from app.operations.accounts.link_records import reference_of
from app.operations.accounts.mailed_links import PAUSE_SECONDS, SECONDS, ask_reset, invite_again
from app.operations.accounts.password_links import choose_password, find_link
from app.operations.accounts.sign_in import check_password
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.letters.account_letters import CHANGES
from app.operations.letters.account_news import CHANGED, ELSEWHERE, INVITATION, RESET, tell_account
from app.operations.letters.booking_letters import Letter, NoLetterError, write_letter
from app.operations.letters.outbox import HIDDEN, get_letter
from app.operations.outside.accounts import admit
from app.operations.outside.links import unlink
from app.operations.outside.values import Claim, Source, Sources
from app.operations.setup.users import UserDraft, get_user, save_user
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import OutboxMessage, Setting, User
from tests.cast import NOW, Cast
from tests.operations.helpers import message_kinds, staff
from tests.operations.letter_helpers import HEAD, messages
from tests.operations.test_twice_at_once import twice
from tests.web.conftest import make_read_only
from tests.web.staff_cast import counted

ADA = UserDraft("ada@example.org", "Ada", (GrantDraft("administrator"),), password="correct horse battery")
EMAIL, OTHER = ADA.email, "another one altogether"


@pytest.fixture
def context(store: Store) -> Context:
    made = Context(store, SYSTEM, NOW)
    save_user(made, ADA)
    return made


def last_letter(context: Context) -> Letter:
    return context.store.read(lambda: write_letter(context, messages()[-1], HEAD))


def last_reference(context: Context) -> str:
    return reference_of(HEAD.secret_key, last_letter(context).links[0].rpartition("/")[2])


def test_reset_gives_a_new_password_by_the_link_of_the_mail(store: Store, context: Context) -> None:
    ask_reset(replace(context, actor=VISITOR), " ADA@example.org")
    letter = last_letter(context)
    assert (letter.to_email, letter.to_name, letter.subject) == (EMAIL, "Ada", "A new password for book.example.org")
    assert "until Friday 4 January 2030, 01:00 (UTC)" in letter.text
    reference = last_reference(context)
    choose_password(store, reference, OTHER, NOW + SECONDS[RESET] - 1)
    assert (check_password(store, EMAIL, OTHER) is None, check_password(store, EMAIL, ADA.password or "")) == (
        False,
        None,
    )
    assert message_kinds() == [RESET, CHANGED]
    with pytest.raises(LinkSpent, match="used"):
        find_link(store, reference, NOW)


def test_account_elsewhere_is_told_so_and_gets_no_link(store: Store, context: Context) -> None:
    said = Claim(Source.LDAP, "", "1", "uma@example.org", "Uma")
    public_id = admit(store, Sources(everybody=True), said, NOW)
    ask_reset(replace(context, actor=VISITOR), "uma@example.org")
    letter = last_letter(context)
    assert (message_kinds(), letter.links, letter.is_secret, Setting.select().count()) == ([ELSEWHERE], (), False, 0)
    assert (letter.to_email, "at your organisation" in letter.text) == ("uma@example.org", True)
    with pytest.raises(InvalidInput, match="signs in elsewhere"):
        invite_again(context, public_id)
    unlink(context, public_id, Source.LDAP)
    assert (invite_again(context, public_id), message_kinds()) == ("uma@example.org", [ELSEWHERE, INVITATION])


def test_reset_link_ends_after_an_hour(store: Store, context: Context) -> None:
    ask_reset(context, EMAIL)
    with pytest.raises(LinkSpent, match="expired"):
        find_link(store, last_reference(context), NOW + SECONDS[RESET])


@pytest.mark.parametrize("email", ["nobody@example.org", "", "ada", "\0", "ü@example.org"])
def test_reset_for_nobody_leaves_nothing(context: Context, email: str) -> None:
    ask_reset(context, email)
    assert (message_kinds(), Setting.select().count()) == ([], 0)


def test_reset_does_the_same_work_for_nobody_as_for_somebody(context: Context) -> None:
    sent = []
    for email in (EMAIL, "nobody@example.org"):
        with counted(context.store) as statements:
            ask_reset(context, email)
        sent.append([one.split()[0] for one in statements])
    assert [one.count("INSERT") for one in sent] == [3, 3]


def test_reset_for_an_account_that_is_off_leaves_nothing(context: Context) -> None:
    context.store.write(User.update(active=False).execute)
    ask_reset(context, EMAIL)
    assert message_kinds() == []


def test_reset_asked_for_again_at_once_sends_no_second_mail(context: Context) -> None:
    for later in (0, 1, PAUSE_SECONDS - 1, PAUSE_SECONDS):
        ask_reset(replace(context, now=NOW + later), EMAIL)
    assert [row.created_at for row in messages()] == [NOW, NOW + PAUSE_SECONDS]


def test_reset_without_a_database_to_write_is_told(context: Context) -> None:
    make_read_only(context.store)
    with pytest.raises(Exception, match="read_only"):
        ask_reset(context, EMAIL)


def test_invitation_is_mailed_to_whoever_is_made_without_a_password(store: Store, context: Context) -> None:
    public_id = save_user(context, replace(ADA, email="ben@example.org", name="Ben", password=None))
    letter = last_letter(context)
    assert (letter.to_email, letter.subject) == ("ben@example.org", "Your account at book.example.org")
    assert check_password(store, "ben@example.org", "") is None
    choose_password(store, last_reference(context), OTHER, NOW + SECONDS[INVITATION] - 1)
    assert (check_password(store, "ben@example.org", OTHER), message_kinds()) == (public_id, [INVITATION])


def test_invitation_again_makes_the_earlier_link_worthless(store: Store, context: Context) -> None:
    public_id = save_user(context, replace(ADA, email="ben@example.org", name="Ben", password=None))
    first = last_reference(context)
    assert invite_again(context, public_id) == "ben@example.org"
    with pytest.raises(LinkSpent, match="replaced"):
        find_link(store, first, NOW)
    assert find_link(store, last_reference(context), NOW).name == "Ben"


def test_another_address_is_told_to_the_one_before(store: Store, context: Context) -> None:
    ask_reset(context, EMAIL)
    link, public_id = last_reference(context), str(User.get().public_id)
    save_user(context, replace(ADA, email="ada@example.net", password=None), public_id)
    letter = last_letter(context)
    assert (letter.to_email, CHANGES["address"] in letter.text, letter.links) == (EMAIL, True, ())
    assert "example.net" not in letter.text
    assert "/sign-in/forgotten" not in letter.text  # that mail would go to the new address
    with pytest.raises(LinkSpent, match="replaced"):
        find_link(store, link, NOW)
    save_user(context, replace(ADA, email="ada@example.net", name="Ada B", password=None), public_id)
    assert message_kinds() == [RESET, CHANGED]


def test_invitation_to_a_mistyped_address_goes_to_the_right_one(store: Store, context: Context) -> None:
    ben = replace(ADA, email="bne@example.org", name="Ben", password=None)
    public_id = save_user(context, ben)
    first = last_reference(context)
    save_user(context, replace(ben, email="ben@example.org"), public_id)
    assert (last_letter(context).to_email, message_kinds()) == ("ben@example.org", [INVITATION, INVITATION])
    with pytest.raises(LinkSpent, match="replaced"):
        find_link(store, first, NOW)
    choose_password(store, last_reference(context), OTHER, NOW)
    assert check_password(store, "ben@example.org", OTHER) == public_id


def test_invitation_for_somebody_who_is_off_or_unknown_is_refused(context: Context) -> None:
    public_id = save_user(context, replace(ADA, email="ben@example.org", active=False))
    with pytest.raises(InvalidInput, match="switched off"):
        invite_again(context, public_id)
    with pytest.raises(NotFound):
        invite_again(context, "nobody")
    with pytest.raises(NotAllowed):
        invite_again(replace(context, actor=VISITOR), public_id)
    assert get_user(context, public_id).draft.active is False


def test_link_is_of_no_use_to_whoever_reads_the_database(store: Store, context: Context) -> None:
    ask_reset(context, EMAIL)
    stored = " ".join(str(text) for row in store.rows("SELECT key, value FROM setting") for text in row)
    payload, token = OutboxMessage.get().payload, last_letter(context).links[0].rpartition("/")[2]
    link_id, _, mac = token.partition(".")
    assert (link_id in payload, mac in payload, mac in stored, link_id in stored) == (True, False, False, False)
    for guess in (link_id, f"mailed:{link_id}", f"{link_id}.", f"{link_id}.{mac[:-1]}x", "", "mailed:", "."):
        with pytest.raises(NotFound):
            find_link(store, reference_of(HEAD.secret_key, guess), NOW)
    assert find_link(store, reference_of(HEAD.secret_key, token), NOW).email == EMAIL


def test_letter_with_a_link_is_shown_to_nobody_but_administrators_of_a_demo(store: Store, context: Context) -> None:
    ask_reset(context, EMAIL)
    delivery = OutboxMessage.get().public_id
    desk = staff(Cast(store), ReadyMade.MANAGER)
    shown = [
        get_letter(who, delivery, HEAD, is_demo=demo) for who, demo in ((context, False), (desk, True), (context, True))
    ]
    assert [(one.problem, "/password/" in one.text) for one in shown] == [(HIDDEN, False), (HIDDEN, False), ("", True)]


def test_letter_of_an_account_that_is_off_is_not_written(context: Context) -> None:
    ask_reset(context, EMAIL)
    context.store.write(lambda: User.update(active=False).execute())
    with pytest.raises(NoLetterError):
        last_letter(context)


@pytest.mark.parametrize("what", CHANGES)
def test_letter_of_a_change_says_what_was_changed(context: Context, what: str) -> None:
    context.store.write(lambda: tell_account(User.get(), what, NOW))
    letter = last_letter(context)
    assert (CHANGES[what] in letter.text, letter.links, letter.is_secret) == (True, (), False)


def test_reset_asked_for_twice_at_once_leaves_links_of_which_one_counts(store: Store, context: Context) -> None:
    twice(store, *[lambda: ask_reset(Context(store, SYSTEM, NOW), EMAIL)] * 2)
    choose_password(store, last_reference(context), OTHER, NOW)
    for row in messages()[:-1]:
        if row.kind == RESET:
            token = write_letter(context, row, HEAD).links[0].rpartition("/")[2]
            found = twice(store, lambda: find_link(store, reference_of(HEAD.secret_key, token), NOW))  # noqa: B023 done at once
            assert isinstance(found[0], LinkSpent)
    assert check_database(store) == []

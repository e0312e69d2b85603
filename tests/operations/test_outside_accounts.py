"""Accounts of people who show elsewhere who they are: made, linked, never taken over, in the groups that are said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.outside.accounts import NO_GROUP, NO_MAIL, NO_SUBJECT, NOT_LINKED, SWITCHED_OFF, sources_of
from app.operations.outside.links import Link, list_ended
from app.operations.outside.values import Claim, Source, Sources
from app.operations.rights import actor_of
from app.operations.setup.groups import GroupDraft, OutsideName, get_group, list_groups, remove_group, save_group
from app.storage.account_tables import ExternalIdentity
from app.storage.check import check_database
from app.storage.clients import add_client
from app.storage.rights_tables import OutsideGroup
from app.storage.store import Store
from app.storage.tables import Client, User
from tests.cast import NOW, Cast
from tests.operations.helpers import system
from tests.operations.outside_cast import (
    BOSSES,
    DESK,
    claim,
    groups_of,
    let_in,
    let_link,
    list_links,
    outside_cast,
    unlink,
)
from tests.operations.test_setup_roles import helper
from tests.storage.helpers import at_once, closing

EVERYBODY, BY_MAIL = Sources(everybody=True), Sources(link_mail=True)


@pytest.fixture
def cast(store: Store) -> Cast:
    return outside_cast(store)


def refused(cast: Cast, said: Claim, sources: Sources | None = None) -> str:
    with pytest.raises(InvalidInput) as refusal:
        let_in(cast, said, sources)
    return refusal.value.problem


def test_first_sign_in_with_a_group_that_counts_makes_the_account(cast: Cast) -> None:
    public_id = let_in(cast, claim(DESK.upper().replace(",", " , "), "cn=other,dc=example,dc=org"))
    row = User.get(User.public_id == public_id)
    assert (row.email, row.name, row.password_hash, groups_of(public_id)) == (
        *("ada@example.org", "Ada Lovelace", ""),
        ["Desk"],
    )
    assert [grant.role for grant in actor_of(row).grants] == ["Front desk"]
    assert (sources_of(cast.store, row.id), check_database(cast.store)) == ({Source.LDAP}, [])


def test_account_is_the_same_at_the_next_sign_in_whatever_else_is_said(cast: Cast) -> None:
    first = let_in(cast, claim(DESK))
    again = let_in(cast, claim(name="Ada King", email="king@example.org"), now=NOW + 60)
    row = User.get(User.public_id == again)
    assert (again, row.email, row.name, groups_of(again)) == (first, "king@example.org", "Ada King", [])
    assert (User.select().count(), ExternalIdentity.get().seen_at) == (2, NOW + 60)


def test_first_sign_in_without_a_group_that_counts_is_refused_unless_everybody_may(cast: Cast) -> None:
    assert (refused(cast, claim("cn=other")), User.select().count()) == (NO_GROUP, 1)
    assert groups_of(let_in(cast, claim(), EVERYBODY)) == []


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (claim(DESK, email=""), NO_MAIL),
        (claim(DESK, email="no address"), NO_MAIL),
        (claim(DESK, subject=""), NO_SUBJECT),
        (claim(DESK, subject="\0"), NO_SUBJECT),
        (claim(DESK, subject="x" * 501), NO_SUBJECT),
        (claim(DESK, BOSSES, email="root@example.org"), NOT_LINKED),
        (claim(DESK, BOSSES, email="ROOT@example.org", is_verified=False), NOT_LINKED),
    ],
)
def test_sign_in_that_gets_no_account_says_why(cast: Cast, who: Claim, said: str) -> None:
    assert (refused(cast, who), User.select().count()) == (said, 1)
    assert ExternalIdentity.select().count() == 0


def test_sign_in_without_a_name_gets_the_mail_address_for_one(cast: Cast) -> None:
    assert User.get(User.public_id == let_in(cast, claim(DESK, name="\n"))).name == "ada@example.org"


def test_account_here_is_linked_by_its_mail_address_where_that_is_enough_and_verified(cast: Cast) -> None:
    said = claim(email="root@example.org", name="")
    assert refused(cast, replace(said, is_verified=False), BY_MAIL) == NOT_LINKED
    assert let_in(cast, said, BY_MAIL) == cast.ids["Root"]
    assert refused(cast, replace(said, subject="another"), BY_MAIL) == NOT_LINKED
    assert let_in(cast, said) == cast.ids["Root"]


def test_account_here_is_linked_where_an_administrator_chose_so(cast: Cast) -> None:
    assert let_link(system(cast), cast.ids["Root"], Source.LDAP) == "Root"
    assert list_links(system(cast), cast.ids["Root"]) == [Link(Source.LDAP, None)]
    assert sources_of(cast.store, cast.rows["Root"]) == set()
    said = claim(email="root@example.org")
    assert refused(cast, replace(said, source=Source.OIDC)) == NOT_LINKED
    assert (let_in(cast, said), User.get_by_id(1).password_hash) == (cast.ids["Root"], "x")
    assert list_links(system(cast), cast.ids["Root"]) == [Link(Source.LDAP, NOW)]
    with pytest.raises(InvalidInput, match="already"):
        let_link(system(cast), cast.ids["Root"], Source.LDAP)


def test_account_unlinked_is_not_let_in_any_more(cast: Cast) -> None:
    public_id = let_in(cast, claim(DESK))
    assert unlink(system(cast), public_id, Source.LDAP) == "Ada Lovelace"
    assert (refused(cast, claim(DESK)), list_links(system(cast), public_id)) == (NOT_LINKED, [])
    with pytest.raises(InvalidInput):
        unlink(system(cast), public_id, Source.LDAP)


def test_link_that_was_ended_stays_so_where_all_are_linked_until_somebody_links_again(cast: Cast) -> None:
    everybody, said = Sources(link_mail=True), claim(DESK)
    public_id = let_in(cast, said, everybody)
    unlink(system(cast), public_id, Source.LDAP)
    assert (refused(cast, said, everybody), list_ended(system(cast), public_id)) == (NOT_LINKED, [Source.LDAP])
    let_link(system(cast), public_id, Source.LDAP)
    assert (let_in(cast, said, everybody), list_ended(system(cast), public_id)) == (public_id, [])


def test_account_of_somebody_who_may_do_more_is_linked_by_nobody(cast: Cast) -> None:
    for change in (let_link, unlink):
        with pytest.raises(NotAllowed):
            change(helper(cast), cast.ids["Root"], Source.LDAP)
        with pytest.raises(NotFound):
            change(system(cast), "nobody", Source.LDAP)


def test_account_switched_off_stays_off(cast: Cast) -> None:
    public_id = let_in(cast, claim(DESK))
    cast.store.write(User.update(active=False).where(User.public_id == public_id).execute)
    assert refused(cast, claim(DESK, BOSSES, name="Other")) == SWITCHED_OFF
    assert (User.get(User.public_id == public_id).name, groups_of(public_id)) == ("Ada Lovelace", ["Desk"])
    assert refused(cast, claim(subject="2", email="ada@example.org"), BY_MAIL) == SWITCHED_OFF


def test_client_record_of_an_account_follows_the_mail_address_said_elsewhere(cast: Cast) -> None:
    row = User.get(User.public_id == let_in(cast, claim(DESK)))
    values = {"public_id": "ada", "version": 1, "phone": "", "notes": "", "created_at": NOW, "changed_at": NOW}
    mine = {**values, "name": row.name, "email": row.email, "user_id": row.id}
    cast.store.write(lambda: add_client(mine))
    let_in(cast, claim(DESK, email="king@example.org"), now=NOW + 60)
    assert [one.email for one in Client.select()] == ["king@example.org"]


def test_mail_address_of_somebody_else_stays_theirs(cast: Cast) -> None:
    public_id = let_in(cast, claim(DESK))
    let_in(cast, claim(DESK, email="root@example.org"))
    assert User.get(User.public_id == public_id).email == "ada@example.org"


def test_same_person_at_two_issuers_is_two(cast: Cast) -> None:
    said = claim("desk", source=Source.OIDC, issuer="https://one.example.org", email="one@example.org")
    one, two = (
        let_in(cast, said),
        let_in(cast, replace(said, issuer="https://two.example.org", email="two@example.org")),
    )
    assert one != two


def test_groups_follow_what_is_said_and_those_without_a_name_elsewhere_stay(cast: Cast) -> None:
    public_id = let_in(cast, claim(DESK))
    save_group(system(cast), GroupDraft("Own", (public_id,), (GrantDraft("viewer"),)))
    steps = [let_in(cast, claim(*said)) and groups_of(public_id) for said in ((DESK, BOSSES), (BOSSES,), (), ("desk",))]
    assert steps == [["Bosses", "Desk", "Own"], ["Bosses", "Own"], ["Own"], ["Own"]]


def test_groups_of_one_source_are_no_matter_of_the_other(cast: Cast) -> None:
    public_id = let_in(cast, claim("desk", source=Source.OIDC, issuer="https://one.example.org"))
    assert groups_of(public_id) == ["Desk"]
    assert refused(cast, claim(DESK, source=Source.OIDC, subject="2", email="b@example.org")) == NO_GROUP


def test_sign_in_that_changes_nothing_tells_no_process_of_a_change(cast: Cast) -> None:
    let_in(cast, claim(DESK))
    before = cast.store.rows("SELECT value FROM revision WHERE name = 'catalog'")
    let_in(cast, claim(DESK), now=NOW + 1)
    assert cast.store.rows("SELECT value FROM revision WHERE name = 'catalog'") == before


def test_last_administrator_who_signs_in_elsewhere_stays_linked(cast: Cast) -> None:
    public_id = let_in(cast, claim(BOSSES))
    cast.store.write(User.update(active=False).where(User.name == "Root").execute)
    with pytest.raises(InvalidInput, match="No administrator who can sign in would be left"):
        unlink(system(cast), public_id, Source.LDAP)
    assert [one.source for one in list_links(system(cast), public_id)] == [Source.LDAP]


def test_last_administrator_stays_one_whatever_is_said(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    public_id = let_in(cast, claim(BOSSES))
    cast.store.write(User.update(active=False).where(User.name == "Root").execute)
    let_in(cast, claim(DESK))
    assert (groups_of(public_id), "last administrator" in caplog.text) == (["Bosses", "Desk"], True)
    cast.store.write(User.update(active=True).where(User.name == "Root").execute)
    let_in(cast, claim(DESK))
    assert groups_of(public_id) == ["Desk"]


def test_first_sign_ins_of_one_person_at_once_make_one_account(cast: Cast) -> None:
    found = at_once(*[closing(cast.store, lambda: let_in(cast, claim(DESK)))] * 4)
    assert (len({*found}), User.select().count(), ExternalIdentity.select().count()) == (1, 2, 1)


def test_names_elsewhere_are_kept_without_repetition_and_go_with_their_group(cast: Cast) -> None:
    names = [OutsideName(Source.OIDC, one) for one in ("b", " a ", "b")]
    public_id = save_group(system(cast), GroupDraft("Many", outside=tuple(names)))
    kept = (OutsideName(Source.OIDC, "a"), OutsideName(Source.OIDC, "b"))
    assert get_group(system(cast), public_id).draft.outside == kept
    assert [len(one.draft.outside) for one in list_groups(system(cast))] == [2, 2, 2]
    remove_group(system(cast), public_id)
    assert (OutsideGroup.select().count(), check_database(cast.store)) == (4, [])


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ([OutsideName(Source.LDAP, "desk")], "ldap"),
        ([OutsideName(Source.OIDC, "x" * 501)], "oidc"),
        ([OutsideName(Source.OIDC, "a\x07b")], "oidc"),
        ([OutsideName(Source.OIDC, str(number)) for number in range(101)], "outside"),
    ],
)
def test_names_elsewhere_that_cannot_be_used_are_refused(cast: Cast, names: list[OutsideName], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save_group(system(cast), GroupDraft("Many", outside=tuple(names)))
    assert (refusal.value.field, list(get_group(system(cast), cast.ids["Desk"]).draft.members)) == (field, [])


def test_name_elsewhere_gives_roles_away_so_it_takes_as_many_rights(cast: Cast) -> None:
    context: Context = helper(cast)
    assert context.may(Permission.MANAGE_USERS)
    draft = get_group(system(cast), cast.ids["Bosses"]).draft
    for outside in ((), (*draft.outside, OutsideName(Source.OIDC, "helpers"))):
        with pytest.raises(NotAllowed):
            save_group(context, replace(draft, outside=outside), cast.ids["Bosses"])
    assert save_group(context, draft, cast.ids["Bosses"]) == cast.ids["Bosses"]

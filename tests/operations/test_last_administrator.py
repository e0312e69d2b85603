"""The last administrator who can sign in stays one, and keeps a way in; nobody else is held up by that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.booking.refusals import InvalidInput
from app.operations.grants import GrantDraft
from app.operations.setup.groups import GroupDraft, get_group, remove_group, save_group
from app.operations.setup.users import UserDraft, get_user, save_user
from app.storage.account_tables import ExternalIdentity, Passkey
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import Cast
from tests.operations.helpers import system


@pytest.fixture
def cast(store: Store) -> Cast:
    """An administrator."""
    made = Cast(store)
    store.write(lambda: made.user("Root", "administrator"))
    return made


def add_passkey(user_id: int) -> None:
    """Keep a passkey of somebody, as far as it can be told without a browser."""
    key = {"name": "Phone", "credential": "c", "public_key": "k", "sign_count": 0, "created_at": 0}
    Passkey.create(public_id="passkey", user=user_id, **key)


def test_last_administrator_stays_one_in_a_group_too(cast: Cast) -> None:
    context, root = system(cast), cast.ids["Root"]
    group = save_group(context, GroupDraft("Admins", (root,), (GrantDraft("administrator"),)))
    save_user(context, replace(get_user(context, root).draft, grants=()), root)
    for attempt in (lambda: save_group(context, GroupDraft("Admins"), group), lambda: remove_group(context, group)):
        with pytest.raises(InvalidInput, match="No administrator who can sign in would be left"):
            attempt()
    assert get_group(context, group).draft.members == (root,)


def test_others_are_changed_also_where_no_administrator_can_sign_in(cast: Cast) -> None:
    context, root = system(cast), cast.ids["Root"]
    cast.store.write(lambda: User.update(password_hash="").execute())
    vic = save_user(context, UserDraft("vic@example.org", "Vic", (GrantDraft("viewer"),)))
    save_user(context, replace(get_user(context, vic).draft, active=False), vic)
    save_user(context, replace(get_user(context, root).draft, name="Ruth"), root)
    with pytest.raises(InvalidInput, match="No administrator who can sign in would be left"):
        save_user(context, replace(get_user(context, root).draft, active=False), root)
    users = (get_user(context, one).draft for one in (vic, root))
    assert [(one.name, one.active) for one in users] == [("Vic", False), ("Ruth", True)]


@pytest.mark.parametrize(
    ("way", "stays"),
    [
        *(("nothing", True), ("chosen", True), ("password", False), ("passkey", False), ("elsewhere", False)),
        *(("elsewhere before", True), ("another elsewhere", True)),
    ],
)
def test_last_administrator_is_one_who_can_sign_in(cast: Cast, way: str, stays: bool) -> None:
    root, provider = cast.ids["Root"], "https://login.example.org"
    outside = {"elsewhere": [("ldap", "")], "another elsewhere": [("oidc", provider), ("oidc", "")]}
    context = replace(system(cast), elsewhere=outside.get(way, []))
    invited = UserDraft("uma@example.org", "Uma", (GrantDraft("administrator"),))
    uma = User.get(User.public_id == save_user(context, invited)).id
    linked = {"user": uma, "source": "ldap", "issuer": "", "created_at": cast.now}
    ways: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "chosen": lambda: ExternalIdentity.create(**linked),
        "password": lambda: User.update(password_hash="set").where(User.id == uma).execute(),
        "passkey": lambda: add_passkey(uma),
        "elsewhere": lambda: ExternalIdentity.create(**linked, subject="1234"),
    }
    cast.store.write(ways["elsewhere" if "elsewhere" in way else way])
    demoted = replace(get_user(context, root).draft, grants=())
    if stays:
        with pytest.raises(InvalidInput, match="No administrator who can sign in would be left"):
            save_user(context, demoted, root)
    else:
        save_user(context, demoted, root)
    assert (get_user(context, root).draft.grants != ()) is stays

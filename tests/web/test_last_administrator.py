"""The page of the last administrator: what would lock everybody out is refused there, with the reason."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from app.access.permissions import ReadyMade
from app.integrations.ldap.values import LdapSettings
from app.operations.outside.values import Sources
from app.storage.account_tables import ExternalIdentity, Passkey
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW
from tests.web.conftest import SignIn


def test_factors_that_are_the_only_way_in_stay_and_their_page_says_why(
    app: Flask, store: Store, sign_in: SignIn
) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    mine = str(User.get().public_id)
    store.write(lambda: User.update(password_hash="").execute())
    key = {"name": "key", "created_at": NOW, "credential": "x", "public_key": "x", "sign_count": 0}
    store.write(lambda: Passkey.create(public_id="passkey", user=User.get().id, **key))
    answer = admin.submit(f"/setup/users/{mine}/forget-factors", follow_redirects=True)
    assert "No administrator who can sign in would be left" in answer.text
    assert (answer.request.path, Passkey.select().count()) == (f"/setup/users/{mine}", 1)
    link = {"source": "ldap", "issuer": "", "subject": "1234", "created_at": NOW}
    store.write(lambda: ExternalIdentity.create(user=User.get().id, **link))
    admin.submit(f"/setup/users/{mine}/forget-factors")
    assert Passkey.select().count() == 1  # no directory is configured, or not any more
    directory = Sources(directory=LdapSettings("ldaps://localhost:9", "dc=example"))
    app.extensions["eigenplan"] = replace(app.extensions["eigenplan"], sources=directory)
    admin.submit(f"/setup/users/{mine}/forget-factors")
    assert Passkey.select().count() == 0

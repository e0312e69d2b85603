"""What the tests about accounts elsewhere share: a small installation, and what a source says of people."""

from __future__ import annotations

from app.operations.grants import GrantDraft
from app.operations.outside.accounts import admit
from app.operations.outside.links import let_link, list_links, unlink
from app.operations.outside.values import Claim, Source, Sources
from app.operations.setup.groups import GroupDraft, OutsideName, save_group
from app.storage.rights_tables import UserGroup, UserGroupMember
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW, Cast
from tests.operations.helpers import system

__all__ = ["admit", "let_link", "list_links", "unlink"]
DESK, BOSSES = "cn=desk,ou=groups,dc=example,dc=org", "cn=bosses,ou=groups,dc=example,dc=org"


def outside_cast(store: Store) -> Cast:
    """An administrator of this site, and two groups that have names in the directory and at the provider."""
    cast = Cast(store)
    store.write(lambda: cast.user("Root", "administrator", password_hash="x"))
    for name, role, dn in (("Desk", "front_desk", DESK), ("Bosses", "administrator", BOSSES)):
        names = (OutsideName(Source.LDAP, dn), OutsideName(Source.OIDC, name.lower()))
        cast.ids[name] = save_group(system(cast), GroupDraft(name, (), (GrantDraft(role),), names))
    return cast


def claim(
    *groups: str,
    source: Source = Source.LDAP,
    issuer: str = "",
    subject: str = "1234",
    email: str = "Ada@Example.org",
    name: str = "Ada\tLovelace",
    is_verified: bool = True,
) -> Claim:
    """What the directory says of Ada."""
    return Claim(source, issuer, subject, email, name, groups, is_verified)


def let_in(cast: Cast, said: Claim, sources: Sources | None = None, now: int = NOW) -> str:
    """Sign in and return the account's public id."""
    return admit(cast.store, sources or Sources(), said, now)


def groups_of(public_id: str) -> list[str]:
    """Return the names of the groups that an account is in."""
    query = UserGroup.select(UserGroup.name).join(UserGroupMember).join(User).where(User.public_id == public_id)
    return sorted(name for (name,) in query.tuples())

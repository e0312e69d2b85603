"""The lines of a form that say which roles somebody has, and for what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.access.grants import ScopeKind
from app.access.permissions import say_role
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.setup.pools import pool_names
from app.operations.setup.roles import list_roles
from app.texts import _
from app.web.setup.places import location_names, resource_groups, service_names
from app.web.setup.reading import Typed

EVERYTHING = ScopeKind.EVERYTHING.value
GRANTS: Mapping[str, str] = {"grant_role": "", "grant_for": EVERYTHING}
"""The fields of a line, and what an empty one holds; ``grant_for``: everything, or kind and public id."""


def read_grants(typed: Typed) -> tuple[GrantDraft, ...]:
    """Return the lines that name a role."""
    return tuple(_read(line["grant_role"], line["grant_for"]) for line in typed.rows(*GRANTS) if line["grant_role"])


def _read(role: str, part: str) -> GrantDraft:
    kind, __, reference = part.partition(":")
    return GrantDraft(role, kind, reference)


def grant_fields(grants: Iterable[GrantDraft]) -> Iterator[tuple[str, str]]:
    """Yield the fields of stored grants, as a browser would send them."""
    for one in grants:
        yield "grant_role", one.role
        yield "grant_for", f"{one.scope}:{one.reference}" if one.reference else one.scope


def grant_options(context: Context) -> dict[str, Any]:
    """Return what the lines offer: roles by public id, and parts by heading; ``say_grant`` words a stored one."""
    roles = {one.public_id: say_role(one.draft.name) for one in list_roles(context)}
    parts = _parts(context)
    names = {key: name for group in parts.values() for key, name in group.items()}

    def say_grant(grant: GrantDraft) -> str:
        role = roles.get(grant.role, "")
        part = names.get(f"{grant.scope}:{grant.reference}", "")
        return _("{role} for {part}", role=role, part=part) if grant.reference else role

    return {"roles": roles, "parts_of": parts, "say_grant": say_grant}


def _parts(context: Context) -> dict[str, dict[str, str]]:
    found = {
        _("Locations"): _keyed(ScopeKind.LOCATION, location_names(context)),
        _("Services"): _keyed(ScopeKind.SERVICE, service_names(context)),
        _("Pools"): _keyed(ScopeKind.POOL, pool_names(context)),
    }
    return found | {words: _keyed(ScopeKind.RESOURCE, names) for words, names in resource_groups(context).items()}


def _keyed(kind: ScopeKind, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{kind.value}:{public_id}": name for public_id, name in names.items()}

"""Pools: any one of these resources will do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.grants import check_may_add
from app.operations.rights import target_of_resource
from app.operations.saving import Key, Saved, check_name, edit, find_row, look, put, require_all
from app.operations.telling import Told
from app.storage.rights_tables import RoleGrant
from app.storage.tables import Pool, PoolMember, Resource, Service, ServiceRequirement
from app.texts import _


@dataclass(frozen=True, slots=True)
class PoolDraft:
    """What a form says about a pool; ``members`` are public ids of resources."""

    name: str
    members: tuple[str, ...] = ()


def save_pool(context: Context, draft: PoolDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a pool and return its public id.

    Raises:
        InvalidInput: no members, fewer than a service takes of it, or one with which somebody who has a role for the
            pool could do more than the actor.
        NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        name = check_name(Pool, draft.name, public_id)
        members = resource_ids(draft.members)
        if not members:
            raise InvalidInput("members", _("Please choose at least one person, room or device for this pool."))
        require_all(context, Permission.MANAGE_RESOURCES, [*_as_it_was(public_id), *_targets(members)])
        row = put(context, Pool, "pool", Key(public_id, version), {"name": name})
        _check_large_enough(row, len(members))
        check_may_add(context, row.id, _targets(set(members) - _member_ids(public_id)))
        PoolMember.delete().where(PoolMember.pool == row.id).execute()
        PoolMember.insert_many([{"pool": row.id, "resource": one} for one in members]).execute()
        return str(row.public_id)

    return edit(context, work, Permission.MANAGE_RESOURCES, Told(Kind.POOL, _draft, public_id))


def _as_it_was(public_id: str | None) -> list[Target]:
    return _targets(_member_ids(public_id))


def _member_ids(public_id: str | None) -> set[int]:
    """Return the row ids of a pool's members as they are stored."""
    members = PoolMember.select(PoolMember.resource).join(Pool).where(Pool.public_id == public_id)
    return {one for (one,) in members.tuples()} if public_id is not None else set()


def _targets(members: Collection[int]) -> list[Target]:
    """Return what is asked about: who edits a pool has to have the right on every one of its members."""
    return [target_of_resource(row) for row in Resource.select().where(Resource.id.in_(list(members)))]


def resource_ids(public_ids: Collection[str]) -> list[int]:
    """Return the row ids of these resources, or raise NotFound for the first unknown one."""
    wanted = sorted(set(public_ids))
    rows = Resource.select(Resource.public_id, Resource.id).where(Resource.public_id.in_(wanted))
    known = dict(rows.tuples()) if wanted else {}
    return [known[one] if one in known else int(find_row(Resource, "resource", one).id) for one in wanted]


def _check_large_enough(row: Pool, size: int) -> None:
    uses = ServiceRequirement.select(Service.name, ServiceRequirement.count).join(Service)
    for name, count in uses.where(ServiceRequirement.pool == row.id).tuples():
        if count > size:
            problem = _(
                "{service} takes {count} out of this pool; please leave at least {count} in it.",
                service=name,
                count=count,
            )
            raise InvalidInput("members", problem)


def pool_uses(context: Context) -> dict[str, list[str]]:
    """Return the names of the services that take from each pool, sorted, by the pool's public id."""

    def work() -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        query = ServiceRequirement.select(Pool.public_id, Service.name).join(Pool).switch(ServiceRequirement)
        for public_id, name in query.join(Service).order_by(Service.name).distinct().tuples():
            found[public_id].append(name)
        return found

    return context.store.read(work)


def remove_pool(context: Context, public_id: str) -> None:
    """Delete a pool that no service uses.

    Raises:
        InvalidInput: a service still takes from it, or a role is given for it. NotAllowed, NotFound.
    """

    def work() -> None:
        row = find_row(Pool, "pool", public_id)
        require_all(context, Permission.MANAGE_RESOURCES, _as_it_was(public_id))
        uses = Service.select(Service.name).join(ServiceRequirement).where(ServiceRequirement.pool == row.id)
        names = [name for (name,) in uses.tuples()]
        if names:
            problem = _("{service} takes from this pool; please change that service first.", service=names[0])
            raise InvalidInput("pool", problem)
        if RoleGrant.select().where(RoleGrant.pool == row.id).exists():
            raise InvalidInput(
                "pool", _("Somebody has a role for this pool; please change that on the page of users first.")
            )
        PoolMember.delete().where(PoolMember.pool == row.id).execute()
        row.delete_instance()

    edit(context, work, Permission.MANAGE_RESOURCES, Told(Kind.POOL, _draft, public_id))


def get_pool(context: Context, public_id: str) -> Saved[PoolDraft]:
    """Return one pool, or raise NotFound."""

    def work() -> Saved[PoolDraft]:
        row = find_row(Pool, "pool", public_id)
        require_all(context, Permission.MANAGE_RESOURCES, _as_it_was(public_id))
        return _saved(row, _members(row.id)[row.id])

    return look(context, work, Permission.MANAGE_RESOURCES)


def list_pools(context: Context) -> list[Saved[PoolDraft]]:
    """Return the pools that the actor may edit by name, in two queries."""
    mine = {
        one.public_id
        for one in context.catalog.resources.values()
        if context.may(Permission.MANAGE_RESOURCES, target_of_resource(one))
    }

    def work() -> list[Saved[PoolDraft]]:
        members = _members()
        rows = Pool.select().order_by(Pool.name)
        return [_saved(row, members[row.id]) for row in rows if mine.issuperset(members[row.id])]

    return look(context, work, Permission.MANAGE_RESOURCES)


def pool_names(context: Context) -> dict[str, str]:
    """Return the names of all pools by public id, sorted; for those who say who has a role for one."""
    query = Pool.select(Pool.public_id, Pool.name).order_by(Pool.name)
    return look(context, lambda: dict(query.tuples()), Permission.MANAGE_USERS)


def _members(pool_id: int | None = None) -> dict[int, list[str]]:
    query = PoolMember.select(PoolMember.pool, Resource.public_id).join(Resource).order_by(Resource.name)
    if pool_id is not None:
        query = query.where(PoolMember.pool == pool_id)
    members: dict[int, list[str]] = defaultdict(list)
    for pool, resource in query.tuples():
        members[pool].append(resource)
    return members


def _saved(row: Pool, members: list[str]) -> Saved[PoolDraft]:
    return Saved(row.public_id, row.version, PoolDraft(row.name, tuple(members)))


def _draft(public_id: str) -> PoolDraft:
    row = find_row(Pool, "pool", public_id)
    return _saved(row, _members(row.id)[row.id]).draft

"""Pools: any one of these resources will do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.setup.saving import Key, Saved, check_name, edit, find_row, look, put
from app.storage.tables import Pool, PoolMember, Resource, Service, ServiceRequirement


@dataclass(frozen=True, slots=True)
class PoolDraft:
    """What a form says about a pool; ``members`` are public ids of resources."""

    name: str
    members: tuple[str, ...] = ()


def save_pool(context: Context, draft: PoolDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a pool and return its public id.

    Raises:
        InvalidInput: no members, or fewer than a service takes of it.
        NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        name = check_name(Pool, draft.name, public_id)
        members = resource_ids(draft.members)
        if not members:
            raise InvalidInput("members", "Please choose at least one person, room or device for this pool.")
        row = put(context, Pool, "pool", Key(public_id, version), {"name": name})
        _check_large_enough(row, len(members))
        PoolMember.delete().where(PoolMember.pool == row.id).execute()
        PoolMember.insert_many([{"pool": row.id, "resource": one} for one in members]).execute()
        return str(row.public_id)

    return edit(context, work)


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
            raise InvalidInput(
                "members", f"{name} takes {count} out of this pool; please leave at least {count} in it."
            )


def remove_pool(context: Context, public_id: str) -> None:
    """Delete a pool that no service uses.

    Raises:
        InvalidInput: a service still takes from it. NotAllowed, NotFound.
    """

    def work() -> None:
        row = find_row(Pool, "pool", public_id)
        uses = Service.select(Service.name).join(ServiceRequirement).where(ServiceRequirement.pool == row.id)
        names = [name for (name,) in uses.tuples()]
        if names:
            raise InvalidInput("pool", f"{names[0]} takes from this pool; please change that service first.")
        PoolMember.delete().where(PoolMember.pool == row.id).execute()
        row.delete_instance()

    edit(context, work)


def get_pool(context: Context, public_id: str) -> Saved[PoolDraft]:
    """Return one pool, or raise NotFound."""

    def work() -> Saved[PoolDraft]:
        row = find_row(Pool, "pool", public_id)
        return _saved(row, _members(row.id)[row.id])

    return look(context, work)


def list_pools(context: Context) -> list[Saved[PoolDraft]]:
    """Return all pools by name, in two queries."""

    def work() -> list[Saved[PoolDraft]]:
        members = _members()
        return [_saved(row, members[row.id]) for row in Pool.select().order_by(Pool.name)]

    return look(context, work)


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

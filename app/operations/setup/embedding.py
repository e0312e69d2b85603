"""The setting that says which sites may show the public booking pages in a frame.

It is one row of settings, read by each answer that could be framed, so that a change counts at once in every process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import StaleVersion
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import edit
from app.operations.setup.origins import read_origins
from app.operations.telling import Told
from app.storage.store import Store
from app.storage.tables import Setting

KEY = "embedding_origins"


@dataclass(frozen=True, slots=True)
class EmbeddingDraft:
    """What the form says: the origins that may embed, such as ``https://www.example.org``."""

    origins: tuple[str, ...] = ()


def allowed_origins(store: Store) -> tuple[str, ...]:
    """Return the origins of the sites that may embed, for anybody's request: they stand in our headers anyway."""
    return store.read(lambda: _stored(KEY)).origins


def save_origins(context: Context, text: str, seen: str | None = None) -> tuple[str, ...]:
    """Let these sites embed, and no others; return them.

    ``text`` has one origin a line; ``seen`` are those that the form was filled in from, None overwrites whatever is
    stored.

    Raises:
        NotAllowed: settings are for those who manage them for everything.
        InvalidInput: with a sentence for each wrong line.
        StaleVersion: somebody else saved other sites meanwhile.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    origins = read_origins(text)

    def work() -> None:
        stored = _stored(KEY).origins
        if seen is not None and seen.split() != list(stored):
            raise StaleVersion()
        Setting.delete().where(Setting.key == KEY).execute()
        if origins:
            Setting.create(key=KEY, value=json.dumps(origins))

    edit(context, work, Permission.MANAGE_SETTINGS, Told(Kind.EMBEDDING, _stored, KEY))
    return origins


def _stored(key: str) -> EmbeddingDraft:
    row = Setting.get_or_none(Setting.key == key)
    return EmbeddingDraft(() if row is None else tuple(json.loads(row.value)))

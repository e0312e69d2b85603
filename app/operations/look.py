"""What the site looks like and how it speaks: read by every page and letter, changed by whoever manages the settings.

It is two rows of settings, the record and the logo. The record is a part of the catalog, so each process knows of a
change as it knows of any other of the set-up, and pays nothing for it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.formats import Formats
from app.booking.refusals import InvalidInput, NotFound, StaleVersion, Unavailable
from app.look.features import Feature
from app.look.logo import check_logo
from app.look.look import Look, check_look, flat, unflat
from app.look.words import Word, exchange, word_of
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import edit, refuse_first
from app.operations.telling import Told
from app.storage.catalog import LOOK
from app.storage.store import Store
from app.storage.tables import Setting
from app.texts import Exchange, languages

LOGO = "look_logo"


@dataclass(frozen=True, slots=True)
class Draft:
    """A look as somebody gives it: texts by field, the logo's content, and by field what is wrong with them."""

    texts: Mapping[str, str]
    look: Look
    logo: bytes
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SavedLook:
    """What is stored, with the version that an editor has seen; 0: nothing was ever saved."""

    look: Look
    logo: bytes
    version: int


def look_of(context: Context) -> Look:
    """Return the look of the site, of the same snapshot as the rest of the set-up."""
    return read_look(context.catalog.look)


def latest_look(store: Store, *, ask: bool = True) -> Look:
    """Return the look as it is now; as it was last known where the database is away, or is not to be asked."""
    try:
        catalog = store.catalog() if ask else store.last_catalog
    except Unavailable:
        catalog = store.last_catalog
    return read_look("" if catalog is None else catalog.look)


@lru_cache(maxsize=8)
def read_look(stored: str) -> Look:
    """Return the look of the stored text."""
    record = json.loads(stored) if stored else {}
    return unflat(record.get("texts", {}), record.get("logo", ""))


@lru_cache(maxsize=8)
def formats_for(look: str) -> Formats:
    """Return how a look, as it is stored, writes dates and times."""
    return read_look(look).formats


def own_formats(context: Context) -> Callable[[], Formats]:
    """Return what says how the site writes dates and times; the set-up is asked for when one is written."""
    return lambda: formats_for(context.catalog.look)


def has_feature(context: Context, feature: Feature) -> bool:
    """Whether the site has a feature, which is not switched off."""
    return look_of(context).has(feature)


def word_for(look: Look) -> Word:
    """Return the word that a look uses for clients."""
    return word_of(look.word, look.own)


def own_words(context: Context) -> Exchange:
    """Return what gives texts with the site's own words; the set-up is asked for at the first text that has any."""
    return lambda told, code: exchange(told, code, word_for(look_of(context)))


def check_draft(texts: Mapping[str, str], logo: bytes) -> Draft:
    """Return what somebody gives with all that is wrong with it; nothing is stored."""
    look, problems = check_look(texts, languages())
    try:
        name = check_logo(logo, "logo")
    except InvalidInput as refusal:
        return Draft(texts, look, b"", {**problems, "logo": refusal.problem})
    return Draft(texts, replace(look, logo=name), logo, problems)


def get_look(context: Context) -> SavedLook:
    """Return what is stored, for whoever may change it.

    Raises:
        NotAllowed: they may not.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    return context.store.read(lambda: SavedLook(read_look(_stored(LOOK)), _logo(), _version()))


def save_look(context: Context, draft: Draft, version: int) -> None:
    """Let the site look so from now on, in every process.

    Raises:
        NotAllowed: the actor may not manage the settings.
        InvalidInput: something is wrong with it; nothing was changed.
        StaleVersion: somebody else saved meanwhile.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    refuse_first(draft.problems)

    def work() -> None:
        if _version() != version:
            raise StaleVersion()
        record = {"version": version + 1, "texts": flat(draft.look), "logo": draft.look.logo}
        _put(LOOK, json.dumps(record, ensure_ascii=False, sort_keys=True))
        _put(LOGO, base64.b64encode(draft.logo).decode())

    edit(context, work, Permission.MANAGE_SETTINGS, Told(Kind.LOOK, _told, LOOK))


def get_logo(store: Store, name: str) -> bytes:
    """Return the content of the logo of this name.

    Raises:
        NotFound: the site has another one by now, or none.
    """
    logo = store.read(_logo)
    if not logo or check_logo(logo, "logo") != name:
        raise NotFound(kind="logo", reference=name)
    return logo


def _told(_reference: str) -> Look:
    stored = _stored(LOOK)
    if not stored:
        raise NotFound(kind="look", reference="")
    return read_look(stored)


def _stored(key: str) -> str:
    row = Setting.get_or_none(Setting.key == key)
    return "" if row is None else str(row.value)


def _logo() -> bytes:
    return base64.b64decode(_stored(LOGO))


def _version() -> int:
    stored = _stored(LOOK)
    return int(json.loads(stored)["version"]) if stored else 0


def _put(key: str, value: str) -> None:
    Setting.delete().where(Setting.key == key).execute()
    Setting.create(key=key, value=value)

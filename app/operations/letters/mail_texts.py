"""The words of mails as administrators changed them: read for every letter, edited one by one by kind and language.

Each changed text is one row of settings; where there is none, the built-in words count. So a change counts with the
next letter that any process writes, and going back is one row less.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import NotFound, StaleVersion
from app.look.mail_text import MailText, check_mail_text, warnings_of
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.letters.account_letters import WITH_LINK
from app.operations.letters.mail_kinds import MAIL_KINDS, MailKind, built_in
from app.operations.look import own_words
from app.operations.saving import edit, refuse_first
from app.operations.telling import Told, tell_edit
from app.storage.tables import Setting
from app.texts import language, languages, mark, speaking, using_words

KEY = "mail_text."
"""What the keys of these settings begin with; kind and language follow, as in ``mail_text.confirmed.de``."""


@dataclass(frozen=True, slots=True)
class SavedText:
    """A text that counts, the built-in one unless ``is_own``. ``version``: what an editor has seen."""

    kind: MailKind
    language: str
    text: MailText
    is_own: bool
    version: str

    @property
    def reference(self) -> str:
        """What addresses, settings and the audit log call it."""
        return f"{self.kind.code}.{self.language}"


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A text as somebody gives it: by field what is wrong with it, and what its readers would miss."""

    text: MailText
    problems: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def own_text(kind: str) -> MailText | None:
    """Return what an administrator wrote for a kind of letter in the language spoken; inside a read, one query."""
    stored = _stored(f"{kind}.{language()}")
    return _read(stored) if stored else None


def list_texts(context: Context) -> list[SavedText]:
    """Return the texts of all kinds in all languages, for whoever may change them; one query.

    Raises:
        NotAllowed: they may not.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    own = context.store.read(_all_stored)
    references = [f"{kind}.{code}" for kind in MAIL_KINDS for code in languages()]
    return [_saved(context, one, own.get(one, "")) for one in references]


def get_text(context: Context, reference: str) -> SavedText:
    """Return one text, for whoever may change it.

    Raises:
        NotFound: no such kind of mail, or no such language.
        NotAllowed: they may not.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    parts_of(reference)
    return _saved(context, reference, context.store.read(lambda: _stored(reference)))


def parts_of(reference: str) -> tuple[str, str]:
    """Return kind and language of a text.

    Raises:
        NotFound: no such kind of mail, or no such language.
    """
    kind, _dot, code = reference.partition(".")
    if kind not in MAIL_KINDS or code not in languages():
        raise NotFound(kind=mark("mail text"), reference=reference)
    return kind, code


def may_change(context: Context, kind: str) -> bool:
    """Whether the actor may change the words of this kind; those around a link to a password take the right over users.

    Whoever writes them could send everybody elsewhere to choose one.
    """
    return all(context.may(one, Target()) for one in _needed([kind]))


def _needed(kinds: Iterable[str]) -> tuple[Permission, ...]:
    """Return the rights that changing the words of these kinds takes."""
    also = () if WITH_LINK.isdisjoint(kinds) else (Permission.MANAGE_USERS,)
    return (Permission.MANAGE_SETTINGS, *also)


def _require_change(context: Context, references: Iterable[str]) -> None:
    for permission in _needed(parts_of(one)[0] for one in references):
        context.require(permission, Target())


def our_text(context: Context, reference: str) -> MailText:
    """Return the built-in text in its language, with the site's own words."""
    kind, code = parts_of(reference)
    with speaking(code), using_words(own_words(context)):
        return built_in(kind)


def check_draft(reference: str, subject: str, text: str) -> TextDraft:
    """Return what somebody gives with all that is wrong with it; nothing is stored."""
    known = MAIL_KINDS[parts_of(reference)[0]].placeholders
    found, problems = check_mail_text(subject, text, known)
    return TextDraft(found, problems, () if problems else tuple(warnings_of(found.text, known)))


def save_text(context: Context, reference: str, draft: TextDraft, version: str) -> None:
    """Let mails of a kind say so in a language from now on, in every process; the built-in words are no change.

    Raises:
        NotAllowed: the actor may not change them, see ``may_change``.
        InvalidInput: something is wrong with it; nothing was changed.
        StaleVersion: somebody else saved meanwhile.
    """
    _require_change(context, [reference])
    refuse_first(draft.problems)
    ours = our_text(context, reference)

    def work() -> None:
        if _version(_stored(reference)) != version:
            raise StaleVersion()
        _put(reference, None if draft.text == ours else draft.text)

    edit(context, work, Permission.MANAGE_SETTINGS, told_of(reference))


def forget_text(context: Context, reference: str, version: str) -> None:
    """Let mails of a kind say in a language what they said at first.

    Raises:
        NotFound, NotAllowed, StaleVersion: as for ``save_text``.
    """
    save_text(context, reference, TextDraft(our_text(context, reference), {}), version)


def save_all(context: Context, drafts: Mapping[str, TextDraft]) -> None:
    """Let several texts, by reference and without a problem, take the place of whatever counts; all or none.

    Raises:
        NotAllowed: the actor may not change one of them, see ``may_change``.
    """
    _require_change(context, drafts)
    wanted = {one: None if draft.text == our_text(context, one) else draft.text for one, draft in drafts.items()}

    def work() -> None:
        for reference, text in wanted.items():
            told = told_of(reference)
            before = told.state(reference)
            _put(reference, text)
            tell_edit(context, told, before, reference)

    edit(context, work, Permission.MANAGE_SETTINGS)


def told_of(reference: str) -> Told:
    """Return what the audit log is told of a change of this text."""
    return Told(Kind.MAIL_TEXT, _told, reference)


def _told(reference: str) -> MailText:
    stored = _stored(reference)
    if not stored:
        raise NotFound(kind=mark("mail text"), reference=reference)
    return _read(stored)


def _saved(context: Context, reference: str, stored: str) -> SavedText:
    kind, code = parts_of(reference)
    text = _read(stored) if stored else our_text(context, reference)
    return SavedText(MAIL_KINDS[kind], code, text, bool(stored), _version(stored))


def _all_stored() -> dict[str, str]:
    rows = Setting.select().where(Setting.key.startswith(KEY))
    return {row.key.removeprefix(KEY): row.value for row in rows}


def _stored(reference: str) -> str:
    row = Setting.get_or_none(Setting.key == KEY + reference)
    return "" if row is None else str(row.value)


def _read(stored: str) -> MailText:
    return MailText(**json.loads(stored))


def _version(stored: str) -> str:
    """Return a mark of what is stored; no counter, for a row that is gone could not go on counting."""
    return hashlib.sha256(stored.encode()).hexdigest()[:16] if stored else ""


def _put(reference: str, text: MailText | None) -> None:
    Setting.delete().where(Setting.key == KEY + reference).execute()
    if text is not None:
        held = {"subject": text.subject, "text": text.text}
        Setting.create(key=KEY + reference, value=json.dumps(held, ensure_ascii=False, sort_keys=True))

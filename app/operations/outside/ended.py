"""That an administrator has ended the link of an account to one elsewhere: it is kept until they link it again.

Without it the option ``outside_link_mail`` would link the account anew at the next sign-in. One setting each.
"""

from __future__ import annotations

from app.operations.outside.values import Source
from app.storage.tables import Setting

KEY = "outside.ended."


def note_end(user: str, source: Source) -> None:
    """Keep that the link of an account (its public id) was ended, within a transaction."""
    forget_end(user, source)
    Setting.create(key=_key(user, source), value="true")


def forget_end(user: str, source: Source) -> None:
    """Let an account be linked there again, within a transaction."""
    Setting.delete().where(Setting.key == _key(user, source)).execute()


def was_ended(user: str, source: Source) -> bool:
    """Whether the link of an account there was ended, and nobody has linked it again since."""
    return bool(Setting.select().where(Setting.key == _key(user, source)).exists())


def _key(user: str, source: Source) -> str:
    return f"{KEY}{source.value}.{user}"

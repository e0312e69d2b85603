"""Whole sentences of refusals that are not about a wished time, by the reason that such a refusal names."""

from __future__ import annotations

from collections.abc import Mapping

from app.texts import mark

PROBLEMS: Mapping[str, str] = {
    "locked": mark("The database is busy right now, so nothing was changed; please try again in a moment."),
    "full": mark("The server's disk is full, so nothing was changed; please tell whoever looks after the server."),
    "read_only": mark(
        "The database can only be read right now, so nothing was changed; please try again in a few minutes."
    ),
    "forbidden": mark(
        "The database refuses this to the program's account, so nothing was changed; "
        "please tell whoever looks after the server."
    ),
    "gone": mark("The database cannot be reached, so nothing was changed; please try again in a few minutes."),
}

AWAY: Mapping[str, str] = {
    "ldap": mark(
        "The directory that knows passwords cannot be asked right now, so only who has a password of this site can "
        "sign in; please try again in a few minutes."
    ),
    "oidc": mark("The place where you sign in cannot be reached right now; please try again in a few minutes."),
}

SPENT: Mapping[str, str] = {
    "used": mark("This link has been used already; please sign in with the password that was chosen by it."),
    "replaced": mark(
        "This link counts no more, as a newer one was made or the account was changed; please use the newest."
    ),
    "expired": mark(
        "This link has expired; please ask for a new one, where you sign in or whoever looks after the users."
    ),
    "over": mark("This booking is over and its link shows nothing of it any more; a new one can be made at any time."),
    "readdressed": mark("This link counts no more; please use the one in our latest mail, or ask us for it."),
}

NOT_UNDONE: Mapping[str, str] = {
    "late": mark(
        "This cannot be undone any more, as it is too long ago or was undone already; please change the booking anew."
    ),
    "taken": mark(
        "This cannot be undone, as somebody has taken what the booking gave back; please choose another time for it."
    ),
    "changed": mark("This cannot be undone, as the booking was changed in the meantime; please look how it stands."),
    "other": mark("Only whoever moved or cancelled the booking can undo that; please change it instead."),
}

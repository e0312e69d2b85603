"""What the audit log tells of, as data: every action and every kind of thing, with their words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

MASKED = "masked"
"""Stands where something confidential was given or changed: that it was, never what it was or is."""


class Action(StrEnum):
    """What was done. The value is what the database keeps and exports hold; it is never changed."""

    BOOKED = "booked"
    OFFER_ACCEPTED = "offer_accepted"
    MOVED = "moved"
    CHANGE_WISHED = "change_wished"
    CHANGE_APPROVED = "change_approved"
    CHANGE_DECLINED = "change_declined"
    CHANGE_EXPIRED = "change_expired"
    APPROVED = "approved"
    STEP_APPROVED = "step_approved"
    DECLINED = "declined"
    REQUEST_EXPIRED = "request_expired"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    LOOKED = "looked"
    WAITING_JOINED = "waiting_joined"
    WAITING_LEFT = "waiting_left"
    MADE = "made"
    CHANGED = "changed"
    REMOVED = "removed"
    BUSY_TIMES_IMPORTED = "busy_times_imported"
    MESSAGE_RETRIED = "message_retried"
    SIGNED_IN = "signed_in"
    SECOND_SHOWN = "second_shown"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 a word, no password
    LINKED = "linked"
    LINK_MADE = "link_made"
    LINK_REFUSED = "link_refused"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTORS_FORGOTTEN = "factors_forgotten"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    SEEN_AS = "seen_as"
    HANDED_OVER = "handed_over"
    ERASED = "erased"
    ANONYMISED = "anonymised"
    EXPORTED = "exported"
    KEY_ADDED = "key_added"
    MASTER_CHANGED = "master_changed"


class Kind(StrEnum):
    """What it was done to. Set-up records are called as in ``operations/setup``."""

    BOOKING = "booking"
    CLIENT = "client"
    WAITING = "waiting_entry"
    MESSAGE = "message"
    LOCATION = "location"
    RESOURCE = "resource"
    POOL = "pool"
    SERVICE = "service"
    CLOSURE = "closure"
    TIME_OFF = "time_off"
    LOCATION_HOURS = "location_hours"
    RESOURCE_HOURS = "resource_hours"
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    APPROVAL_RULE = "approval_rule"
    DEPUTY = "deputy"
    FEED = "calendar_feed"
    AUDIT = "audit_log"
    INSTALLATION = "installation"


ACTION_WORDS: Mapping[Action, str] = {
    Action.BOOKED: "Booked",
    Action.OFFER_ACCEPTED: "Accepted the offer",
    Action.MOVED: "Moved",
    Action.CHANGE_WISHED: "Asked for another time",
    Action.CHANGE_APPROVED: "Approved the other time",
    Action.CHANGE_DECLINED: "Declined the other time",
    Action.CHANGE_EXPIRED: "The wished time ran out",
    Action.APPROVED: "Approved",
    Action.STEP_APPROVED: "Approved a step",
    Action.DECLINED: "Declined",
    Action.REQUEST_EXPIRED: "The request ran out",
    Action.CANCELLED: "Cancelled",
    Action.COMPLETED: "Marked as completed",
    Action.NO_SHOW: "Marked as a no-show",
    Action.LOOKED: "Looked at confidential details",
    Action.WAITING_JOINED: "Joined the waiting list",
    Action.WAITING_LEFT: "Left the waiting list",
    Action.MADE: "Made",
    Action.CHANGED: "Changed",
    Action.REMOVED: "Removed",
    Action.BUSY_TIMES_IMPORTED: "Imported busy times",
    Action.MESSAGE_RETRIED: "Let a message be sent again",
    Action.SIGNED_IN: "Signed in",
    Action.SECOND_SHOWN: "Showed a second factor",
    Action.SIGN_IN_FAILED: "Sign-in failed",
    Action.SIGNED_OUT: "Signed out",
    Action.SESSIONS_ENDED: "Ended sessions",
    Action.PASSWORD_CHANGED: "Changed a password",
    Action.LINKED: "Signed in from elsewhere for the first time",
    Action.LINK_MADE: "Made a link for a password",
    Action.LINK_REFUSED: "Asked for a link in vain",
    Action.FACTOR_ADDED: "Added a second factor",
    Action.FACTOR_REMOVED: "Removed a second factor",
    Action.FACTORS_FORGOTTEN: "Took second factors away",
    Action.RECOVERY_CODES_MADE: "Made recovery codes",
    Action.RECOVERY_CODE_USED: "Used a recovery code",
    Action.SEEN_AS: "Began to see the site as a role",
    Action.HANDED_OVER: "Handed over what is kept of a client",
    Action.ERASED: "Erased a client",
    Action.ANONYMISED: "Took clients out of old bookings",
    Action.EXPORTED: "Exported",
    Action.KEY_ADDED: "Let a new key encrypt",
    Action.MASTER_CHANGED: "Changed the master key",
}

KIND_WORDS: Mapping[Kind, str] = {
    Kind.BOOKING: "Booking",
    Kind.CLIENT: "Client",
    Kind.WAITING: "Waiting list",
    Kind.MESSAGE: "Message",
    Kind.LOCATION: "Location",
    Kind.RESOURCE: "Person, room or device",
    Kind.POOL: "Pool",
    Kind.SERVICE: "Service",
    Kind.CLOSURE: "Closure",
    Kind.TIME_OFF: "Time off",
    Kind.LOCATION_HOURS: "Hours of a location",
    Kind.RESOURCE_HOURS: "Hours of a person, room or device",
    Kind.USER: "User",
    Kind.GROUP: "Group",
    Kind.ROLE: "Role",
    Kind.APPROVAL_RULE: "Rule of approvals",
    Kind.DEPUTY: "Deputy",
    Kind.FEED: "Calendar feed",
    Kind.AUDIT: "Audit log",
    Kind.INSTALLATION: "Everything",
}

ACTOR_WORDS: Mapping[str, str] = {
    "visitor": "A visitor",
    "client": "The client",
    "user": "Somebody signed in",
    "system": "Eigenplan",
    "command": "The command line",
}
"""Kinds of actors that have no name; a user is called by their own."""

"""What the audit log tells of, as data: every action and every kind of thing, with their words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.texts import mark

MASKED = "masked"
"""Stands where something confidential was given or changed: that it was, never what it was or is."""

RESPONSIBLE, PASSED_OVER = "responsible", "passed_over"
"""Facts of a booking that name accounts by their public ids."""


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
    UNDONE = "undone"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CHECKED_IN = "checked_in"
    RELEASED = "released"
    LABELLED = "labelled"
    ASSIGNED = "assigned"
    NOT_ASSIGNED = "not_assigned"
    LOOKED = "looked"
    WAITING_JOINED = "waiting_joined"
    WAITING_LEFT = "waiting_left"
    MADE = "made"
    CHANGED = "changed"
    REMOVED = "removed"
    BUSY_TIMES_IMPORTED = "busy_times_imported"
    MESSAGE_RETRIED = "message_retried"
    MAIL_TESTED = "mail_tested"
    LINK_SENT = "link_sent"
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
    EMBEDDING = "embedding"
    DOOR = "door"
    AUDIT = "audit_log"
    BOOKING_LIST = "booking_list"
    LOOK = "look"
    MAIL_TEXT = "mail_text"
    WORKFLOW_RULE = "workflow_rule"
    LABEL = "label"
    INSTALLATION = "installation"


ACTION_WORDS: Mapping[Action, str] = {
    Action.BOOKED: mark("Booked"),
    Action.OFFER_ACCEPTED: mark("Accepted the offer"),
    Action.MOVED: mark("Moved"),
    Action.CHANGE_WISHED: mark("Asked for another time"),
    Action.CHANGE_APPROVED: mark("Approved the other time"),
    Action.CHANGE_DECLINED: mark("Declined the other time"),
    Action.CHANGE_EXPIRED: mark("The wished time ran out"),
    Action.APPROVED: mark("Approved"),
    Action.STEP_APPROVED: mark("Approved a step"),
    Action.DECLINED: mark("Declined"),
    Action.REQUEST_EXPIRED: mark("The request ran out"),
    Action.CANCELLED: mark("Cancelled"),
    Action.UNDONE: mark("Undid the last change"),
    Action.COMPLETED: mark("Marked as completed"),
    Action.NO_SHOW: mark("Marked as a no-show"),
    Action.CHECKED_IN: mark("Checked in"),
    Action.RELEASED: mark("Released, as nobody had checked in"),
    Action.LABELLED: mark("Changed the labels"),
    Action.ASSIGNED: mark("Changed who is responsible"),
    Action.NOT_ASSIGNED: mark("Found nobody to be responsible"),
    Action.LOOKED: mark("Looked at confidential details"),
    Action.WAITING_JOINED: mark("Joined the waiting list"),
    Action.WAITING_LEFT: mark("Left the waiting list"),
    Action.MADE: mark("Created"),
    Action.CHANGED: mark("Changed"),
    Action.REMOVED: mark("Removed"),
    Action.BUSY_TIMES_IMPORTED: mark("Imported busy times"),
    Action.MESSAGE_RETRIED: mark("Let a message be sent again"),
    Action.MAIL_TESTED: mark("Sent a test mail"),
    Action.LINK_SENT: mark("Sent the client the link again"),
    Action.SIGNED_IN: mark("Signed in"),
    Action.SECOND_SHOWN: mark("Showed a second factor"),
    Action.SIGN_IN_FAILED: mark("Sign-in failed"),
    Action.SIGNED_OUT: mark("Signed out"),
    Action.SESSIONS_ENDED: mark("Ended sessions"),
    Action.PASSWORD_CHANGED: mark("Changed a password"),
    Action.LINKED: mark("Signed in from elsewhere for the first time"),
    Action.LINK_MADE: mark("Made a link for a password"),
    Action.LINK_REFUSED: mark("Asked for a link in vain"),
    Action.FACTOR_ADDED: mark("Added a second factor"),
    Action.FACTOR_REMOVED: mark("Removed a second factor"),
    Action.FACTORS_FORGOTTEN: mark("Took second factors away"),
    Action.RECOVERY_CODES_MADE: mark("Made recovery codes"),
    Action.RECOVERY_CODE_USED: mark("Used a recovery code"),
    Action.SEEN_AS: mark("Began to see the site as a role"),
    Action.HANDED_OVER: mark("Handed over what is kept of a client"),
    Action.ERASED: mark("Erased a client"),
    Action.ANONYMISED: mark("Took clients out of old bookings"),
    Action.EXPORTED: mark("Exported"),
    Action.KEY_ADDED: mark("Let a new key encrypt"),
    Action.MASTER_CHANGED: mark("Changed the master key"),
}

KIND_WORDS: Mapping[Kind, str] = {
    Kind.BOOKING: mark("Booking"),
    Kind.CLIENT: mark("Client"),
    Kind.WAITING: mark("Waiting list"),
    Kind.MESSAGE: mark("Message"),
    Kind.LOCATION: mark("Location"),
    Kind.RESOURCE: mark("Person, room or device"),
    Kind.POOL: mark("Pool"),
    Kind.SERVICE: mark("Service"),
    Kind.CLOSURE: mark("Closure"),
    Kind.TIME_OFF: mark("Time off"),
    Kind.LOCATION_HOURS: mark("Hours of a location"),
    Kind.RESOURCE_HOURS: mark("Hours of a person, room or device"),
    Kind.USER: mark("User"),
    Kind.GROUP: mark("Group"),
    Kind.ROLE: mark("Role"),
    Kind.APPROVAL_RULE: mark("Rule of approvals"),
    Kind.DEPUTY: mark("Deputy"),
    Kind.FEED: mark("Calendar feed"),
    Kind.EMBEDDING: mark("Sites that may embed"),
    Kind.DOOR: mark("Page beside a door"),
    Kind.AUDIT: mark("Audit log"),
    Kind.BOOKING_LIST: mark("List of bookings"),
    Kind.LOOK: mark("Look and words"),
    Kind.MAIL_TEXT: mark("Mail text"),
    Kind.WORKFLOW_RULE: mark("Rule"),
    Kind.LABEL: mark("Label"),
    Kind.INSTALLATION: mark("Everything"),
}

ACTOR_WORDS: Mapping[str, str] = {
    "visitor": mark("A visitor"),
    "client": mark("The client"),
    "user": mark("Somebody signed in"),
    "system": "Eigenplan",
    "command": mark("The command line"),
}
"""Kinds of actors that have no name; a user is called by their own."""

"""Which guides there are, in their order; to which pages each belongs, and for whom it is of use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.access.actors import Actor
from app.access.decision import decide
from app.access.permissions import Permission
from app.help.guides import Guide


@dataclass(frozen=True, slots=True)
class Topic:
    """A guide: ``pages`` are beginnings of endpoints; ``permissions``: one of them makes it useful, none: to all."""

    slug: str
    pages: Collection[str] = ()
    permissions: Collection[Permission] = ()


def _records(*kinds: str) -> tuple[str, ...]:
    """Return the beginnings of the endpoints at which records of these kinds are listed and edited."""
    return tuple(f"setup.{verb}_{kind}" for verb in ("list", "new", "add", "edit", "save") for kind in kinds)


TOPICS: Sequence[Topic] = (
    Topic("first-steps", ("today.", "home.", "calendar.")),
    Topic("calendar", ("calendar.",), (Permission.SEE_BUSY,)),
    Topic("booking", ("bookings.new", "bookings.create", "bookings.index", "today."), (Permission.BOOK_FOR_OTHERS,)),
    Topic("quick-line", ("bookings.quick", "calendar."), (Permission.BOOK_FOR_OTHERS,)),
    Topic("moving-and-cancelling", ("bookings.", "calendar.day"), (Permission.MOVE, Permission.CANCEL)),
    Topic("series", ("bookings.new", "bookings.create", "bookings.together"), (Permission.BOOK_FOR_OTHERS,)),
    Topic("find-a-time", ("find.",), (Permission.BOOK_FOR_OTHERS,)),
    Topic("requests", ("requests.", "account.deputies"), (Permission.APPROVE, Permission.DECLINE)),
    Topic("waiting-list", ("waiting.",), (Permission.SEE_CONTACTS,)),
    Topic("clients", ("clients.",), (Permission.SEE_CONTACTS,)),
    Topic("messages", ("outbox.",), (Permission.SEE_MESSAGES,)),
    Topic(
        "hours-and-time-off",
        (
            *_records("closures", "time_off"),
            *("setup.list_hours", "setup.hours_", "setup.save_hours", "setup.save_date"),
        ),
        (Permission.MANAGE_HOURS,),
    ),
    Topic(
        "set-up",
        (*_records("locations", "resources", "pools", "services"), "setup.index", "setup.moving_in"),
        (Permission.MANAGE_SETTINGS, Permission.MANAGE_RESOURCES, Permission.MANAGE_SERVICES),
    ),
    Topic("roles-and-rights", _records("users", "groups", "roles"), (Permission.MANAGE_USERS,)),
    Topic("approval-rules", _records("approvals"), (Permission.MANAGE_USERS,)),
    Topic("look-and-words", ("setup.look", "setup.change_look"), (Permission.MANAGE_SETTINGS,)),
    Topic("mail-texts", ("setup.list_mail", "setup.edit_mail", "setup.save_mail"), (Permission.MANAGE_SETTINGS,)),
    Topic("rules", _records("rules", "labels"), (Permission.MANAGE_SETTINGS,)),
    Topic("features-and-formats", ("setup.features", "setup.save_features"), (Permission.MANAGE_SETTINGS,)),
    Topic("share-and-embed", ("setup.share",), (Permission.MANAGE_SERVICES, Permission.MANAGE_SETTINGS)),
    Topic("door-pages", ("setup.door_", "setup.edit_locations"), (Permission.MANAGE_RESOURCES,)),
    Topic("calendar-feed", ("account.feed", "account.index")),
    Topic("sign-in", ("account.", "second.")),
    Topic("keyboard", ("calendar.", "setup.hours_")),
    Topic("export-and-backups", ("export.", "data_register."), (Permission.MANAGE_USERS, Permission.DATA_REQUESTS)),
    Topic("audit-log", ("audit.",), (Permission.READ_AUDIT,)),
)


@dataclass(frozen=True, slots=True)
class Sorted:
    """All guides: those about a page, those of use to somebody, and the others."""

    here: Sequence[Guide]
    useful: Sequence[Guide]
    others: Sequence[Guide]

    @property
    def all(self) -> list[Guide]:
        """All of them, what fits best first."""
        return [*self.here, *self.useful, *self.others]


def sort_guides(guides: Sequence[Guide], actor: Actor, endpoint: str) -> Sorted:
    """Sort the guides of all topics for somebody on a page (its endpoint; empty: on none)."""
    here, useful, others = list[Guide](), list[Guide](), list[Guide]()
    for topic, guide in zip(TOPICS, guides, strict=True):
        is_useful = not topic.permissions or any(decide(actor, one).allowed for one in topic.permissions)
        is_here = is_useful and bool(endpoint) and endpoint.startswith(tuple(topic.pages))
        (here if is_here else useful if is_useful else others).append(guide)
    return Sorted(here, useful, others)

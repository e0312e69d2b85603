"""What facts in the audit log are called on a page, and the words that stand for their codes.

The log keeps names and codes of ours, such as ``slot_interval_minutes`` or ``no_show``; in English most are their own
words. What people typed is never looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from app.access.permissions import say_role
from app.texts import in_context, language
from app.web.look import current_word

Words = Mapping[str, str]


def name_of(code: str) -> str:
    """Return what a fact is called; one that is not known by its code, without underscores."""
    words = code.replace("_", " ")
    return names(language(), current_word()).get(words, words)


def value_of(name: str, text: str) -> str:
    """Return the word for a code that stands in the fact of this name; any other text as it is."""
    if name == "role":
        return say_role(text)
    return values(language(), current_word()).get(name, {}).get(text, text)


@lru_cache(maxsize=8)
def names(spoken: str, word: object = None) -> Words:
    """Return the names of all facts and rights in language and words spoken, which the arguments tell from others."""
    return {
        **_names_to_limit(),
        **_names_from_limit(),
        **_names_from_resources(),
        **_names_of_looks(),
        **_names_of_rules(),
        **_rights(),
    }


def _names_of_rules() -> Words:
    return {
        "add": in_context("fact", "add"),
        "asks": in_context("fact", "asks"),
        "assigns": in_context("fact", "assigns"),
        "group": in_context("fact", "group"),
        "hue": in_context("fact", "colour"),
        "labels": in_context("fact", "labels"),
        "passed over": in_context("fact", "passed over"),
        "remove": in_context("fact", "remove"),
        "responsible": in_context("fact", "responsible"),
        "rule": in_context("fact", "rule"),
        "step": in_context("fact", "step"),
        "without labels": in_context("fact", "without labels"),
    }


def _names_to_limit() -> Words:
    return {
        "about": in_context("fact", "about"),
        "action": in_context("fact", "action"),
        "active": in_context("fact", "active"),
        "address": in_context("fact", "address"),
        "addresses": in_context("fact", "addresses"),
        "allows own": in_context("fact", "may approve their own"),
        "anonymise after days": in_context("fact", "anonymise after days"),
        "answers": in_context("fact", "answers"),
        "approvers": in_context("fact", "approvers"),
        "at door": in_context("fact", "at door"),
        "booking window days": in_context("fact", "booking window days"),
        "bookings": in_context("fact", "bookings"),
        "buffer after minutes": in_context("fact", "buffer after minutes"),
        "buffer before minutes": in_context("fact", "buffer before minutes"),
        "busy times": in_context("fact", "busy times"),
        "by": in_context("fact", "by"),
        "capacity": in_context("fact", "capacity"),
        "change notice minutes": in_context("fact", "change notice minutes"),
        "check in": in_context("fact", "check in"),
        "choices": in_context("fact", "choices"),
        "client": in_context("fact", "client"),
        "comment": in_context("fact", "comment"),
        "conditions": in_context("fact", "conditions"),
        "confirm minutes": in_context("fact", "confirm minutes"),
        "count": in_context("fact", "count"),
        "day": in_context("fact", "day"),
        "deputy": in_context("fact", "deputy"),
        "description": in_context("fact", "description"),
        "device": in_context("fact", "device"),
        "durations minutes": in_context("fact", "durations minutes"),
        "earliest": in_context("fact", "earliest"),
        "email": in_context("fact", "email"),
        "end": in_context("fact", "end"),
        "end minute": in_context("fact", "end minute"),
        "extents": in_context("fact", "extents"),
        "factor": in_context("fact", "factor"),
        "first": in_context("fact", "first"),
        "format": in_context("fact", "format"),
        "grants": in_context("fact", "grants"),
        "groups": in_context("fact", "groups"),
        "help": in_context("fact", "help"),
        "hold minutes": in_context("fact", "hold minutes"),
        "idle minutes": in_context("fact", "idle minutes"),
        "key": in_context("fact", "key"),
        "kind": in_context("fact", "kind"),
        "label": in_context("fact", "label"),
        "last": in_context("fact", "last"),
        "latest": in_context("fact", "latest"),
        "less than minutes": in_context("fact", "less ahead than"),
        "limit per client": in_context("fact", "limit per client"),
        "limit per day": in_context("fact", "limit per day"),
        "limit per week": in_context("fact", "limit per week"),
        "location": in_context("fact", "location"),
        "locations": in_context("fact", "locations"),
        "master key": in_context("fact", "master key"),
        "members": in_context("fact", "members"),
    }


def _names_from_limit() -> Words:
    return {
        "method": in_context("fact", "method"),
        "minimum notice minutes": in_context("fact", "minimum notice minutes"),
        "minutes": in_context("fact", "how long"),
        "more than minutes": in_context("fact", "more ahead than"),
        "name": in_context("fact", "name"),
        "needs approval": in_context("fact", "needs approval"),
        "needs second factor": in_context("fact", "needs second factor"),
        "next ones": in_context("fact", "next ones"),
        "notes": in_context("fact", "notes"),
        "offer minutes": in_context("fact", "offer minutes"),
        "on timeout": in_context("fact", "when time runs out"),
        "only if": in_context("fact", "only if"),
        "only if answers": in_context("fact", "only if answers"),
        "origins": in_context("fact", "origins"),
        "outside": in_context("fact", "outside"),
        "overrides": in_context("fact", "overrides"),
        "passkey": in_context("fact", "passkey"),
        "phone": in_context("fact", "phone"),
        "pool": in_context("fact", "pool"),
        "providers": in_context("fact", "providers"),
        "public id": in_context("fact", "public id"),
        "purpose": in_context("fact", "handed over"),
        "question": in_context("fact", "question"),
        "questions": in_context("fact", "questions"),
        "ranges": in_context("fact", "ranges"),
        "reason": in_context("fact", "reason"),
        "receivers": in_context("fact", "receivers"),
        "reference": in_context("fact", "reference"),
        "release after minutes": in_context("fact", "released after (minutes)"),
        "request expiry minutes": in_context("fact", "request expiry minutes"),
        "required": in_context("fact", "required"),
        "requirements": in_context("fact", "requirements"),
        "resource": in_context("fact", "resource"),
    }


def _names_from_resources() -> Words:
    return {
        "resources": in_context("fact", "resources"),
        "role": in_context("fact", "role"),
        "scope": in_context("fact", "scope"),
        "seats": in_context("fact", "seats"),
        "service": in_context("fact", "service"),
        "session hours": in_context("fact", "session hours"),
        "sessions": in_context("fact", "sessions"),
        "shown": in_context("fact", "shown"),
        "sign in by": in_context("fact", "sign in by"),
        "slot interval minutes": in_context("fact", "slot interval minutes"),
        "source": in_context("fact", "source"),
        "start": in_context("fact", "start"),
        "start minute": in_context("fact", "start minute"),
        "status": in_context("fact", "status"),
        "statuses": in_context("fact", "statuses"),
        "steps": in_context("fact", "steps"),
        "subject": in_context("fact", "subject"),
        "text": in_context("fact", "text"),
        "trigger": in_context("fact", "trigger"),
        "tzid": in_context("fact", "tzid"),
        "unreadable": in_context("fact", "unreadable"),
        "user": in_context("fact", "user"),
        "visibility": in_context("fact", "visibility"),
        "weekday": in_context("fact", "weekday"),
        "weekly": in_context("fact", "weekly"),
        "who": in_context("fact", "who"),
        "with clients": in_context("fact", "with clients"),
        "with titles": in_context("fact", "with services"),
    }


def _names_of_looks() -> Words:
    return {
        "colour": in_context("fact", "colour"),
        "date format": in_context("fact", "date format"),
        "dark colour": in_context("fact", "dark colour"),
        "english many": in_context("fact", "english many"),
        "english one": in_context("fact", "english one"),
        "footer": in_context("fact", "footer"),
        "german gender": in_context("fact", "german gender"),
        "german many": in_context("fact", "german many"),
        "german of": in_context("fact", "german of"),
        "german one": in_context("fact", "german one"),
        "german she": in_context("fact", "german she"),
        "german shes": in_context("fact", "german shes"),
        "german to": in_context("fact", "german to"),
        "german to many": in_context("fact", "german to many"),
        "imprint": in_context("fact", "imprint"),
        "introduction": in_context("fact", "introduction"),
        "link label": in_context("fact", "link label"),
        "logo": in_context("fact", "logo"),
        "own": in_context("fact", "own"),
        "privacy": in_context("fact", "privacy"),
        "switched off": in_context("fact", "switched off"),
        "time format": in_context("fact", "time format"),
        "title": in_context("fact", "title"),
        "typeface": in_context("fact", "typeface"),
        "week start": in_context("fact", "week start"),
        "word": in_context("fact", "word"),
        "working days": in_context("fact", "working days"),
    }


def _rights() -> Words:
    return {
        "book for self": in_context("fact", "book for self"),
        "book for others": in_context("fact", "book for others"),
        "move": in_context("fact", "move"),
        "cancel": in_context("fact", "cancel"),
        "approve": in_context("fact", "approve"),
        "decline": in_context("fact", "decline"),
        "override rules": in_context("fact", "override rules"),
        "see busy": in_context("fact", "see busy"),
        "see titles": in_context("fact", "see titles"),
        "see details": in_context("fact", "see details"),
        "see contacts": in_context("fact", "see contacts"),
        "see confidential": in_context("fact", "see confidential"),
        "edit clients": in_context("fact", "edit clients"),
        "data requests": in_context("fact", "data requests"),
        "export": in_context("fact", "export"),
        "manage hours": in_context("fact", "manage hours"),
        "manage resources": in_context("fact", "manage resources"),
        "manage services": in_context("fact", "manage services"),
        "manage settings": in_context("fact", "manage settings"),
        "manage users": in_context("fact", "manage users"),
        "see messages": in_context("fact", "see messages"),
        "read audit": in_context("fact", "read audit"),
    }


@lru_cache(maxsize=8)
def values(spoken: str, word: object = None) -> Mapping[str, Words]:
    """Return the words for codes by the fact that they stand in, in the language spoken, as ``names`` does."""
    return {**_values_of_bookings(), **_values_of_accounts()}


def _values_of_bookings() -> Mapping[str, Words]:
    return {
        "status": {
            "held": in_context("fact", "held"),
            "requested": in_context("fact", "requested"),
            "confirmed": in_context("fact", "confirmed"),
            "declined": in_context("fact", "declined"),
            "cancelled": in_context("fact", "cancelled"),
            "completed": in_context("fact", "completed"),
            "no_show": in_context("fact", "no_show"),
        },
        "visibility": {
            "public": in_context("fact", "public"),
            "link": in_context("fact", "link"),
            "staff": in_context("fact", "staff"),
        },
        "on_timeout": {
            "escalate": in_context("fact", "goes on to others"),
            "decline": in_context("fact", "decline"),
            "accept": in_context("fact", "accept"),
        },
        "kind": {
            "person": in_context("fact", "person"),
            "room": in_context("fact", "room"),
            "device": in_context("fact", "device"),
            "text": in_context("fact", "text"),
            "agree": in_context("fact", "agree"),
            "several": in_context("fact", "several"),
            "number": in_context("fact", "number"),
            "date": in_context("fact", "date"),
            "long_text": in_context("fact", "long_text"),
            "choice": in_context("fact", "choice"),
            "yes_no": in_context("fact", "yes_no"),
        },
    }


def _values_of_accounts() -> Mapping[str, Words]:
    return {
        "scope": {
            "everything": in_context("fact", "everything"),
            "location": in_context("fact", "location"),
            "service": in_context("fact", "service"),
            "pool": in_context("fact", "pool"),
            "resource": in_context("fact", "resource"),
        },
        "extents": {
            "own": in_context("fact", "own"),
            "all": in_context("fact", "all"),
        },
        "method": {
            "password": in_context("fact", "password"),
            "passkey": in_context("fact", "passkey"),
        },
        "shown": {
            "password": in_context("fact", "password"),
            "code": in_context("fact", "code"),
            "passkey": in_context("fact", "passkey"),
        },
        "factor": {
            "app": in_context("fact", "app"),
            "passkey": in_context("fact", "passkey"),
        },
        "purpose": {
            "printed": in_context("fact", "printed"),
            "invitation": in_context("fact", "invitation"),
            "password_reset": in_context("fact", "password_reset"),
        },
        "by": {
            "link": in_context("fact", "link"),
        },
        "address": {
            "renewed": in_context("fact", "renewed"),
        },
    }

"""What all letters of an installation share: its address, its sender, and links that let their holders do something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import parseaddr
from urllib.parse import urlencode, urlsplit

from app.integrations.ics.write import Person
from app.operations.links import confirm_token, manage_token, password_token, waiting_token
from app.texts import ENGLISH

HIDDEN = "[hidden]"
"""Stands in a letter that is shown to others than its receiver for what makes its holder the client."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all letters of an installation share; ``sender`` as in ``Name <a@b>``, ``base_url`` without a last slash.

    ``language`` is for whoever has chosen none. ``is_read_by_others``: links and codes that are a right are left out.
    """

    base_url: str
    sender: str
    secret_key: bytes
    language: str = ENGLISH
    is_read_by_others: bool = False

    def own(self, right: str) -> str:
        """Return the token of a link, or a code, as this letter shows it."""
        return HIDDEN if self.is_read_by_others else right

    def manage_link(self, booking: str, number: int = 0) -> str:
        """Return the link by which a client sees and changes their booking; ``number``: its ``link_number``."""
        return f"{self.base_url}/manage/{self.own(manage_token(self.secret_key, booking, number))}"

    def confirm_link(self, booking: str, number: int = 0) -> str:
        """Return the link by which a visitor confirms what they have booked; ``number``: its ``link_number``."""
        return f"{self.base_url}/book/confirm/{self.own(confirm_token(self.secret_key, booking, number))}"

    def times_link(self, service: str, location: str) -> str:
        """Return the link to the free times of a service at a place."""
        return f"{self.base_url}/book/times?{urlencode({'service': service, 'location': location})}"

    def leave_link(self, entry: str, number: int = 0) -> str:
        """Return the link by which a client leaves the waiting list; ``number``: the entry's ``link_number``."""
        return f"{self.base_url}/book/waiting/{self.own(waiting_token(self.secret_key, entry, number))}"

    def check_in_link(self, location: str) -> str:
        """Return the address of the page on which clients of a location (its public id) check in."""
        return f"{self.base_url}/check-in/{location}"

    def password_link(self, link: str) -> str:
        """Return the link by which somebody chooses a password; ``link`` is its id."""
        return f"{self.base_url}/password/{self.own(password_token(self.secret_key, link))}"

    def called(self, name: str) -> Letterhead:
        """Return the same with another name of the sender (without quotes); an empty one changes nothing."""
        address = parseaddr(self.sender)[1]
        return replace(self, sender=f'"{name}" <{address}>') if name and address else self

    @property
    def organizer(self) -> Person:
        """Who the calendar entries are from."""
        return Person(*parseaddr(self.sender))

    def uid(self, booking: str) -> str:
        """Return what calendars know a booking by, the same over all its changes (RFC 7986 section 5.3)."""
        return f"{booking}@{urlsplit(self.base_url).hostname or 'eigenplan'}"

"""A booking made and cancelled through the public pages, as a visitor does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from eigenplan_outside.findings import Finding, bad, good
from eigenplan_outside.forms import Form, Page
from eigenplan_outside.target import Answer, Call, OutsideError, Target, ask

T = TypeVar("T")
WEEKS = 4
NAME = "Installation check"
LOGS = "Look at `eigenplan logs` on the host."


class StepError(Exception):
    """A step of the way to a booking does not work; says which and how."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser and a mail address."""

    target: Target
    email: str

    def get(self, path: str) -> Page:
        """Open a page.

        Raises:
            StepError: it does not open.
        """
        return Page(self._ask(Call(path), 200).text)

    def send(self, form: Form, **typed: str) -> str:
        """Send a form; return where its answer leads.

        Raises:
            StepError: it is refused.
        """
        headers = {"Origin": self.target.origin, "Sec-Fetch-Site": "same-origin"}
        return self._ask(Call(form.action, "POST", form.filled(**typed), headers), 303).first("location")

    def _ask(self, call: Call, wanted: int) -> Answer:
        name = call.path.split("?")[0]
        for token in ("/manage/", "/book/done/"):  # what comes after these opens a booking
            name = f"{token}…" if name.startswith(token) else name
        try:
            answer = ask(self.target, call)
        except OutsideError as error:
            raise StepError(f"{call.method} {name} was not answered") from error
        if answer.status != wanted:
            raise StepError(f"{call.method} {name} was answered with status {answer.status}")
        return answer


def check_booking(target: Target, path: str, email: str) -> Iterator[Finding]:
    """Book the service of the check and cancel it again.

    Args:
        target: the site.
        path: the page with the free times of that service.
        email: where the two mails go.
    """
    visitor = Visitor(target, email)
    try:
        manage = _book(visitor, path)
        yield good("a booking is made", "booked; the same form sent again books nothing more")
    except StepError as error:
        yield bad("a booking is made", str(error), LOGS)
        return
    try:
        _cancel(visitor, manage)
        yield good("the booking is cancelled", "cancelled by its link")
    except StepError as error:
        yield bad("the booking is cancelled", str(error), LOGS)


def _book(visitor: Visitor, path: str) -> str:
    """Book the first free time; return the page that manages the booking."""
    page = visitor.get(_first_time(visitor, path))
    form = _found(page.form(lambda one: "token" in one.fields and "email" in one.fields), "the form with the details")
    done = visitor.send(form, name=NAME, email=visitor.email)
    if visitor.send(form, name=NAME, email=visitor.email) != done:
        raise StepError("the same form sent twice made two bookings")
    return _found(visitor.get(done).link(lambda one: one.startswith("/manage/")), "the link to the booking")


def _first_time(visitor: Visitor, path: str) -> str:
    for _ in range(WEEKS):
        page = visitor.get(path)
        time = page.link(lambda one: one.startswith("/book/details?"))
        if time:
            return time
        path = _found(page.link(lambda one: "day=" in one and one.startswith("/book/times?")), "a free time")
    raise StepError(f"no time is free within {WEEKS} weeks")


def _cancel(visitor: Visitor, manage: str) -> None:
    page = visitor.get(manage)
    form = _found(page.form(lambda one: one.action.endswith("/cancel")), "the button that cancels")
    after = visitor.get(visitor.send(form))
    if after.form(lambda one: one.action.endswith("/cancel")):
        raise StepError("the booking can still be cancelled after it was")


def _found(thing: T | None, what: str) -> T:
    if thing is None:
        raise StepError(f"the page does not show {what}")
    return thing

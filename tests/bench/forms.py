"""Filling in the public form as a browser without JavaScript does: read the page, keep what it hides, send the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from app.web.public.token import Choice, sign_choice
from tests.bench.load import Call
from tests.bench.ours import visitor
from tests.bench.servers import Server
from tests.bench.sites import Site


@dataclass(slots=True)
class Form:
    """A form that is sent by POST."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects the forms of a page with what their fields hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = values.get("method", "").lower() == "post"
            if self.inside:
                self.forms.append(Form(values.get("action", "")))
        elif self.inside and "name" in values and _counts(tag, values):
            self.forms[-1].fields.setdefault(values["name"], values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self.inside = False


def _counts(tag: str, values: Mapping[str, str]) -> bool:
    """Say whether a browser would send this field untouched."""
    if tag == "textarea":
        return True
    chosen = values.get("type") not in ("checkbox", "radio", "submit") or "checked" in values
    return tag == "input" and chosen


def read_form(page: bytes, having: str) -> Form:
    """Return the form of a page that has this field.

    Raises:
        RuntimeError: there is none.
    """
    reader = _Reader()
    reader.feed(page.decode())
    for form in reader.forms:
        if having in form.fields:
            return form
    raise RuntimeError(f"no form with a field {having!r} in this page:\n{page[:3000].decode(errors='replace')}")


def details_call(site: Site, service: str, start: int, provider: str | None = None) -> Call:
    """Return the request for the page on which a visitor types name and email address."""
    wish = {"service": site.services[service], "location": site.location, "start": str(start), "zone": "UTC"}
    if provider is not None:
        wish["provider"] = provider
    return Call("GET", f"/book/details?{urlencode(wish)}")


def filled_in(server: Server, pages: Sequence[bytes], first: int = 0) -> list[Call]:
    """Return the POST of each page, every one by another person."""
    calls = []
    for number, page in enumerate(pages, first):
        form = read_form(page, "email")
        person = {"name": f"Bench Client {number}", "email": f"client{number}@example.org"}
        calls.append(Call("POST", form.action or "/book", {**form.fields, **person}, {"Origin": server.origin}))
    return calls


def booking_calls(server: Server, site: Site, slots: Sequence[tuple[int, int]], *, anybody: bool = False) -> list[Call]:
    """Return the POST for each slot (number of the provider, start), each with a token made by the page's own code.

    ``anybody``: let the program choose one of the fifty. Everybody comes from an address of their own.
    """
    calls = []
    for place, (number, start) in enumerate(slots):
        choice = Choice(site.services["Fifty"], site.location, start, None, None if anybody else site.providers[number])
        person = {"name": f"Client {number} {start}", "email": f"client{number}.{start}@example.org"}
        form = {"token": sign_choice(site.secret, choice), **person, "phone": "", "comment": "", "zone": "UTC"}
        calls.append(Call("POST", "/book", form, {"Origin": server.origin, **visitor(place)}))
    return calls

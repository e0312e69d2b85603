"""Reading pages as a browser without JavaScript does: links, and forms with what their fields hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

UNSENT = ("checkbox", "radio", "submit", "button", "reset", "image", "file")


@dataclass(slots=True)
class Form:
    """A form that is sent by POST, with the fields that it would send untouched."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)

    def filled(self, **typed: str) -> bytes:
        """Return what is sent when this was typed into it."""
        return urlencode({**self.fields, **typed}).encode()


class Page(HTMLParser):
    """A page that was read: its links and forms, in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, forms and fields."""
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "form":
            self._inside = values.get("method", "").lower() == "post"
            if self._inside:
                self.forms.append(Form(values.get("action", "")))
        elif self._inside and "name" in values and _is_sent(tag, values):
            self.forms[-1].fields.setdefault(values["name"], values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self._inside = False

    def link(self, wanted: Callable[[str], bool]) -> str | None:
        """Return the first link of a kind."""
        return next(filter(wanted, self.links), None)

    def form(self, wanted: Callable[[Form], bool]) -> Form | None:
        """Return the first form of a kind."""
        return next(filter(wanted, self.forms), None)


def _is_sent(tag: str, values: dict[str, str]) -> bool:
    """Say whether a browser sends this field of a form that nobody touched."""
    if tag in ("textarea", "select"):
        return True
    return tag == "input" and (values.get("type", "text") not in UNSENT or "checked" in values)

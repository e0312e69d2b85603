"""Forms of pages, filled in as a browser without JavaScript does: what they hide is kept."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser


class _Reader(HTMLParser):
    """Collects the fields of each form that is sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form and its fields."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = values.get("method", "").lower() == "post"
            if self.inside:
                self.forms.append({})
        elif self.inside and "name" in values and _is_sent(tag, values):
            self.forms[-1].setdefault(values["name"], values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        self.inside = self.inside and tag != "form"


def _is_sent(tag: str, values: Mapping[str, str]) -> bool:
    if tag == "textarea":
        return True
    return tag == "input" and (values.get("type") not in ("checkbox", "radio", "submit") or "checked" in values)


def read_form(page: str, having: str) -> dict[str, str]:
    """Return what the page's form with this field would send if nobody touched it.

    Raises:
        ValueError: the page has no such form.
    """
    reader = _Reader()
    reader.feed(page)
    for form in reader.forms:
        if having in form:
            return form
    raise ValueError(f"This page has no form with a field {having}: {page[:300]}")

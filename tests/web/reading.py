"""Reading pages as a browser does: forms with their fields, buttons, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it goes and what it holds; ``buttons`` are (name, value) of submit buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """A parsed page: forms, links, and the sentences beside fields by field name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.radios: list[str] = []
        self.errors: dict[str, str] = {}
        self.alerts: list[str] = []
        self.words: list[str] = []
        self._target = ""
        self._area = ""
        self._select = ""
        self.feed(text)

    @property
    def text(self) -> str:
        """All words of the page."""
        return " ".join(" ".join(self.words).split())

    def form(self, having: str) -> Form:
        """Return the first posted form that has this field or whose address ends so."""
        found = [one for one in self.forms if having in one.fields or one.action.partition("?")[0].endswith(having)]
        return next(one for one in found if one.method == "post")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: text or "" for name, text in attrs}
        read = {
            "form": self._form,
            "a": self._link,
            "input": self._input,
            "textarea": self._textarea,
            "select": self._choice,
            "option": self._option,
            "button": self._button,
            "div": self._sentence,
        }.get(tag)
        if read is not None:
            read(values)

    def _form(self, values: dict[str, str]) -> None:
        self.forms.append(Form(values.get("action", ""), values.get("method", "get")))

    def _link(self, values: dict[str, str]) -> None:
        self.links.append(values.get("href", ""))

    def _input(self, values: dict[str, str]) -> None:
        if values.get("type") == "radio":
            self.radios.append(values["value"])
        elif values.get("type") != "checkbox" or "checked" in values:
            self.forms[-1].fields[values.get("name", "")] = values.get("value", "")

    def _textarea(self, values: dict[str, str]) -> None:
        self._area = values["name"]
        self.forms[-1].fields[self._area] = ""

    def _choice(self, values: dict[str, str]) -> None:
        self._select = values["name"]
        self.forms[-1].fields[self._select] = ""

    def _option(self, values: dict[str, str]) -> None:
        if "selected" in values and self._select:
            self.forms[-1].fields[self._select] = values.get("value", "")

    def _button(self, values: dict[str, str]) -> None:
        if self.forms:
            self.forms[-1].buttons.append((values.get("name", ""), values.get("value", "")))

    def _sentence(self, values: dict[str, str]) -> None:
        """Note that the words that follow are a sentence beside a field, or one for the whole page."""
        classes = values.get("class", "")
        if "invalid-feedback" in classes:
            self._target = values["id"].removesuffix("-error").removeprefix("field-")
            self.errors[self._target] = ""
        elif "alert-danger" in classes:
            self._target = "!"
            self.alerts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("div", "form"):
            self._target = ""
        if tag in ("textarea", "select"):
            self._area = self._select = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")
        elif self._target == "!":
            self.alerts[-1] = " ".join(f"{self.alerts[-1]} {data}".split())
        elif self._target:
            self.errors[self._target] = " ".join(f"{self.errors[self._target]} {data}".split())

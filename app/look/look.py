"""What an administrator may make their own: the record, its checks, and the same as one flat list of texts.

Forms, the stored row and the YAML file all hold that flat list, so each field has one name everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from string import Formatter
from urllib.parse import urlsplit

from app.booking.answers import clean_line, clean_text
from app.booking.formats import Formats
from app.booking.refusals import InvalidInput
from app.look.colours import check_colour
from app.look.features import CHECKS, Feature, features_on, formats_from
from app.look.typefaces import TYPEFACES
from app.look.words import CLIENT, OWN, OWN_FIELDS, WORDS, check_own
from app.texts import _

OUR_NAME = "Eigenplan"
MOST_NAME, MOST_TITLE, MOST_INTRODUCTION, MOST_FOOTER, MOST_LABEL, MOST_ADDRESS = 60, 120, 1000, 200, 40, 300
LINKS = ("imprint", "privacy", "link")
_MAIL = re.compile(r"mailto:[^\s@<>\"'?&]+@[^\s@<>\"'?&]+")
_PATH = re.compile(r"/(?![/\\])[^\s<>\"'\\]*")
_ADDRESS = re.compile(r"https://[^\s<>\"'\\]+")


@dataclass(frozen=True, slots=True)
class Look:
    """What a site looks like; all empty is what it looks like without any of this.

    ``title``, ``introduction``: of the public start page, by the code of their language. ``logo``: what its address
    ends in. ``own``: the forms of a word of one's own, by field (``words.OWN_FIELDS``). The last ones: ``features.py``.
    """

    name: str = ""
    colour: str = ""
    dark_colour: str = ""
    typeface: str = ""
    word: str = CLIENT
    own: Mapping[str, str] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)
    introduction: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""
    imprint: str = ""
    privacy: str = ""
    link: str = ""
    link_label: str = ""
    switched_off: str = ""
    date_format: str = ""
    time_format: str = ""
    week_start: str = ""
    working_days: str = ""
    logo: str = ""

    def has(self, feature: Feature) -> bool:
        """Whether a feature is not switched off."""
        return feature in features_on(self.switched_off)

    @property
    def formats(self) -> Formats:
        """How dates and times are written, and how weeks go."""
        return formats_from(self.date_format, self.time_format, self.week_start, self.working_days)

    @property
    def site_name(self) -> str:
        """What the site is called on every page."""
        return self.name or OUR_NAME

    def said(self, texts: Mapping[str, str], code: str) -> str:
        """Return the text in a language, empty where it was not given in that one; ``{name}`` is the site's name."""
        return texts.get(code, "").format(name=self.site_name)

    @property
    def footer_text(self) -> str:
        """The line below every page; ``{name}`` in it is the site's name."""
        return self.footer.format(name=self.site_name) if self.footer else self.site_name


_BY_LANGUAGE = ("title", "introduction")
_PLAIN = tuple(one.name for one in fields(Look) if one.name not in (*_BY_LANGUAGE, "own", "logo"))


def names_of(codes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all fields, in the order of a file; ``codes``: the languages that there are."""
    return (*_PLAIN[:5], *OWN_FIELDS, *(f"{name}_{code}" for name in _BY_LANGUAGE for code in codes), *_PLAIN[5:])


def flat(look: Look) -> dict[str, str]:
    """Return a look as texts by field; empty ones are left out."""
    found = {name: getattr(look, name) for name in _PLAIN} | dict(look.own)
    for name in _BY_LANGUAGE:
        found |= {f"{name}_{code}": text for code, text in getattr(look, name).items()}
    return {name: text for name, text in found.items() if text}


def unflat(texts: Mapping[str, str], logo: str = "") -> Look:
    """Return the look of texts that were checked before."""
    return Look(
        **{name: texts[name] for name in _PLAIN if texts.get(name)},
        own={name: texts[name] for name in OWN_FIELDS if texts.get(name)},
        title=_by_language(texts, "title"),
        introduction=_by_language(texts, "introduction"),
        logo=logo,
    )


def _by_language(texts: Mapping[str, str], name: str) -> dict[str, str]:
    start = f"{name}_"
    return {key.removeprefix(start): text for key, text in texts.items() if key.startswith(start) and text}


def check_look(texts: Mapping[str, str], codes: Sequence[str]) -> tuple[Look, dict[str, str]]:
    """Return the look that somebody gives, and by field what is wrong with it; with a problem it is not to be used."""
    problems: dict[str, str] = {}
    good: dict[str, str] = {}
    for name in names_of(codes):
        try:
            good[name] = _checker(name)(texts.get(name, ""), name)
        except InvalidInput as refusal:
            problems[name] = refusal.problem
    for name, problem in (*check_own(good).items(), *_check_link(good).items()):
        problems.setdefault(name, problem)
    return unflat(good), problems


def _checker(name: str) -> Callable[[str, str], str]:
    if name in ("colour", "dark_colour"):
        return check_colour
    if name in LINKS:
        return check_address
    if name.startswith("introduction_"):
        return lambda text, where: check_placeholders(clean_text(text, where, MOST_INTRODUCTION), where)
    if name.startswith("title_"):
        return lambda text, where: check_placeholders(clean_line(text, where, MOST_TITLE), where)
    return _PLAIN_CHECKS.get(name, lambda text, where: clean_line(text, where, MOST_LABEL))


def _one_of(codes: Sequence[str]) -> Callable[[str, str], str]:
    def check(text: str, where: str) -> str:
        if text not in codes:
            raise InvalidInput(where, _("Please choose one of these: {codes}.", codes=", ".join(filter(None, codes))))
        return text

    return check


_PLAIN_CHECKS: Mapping[str, Callable[[str, str], str]] = {
    "name": lambda text, where: _check_name(text, where),
    "typeface": _one_of(tuple(TYPEFACES)),
    "word": lambda text, where: _one_of((*WORDS, OWN))(text or CLIENT, where),
    "footer": lambda text, where: check_placeholders(clean_line(text, where, MOST_FOOTER), where),
    **CHECKS,
}


def _check_name(text: str, where: str) -> str:
    """Return a name that the head of a mail can hold, too."""
    cleaned = clean_line(text, where, MOST_NAME)
    if set(cleaned) & set('<>{}\\"'):
        raise InvalidInput(where, _("Please leave these signs out of the name: {signs}", signs='< > { } \\ "'))
    return cleaned


def check_placeholders(text: str, where: str) -> str:
    """Return a text in which nothing but ``{name}`` stands in braces.

    Raises:
        InvalidInput: anything else does, or a brace is alone.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        parts = [("", "?", "", None)]
    if any(held is not None and (held, spec, kind) != ("name", "", None) for _text, held, spec, kind in parts):
        problem = _("Only {name} may stand in braces, in place of the site's name; please check them.", name="{name}")
        raise InvalidInput(where, problem)
    return text


def check_address(text: str, where: str) -> str:
    """Return where a link of the footer leads, empty for none.

    Raises:
        InvalidInput: neither https, nor a page of this site, nor an email address.
    """
    wanted = clean_line(text, where, MOST_ADDRESS)
    if not wanted or _MAIL.fullmatch(wanted) or _PATH.fullmatch(wanted) or _is_https(wanted):
        return wanted
    problem = _("Please begin with https://, with / for a page of this site, or with mailto: for an email address.")
    raise InvalidInput(where, problem)


def _is_https(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return _ADDRESS.fullmatch(text) is not None and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:  # such as an unfinished IPv6 address
        return False


def _check_link(good: Mapping[str, str]) -> dict[str, str]:
    if bool(good.get("link")) == bool(good.get("link_label")):
        return {}
    empty = "link_label" if good.get("link") else "link"
    return {empty: _("Please give both the words of the link and where it leads, or neither.")}

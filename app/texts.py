"""Texts in the language of whoever reads them: marked, looked up, filled in.

A text stands in the code in English and is its own key, as in GNU gettext. Which language is spoken is a context
variable (PEP 567), set once for a request or a letter. Only how a sentence reads depends on it, never what is decided:
so this module, which needs the standard library alone, is the one thing besides it that rules and rights may import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

ENGLISH = "en"

EXCHANGED = "lient"
"""What an English text holds in which a site may use another word (``app/look/words.py``)."""

Exchange = Callable[[str, str], str]
"""Gives a text with the site's own words in it, for the text and the code of its language."""

_catalogs: dict[str, NullTranslations] = {ENGLISH: NullTranslations()}
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)
_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def install(catalogs: Mapping[str, NullTranslations]) -> None:
    """Take in the languages that there are besides English; once for each process (``app/translations``)."""
    _catalogs.update(catalogs)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that can be spoken, English first."""
    return tuple(_catalogs)


def known(code: str, otherwise: str = ENGLISH) -> str:
    """Return a language's code if it can be spoken, else another one."""
    return code if code in _catalogs else otherwise


def language() -> str:
    """Return the code of the language that is spoken now."""
    return _spoken.get()


def speak(code: str) -> None:
    """Speak this language from now on, in this context; English where it cannot be spoken."""
    _spoken.set(known(code))


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak this language for a while; English where it cannot be spoken."""
    token = _spoken.set(known(code))
    try:
        yield
    finally:
        _spoken.reset(token)


def use_words(exchange: Exchange | None) -> None:
    """Say texts with the site's own words from now on, in this context; None: as they stand."""
    _exchange.set(exchange)


@contextmanager
def using_words(exchange: Exchange) -> Iterator[None]:
    """Say texts with the site's own words for a while."""
    token = _exchange.set(exchange)
    try:
        yield
    finally:
        _exchange.reset(token)


def _in_own_words(text: str, told: str) -> str:
    """Exchange words before values are filled in, so that nothing that somebody typed is touched."""
    exchange = _exchange.get()
    return told if exchange is None or EXCHANGED not in text else exchange(told, _spoken.get())


def mark(text: str) -> str:
    """Return the text as it is, for tables made when a module is loaded: it is found there and said later by ``_``."""
    return text


def _(text: str, /, **values: object) -> str:
    """Return a text in the language spoken; ``{name}`` in it stands for a value. Without values it is as it is."""
    told = _in_own_words(text, _catalogs[_spoken.get()].gettext(text)) if text else ""
    return told.format(**values) if values else told


def plural(one: str, many: str, number: int, /, **values: object) -> str:
    """Return the text for so many; ``{number}`` in it is the number."""
    told = _in_own_words(one, _catalogs[_spoken.get()].ngettext(one, many, number))
    return told.format(number=number, **values)


def in_context(context: str, text: str, /, **values: object) -> str:
    """Return a text that means something else elsewhere: ``context`` is a word that tells them apart, never shown."""
    told = _in_own_words(text, _catalogs[_spoken.get()].pgettext(context, text))
    return told.format(**values) if values else told

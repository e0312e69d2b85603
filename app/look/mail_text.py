"""The words of a mail as an administrator may write them: subject and text with placeholders, checked and filled in.

Filling in is one pass over plain texts: what a value holds is never looked at again, and what is not known stays as it
stands, so that no text can make a mail fail. Nothing here is a format string or a template that could reach further.
A link that is filled in opens something for whoever has it, so it stands by itself: as the end of another address it
would be carried there by a click.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.booking.answers import clean_line, clean_text
from app.booking.refusals import InvalidInput
from app.texts import _

MOST_SUBJECT, MOST_TEXT = 150, 5000
SUBJECT, TEXT = "subject", "text"
_HOLE = re.compile(r"\{([a-z_]+)\}")
_BRACE = re.compile(r"\{(?P<name>[^{}\n]*)\}|[{}]")
_WORD = re.compile(r"[{}]\s*(\w*)")
_LINK = r"\{(?:[a-z]+_)?link\}"
_GLUED = re.compile(rf"(?<=[^ \t\n])({_LINK})")
"""A link with something before it that readers of mails could take for the beginning of its address."""
_SHOWN = 30
_LIKE = 0.5
"""How much alike two names must be, of 1, for one to be taken for the other."""


@dataclass(frozen=True, slots=True)
class MailText:
    """Subject and text of a mail, with ``{placeholders}``."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What may stand in braces. ``about``: what it becomes; ``is_short``: one line, so it may stand in a subject.

    ``missed``: what a text without it lacks, empty if nothing; ``is_needed``: without it the mail would be useless.
    """

    name: str
    about: str
    is_short: bool = False
    missed: str = ""
    is_needed: bool = False


def fill_subject(text: str, values: Mapping[str, str]) -> str:
    """Return a subject with its values, as one line whatever they hold: the head of a mail ends at a line break."""
    return " ".join(_fill(text, values).splitlines()).strip()


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its values; lines and paragraphs that are empty for want of a value are left out."""
    parts = (_fill_paragraph(one, values) for one in re.split(r"\n\s*\n", text))
    return "\n\n".join(filter(None, parts)) + "\n"


def _fill_paragraph(text: str, values: Mapping[str, str]) -> str:
    lines = (_fill(line, values) for line in text.split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _fill(text: str, values: Mapping[str, str]) -> str:
    apart = _GLUED.sub(r" \1", text)  # texts that were stored before this was checked
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), apart)


def check_mail_text(subject: str, text: str, known: Sequence[Placeholder]) -> tuple[MailText, dict[str, str]]:
    """Return the text that somebody gives, and by field what is wrong with it; with a problem it is not to be used."""
    problems: dict[str, str] = {}
    good = {SUBJECT: subject, TEXT: text}
    for name, check in ((SUBJECT, _check_subject), (TEXT, _check_text)):
        try:
            good[name] = check(good[name], known)
        except InvalidInput as refusal:
            problems[name] = refusal.problem
    return MailText(good[SUBJECT], good[TEXT]), problems


def _check_subject(subject: str, known: Sequence[Placeholder]) -> str:
    if len(subject.strip().splitlines()) > 1:
        raise InvalidInput(SUBJECT, _("Please write the subject in one line."))
    cleaned = clean_line(subject, SUBJECT, MOST_SUBJECT, required=True)
    _check_braces(cleaned, SUBJECT, known)
    return cleaned


def _check_text(text: str, known: Sequence[Placeholder]) -> str:
    cleaned = clean_text(text, TEXT, MOST_TEXT)
    if not cleaned:
        raise InvalidInput(TEXT, _("Please fill in this field."))
    _check_braces(cleaned, TEXT, known)
    _check_links(cleaned)
    for one in known:
        if one.is_needed and one.name not in used_in(cleaned):
            problem = _("This mail would be of no use without {name}; please put it in.", name=_braced(one.name))
            raise InvalidInput(TEXT, problem)
    return cleaned


def _check_links(text: str) -> None:
    glued = _GLUED.search(text)
    if glued is not None:
        name = glued[1]
        problem = _(
            "Please write a space or begin a new line before {name}, so that it leads where it should.", name=name
        )
        raise InvalidInput(TEXT, problem)


def _check_braces(text: str, field: str, known: Sequence[Placeholder]) -> None:
    """Go on only if whatever is in braces is known here, and no brace is alone."""
    short = [one.name for one in known if one.is_short]
    names = short if field == SUBJECT else [one.name for one in known]
    for found in _BRACE.finditer(text):
        name = found["name"]
        if name is None:
            raise InvalidInput(field, _lonely(text, found.start(), names))
        if name in names:
            continue
        if any(one.name == name for one in known):
            problem = _("{wrong} is longer than a line, so it cannot stand in the subject.", wrong=found[0])
            raise InvalidInput(field, problem)
        raise InvalidInput(field, _unknown(name, names))


def _unknown(name: str, names: Sequence[str]) -> str:
    wrong, near = _braced(name[:_SHOWN]), _nearest(name, names)
    if near:
        return _("There is no {wrong}; did you mean {right}?", wrong=wrong, right=_braced(near))
    return _("There is no {wrong}; these may stand here: {names}", wrong=wrong, names=_listed(names))


def _lonely(text: str, place: int, names: Sequence[str]) -> str:
    """Say which brace is alone, with what stands around it, and what was meant by it if that can be guessed."""
    line = text[place:].partition("\n")[0] if text[place] == "{" else text[: place + 1].rpartition("\n")[2]
    shown = line[:_SHOWN] if text[place] == "{" else line[-_SHOWN:]
    word = _WORD.match(line)
    near = _nearest(word[1], names) if word is not None and text[place] == "{" else ""
    if near:
        return _("A brace is missing at “{shown}”; did you mean {right}?", shown=shown, right=_braced(near))
    return _(
        "A brace stands alone at “{shown}”; please write placeholders whole, such as {example}, or leave it out.",
        shown=shown,
        example=_braced(names[0]),
    )


def _nearest(name: str, names: Sequence[str]) -> str:
    wanted = re.sub(r"\W+", "_", name.strip().lower())
    return next(iter(get_close_matches(wanted, names, 1, _LIKE)), "")


def _braced(name: str) -> str:
    return f"{{{name}}}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_braced(one) for one in names)


def used_in(text: str) -> frozenset[str]:
    """Return the names that stand in braces."""
    return frozenset(hole[1] for hole in _HOLE.finditer(text))


def warnings_of(text: str, known: Sequence[Placeholder]) -> Iterator[str]:
    """Yield what readers of a text will miss: a sentence for each placeholder with ``missed`` that is not there."""
    used = used_in(text)
    for one in known:
        if one.missed and one.name not in used:
            yield _("{name} is not in the text: {missed}", name=_braced(one.name), missed=_(one.missed))

"""Another word for those who come: patients, guests or members instead of clients, in English and in German.

Our texts say "client"; they are exchanged where they are said, after they were translated and before values are filled
in, so that nothing that people typed is touched. English needs two forms. German has genders and cases: its texts name
a woman and a man ("die Kundin oder der Kunde"), and a word may be a pair, too, or one noun ("der Gast").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.texts import _

CLIENT, OWN = "client", "own"
GENDERS = ("m", "f", "n")
ENGLISH_FIELDS = ("english_one", "english_many")
GERMAN_FIELDS = ("german_gender", "german_one", "german_of", "german_to", "german_many", "german_to_many")
PAIR_FIELDS = ("german_she", "german_shes")
OWN_FIELDS = (*ENGLISH_FIELDS, *GERMAN_FIELDS, *PAIR_FIELDS)
_WORD = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Noun:
    """A German noun: "der Gast, des Gasts, den (dem) Gast, die Gäste, den Gästen" in this order, without articles."""

    gender: str
    one: str
    of_one: str
    to_one: str
    many: str
    to_many: str

    def sg(self, case: str) -> str:
        """Return the singular in a case: nom, acc, dat or gen."""
        if case == "acc" and self.gender != "m":
            return self.one
        return {"nom": self.one, "gen": self.of_one}.get(case, self.to_one)


@dataclass(frozen=True, slots=True)
class Word:
    """What stands for "client": English singular and plural, and one German noun or a pair; empty: not exchanged."""

    one: str = ""
    many: str = ""
    nouns: tuple[Noun, ...] = ()


def _pair(she: str, noun: Noun) -> tuple[Noun, Noun]:
    return Noun("f", she, she, she, f"{she}nen", f"{she}nen"), noun


WORDS: Mapping[str, Word] = {
    CLIENT: Word(),
    "patient": Word(
        "patient",
        "patients",
        _pair("Patientin", Noun("m", "Patient", "Patienten", "Patienten", "Patienten", "Patienten")),
    ),
    "customer": Word("customer", "customers"),  # the German texts say so already
    "guest": Word("guest", "guests", (Noun("m", "Gast", "Gasts", "Gast", "Gäste", "Gästen"),)),
    "participant": Word(
        "participant",
        "participants",
        _pair("Teilnehmerin", Noun("m", "Teilnehmer", "Teilnehmers", "Teilnehmer", "Teilnehmer", "Teilnehmern")),
    ),
}


def check_own(texts: Mapping[str, str]) -> dict[str, str]:
    """Return by field what is wrong with the forms of a word of one's own."""
    problems = {name: _word_problem(texts[name]) for name in OWN_FIELDS if texts.get(name) and name != "german_gender"}
    problems["german_gender"] = _gender_problem(texts.get("german_gender", ""))
    for group in (ENGLISH_FIELDS, GERMAN_FIELDS, PAIR_FIELDS):
        if any(texts.get(name) for name in group):
            missing = [name for name in group if not texts.get(name)]
            problems |= dict.fromkeys(missing, _("Please give all forms of the word, or none."))
    if texts.get("word") == OWN and not any(texts.get(name) for name in (*ENGLISH_FIELDS, *GERMAN_FIELDS)):
        problems["english_one"] = _("Please give the word, in English, in German or in both.")
    if texts.get("german_she") and not texts.get("german_one"):
        problems["german_one"] = _("Please give all forms of the word, or none.")
    return {name: problem for name, problem in problems.items() if problem}


def _word_problem(text: str) -> str:
    return "" if _WORD.fullmatch(text) else _("Please use letters only, with a hyphen or a space between words.")


def _gender_problem(text: str) -> str:
    return "" if text in ("", *GENDERS) else _("Please choose one of these: {codes}.", codes=", ".join(GENDERS))


def word_of(code: str, own: Mapping[str, str]) -> Word:
    """Return the word that a site uses; ``own``: its forms where it is none of the ready-made ones."""
    if code != OWN:
        return WORDS.get(code, WORDS[CLIENT])
    nouns: tuple[Noun, ...] = ()
    if _has(own, GERMAN_FIELDS):
        nouns = (Noun(*(own[name] for name in GERMAN_FIELDS)),)
    if nouns and _has(own, PAIR_FIELDS):
        she, shes = own["german_she"], own["german_shes"]
        nouns = (Noun("f", she, she, she, shes, shes), *nouns)
    one, many = (own[name] if _has(own, ENGLISH_FIELDS) else "" for name in ENGLISH_FIELDS)
    return Word(one, many, nouns)


def _has(own: Mapping[str, str], names: Sequence[str]) -> bool:
    """Whether all these forms are there; a form that is half filled in has to be shown, too."""
    return all(own.get(name) for name in names)


_KEPT = re.compile(r"(\{[^{}]*\}|<[^<>]*>)")
"""What is no word in a text: placeholders and markup."""


@lru_cache(maxsize=2048)
def exchange(text: str, code: str, word: Word) -> str:
    """Return a text of ours with the site's word in it; ``code``: the language it is in."""
    say = {"en": _english if word.one else None, "de": _german if word.nouns else None}.get(code)
    if say is None:
        return text
    return "".join(part if _KEPT.fullmatch(part) else say(part, word) for part in _KEPT.split(text))


_CLIENT = re.compile(r"\b(?:([Aa]) )?([Cc])lient(s)?(')?(?![A-Za-z])")


def _english(text: str, word: Word) -> str:
    return _CLIENT.sub(lambda found: _in_english(found, word), text)


def _in_english(found: re.Match[str], word: Word) -> str:
    article, letter, many, mark = found.groups()
    said = word.many if many else word.one
    said += ("'" if said.endswith("s") else "'s") if mark else ""
    said = said[0].upper() + said[1:] if letter == "C" else said
    if article:
        return f"{article}{'n' if said[0].lower() in 'aeiou' else ''} {said}"
    return said


_CASES = {"er": "nom", "en": "acc", "es": "gen", "em": "dat"}
_ENDINGS = {
    "m": {"nom": "er", "acc": "en", "dat": "em", "gen": "es"},
    "f": {"nom": "e", "acc": "e", "dat": "er", "gen": "er"},
    "n": {"nom": "es", "acc": "es", "dat": "em", "gen": "es"},
}
_ARTICLES = {
    "m": {"nom": "der", "acc": "den", "dat": "dem", "gen": "des"},
    "f": {"nom": "die", "acc": "die", "dat": "der", "gen": "der"},
    "n": {"nom": "das", "acc": "das", "dat": "dem", "gen": "des"},
}


def _joined(nouns: Sequence[Noun], say: Callable[[Noun], str], sign: str) -> str:
    return sign.join(say(noun) for noun in nouns)


def _with_article(found: re.Match[str], word: Word) -> str:
    """Say "die Kundin oder der Kunde" in its case, which the man's article tells; also with "dies-"."""
    first, second = found["she"], found["he"]
    case = _CASES[second[-2:]]
    is_this = second.startswith("dies")

    def say(noun: Noun) -> str:
        article = f"dies{_ENDINGS[noun.gender][case]}" if is_this else _ARTICLES[noun.gender][case]
        return f"{article} {noun.sg(case)}"

    said = _joined(word.nouns, say, " oder ")
    return said[0].upper() + said[1:] if first[0].isupper() else said


def _new_one(_found: re.Match[str], word: Word) -> str:
    said = _joined(word.nouns, lambda noun: f"neu{_ENDINGS[noun.gender]['nom']} {noun.one}", " oder ")
    return said[0].upper() + said[1:]


def _one(case: str, sign: str) -> Callable[[re.Match[str], Word], str]:
    return lambda _found, word: _joined(word.nouns, lambda noun: noun.sg(case), sign)


def _several(_found: re.Match[str], word: Word) -> str:
    return _joined(word.nouns, lambda noun: noun.many, " und ")


def _to_several(found: re.Match[str], word: Word) -> str:
    return found["before"] + _joined(word.nouns, lambda noun: noun.to_many, " und ")


def _details(_found: re.Match[str], word: Word) -> str:
    return f"Daten der {_joined(word.nouns, lambda noun: noun.many, ' und ')}"


_GERMAN: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str], Word], str]]] = [
    (re.compile(pattern), say)
    for pattern, say in (
        (
            r"(?P<she>[Dd](?:ie|er|iese|ieser)) Kundin oder (?P<he>d(?:er|en|es|em|ieser|iesen|ieses|iesem)) Kunden?\b",
            _with_article,
        ),
        (r"Neue Kundin oder neuer Kunde\b", _new_one),
        (r"Kundin oder Kunden\b", _one("acc", " oder ")),
        (r"Kundin oder Kunde\b", _one("nom", " oder ")),
        (r"Kundin/Kunde\b", _one("nom", "/")),
        (r"Kundin, Kunde\b", _one("nom", ", ")),
        (r"(?P<before>\b(?:[Vv]on|[Mm]it|[Zz]u|[Ww]ird) )(?:Kundinnen und Kunden|Kundschaft)\b", _to_several),
        (r"(?P<before>)Kundinnen und Kunden(?= alles)", _to_several),
        (r"Kundinnen und Kunden\b|Kundschaft\b", _several),
        (r"Kundendaten\b", _details),
    )
]
"""The phrases in which the German texts name clients, longer ones first; a test walks all texts for any other."""


def _german(text: str, word: Word) -> str:
    for pattern, say in _GERMAN:
        text = pattern.sub(_saying(say, word), text)
    return text


def _saying(say: Callable[[re.Match[str], Word], str], word: Word) -> Callable[[re.Match[str]], str]:
    return lambda found: say(found, word)

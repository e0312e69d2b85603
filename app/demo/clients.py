"""Invented clients: names that fit together, addresses and numbers that nobody can have."""

from __future__ import annotations

import random
from dataclasses import dataclass

from app.demo.group import BERLIN, LONDON


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words("""
    Ada Agnes Alva Amira Anouk Astrid Aylin Beate Bruno Cem Clara Darius David Dilara Edda Elif Emil Enno
    Esther Farid Finn Flora Frieda Georg Greta Hanna Hugo Ida Ilse Imran Inga Jakob Jana Joris Judith Karim
    Kaspar Katja Lars Leila Leonie Linus Luca Maja Malik Marta Mats Mehmet Mira Nadja Nele Niels Nora Oda
    Olek Oskar Paula Pelle Ramona Rasmus Rosa Ruben Sanna Selim Senta Silas Sven Tamar Theo Thora Till Ulla
    Vera Viggo Wanda Yara Yusuf Zora
""")
FAMILY_FIRST = _words("""
    Ahren Alder Bachen Berken Birken Brand Bücken Damm Dorn Eber Eichen Elster Erlen Falken Feld Finken
    Forst Garten Grün Hagen Hasel Heide Hirsch Holz Kalten Kirch Klee Korn Lehm Linden Mohr Moos Mühlen Nuss
    Ober Quellen Rehn Rosen Sand Schilf Sonnen Stein Tannen Ulmen Vogel Wald Weiden Wiesen Winter Wolken
""")
FAMILY_LAST = _words("""
    bach baum berg beck dahl fels grund hain hof horst kamp mann mark mayer ried see sprung stedt thal vik
""")
BRITISH = _words("""
    Abernott Ashgrove Barrowby Bellharrow Birchley Bramwick Calderstone Cottersby Dunmarsh Elderfield
    Fenwicke Garrowby Hallowell Hartmere Inglewood Kestrick Larkham Marlowby Netherton Oakhurst Pellingham
    Quarrington Ravensdale Rookby Silverton Thackery Thornbury Underhay Wexcombe Whitmarsh Yarrowdale
""")

_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Person:
    """A client's name and contact."""

    name: str
    email: str
    phone: str
    tzid: str


def invent(count: int, tzid: str, dice: random.Random) -> list[Person]:
    """Return people of one zone; email addresses are unique, in a domain reserved for examples (RFC 2606)."""
    return [_person(number, tzid, dice) for number in range(count)]


def _person(number: int, tzid: str, dice: random.Random) -> Person:
    german = dice.choice(FAMILY_FIRST) + dice.choice(FAMILY_LAST)
    family = dice.choice(BRITISH) if tzid == LONDON else german
    given = dice.choice(GIVEN)
    mailbox = f"{given}.{family}".lower().translate(_PLAIN)
    zone = "de" if tzid == BERLIN else "uk"
    return Person(f"{given} {family}", f"{mailbox}.{zone}{number + 1}@example.org", _phone(tzid, dice), tzid)


def _phone(tzid: str, dice: random.Random) -> str:
    """Numbers that the German and the British regulators keep free for films and examples."""
    if dice.random() < 0.2:
        return ""
    if tzid == LONDON:
        return f"+44 20 7946 0{dice.randrange(1000):03}"
    return f"+49 30 23125 {dice.randrange(1000):03}"

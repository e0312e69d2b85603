"""Clients in the database: written together with the blind index by which they are found again.

A name is found by whole words, and by the first three letters of words or more: then those who begin so are read and
looked through in memory. What is told here about email addresses and phone numbers needs the whole of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.crypto.blind import BEGINNING, beginnings_of, normal_mail, normal_phone, words_of
from app.storage.base import database_proxy
from app.storage.confidential import unseal_text
from app.storage.statements import among, fetch, insert_row, insert_sql, run

MAIL, PHONE, WORD, START = "mail", "phone", "word", "beginning"
MOST_CANDIDATES = 1000
"""How many clients whose names begin alike are looked through; those of them who came last."""

_COLUMNS = ("kind", "tag", "client_id")
_BY_MAIL = (
    "SELECT c.id, c.public_id, c.name FROM client_index i JOIN client c ON c.id = i.client_id "
    "WHERE i.kind = 'mail' AND i.tag = %s AND c.user_id IS NULL ORDER BY c.id"
)
_TAGGED = "SELECT client_id FROM client_index WHERE kind = %s AND tag = %s"


def tag(kind: str, text: str) -> str:
    """Return the tag of a text for one kind of search."""
    return str(database_proxy.keys.tag(f"client.{kind}", text))


def mail_tag(email: str) -> str:
    """Return the tag of an email address."""
    return tag(MAIL, normal_mail(email))


def tags_of(name: str, email: str, phone: str) -> list[tuple[str, str]]:
    """Return kind and tag of all by which a client is found."""
    words = words_of(name)
    wanted = [(WORD, one) for one in words] + [(START, one) for one in sorted(beginnings_of(words))]
    if email:
        wanted.append((MAIL, normal_mail(email)))
    if normal_phone(phone):
        wanted.append((PHONE, normal_phone(phone)))
    return [(kind, tag(kind, text)) for kind, text in wanted]


def write_index(client_id: int, name: str, email: str, phone: str) -> None:
    """Let a client be found by these, and by nothing that was there before."""
    run("DELETE FROM client_index WHERE client_id = %s", (client_id,))
    _insert_index(client_id, name, email, phone)


def _insert_index(client_id: int, name: str, email: str, phone: str) -> None:
    tags = tags_of(name, email, phone)
    if tags:
        values = [value for kind, one in tags for value in (kind, one, client_id)]
        run(insert_sql("client_index", _COLUMNS, len(tags)), values)


def add_client(values: Mapping[str, Any]) -> int:
    """Write a client (by column names) with their index, and return their row id."""
    row_id = insert_row("client", values)
    _insert_index(row_id, values["name"], values["email"], values["phone"])
    return row_id


def find_by_mail_and_name(email: str, name: str) -> tuple[int, str] | None:
    """Return row id and public id of the first client with exactly these, among those who are no users."""
    for row_id, public_id, stored in fetch(_BY_MAIL, (mail_tag(email),)):
        if unseal_text("client", "name", (public_id,), stored) == name:
            return row_id, public_id
    return None


def is_mail_of_another(email: str, client_id: int) -> bool:
    """Whether a client besides this one (by row id) has this email address."""
    return any(row_id != client_id for (row_id,) in fetch(_TAGGED, (MAIL, mail_tag(email))))


def find_client_ids(text: str) -> list[int]:
    """Return the row ids of clients with this email address, this phone number, or all these beginnings of names."""
    found = _tagged([(MAIL, normal_mail(text))]) if "@" in text else set()
    if phone := normal_phone(text):
        found |= _tagged([(PHONE, phone)])
    return sorted(found | _named(words_of(text)))


def _tagged(wanted: Sequence[tuple[str, str]]) -> set[int]:
    """Clients who have all these; at most so many, those who came last."""
    sql = " INTERSECT ".join([_TAGGED] * len(wanted)) + f" ORDER BY client_id DESC LIMIT {MOST_CANDIDATES}"
    values = [value for kind, text in wanted for value in (kind, tag(kind, text))]
    return {row_id for (row_id,) in fetch(sql, values)}


def _named(words: Sequence[str]) -> set[int]:
    """Clients in whose name each word is one, or begins one."""
    if not words:
        return set()
    whole = _tagged([(WORD, one) for one in words])
    begun = _tagged([(START, one[:BEGINNING]) if len(one) >= BEGINNING else (WORD, one) for one in words])
    if all(len(one) <= BEGINNING for one in words):
        return whole | begun  # tags alone say it all
    return whole | {row_id for row_id, name in _names_of(begun - whole) if _begins(words_of(name), words)}


def _begins(having: Sequence[str], words: Iterable[str]) -> bool:
    return all(any(one.startswith(word) for one in having) for word in words)


def _names_of(client_ids: set[int]) -> list[tuple[int, str]]:
    if not client_ids:
        return []
    members, ids = among(sorted(client_ids))
    rows = fetch(f"SELECT id, public_id, name FROM client WHERE id {members}", ids)
    return [(row_id, unseal_text("client", "name", (public_id,), name)) for row_id, public_id, name in rows]

"""Columns whose texts are encrypted in the database, and read and written in clear by everybody else.

A model says which of its columns those are, by ``SealedField``, and what names their row, by ``sealed_to``: a text is
bound to table, column and row, so the row has to be named before it is written. What is empty stays empty, in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peewee import FieldAccessor, Model, TextField

EMPTY = ("", "{}")
"""What says that there is nothing, and is not encrypted."""


class NotSealedError(Exception):
    """A confidential text was about to be written, or looked for, in clear; a mistake in the program."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A text as the database has it."""

    text: str


@dataclass(slots=True)
class SealedTable:
    """Which columns of a table are confidential, and which name its rows."""

    model: type[Model]
    columns: list[str]

    @property
    def sealed_to(self) -> tuple[str, ...]:
        """The columns that name a row."""
        names: tuple[str, ...] = self.model.sealed_to
        return tuple(str(self.model._meta.fields[name].column_name) for name in names)

    @property
    def key(self) -> str:
        """The column by whose order the table is gone through."""
        return str(self.model._meta.primary_key.column_name)


SEALED: dict[str, SealedTable] = {}
"""By table; the models enter themselves."""


class _Accessor(FieldAccessor):
    """What was read from the database is opened when it is asked for, and not before."""

    def __get__(self, instance: Any, instance_type: Any = None) -> Any:
        value = super().__get__(instance, instance_type)
        if isinstance(value, Sealed):
            return _keys(self.model).unseal(value.text, _place_of(instance, self.field.column_name))
        return value


class SealedField(TextField):
    """A confidential text."""

    if TYPE_CHECKING:

        def __get__(self, instance: Any, instance_type: Any = None) -> Any: ...
        def __set__(self, instance: Any, value: Any) -> None: ...

    accessor_class = _Accessor

    def bind(self, model: type[Model], name: str, set_attribute: bool = True) -> None:
        """Enter the column into the list of those that are confidential."""
        super().bind(model, name, set_attribute)
        table = str(model._meta.table_name)
        SEALED.setdefault(table, SealedTable(model, [])).columns.append(self.column_name)

    def python_value(self, value: Any) -> Any:
        """Return what the database has, to be opened later."""
        return value if value is None or value in EMPTY else Sealed(value)

    def db_value(self, value: Any) -> Any:
        """Return what the database gets.

        Raises:
            NotSealedError: it is in clear.
        """
        if isinstance(value, Sealed):
            return value.text
        if value is None or value in EMPTY:
            return value
        raise NotSealedError(f"{self.model.__name__}.{self.name} is confidential: it is written row by row.")


def _keys(model: Any) -> Any:
    """Return the keys of the open database, which all models are bound to."""
    return model._meta.database.keys


def _place_of(instance: Any, column: str) -> tuple[str, ...]:
    names = [instance.__data__.get(name) for name in instance.sealed_to]
    if None in names:
        raise NotSealedError(f"{type(instance).__name__}.{column} cannot be opened without {instance.sealed_to}.")
    return (str(instance._meta.table_name), column, *map(str, names))


def seal_model(instance: Any) -> None:
    """Encrypt the confidential texts of a record that is about to be saved."""
    table = SEALED.get(str(instance._meta.table_name))
    for column in table.columns if table else ():
        name, data = instance._meta.columns[column].name, instance.__data__
        if isinstance(data.get(name), str) and data[name] not in EMPTY:
            data[name] = Sealed(_keys(instance).seal(data[name], _place_of(instance, column)))


def seal_row(table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row (by column names) as it is inserted: confidential texts encrypted."""
    sealed = SEALED.get(table)
    if sealed is None:
        return row
    place = tuple(str(row[name]) for name in sealed.sealed_to)
    keys = _keys(sealed.model)
    return dict(row) | {
        column: keys.seal(row[column], (table, column, *place))
        for column in sealed.columns
        if row.get(column) not in (None, *EMPTY)
    }


def unseal_row(table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row (by column names) that a statement of our own has read whole, in clear."""
    sealed = SEALED.get(table)
    if sealed is None:
        return row
    place = tuple(str(row[name]) for name in sealed.sealed_to)
    return dict(row) | {column: unseal_text(table, column, place, row[column]) for column in sealed.columns}


def seal_text(table: str, column: str, row: Iterable[object], text: str) -> str:
    """Return one text as it is written into a row that is there already; ``row``: what names it."""
    if text in EMPTY:
        return text
    return str(_keys(SEALED[table].model).seal(text, (table, column, *map(str, row))))


def unseal_text(table: str, column: str, row: Sequence[object], stored: str) -> str:
    """Return the text that a statement of our own has read; ``row``: what names it."""
    if stored in EMPTY:
        return stored
    return str(_keys(SEALED[table].model).unseal(stored, (table, column, *map(str, row))))

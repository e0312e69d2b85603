"""The register of personal data names every text column that the tables have, and no other."""

from __future__ import annotations

import pytest

from app.storage.all_tables import ALL_TABLES
from app.storage.base import Table
from app.storage.register import REGISTER, Data, Line, lines, text_columns


def test_register_has_every_table_and_no_other() -> None:
    assert list(REGISTER) == [model._meta.table_name for model in ALL_TABLES]


@pytest.mark.parametrize("model", ALL_TABLES)
def test_register_names_every_text_column_of_a_table_once(model: type[Table]) -> None:
    entry = REGISTER[model._meta.table_name]
    assert sorted([*entry.personal, *entry.other]) == sorted(text_columns(model))


def test_register_has_a_line_for_each_kind_of_data_of_a_table() -> None:
    found = [one for one in lines() if one.table == "client"]
    purpose, kept = REGISTER["client"].purpose, REGISTER["client"].kept
    assert found == [
        Line("client", Data.CLIENT_NAME, ("name",), purpose, kept),
        Line("client", Data.CLIENT_CONTACT, ("email", "phone"), purpose, kept),
        Line("client", Data.CLIENT_CONFIDENTIAL, ("notes",), purpose, kept),
    ]

"""Which addresses name a database, and which one."""

from __future__ import annotations

import pytest

from app.storage.database import make_database
from tests.keys import open_store


@pytest.mark.parametrize("url", ["", "mysql://host/name", "sqlite:", "sqlite://", "sqlite:///", "/var/lib/x.db"])
def test_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="please correct it"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("sqlite:///a/b.db", "a/b.db"),
        ("sqlite:////a/b%20c.db", "/a/b c.db"),
        ("postgres://u@h/n", "postgresql://u@h/n"),
        ("postgresql:///name", "postgresql:///name"),
    ],
)
def test_url_names_its_database(url: str, database: str) -> None:
    assert make_database(url, None).database == database

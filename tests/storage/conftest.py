"""Tests of the storage do to PostgreSQL what only its administrator may: break rules, end connections, add tables."""

from __future__ import annotations

import pytest

from tests.postgres_accounts import ADMINISTRATOR


@pytest.fixture
def postgres_account() -> str:
    """As whom tests of the storage use PostgreSQL."""
    return ADMINISTRATOR

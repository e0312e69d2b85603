"""The worker's sealing: every entry gets into a batch, and each batch's head into the log."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.booking.refusals import Unavailable
from app.operations.audit.sealing import MARK, seal_entries
from app.operations.book import book
from app.storage.audit_chain import MOST, batches
from app.storage.audit_verify import Head, verify
from app.storage.statements import insert_sql
from app.storage.store import Store
from tests.cast import NOW, one_provider
from tests.operations.helpers import system, visitor, wish
from tests.web.conftest import make_read_only

PAGE = (Path(__file__).parents[2] / "docs/audit.md").read_text("utf-8")


def test_sealing_logs_the_head_of_each_batch(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    with caplog.at_level(logging.INFO, logger=MARK):
        assert (seal_entries(system(cast)), seal_entries(system(cast))) == (1, 0)
    (batch,) = store.read(batches)
    assert [one.message for one in caplog.records if one.name == MARK] == [
        f"eigenplan-audit batch=1 entries=1 digest={batch.digest}"
    ]
    assert (batch.sealed_at, verify(store, [Head(1, batch.digest)]).problems) == (cast.now, ())


def test_page_has_a_line_of_the_form_that_is_logged() -> None:
    (sample,) = re.findall(r"<!-- sample: begin -->\n    (.+)\n<!-- sample: end -->", PAGE)
    assert re.fullmatch(r"eigenplan-audit batch=[0-9]+ entries=[0-9]+ digest=[0-9a-f]{64}", sample)


def test_many_entries_get_into_several_batches(store: Store) -> None:
    cast = one_provider(store)
    sql = insert_sql("audit_entry", ("at", "actor", "action", "kind"), MOST + 1)
    store.write(lambda: store.run(sql, (NOW, "system", "changed", "user") * (MOST + 1)))
    assert seal_entries(system(cast)) == 2
    assert [one.entries for one in store.read(batches)] == [MOST, 1]


def test_sealing_where_nothing_can_be_written_seals_later(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    make_read_only(store)
    with pytest.raises(Unavailable):
        seal_entries(system(cast))
    store.close()
    assert seal_entries(replace(system(cast), now=cast.now + 5)) == 1
    assert verify(store).problems == ()

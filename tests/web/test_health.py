"""Whether the process is alive and can take bookings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import Config
from app.crypto.master import MasterKey
from app.factory import create_app
from app.operations.installation.readiness import SchemaError
from app.storage.store import Store, open_store
from app.storage.tables import SchemaMigration
from app.web.context import EXTENSION, Site
from tests.keys import MASTER
from tests.web.conftest import make_read_only


def test_healthz_says_alive(visitor: FlaskClient) -> None:
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "alive\n", "text/plain")


def test_readyz_says_ready(visitor: FlaskClient) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_readyz_with_older_schema_is_503(visitor: FlaskClient, store: Store) -> None:
    store.write(lambda: SchemaMigration.delete().execute())
    answer = visitor.get("/readyz")
    assert (answer.status_code, "./eigenplan database migrate" in answer.text) == (503, True)


def test_readyz_with_newer_schema_is_503(visitor: FlaskClient, store: Store) -> None:
    store.write(lambda: SchemaMigration.create(number=9999, name="later", applied_at=0))
    answer = visitor.get("/readyz")
    assert (answer.status_code, "newer version" in answer.text) == (503, True)


def test_readyz_with_another_master_key_is_503(app: Flask, config: Config, database_url: str) -> None:
    other = open_store(database_url, MasterKey(b"o" * 32))
    app.extensions[EXTENSION] = Site(config, other)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, f"belong to master key {MASTER.name}, but" in answer.text) == (503, True)
    other.close()


def test_start_with_another_master_key_is_refused(config: Config) -> None:
    with pytest.raises(SchemaError, match="please put the right file there"):
        create_app(replace(config, master_key=MasterKey(b"o" * 32)))


def test_readyz_with_read_only_database_is_503(visitor: FlaskClient, store: Store) -> None:
    make_read_only(store)
    answer = visitor.get("/readyz")
    assert (answer.status_code, "can only be read right now" in answer.text) == (503, True)


def test_readyz_with_unreachable_database_is_503_and_healthz_lives() -> None:
    url = "postgresql://eigenplan@127.0.0.1:9/nothing"
    client = create_app(
        Config(database_url=url, secret_key=b"x" * 32, base_url="http://localhost", master_key=MASTER)
    ).test_client()
    assert [client.get(path).status_code for path in ("/readyz", "/healthz", "/")] == [503, 200, 503]


@pytest.fixture
def serving(app: Flask, config: Config, store: Store, tmp_path: Path) -> Path:
    """The serving file of the application, which is there."""
    path = tmp_path / "run/serving"
    path.parent.mkdir()
    path.touch()
    app.extensions[EXTENSION] = Site(replace(config, serving_file=str(path)), store)
    return path


def test_readyz_follows_the_serving_file_at_once(serving: Path, visitor: FlaskClient) -> None:
    statuses = [visitor.get("/readyz").status_code]
    serving.unlink()
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.text.count("\n")) == (503, 1)
    assert answer.text.startswith("This slot takes no requests now")
    assert str(serving.parent) not in answer.text
    serving.touch()
    statuses.append(visitor.get("/readyz").status_code)
    assert statuses == [200, 200]


def test_readyz_of_a_slot_that_does_not_serve_leaves_the_database_alone(
    serving: Path, visitor: FlaskClient, store: Store
) -> None:
    serving.unlink()
    visitor.get("/readyz")
    assert pings(store) == []


@pytest.mark.parametrize("kind", ["folder", "unreachable"])
def test_readyz_with_something_else_than_the_serving_file_is_503(
    serving: Path, visitor: FlaskClient, kind: str
) -> None:
    serving.unlink()
    if kind == "folder":
        serving.mkdir()
    else:
        serving.parent.rename(serving.parent.with_name("elsewhere"))
    assert visitor.get("/readyz").status_code == 503


def test_readyz_asked_again_and_again_writes_once_and_forgets_that_after_a_failure(
    visitor: FlaskClient, store: Store
) -> None:
    statuses = [visitor.get("/readyz").status_code for _ in range(5)]
    assert (statuses, pings(store)) == ([200] * 5, [(1,)])
    make_read_only(store)
    statuses = [visitor.get(path).status_code for path in ("/readyz", "/readyz?database")]
    make_read_only(store)
    assert [*statuses, visitor.get("/readyz").status_code] == [200, 503, 503]
    assert (visitor.get("/readyz").status_code, pings(store)) == (200, [(2,)])


def test_readyz_writes_again_after_a_while(visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.get("/readyz")
    monkeypatch.setattr("app.operations.installation.readiness.PROOF_SECONDS", 0.0)
    for _ in range(2):
        visitor.get("/readyz?database")
        visitor.get("/readyz")
    assert pings(store) == [(5,)]


def pings(store: Store) -> list[tuple[object, ...]]:
    """How often the database was written to see whether it can be."""
    return store.rows("SELECT value FROM revision WHERE name = 'ping'")


def test_pages_of_a_slot_that_does_not_serve_answer_still(serving: Path, visitor: FlaskClient) -> None:
    serving.unlink()
    assert [visitor.get(path).status_code for path in ("/healthz", "/", "/sign-in")] == [200, 200, 200]


def test_readyz_about_the_database_alone_asks_nothing_else(serving: Path, visitor: FlaskClient, store: Store) -> None:
    serving.unlink()
    first = visitor.get("/readyz?database")
    make_read_only(store)
    second = visitor.get("/readyz?database")
    assert (first.status_code, first.text) == (200, "ready\n")
    assert (second.status_code, "can only be read right now" in second.text) == (503, True)

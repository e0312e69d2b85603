"""Whether the process is alive and can take bookings."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.config import Config
from app.factory import create_app
from app.storage.store import Store
from app.storage.tables import SchemaMigration
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


def test_readyz_with_read_only_database_is_503(visitor: FlaskClient, store: Store) -> None:
    make_read_only(store)
    answer = visitor.get("/readyz")
    assert (answer.status_code, "can only be read right now" in answer.text) == (503, True)


def test_readyz_with_unreachable_database_is_503_and_healthz_lives() -> None:
    url = "postgresql://eigenplan@127.0.0.1:9/nothing"
    client = create_app(Config(database_url=url, secret_key=b"x" * 32, base_url="http://localhost")).test_client()
    assert [client.get(path).status_code for path in ("/readyz", "/healthz", "/")] == [503, 200, 503]

"""What gunicorn loads."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from app import clock
from app.web import pages
from app.web.context import EXTENSION

ROOT = Path(__file__).parents[2]


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with all options that have no default, but for the database."""
    key = tmp_path / "key"
    key.write_text("k" * 40)
    monkeypatch.setenv("EIGENPLAN_SECRET_KEY_FILE", str(key))
    monkeypatch.setenv("EIGENPLAN_BASE_URL", "http://localhost")
    return monkeypatch


def test_wsgi_makes_application_from_environment(options: pytest.MonkeyPatch, database_url: str) -> None:
    options.setenv("EIGENPLAN_DATABASE_URL", database_url)
    app = runpy.run_module("app.wsgi")["app"]
    assert app.test_client().get("/healthz").text == "alive\n"
    app.extensions[EXTENSION].store.close()


def given_up(capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """The status with which the application gives up, and what it says."""
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("app.wsgi")
    return ended.value.code, capsys.readouterr().err


def test_wsgi_on_an_empty_database_ends_with_the_command_to_run(
    options: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options.setenv("EIGENPLAN_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    status, said = given_up(capsys)
    assert (status, "eigenplan database migrate" in said) == (3, True)


def test_wsgi_starts_without_its_database_and_says_so(
    options: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    options.setenv("EIGENPLAN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    app = runpy.run_module("app.wsgi")["app"]
    assert app.test_client().get("/readyz").status_code == 503
    assert "the database cannot be used yet (gone)" in caplog.text


def test_wsgi_with_wrong_options_ends_with_all_problems(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EIGENPLAN_COLOUR", "green")
    status, said = given_up(capsys)
    assert (status, "EIGENPLAN_COLOUR: there is no such option" in said) == (3, True)


def test_gunicorn_uses_sync_workers_and_logs_no_addresses() -> None:
    settings = runpy.run_path(str(ROOT / "app" / "gunicorn.conf.py"))
    assert [settings["worker_class"], settings["preload_app"], settings["accesslog"]] == ["sync", False, None]


def test_clock_tells_whole_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert clock.now() > 1_700_000_000


def test_every_page_file_that_base_names_exists() -> None:
    names = ("app.css", "app.js", "theme.js", "icon.svg", "vendor/bootstrap/bootstrap.min.css")
    assert all((Path(pages.__file__).parent / "static" / name).is_file() for name in names)

"""Static files: compressed for whoever takes that, each form with a mark of its own, and icons by known names."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from app.web.static_files import STATIC, icon_names, icon_url, static_url

SHEET = "/static/app.css"
PLAIN = (STATIC / "app.css").read_bytes()


def ask(visitor: FlaskClient, path: str, **headers: str) -> Response:
    """Ask for a file and read it to its end, so that it is closed."""
    with visitor.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
        answer.get_data()
        return answer


@pytest.mark.parametrize("wish", ["gzip", "br, gzip, zstd", "*", "GZIP;q=0.5"])
def test_file_for_browsers_is_compressed(visitor: FlaskClient, wish: str) -> None:
    answer = ask(visitor, SHEET, Accept_Encoding=wish)
    assert gzip.decompress(answer.data) == PLAIN
    facts = [answer.headers.get(name) for name in ("Content-Encoding", "Vary", "Content-Type", "Cache-Control")]
    assert facts == ["gzip", "Accept-Encoding", "text/css; charset=utf-8", "public, max-age=31536000"]
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(PLAIN) / 2


@pytest.mark.parametrize("wish", ["", "identity", "br", "gzip;q=0", "*;q=0, identity", "nonsense;;"])
def test_file_for_others_is_as_it_is(visitor: FlaskClient, wish: str) -> None:
    answer = ask(visitor, SHEET, Accept_Encoding=wish)
    assert (answer.data, answer.headers.get("Content-Encoding")) == (PLAIN, None)
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_both_forms_have_marks_of_their_own_that_save_sending_again(visitor: FlaskClient) -> None:
    tags = [ask(visitor, SHEET, Accept_Encoding=wish).headers["ETag"] for wish in ("gzip", "identity")]
    assert tags[0] != tags[1]
    for wish, tag in zip(("gzip", "identity"), tags, strict=True):
        again = ask(visitor, SHEET, Accept_Encoding=wish, If_None_Match=tag)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_part_of_a_file_is_a_part_of_the_plain_one(visitor: FlaskClient) -> None:
    answer = ask(visitor, SHEET, Accept_Encoding="gzip", Range="bytes=2-9")
    assert (answer.status_code, answer.data, "Content-Encoding" in answer.headers) == (206, PLAIN[2:10], False)


def test_head_tells_what_get_would(visitor: FlaskClient) -> None:
    with visitor.head(SHEET, headers={"Accept-Encoding": "gzip"}) as answer:
        told = (answer.content_length, answer.data)
    assert told == (len(ask(visitor, SHEET, Accept_Encoding="gzip").data), b"")


@pytest.mark.parametrize("path", ["/static/none.css", "/static/../static_files.py", "/static/%2e%2e/pages.py.css"])
def test_file_that_is_not_there_is_not_found(visitor: FlaskClient, path: str) -> None:
    assert ask(visitor, path, Accept_Encoding="gzip").status_code == 404


def test_file_that_changes_is_compressed_anew(
    app: Flask, visitor: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.static_files.STATIC", tmp_path)
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    bodies = []
    for number, text in enumerate(("a {}", "b {}")):
        (tmp_path / "x.css").write_text(text)
        os.utime(tmp_path / "x.css", (number, number))
        bodies.append(gzip.decompress(ask(visitor, "/static/x.css", Accept_Encoding="gzip").data))
    assert bodies == [b"a {}", b"b {}"]


def test_page_with_tokens_is_left_to_the_proxy(visitor: FlaskClient) -> None:
    assert ask(visitor, "/sign-in", Accept_Encoding="gzip").content_encoding is None


def test_icon_has_an_address_that_changes_with_the_drawings(app: Flask) -> None:
    with app.test_request_context():
        assert icon_url("clock") == f"{static_url('vendor/icons.svg')}#clock"
    assert "clock" in icon_names()


def test_icon_that_was_not_fetched_is_refused(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(KeyError, match="unicorn"):
        icon_url("unicorn")

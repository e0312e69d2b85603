"""Our static files: addresses that change with the content, and bodies that are compressed once for all visitors.

Pages are not compressed here. They hold CSRF tokens, and whoever can make a browser ask for pages with words of his
choice could guess a token from the sizes of compressed answers (BREACH); whether to do so is the proxy's to say.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, current_app, g, request, url_for
from werkzeug.wrappers import Response

STATIC = Path(__file__).parent / "static"
ICONS = "vendor/icons.svg"
COMPRESSED = frozenset({".css", ".js", ".svg"})
YEAR_SECONDS = 365 * 86_400
_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"')


def init_static_files(app: Flask) -> None:
    """Answer for static files in place of Flask, and give templates the addresses."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_SECONDS
    app.view_functions["static"] = send_static_file
    app.jinja_env.globals.update(static_url=static_url, icon_url=icon_url)


def static_url(name: str) -> str:
    """Return the address of a file of ours, with a mark of its content so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_mark(name))


def icon_url(name: str) -> str:
    """Return the address of an icon's drawing, for ``<use>``.

    Raises:
        KeyError: ``frontend.json`` does not list this icon, so no page could show it.
    """
    if name not in icon_names():
        raise KeyError(name)
    if "icons" not in g:
        g.icons = static_url(ICONS)
    return f"{g.icons}#{name}"


@cache
def icon_names() -> frozenset[str]:
    """Return the names of all icons that were fetched at set-up."""
    return frozenset(_SYMBOL.findall((STATIC / ICONS).read_text(encoding="utf-8")))


def send_static_file(filename: str) -> Response:
    """Answer with a file below ``static/``, compressed for whoever takes that (RFC 9110, 12.5.3)."""
    answer: Response = current_app.send_static_file(filename)
    if Path(filename).suffix not in COMPRESSED:
        return answer
    answer.vary.add("Accept-Encoding")
    if answer.status_code != 200 or not request.accept_encodings["gzip"]:
        return answer
    answer.close()
    path = STATIC / filename
    return _compressed(answer, _packed(path, path.stat().st_mtime_ns))


def _compressed(plain: Response, body: bytes) -> Response:
    """Return the answer with another body, which has a mark of its own: caches must not mix both up."""
    answer = current_app.response_class(body, headers=plain.headers)
    answer.content_encoding = "gzip"
    answer.set_etag(f"{hashlib.sha256(body).hexdigest()[:16]}-gzip")
    return answer.make_conditional(request)


@lru_cache(maxsize=64)
def _packed(path: Path, changed: int) -> bytes:
    """Return a file compressed; ``changed`` is its time of change, so that an edited one is packed anew."""
    return gzip.compress(path.read_bytes(), mtime=0)


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]

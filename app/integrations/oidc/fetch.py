"""Asking the provider over HTTP, bounded in time and size; redirects are not followed."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.integrations.oidc.values import OidcSettings, TransientProviderError, WrongAnswerError

MAX_BYTES = 1_000_000
CHUNK = 65_536
_BUSY = (408, 425, 429)


def fetch(
    settings: OidcSettings, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object at an address; with ``form`` it is posted.

    Raises:
        TransientProviderError: nobody answers in time. WrongAnswerError: another status than 200, or no JSON object.
    """
    body = None if form is None else urlencode(form)
    kind = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        status, content = _ask(settings, url, {"Accept": "application/json", **kind, **headers}, body)
    except (OSError, HTTPException, ValueError) as error:
        raise TransientProviderError(f"the provider cannot be used: {type(error).__name__}: {error}") from error
    if status >= 500 or status in _BUSY:
        raise TransientProviderError(f"the provider answers {status}")
    if status != 200:
        raise WrongAnswerError(f"the provider answers {status} {_reason(content)}".strip())
    return _object(content)


def _ask(settings: OidcSettings, url: str, headers: Mapping[str, str], body: str | None) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = _connection(settings, parts.scheme, parts.hostname or "", parts.port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET" if body is None else "POST", path, body, dict(headers))
        response = connection.getresponse()
        return response.status, _read(response, time.monotonic() + settings.seconds)
    finally:
        connection.close()


def _connection(settings: OidcSettings, scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(host, port, timeout=settings.seconds)
    context = ssl.create_default_context(cafile=settings.ca_file or None)
    return HTTPSConnection(host, port, timeout=settings.seconds, context=context)


def _read(response: HTTPResponse, until: float) -> bytes:
    content = bytearray()
    while chunk := response.read1(CHUNK):
        content += chunk
        if len(content) > MAX_BYTES or time.monotonic() > until:
            raise TimeoutError("its answer is too long or too slow")
    return bytes(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WrongAnswerError("the provider answers something else than JSON") from error
    if not isinstance(found, dict):
        raise WrongAnswerError("the provider answers no JSON object")
    return found


def _reason(content: bytes) -> str:
    """Return the word for what is wrong (RFC 6749, 5.2), if it is one."""
    try:
        word = _object(content).get("error")
    except WrongAnswerError:
        return ""
    return word if isinstance(word, str) and word.isascii() and word.replace("_", "").isalnum() else ""

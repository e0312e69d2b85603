"""Asking one host for one name, whatever the name resolves to."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS = 20.0
MAX_BODY_BYTES = 5_000_000


class OutsideError(Exception):
    """The site did not answer as a web server does; says how."""


@dataclass(frozen=True, slots=True)
class Target:
    """The site: its name, the address to ask whatever the name leads to, and certificates (PEM) to trust too."""

    name: str
    address: str
    roots: tuple[str, ...] = ()
    https_port: int = 443
    http_port: int = 80

    @property
    def origin(self) -> str:
        """The beginning of all its addresses."""
        return f"https://{self.host}"

    @property
    def host(self) -> str:
        """What a browser sends as Host."""
        return self.name if self.https_port == 443 else f"{self.name}:{self.https_port}"

    def connect(self, port: int) -> socket.socket:
        """Open a connection to the host.

        Raises:
            OutsideError: nobody answers there.
        """
        try:
            return socket.create_connection((self.address, port), SECONDS)
        except OSError as error:
            raise OutsideError(f"{self.address} port {port} does not answer: {error.strerror or error}") from error

    def context(self, *, verify: bool = True) -> ssl.SSLContext:
        """Return what its certificate is judged by; without ``verify`` anything will do."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        context.load_default_certs()
        for root in self.roots:
            context.load_verify_locations(cadata=root)
        return context

    def secured(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Open a connection with TLS.

        Raises:
            ssl.SSLError: the two do not agree, or the certificate is not to be trusted.
            OutsideError: nobody answers there.
        """
        plain = self.connect(self.https_port)
        try:
            return context.wrap_socket(plain, server_hostname=self.name)
        except BaseException:
            plain.close()
            raise


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers are in lower case, as often as they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key == name]

    def first(self, name: str) -> str:
        """Return the first value of a header; empty when it is not there."""
        return next(iter(self.all(name)), "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Call:
    """A request: ``path`` may be a whole address, ``body`` is an encoded form, ``plain`` goes without TLS."""

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    host: str = ""
    plain: bool = False


def ask(target: Target, call: Call) -> Answer:
    """Send a request over a connection of its own and read the answer; the certificate is judged elsewhere.

    Raises:
        OutsideError: no answer came, or none that is HTTP.
    """
    try:
        with _open(target, call) as connection:
            connection.sendall(_request(target, call))
            return _read(connection, call.method)
    except (OSError, http.client.HTTPException) as error:
        raise OutsideError(f"{call.method} {_path(call)} was not answered: {error or type(error).__name__}") from error


def _open(target: Target, call: Call) -> socket.socket:
    return target.connect(target.http_port) if call.plain else target.secured(target.context(verify=False))


def _request(target: Target, call: Call) -> bytes:
    headers = {"Host": call.host or target.host, "Connection": "close", "User-Agent": "eigenplan-verify"}
    if call.body is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(call.body))}
    headers |= call.headers or {}
    lines = [f"{call.method} {_path(call)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + (call.body or b"")


def _path(call: Call) -> str:
    parts = urlsplit(call.path)
    if parts.scheme:
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return call.path


def _read(connection: socket.socket, method: str) -> Answer:
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    headers = tuple((name.lower(), value) for name, value in response.getheaders())
    return Answer(response.status, headers, response.read(MAX_BODY_BYTES))

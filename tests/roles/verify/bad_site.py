"""A web server that promises nothing: no headers, one old certificate, old TLS, no redirect."""

from __future__ import annotations

import ssl
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from eigenplan_outside.target import Target

from tests.roles.reverse_proxy.rig import NAME


class Careless(BaseHTTPRequestHandler):
    """Answers everything in the same way."""

    protocol_version = "HTTP/1.1"
    server_version = "Careless/1.0"

    def do_GET(self) -> None:
        """Answer with a page."""
        page = b'<link rel="stylesheet" href="/a.css">'
        self.send_response(200)
        for name, value in {"X-Frame-Options": "DENY", "Content-Length": str(len(page))}.items():
            self.send_header(name, value)
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()
        self.wfile.write(page)
        self.close_connection = True

    do_POST = do_GET  # noqa: N815 the name that the base class looks for

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about visitors who hang up."""


def make_certificate(folder: Path, days: int = 30) -> tuple[Path, Path]:
    """Return a certificate of the site's name, which is its own authority, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    words += ["-keyout", str(key), "-out", str(certificate), "-days", str(days), "-subj", f"/CN={NAME}"]
    subprocess.run([*words, "-addext", f"subjectAltName=DNS:{NAME}"], check=True, capture_output=True)
    return certificate, key


def old_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return settings that agree to TLS 1.0."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@contextmanager
def careless_site(folder: Path) -> Iterator[Target]:
    """Run such a server with and without TLS."""
    certificate, key = make_certificate(folder)
    with ExitStack() as stack:
        secure = stack.enter_context(_serving(old_tls(certificate, key)))
        plain = stack.enter_context(_serving(None))
        yield Target(NAME, "127.0.0.1", (certificate.read_text(),), secure, plain)


@contextmanager
def _serving(context: ssl.SSLContext | None) -> Iterator[int]:
    server = _Quiet(("127.0.0.1", 0), Careless)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

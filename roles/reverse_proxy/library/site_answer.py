"""Ask the site on this host for its first page, as a visitor would, until it answers or time runs out."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: site_answer
short_description: Wait until the site answers over TLS with a trusted certificate of its name
description:
  - Connects to this host, whatever the name resolves to, and asks for the first page.
options:
  name: {description: Name of the site., type: str, required: true}
  address: {description: Where to connect., type: str, default: 127.0.0.1}
  port: {description: Port to connect to., type: int, default: 443}
  roots: {description: Files with root certificates to trust., type: list, elements: path, default: []}
  only_roots: {description: Trust nothing but these., type: bool, default: false}
  accept_unavailable: {description: Whether 502 to 504 is an answer too., type: bool, default: false}
  seconds: {description: How long to try., type: int, default: 120}
author: [The Eigenplan developers]
"""
RETURN = r"""
certificate: {description: False where it failed as there is no certificate to trust., type: bool, returned: always}
status: {description: HTTP status of the first page., type: int, returned: success}
expires: {description: When the certificate ends., type: str, returned: success}
"""

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "address": {"type": "str", "default": "127.0.0.1"},
    "port": {"type": "int", "default": 443},
    "roots": {"type": "list", "elements": "path", "default": []},
    "only_roots": {"type": "bool", "default": False},
    "accept_unavailable": {"type": "bool", "default": False},
    "seconds": {"type": "int", "default": 120},
}
TRY_SECONDS = 10.0
PAUSE_SECONDS = 0.5
AWAY = (502, 503, 504)
GIVEN_UP = "context canceled"
"""What Caddy says of a try that its own end or a new configuration broke off: no reason why there is no certificate."""

INVOCATION = ("systemctl", "show", "caddy.service", "--property=InvocationID", "--value")
"""Names Caddy's present start (systemd.exec(5)): what it said before that may be a fault that has been mended."""

JOURNAL = ("journalctl", "--output=cat", "--lines=200", "--no-pager")


class NotYetError(Exception):
    """The site does not answer as it should; says why."""


class NoCertificateError(NotYetError):
    """The site has no certificate of its name, or none that is to be trusted."""


@dataclass(frozen=True)
class Site:
    """Where to ask, and for which name."""

    name: str
    address: str
    port: int


@dataclass(frozen=True)
class Answer:
    """HTTP status of the first page, and when the certificate ends."""

    status: int
    expires: str


def make_context(roots: Iterable[str], only_roots: bool) -> ssl.SSLContext:
    """Return what certificates are judged by.

    Raises:
        NotYetError: a file of root certificates is not there (yet) or holds none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not only_roots:
        context.load_default_certs()
    for root in roots:
        try:
            context.load_verify_locations(cafile=root)
        except (OSError, ssl.SSLError) as error:
            raise NotYetError(f"the root certificate {root} cannot be read: {error}") from error
    return context


def ask(site: Site, context: ssl.SSLContext) -> Answer:
    """Ask once.

    Raises:
        NoCertificateError: there is none of the name, or it is not to be trusted.
        NotYetError: nobody listens, or what comes is not HTTP.
    """
    try:
        with (
            socket.create_connection((site.address, site.port), TRY_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=site.name) as secured,
        ):
            return _read(site, secured)
    except ssl.SSLCertVerificationError as error:
        raise NoCertificateError(f"the certificate is not to be trusted: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise NoCertificateError(f"no certificate for the name is there yet ({error.reason or error})") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotYetError(f"{site.address} port {site.port} does not answer: {error}") from error


def _read(site: Site, secured: ssl.SSLSocket) -> Answer:
    certificate = secured.getpeercert() or {}
    secured.sendall(f"GET / HTTP/1.1\r\nHost: {site.name}\r\nConnection: close\r\n\r\n".encode())
    response = http.client.HTTPResponse(secured)
    response.begin()
    return Answer(response.status, str(certificate.get("notAfter", "")))


def wait(once: Callable[[], Answer], accepts: Callable[[int], bool], seconds: float) -> Answer:
    """Ask until the answer is acceptable.

    Raises:
        NotYetError: time ran out; says what was wrong last.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            answer = once()
            if accepts(answer.status):
                return answer
            raise NotYetError(f"it answers with HTTP status {answer.status}")
        except NotYetError:
            if time.monotonic() + PAUSE_SECONDS > until:
                raise
        time.sleep(PAUSE_SECONDS)


def last_complaint(lines: Iterable[str]) -> str:
    """Return what Caddy's journal last said about certificates; empty when nothing."""
    found = ""
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("level") == "error" and str(entry.get("logger", "")).startswith("tls"):
            said = str(entry.get("error") or entry.get("msg", ""))
            found = found if said.endswith(GIVEN_UP) else said
    return found


def read_journal() -> list[str]:
    """Return the newest lines that Caddy wrote since it started; none where it does not run or there is no journal."""
    invocation = _read_command(INVOCATION).strip()
    return _read_command((*JOURNAL, f"_SYSTEMD_INVOCATION_ID={invocation}")).splitlines() if invocation else []


def _read_command(words: tuple[str, ...]) -> str:
    try:
        result = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 our words, no shell
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout


def explain(site: Site, seconds: int, trouble: str, complaint: str) -> str:
    """Return the sentence for the operator."""
    told = f" Caddy says: {complaint}." if complaint else ""
    return (
        f"https://{site.name} did not answer on the host itself within {seconds} s: {trouble}.{told}"
        " Look at `journalctl -u caddy` there, mend it, and run the play again."
    )


def main() -> None:
    """Do what the task says."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    given = module.params
    site = Site(given["name"], given["address"], given["port"])
    try:
        answer = wait(
            lambda: ask(site, make_context(given["roots"], given["only_roots"])),
            lambda status: status < 500 or (given["accept_unavailable"] and status in AWAY),
            given["seconds"],
        )
    except NotYetError as trouble:
        told = explain(site, given["seconds"], str(trouble), last_complaint(read_journal()))
        module.fail_json(msg=told, certificate=not isinstance(trouble, NoCertificateError))
    module.exit_json(changed=False, certificate=True, status=answer.status, expires=answer.expires)


if __name__ == "__main__":
    main()

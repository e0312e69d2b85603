"""Questions to a slot on its own port, asked as the proxy would ask them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 10
MAX_BODY_BYTES = 500_000
PAGES = ("/", "/sign-in")
MOST_LINKS = 5
_LINK = re.compile(rb'href="(/[^"#?]*(?:\?[^"#]*)?)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is 0 when there was no answer; ``text`` is then the reason."""

    status: int
    text: str
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        """Whether it is what a healthy page answers; a redirect is."""
        return 200 <= self.status < 400

    @property
    def reason(self) -> str:
        """What it says, for the middle of a sentence."""
        return self.text.rstrip(".") or f"it answers {self.status}"


def ask(port: int, path: str, domain: str, timeout: float = TIMEOUT_SECONDS) -> Answer:
    """Get a page from a port of this host."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {"Host": domain, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read(MAX_BODY_BYTES)
    except (OSError, HTTPException) as error:
        return Answer(0, f"no answer ({error or type(error).__name__})")
    finally:
        connection.close()
    return Answer(response.status, _first_line(body), body)


def _first_line(body: bytes) -> str:
    text = body.decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else text.split("\n")[0][:200]


def find_fault(port: int, domain: str) -> str:
    """Visit real pages, the links of the first one among them; return what is wrong, or nothing."""
    pages = {path: ask(port, path, domain) for path in PAGES}
    bad = [_fault(path, answer) for path, answer in pages.items() if not answer.is_good]
    for path in _links(pages[PAGES[0]].body):
        answer = ask(port, path, domain)
        if answer.status == 0 or answer.status >= 500:
            bad.append(_fault(path, answer))
    return "; ".join(bad)


def _fault(path: str, answer: Answer) -> str:
    return f"{path} answers {answer.status or answer.text}"


def _links(body: bytes) -> list[str]:
    found = [unescape(match.decode("ascii", "ignore")) for match in _LINK.findall(body)]
    wanted = [path for path in dict.fromkeys(found) if path not in PAGES and not path.startswith(("/static", "//"))]
    return wanted[:MOST_LINKS]

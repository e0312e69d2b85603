"""What the site's answers promise: headers, redirects, compression, and what must not be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from time import time

from eigenplan_outside.findings import Finding, bad, good, judge
from eigenplan_outside.target import Answer, Call, OutsideError, Target, ask

HEADERS = {
    "strict-transport-security": r"max-age=(3[1-9]\d{6}|[4-9]\d{7}|\d{9,}).*",
    "content-security-policy": r"default-src 'none';(?!.*unsafe-).*frame-ancestors 'none'.*",
    "x-content-type-options": r"nosniff",
    "x-frame-options": r"DENY",
    "referrer-policy": r"same-origin",
    "cross-origin-opener-policy": r"same-origin",
    "cross-origin-resource-policy": r"same-origin",
    "permissions-policy": r".*camera=\(\).*",
}
"""What each header must look like, in every answer, exactly once."""

MISSING = "/there-is-no-such-page"
SHUT = ("/readyz", "//readyz", "/READYZ", "/%72eadyz", "/x/../readyz")
TELLING = ("server", "x-powered-by", "via")
STRANGER = "stranger.invalid"
AGAIN = "Run site.yml again; if that does not mend it, look at /etc/caddy/Caddyfile on the host."
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')


def check_answers(target: Target) -> Iterator[Finding]:
    """Ask for a page, a missing page, a static file and what is shut, and look at the answers."""
    try:
        page = ask(target, Call("/"))
    except OutsideError as error:
        yield bad("first page", str(error), "See whether `eigenplan status` on the host is content.")
        return
    yield judge(
        "first page",
        f"status {page.status}",
        page.status == 200,
        "See `eigenplan status` and `eigenplan logs` on the host.",
    )
    for check in (_redirect, _many_headers, _shut, _compressed, _forged, _stranger, _limited):
        try:
            yield from check(target, page)
        except OutsideError as error:
            yield bad(check.__name__.strip("_").replace("_", " "), str(error), AGAIN)


def _redirect(target: Target, page: Answer) -> Iterator[Finding]:
    answer = ask(target, Call("/some/page?x=1", host=target.name, plain=True))
    where = answer.first("location")
    holds = answer.status in (301, 308) and where == f"{target.origin}/some/page?x=1"
    yield judge("HTTP leads to HTTPS", f"status {answer.status}, to {where or 'nowhere'}", holds, AGAIN)


def _many_headers(target: Target, page: Answer) -> Iterator[Finding]:
    yield _headers("a page", page)
    yield _headers("an error page", ask(target, Call(MISSING)))
    yield _headers("a page of the proxy", ask(target, Call(SHUT[0])))
    sheet = _SHEET.search(page.text)
    yield _headers("a static file", ask(target, Call(sheet[1].replace("&amp;", "&") if sheet else "/static/app.css")))


def _headers(what: str, answer: Answer) -> Finding:
    """Look for what protects an answer; each header must come once, as browsers add up or drop what comes twice."""
    wrong = [name for name, form in HEADERS.items() if not _is_once(answer.all(name), form)]
    telling = [name for name in TELLING if answer.all(name)]
    found = [f"missing, doubled or weak: {', '.join(wrong)}"] if wrong else []
    found += [f"tells of itself: {', '.join(telling)}"] if telling else []
    return judge(f"headers of {what}", "; ".join(found) or "all there", not found, AGAIN)


def _is_once(values: list[str], form: str) -> bool:
    return len(values) == 1 and re.fullmatch(form, values[0]) is not None


def _shut(target: Target, page: Answer) -> Iterator[Finding]:
    open_ones = [path for path in SHUT if ask(target, Call(path)).status in (200, 503)]
    found = f"answered: {', '.join(open_ones)}" if open_ones else "not found from outside"
    yield judge("/readyz shut", found, not open_ones, AGAIN)


def _compressed(target: Target, page: Answer) -> Iterator[Finding]:
    kinds = ("gzip", "zstd")
    used = [ask(target, Call("/", headers={"Accept-Encoding": kind})).first("content-encoding") for kind in kinds]
    yield judge("compression", ", ".join(filter(None, used)) or "none", used == list(kinds), AGAIN)


def _forged(target: Target, page: Answer) -> Iterator[Finding]:
    """Claim to be another site by forwarded headers: a form from there is taken only where such claims are believed."""
    forged = {
        name: STRANGER for name in ("Origin", "X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-For", "X-Real-IP")
    }
    forged |= {"Origin": f"https://{STRANGER}", "Forwarded": f"host={STRANGER}"}
    answer = ask(target, Call("/book", "POST", b"token=x", forged))
    yield judge("forged X-Forwarded headers", f"status {answer.status}", answer.status == 403, AGAIN)


def _stranger(target: Target, page: Answer) -> Iterator[Finding]:
    answer = ask(target, Call("/", host=STRANGER))
    holds = answer.status == 421 and not answer.body
    yield judge("other names unanswered", f"status {answer.status}, {len(answer.body)} bytes", holds, AGAIN)


def _limited(target: Target, page: Answer) -> Iterator[Finding]:
    answer = ask(target, Call("/book", "POST", headers={"Content-Length": "2000000"}))
    yield judge("size of requests limited", f"status {answer.status} for 2 MB", answer.status == 413, AGAIN)


def check_live(target: Target) -> Finding:
    """Ask for a stream of changes without a pass, as only somebody who is signed in has one: the refusal is its own."""
    advice = "See `eigenplan status` and `eigenplan logs` on the host; meanwhile calendars look once a minute."
    try:
        answer = ask(target, Call("/live", headers={"Accept-Encoding": "gzip, zstd"}))
    except OutsideError as error:
        return bad("live calendars", str(error), AGAIN)
    is_its_own = answer.status == 403 and answer.first("content-type").startswith("text/plain")
    found = "the live process answers" if is_its_own else f"status {answer.status}, not by the live process"
    return judge("live calendars", found, is_its_own and not answer.all("content-encoding"), advice)


def check_clock(target: Target) -> Finding:
    """Compare the host's clock with this machine's, by the date of an answer, which is of whole seconds."""
    before = time()
    try:
        date = parsedate_to_datetime(ask(target, Call("/")).first("date")).timestamp()
    except (OutsideError, ValueError, TypeError) as error:
        return bad("clocks agree", f"the host tells no time: {error}", AGAIN)
    away = max(before - (date + 1), date - time(), 0.0)
    if away < 2:
        return good("clocks agree", "within 2 s")
    return bad("clocks agree", f"{away:.0f} s apart", "Set the clock of whichever is wrong; see site_ntp_servers.")

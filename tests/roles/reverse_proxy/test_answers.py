"""What visitors get from a real Caddy with the role's Caddyfile."""

from __future__ import annotations

import pytest
from eigenplan_outside.target import Answer, Call

from tests.roles.reverse_proxy.caddyfile import variables
from tests.roles.reverse_proxy.rig import NAME, Proxy

HSTS = "strict-transport-security"
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "81",
    "X-Forwarded-Prefix": "/x",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
}


def protection(answer: Answer) -> dict[str, list[str]]:
    """Return every value of each header that protects an answer."""
    names = [name.lower() for name in variables()["__reverse_proxy_headers"]]
    return {name: answer.all(name) for name in names}


def test_answer_without_headers_gets_them_all(proxy: Proxy) -> None:
    with proxy.slots[0].listening():
        answer = proxy.ask(Call("/"))
    wanted = {name.lower(): [value] for name, value in variables()["__reverse_proxy_headers"].items()}
    assert (answer.status, protection(answer)) == (200, wanted)
    assert answer.all(HSTS) == ["max-age=31536000"]


def test_headers_of_the_program_are_kept_and_not_doubled(proxy: Proxy) -> None:
    proxy.slots[0].headers = {
        "Content-Security-Policy": "own",
        "Strict-Transport-Security": "own",
        "X-Frame-Options": "own",
    }
    with proxy.slots[0].listening():
        answer = proxy.ask(Call("/"))
    assert [answer.all(name) for name in ("content-security-policy", HSTS, "x-frame-options")] == [["own"]] * 3


def test_page_that_other_sites_may_frame_is_not_forbidden_to_be(proxy: Proxy) -> None:
    policy = "default-src 'none'; frame-ancestors https://www.example.org"
    proxy.slots[0].headers = {"Content-Security-Policy": policy}
    with proxy.slots[0].listening():
        answer = proxy.ask(Call("/"))
    assert (answer.all("content-security-policy"), answer.all("x-frame-options")) == ([policy], [])


def test_nobody_learns_which_programs_answer(proxy: Proxy) -> None:
    with proxy.slots[0].listening():
        answers = [
            proxy.ask(call) for call in (Call("/"), Call("/readyz"), Call("/", plain=True), Call("/", host="x.test"))
        ]
    assert [one.all("server") for one in answers] == [[]] * 4


@pytest.mark.parametrize(
    "path", ["/readyz", "/readyz/", "//readyz", "/READYZ", "/%72eadyz", "/x/../readyz", "/readyz?a=1"]
)
def test_readyz_is_not_found_from_outside(proxy: Proxy, path: str) -> None:
    with proxy.slots[0].listening() as slot:
        answer = proxy.ask(Call(path))
    assert (answer.status, [one.path for one in slot.seen]) == (404, [])
    assert all(len(values) == 1 for values in protection(answer).values())


def test_plain_http_leads_to_https_with_path_and_query(proxy: Proxy) -> None:
    answer = proxy.ask(Call("/book/times?service=a", host=NAME, plain=True))
    where = f"https://{NAME}:{proxy.target.https_port}/book/times?service=a"
    assert (answer.status, answer.first("location"), answer.all(HSTS)) == (308, where, [])


@pytest.mark.parametrize("plain", [False, True])
def test_other_names_learn_nothing(proxy: Proxy, plain: bool) -> None:
    with proxy.slots[0].listening() as slot:
        answer = proxy.ask(Call("/", host="other.test", plain=plain))
    assert (answer.status, answer.body, slot.seen) == (421, b"", [])


def test_forwarded_headers_from_outside_are_thrown_away(proxy: Proxy) -> None:
    with proxy.slots[0].listening() as slot:
        proxy.ask(Call("/", headers=FORGED))
    got = {name: value for name, value in slot.seen[0].headers.items() if "forwarded" in name or name == "x-real-ip"}
    assert got == {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": proxy.target.host, "x-forwarded-proto": "https"}


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_pages_are_compressed(proxy: Proxy, kind: str) -> None:
    with proxy.slots[0].listening():
        answer = proxy.ask(Call("/", headers={"Accept-Encoding": kind}))
    assert (answer.first("content-encoding"), len(answer.body) < 500) == (kind, True)


@pytest.mark.parametrize(("size", "status"), [(1_000_000, 200), (1_000_001, 413), (12_000_000, 413)])
def test_bodies_are_limited(proxy: Proxy, size: int, status: int) -> None:
    with proxy.slots[0].listening() as slot:
        call = Call("/book", "POST", b"x" * size if status == 200 else None, {"Content-Length": str(size)})
        answer = proxy.ask(call)
    assert (answer.status, [len(one.body) for one in slot.seen]) == (status, [size] if status == 200 else [])


def test_body_of_unknown_length_is_refused(proxy: Proxy) -> None:
    with proxy.slots[0].listening() as slot:
        answer = proxy.ask(Call("/book", "POST", headers={"Transfer-Encoding": "chunked"}))
    assert (answer.status, slot.seen) == (411, [])


def test_page_says_that_nothing_is_there_right_now(proxy: Proxy) -> None:
    answer = proxy.ask(Call("/manage/secret"))
    assert answer.status in (502, 503)  # no connection came about, or Caddy knew before that none would
    assert (answer.first("retry-after"), answer.first("cache-control")) == ("10", "no-store")
    assert "Bookings that were confirmed to you are safe." in answer.text
    assert answer.all("content-security-policy") == [variables()["__reverse_proxy_page_policy"]]
    assert answer.all(HSTS) == ["max-age=31536000"]


def test_log_holds_no_addresses_of_pages_or_visitors(proxy: Proxy) -> None:
    proxy.ask(Call("/manage/a-secret-link?text=name-of-a-client", headers={"X-Mark": "mark-of-the-visitor"}))
    said = proxy.log
    assert '"logger":"http.log.error"' in said
    words = ("a-secret-link", "name-of-a-client", "mark-of-the-visitor", "remote_ip")
    assert [word for word in words if word in said] == []

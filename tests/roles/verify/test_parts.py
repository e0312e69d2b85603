"""What the checks are made of: ports, forms, names, what a host says, and the table."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator

import pytest
from eigenplan_outside import __main__ as program
from eigenplan_outside import names, ports
from eigenplan_outside.findings import FAILED, Finding, bad, failures, good, table, warning
from eigenplan_outside.forms import Page
from eigenplan_outside.host import (
    as_findings,
    check_containers,
    check_disks,
    check_host,
    check_mails,
    check_time,
    listening_ports,
)
from eigenplan_outside.target import Call, OutsideError, Target, ask

from tests.roles.reverse_proxy.rig import free_ports

GIB = 1024**3
DF = "Filesystem 1-blocks Used Available Capacity Mounted on\n"
SS = """\
LISTEN 0 128    0.0.0.0:22      0.0.0.0:*
LISTEN 0 4096 127.0.0.1:8001    0.0.0.0:*
LISTEN 0 4096 127.0.0.53%lo:53  0.0.0.0:*
LISTEN 0 4096     [::1]:5432       [::]:*
LISTEN 0 4096         *:443           *:*
LISTEN 0 128       [::]:22         [::]:*
"""
PAGE = """
<a href="/one">1</a><a name="x">no link</a><a href="/two?a=1&amp;b=2">2</a>
<form method="get" action="/search"><input name="q" value="not sent"></form>
<form method="post" action="/book?x=1">
  <input type="hidden" name="token" value="t&amp;1"><input name="email"><textarea name="comment">old</textarea>
  <input type="checkbox" name="off"><input type="checkbox" name="on" value="1" checked>
  <select name="kind"><option value="a"></select><button name="token" value="other">x</button>
</form>
<input name="outside" value="x">
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])


def test_open_port_that_is_intended_is_fine(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "WELL_KNOWN", ())
    assert ports.check_ports("127.0.0.1", [], [port_of(listener)], []).result == "ok"


def test_open_port_that_is_not_intended_is_told(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "WELL_KNOWN", ())
    found = ports.check_ports("127.0.0.1", [port_of(listener)], [], [])
    assert (found.result, found.found.endswith(f"not intended: {port_of(listener)}")) == (FAILED, True)


@pytest.mark.parametrize("is_open", [True, False])
def test_port_that_the_inventory_opens_may_answer_and_need_not(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, is_open: bool
) -> None:
    monkeypatch.setattr(ports, "WELL_KNOWN", ())
    port = port_of(listener) if is_open else free_ports(1)[0]
    assert ports.check_ports("127.0.0.1", [port], [], [port]).result == "ok"


def test_intended_port_that_is_shut_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "WELL_KNOWN", ())
    (port,) = free_ports(1)
    found = ports.check_ports("127.0.0.1", [], [port], [])
    assert (found.result, found.found) == (FAILED, f"of 1 tried: none; shut: {port}")


def test_listening_ports_are_those_that_others_reach() -> None:
    assert listening_ports(SS) == [22, 443]


def test_page_shows_its_links_in_their_order() -> None:
    assert Page(PAGE).links == ["/one", "/two?a=1&b=2"]
    assert Page(PAGE).link(lambda one: one == "/three") is None


def test_form_holds_what_a_browser_would_send() -> None:
    (form,) = Page(PAGE).forms
    assert (form.action, form.fields) == (
        "/book?x=1",
        {"token": "t&1", "email": "", "comment": "", "on": "1", "kind": ""},
    )
    assert form.filled(email="a@b.c") == b"token=t%261&email=a%40b.c&comment=&on=1&kind="


def resolver(**records: list[str]) -> Callable[[str, str], list[str]]:
    """Return a name service with these records: the name with _ for dots and - for underscores, then the type."""
    return lambda name, kind: records.get(f"{name.replace('.', '__')}__{kind}", [])


def looked(look: Callable[[str, str], list[str]], relay: str = "192.0.2.1") -> dict[str, str]:
    found = names.check_names(look, "site.test", ["192.0.2.7"], "Bookings <b@mail.test>", relay, ["s1"])
    return {one.check: f"{one.result}: {one.found}" for one in found}


def test_names_that_are_right_are_praised() -> None:
    look = resolver(
        site__test__A=["192.0.2.7"],
        mail__test__TXT=["v=spf1 -all", "other"],
        s1___domainkey__mail__test__TXT=["k=rsa; p=AB"],
    )
    assert looked(look) == {
        "name of the site": "ok: 192.0.2.7",
        "SPF of mail.test": "ok: v=spf1 -all",
        "DKIM of mail.test": "ok: keys: s1",
    }


def test_names_that_are_missing_are_warned_of() -> None:
    assert looked(resolver()) == {
        "name of the site": "warning: site.test has no address here",
        "SPF of mail.test": "warning: none",
        "DKIM of mail.test": "warning: none under s1",
    }


def test_name_with_another_address_too_is_warned_of() -> None:
    look = resolver(site__test__A=["192.0.2.7"], site__test__AAAA=["2001:db8::1"])
    assert looked(look)["name of the site"] == "warning: site.test has 192.0.2.7, 2001:db8::1 here"


def test_two_spf_records_are_warned_of() -> None:
    found = looked(resolver(mail__test__TXT=["v=spf1 a -all", "v=spf1 mx -all"]))
    assert found["SPF of mail.test"] == "warning: 2 records, so that none counts (RFC 7208)"


@pytest.mark.parametrize(
    ("relay", "word"), [("192.0.2.1", "ip4:192.0.2.1"), ("2001:db8::1", "ip6:2001:db8::1"), ("mx.test", "a:mx.test")]
)
def test_spf_record_to_publish_names_the_relay(relay: str, word: str) -> None:
    found = list(names.check_names(resolver(), "site.test", [], "b@mail.test", relay, []))
    assert f'"v=spf1 {word} -all"' in found[1].advice


def test_names_that_cannot_be_looked_up_are_warned_of() -> None:
    def fail(name: str, kind: str) -> list[str]:
        raise names.LookError("no name server")

    assert set(looked(fail).values()) == {"warning: not looked at: no name server"}


def test_name_that_is_none_is_told_whatever_the_name_service() -> None:
    with pytest.raises(names.LookError, match=r"^a\.\.b: "):
        names.look_up("a..b", "A")


@pytest.mark.parametrize(
    ("says", "required", "result"), [("yes", True, "ok"), ("no", True, FAILED), ("no", False, "warning")]
)
def test_clock_that_nobody_sets_is_told(says: str, required: bool, result: str) -> None:
    assert check_time(f"NTP=yes\nNTPSynchronized={says}\n", required=required).result == result


@pytest.mark.parametrize(("size", "free", "result"), [(100, 50, "ok"), (100, 10, "warning"), (8, 1, FAILED)])
def test_disk_is_judged_by_what_is_free(size: int, free: int, result: str) -> None:
    line = f"/dev/a {size * GIB} {(size - free) * GIB} {free * GIB} 1% /\n"
    assert [(one.check, one.result) for one in check_disks(DF + line + line)] == [("disk of /", result)]


def test_containers_that_are_not_well_are_told_with_the_last_lines() -> None:
    assert check_containers(0, "all well") == good("containers healthy", "yes")
    assert check_containers(1, "head\nworker  down\n").found == "head / worker  down"


def mails(*statuses: str) -> str:
    messages = [
        {"kind": "confirmed", "status": one, "error": "relay away" if one == "failed" else ""} for one in statuses
    ]
    return json.dumps({"state": "open", "booking": {"messages": messages}})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (mails("delivered", "delivered"), "ok: 2: confirmed, confirmed"),
        (mails("delivered", "failed"), f"{FAILED}: confirmed failed relay away"),
        (mails("delivered"), f"{FAILED}: 1 instead of 2"),
        ('{"state": "none", "booking": null}', f"{FAILED}: 0 instead of 2"),
    ],
)
def test_mails_are_told(text: str, result: str) -> None:
    found = check_mails(text)
    assert f"{found.result}: {found.found}" == result


def test_host_that_says_nothing_about_mails_is_told() -> None:
    assert check_mails("eigenplan: gone").found.startswith("the host does not tell: ")


def facts(**more: object) -> dict[str, object]:
    given = {
        "time": "NTPSynchronized=yes",
        "time_required": True,
        "disks": DF,
        "containers": "",
        "containers_status": 0,
    }
    return {**given, "probe_wanted": True, "probe_path": "", "probe": "", "mails": "", **more}


def test_service_that_cannot_be_opened_is_told() -> None:
    first = next(check_host(facts(probe="Traceback\neigenplan: nothing is installed yet")))
    assert (first.result, first.found) == (
        FAILED,
        "its service cannot be opened: Traceback / eigenplan: nothing is installed yet",
    )


def test_booking_that_was_not_wanted_is_no_failure() -> None:
    assert failures(check_host(facts(probe_wanted=False))) == []


def test_mails_are_looked_at_where_something_was_booked() -> None:
    found = next(check_host(facts(probe_path="/book/times", mails=mails("delivered", "delivered"))))
    assert (found.check, found.result) == ("mails handed to the relay", "ok")


def test_table_wraps_long_texts_within_their_column() -> None:
    rows = [good("short", "yes"), bad("long", "word " * 20, "do this"), warning("c", "", "d")]
    lines = table(rows).splitlines()
    assert lines[0].split() == ["check", "result", "found", "what", "to", "do"]
    assert [line.split()[0] for line in lines[2:]] == ["short", "long", "word", "c"]
    assert max(map(len, lines)) < 150
    assert failures(rows) == ["long"]


def test_findings_survive_as_json() -> None:
    assert as_findings([{"check": "a", "result": "ok", "found": "b", "advice": ""}]) == [Finding("a", "ok", "b")]


def test_answer_that_is_not_http_is_told(listener: socket.socket) -> None:
    import threading

    def talk() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail server\r\n")

    thread = threading.Thread(target=talk)
    thread.start()
    with pytest.raises(OutsideError, match=r"GET / was not answered"):
        ask(Target("a.test", "127.0.0.1", http_port=port_of(listener)), Call("/", plain=True))
    thread.join()


def test_program_reads_a_wish_and_writes_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = {"name": "site.test", "address": "127.0.0.9", "roots": [], "renewed": True, "probe": "/book/times"}
    wish |= {
        "email": "a@b.test",
        "live": True,
        "listening": [],
        "ports": [],
        "allowed": [],
        "addresses": [],
        "sender": "b@mail.test",
    }
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({**wish, "relay": "192.0.2.1", "selectors": []})))
    monkeypatch.setattr(ports, "WELL_KNOWN", ())
    program.main()
    found = as_findings(json.loads(capsys.readouterr().out))
    assert failures(found) == ["TLS", "first page", "live calendars", "a booking is made", "clocks agree"]

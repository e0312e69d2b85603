"""The lab's inventory, names and mails, without a lab."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.bench.servers import free_port
from tests.lab import names
from tests.lab.folder import LabFolder
from tests.lab.inventory import Target, connection, site_values, write_inventory
from tests.lab.inventory import yaml as as_yaml
from tests.lab.machine import wait_until
from tests.lab.mail import MailRelay
from tests.lab.names import Names
from tests.lab.relay import serve


def test_inventory_has_hosts_and_values(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path / "lab")
    values = site_values("ssh-ed25519 AAAA lab\n", MailRelay("ep0001", "10.213.0.1", tmp_path), Path("/base.tar"))
    values |= connection(folder)
    written = folder.inventory
    write_inventory(written, [Target("debian13", "10.213.0.11")], values)
    hosts = yaml.safe_load((written / "hosts.yml").read_text())
    assert hosts == {
        "eigenplan": {"hosts": {"debian13": {"site_domain": "debian13.lab.test", "site_address": "10.213.0.11"}}}
    }
    group = yaml.safe_load((written / "group_vars" / "eigenplan.yml").read_text())
    assert group == values
    assert group["ansible_ssh_common_args"] == f"-F {folder.ssh_config}"


def test_yaml_is_read_as_it_was_meant() -> None:
    content = {"text": "no", "number": "012", "list": ["a: b", 'c"'], "inside": {"empty": "", "switch": True}}
    assert yaml.safe_load(as_yaml(content)) == content


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "netns"
    monkeypatch.setattr(names, "NAMESPACES", folder)
    return folder


def test_names_are_written_and_go_with_their_folder(etc: Path) -> None:
    part = Names("ep0001-c1", {"debian13.lab.test debian13": "10.213.0.11"})
    part.make()
    assert (etc / "ep0001-c1" / "hosts").read_text().splitlines() == [
        "127.0.0.1\tlocalhost",
        "10.213.0.11\tdebian13.lab.test debian13",
    ]
    assert part.exists()
    Names("ep0001-c1").remove()
    assert not etc.exists()


def test_names_leave_other_files_alone(etc: Path) -> None:
    own, other = Names("ep0001-c1"), Names("other")
    other.make()
    own.make()
    own.remove()
    own.remove()
    assert (own.exists(), other.exists()) == (False, True)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[MailRelay]:
    """The relay's program in a thread."""
    loop, relay = asyncio.new_event_loop(), MailRelay("ep0001", "127.0.0.1", tmp_path, free_port())
    relay.make_certificate()
    task = loop.create_task(serve(relay))
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])))
    thread.start()
    wait_until(relay.answers, 10.0, "no relay")
    yield relay
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()


def test_mail_is_kept_with_its_envelope(relay: MailRelay) -> None:
    with smtplib.SMTP(relay.address, relay.port) as client:
        client.sendmail("from@lab.test", ["one@example.org", "two@example.org"], b"Subject: Booked\r\n\r\nHello\r\n")
    (mail,) = relay.mails()
    found = [mail["X-Lab-To"], mail["X-Lab-Login"], mail["Subject"]]
    assert found == ["one@example.org, two@example.org", "nobody", "Booked"]


def test_mail_says_who_has_signed_in(relay: MailRelay) -> None:
    with smtplib.SMTP(relay.address, relay.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(relay.certificate)))
        client.login("lab", "any password")
        client.sendmail("from@lab.test", ["one@example.org"], b"Subject: Booked\r\n\r\nHello\r\n")
    (mail,) = relay.mails()
    assert mail["X-Lab-Login"] == "lab any password"


def test_relay_wants_no_password_in_the_clear(relay: MailRelay) -> None:
    with smtplib.SMTP(relay.address, relay.port) as client, pytest.raises(smtplib.SMTPNotSupportedError):
        client.login("lab", "any password")

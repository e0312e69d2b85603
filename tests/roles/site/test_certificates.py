"""Files of certificates and keys: whole, in time, of the right name, and of one pair."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from eigenplan_inventory.certificates import check_files

NOW = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
DOMAIN = "bookings.lab.test"


@dataclass(frozen=True)
class Pair:
    """A key, and what its certificate says."""

    names: tuple[str, ...] = (DOMAIN,)
    begins: datetime.datetime = NOW - DAY
    ends: datetime.datetime = NOW + DAY

    def write(self, folder: Path, lock: KeySerializationEncryption | None = None) -> dict[str, object]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
        builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, self.begins, self.ends)
        if self.names:
            names = x509.SubjectAlternativeName([x509.DNSName(name) for name in self.names])
            builder = builder.add_extension(names, critical=False)
        certificate, private = folder / "site.pem", folder / "site.key"
        certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption()))
        paths = {"site_tls_certificate": str(certificate), "site_tls_key": str(private)}
        return {"site_tls": "files", "site_domain": DOMAIN, **paths}


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def told(values: dict[str, object]) -> list[str]:
    return [sentence for _, sentence in check_files(values, read, NOW)]


@pytest.mark.parametrize("names", [(DOMAIN,), ("*.lab.test",), ("other.test", DOMAIN)])
def test_pair_that_fits_is_taken(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert told(Pair(names).write(tmp_path)) == []


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        (Pair(ends=NOW), "expired on 2026-11-25"),
        (Pair(begins=NOW + DAY, ends=NOW + 2 * DAY), "is valid only from 2026-11-26 on"),
        (Pair(("other.lab.test",)), "for other.lab.test and not for bookings.lab.test"),
        (Pair(("*.test",)), "for *.test and not for"),
        (Pair(()), "without names (subjectAltName)"),
    ],
)
def test_certificate_that_browsers_would_refuse_is_refused(tmp_path: Path, pair: Pair, sentence: str) -> None:
    assert [sentence in one for one in told(pair.write(tmp_path))] == [True]


def _another_key(folder: Path, values: dict[str, object]) -> None:
    (folder / "other").mkdir()
    values["site_tls_key"] = Pair().write(folder / "other")["site_tls_key"]


def _certificate_as_key(folder: Path, values: dict[str, object]) -> None:
    values["site_tls_key"] = values["site_tls_certificate"]


def _key_as_certificate(folder: Path, values: dict[str, object]) -> None:
    values["site_tls_certificate"] = values["site_tls_key"]


def _no_file(folder: Path, values: dict[str, object]) -> None:
    values["site_tls_certificate"] = str(folder / "none.pem")


def _relative(folder: Path, values: dict[str, object]) -> None:
    values["site_tls_key"] = "files/site.key"


def _no_key(folder: Path, values: dict[str, object]) -> None:
    del values["site_tls_key"]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_another_key, "site_tls_key is not the key of the certificate"),
        (_certificate_as_key, "which holds no private key in PEM"),
        (_key_as_certificate, "which holds no certificate in PEM"),
        (_no_file, "cannot be read on this machine: No such file"),
        (_relative, "write {{ inventory_dir }}/files/site.key"),
        (_no_key, "site_tls_key is needed where site_tls is files"),
    ],
)
def test_pair_that_is_not_one_is_refused(
    tmp_path: Path, spoil: Callable[[Path, dict[str, object]], None], sentence: str
) -> None:
    values = Pair().write(tmp_path)
    spoil(tmp_path, values)
    assert [sentence in one for one in told(values)] == [True]


def test_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    values = Pair().write(tmp_path, BestAvailableEncryption(b"word"))
    assert ["needs a passphrase" in one for one in told(values)] == [True]


def test_authorities_are_looked_at_one_by_one(tmp_path: Path) -> None:
    good = Pair((), ends=NOW + DAY).write(tmp_path)["site_tls_certificate"]
    values = {"site_tls": "acme", "site_acme_root": good, "site_authorities": [good, "/none"]}
    assert check_files(values, read, NOW) == [
        (
            "site_authorities",
            "site_authorities names /none, which cannot be read on this machine: No such file or directory",
        )
    ]


def test_authorities_of_one_name_are_refused(tmp_path: Path) -> None:
    """The host keeps them in files of these names: each run would put one in the other's place."""
    good = str(Pair((), ends=NOW + DAY).write(tmp_path)["site_tls_certificate"])
    other = tmp_path / "other" / "site.crt"
    other.parent.mkdir()
    other.write_bytes(Path(good).read_bytes())
    found = told({"site_authorities": [good, good, str(other)]})
    assert found == [
        f"site_authorities names {good} and {other}; call them differently, as the host keeps them by name"
    ]


def test_file_that_cannot_be_decrypted_is_named() -> None:
    def locked(path: str) -> bytes:
        raise ValueError("no vault secrets found")

    found = check_files({"site_authorities": ["/a"]}, locked, NOW)
    assert found == [("site_authorities", "site_authorities names /a, which is encrypted: no vault secrets found")]

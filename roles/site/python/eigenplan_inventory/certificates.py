"""Certificates and keys on the machine that runs Ansible: are they there, whole, in time, and fit each other?"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

Read = Callable[[str], bytes]
"""Gives a file's content, decrypted; OSError when it cannot be read, ValueError when it cannot be decrypted."""


class FileError(Exception):
    """A file cannot be used; the text says why, without any of its content."""


def check_files(values: Mapping[str, Any], read: Read, now: datetime.datetime) -> list[tuple[str, str]]:
    """Return pairs of a variable's name and what is wrong with the files that it names."""
    found = [(name, path) for name in ("site_acme_root", "site_authorities") for path in _paths(values.get(name))]
    problems = [(name, _check_authority(path, read, now)) for name, path in found]
    wrong = [(name, f"{name} {sentence}") for name, sentence in [*problems, *_check_namesakes(values)] if sentence]
    return [*wrong, *_check_pair(values, read, now)] if values.get("site_tls") == "files" else wrong


def _check_namesakes(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield authorities that the host would keep in one file, as it names them by what their files are called."""
    first: dict[str, str] = {}
    for path in _paths(values.get("site_authorities")):
        other = first.setdefault(PurePath(path).stem, path)
        if other != path:
            yield "site_authorities", f"names {other} and {path}; call them differently, as the host keeps them by name"


def _paths(value: object) -> list[str]:
    return [value] if isinstance(value, str) and value else [*map(str, value)] if isinstance(value, list) else []


def _check_authority(path: str, read: Read, now: datetime.datetime) -> str:
    try:
        for certificate in _load_chain(path, read):
            _check_time(path, certificate, now)
    except FileError as problem:
        return str(problem)
    return ""


def _check_pair(values: Mapping[str, Any], read: Read, now: datetime.datetime) -> list[tuple[str, str]]:
    name, key_name = "site_tls_certificate", "site_tls_key"
    missing = [(one, f"{one} is needed where site_tls is files") for one in (name, key_name) if not values.get(one)]
    if missing:
        return missing
    path = str(values[name])
    try:
        certificate = _load_chain(path, read)[0]
        _check_time(path, certificate, now)
        _check_covers(path, certificate, str(values.get("site_domain", "")))
    except FileError as problem:
        return [(name, f"{name} {problem}")]
    try:
        key = _load_key(str(values[key_name]), read)
    except FileError as problem:
        return [(key_name, f"{key_name} {problem}")]
    fits = _bytes(key) == _bytes(certificate.public_key())
    return [] if fits else [(key_name, f"{key_name} is not the key of the certificate {path}")]


def _read(path: str, read: Read) -> bytes:
    if not PurePath(path).is_absolute():
        raise FileError(
            f"must be an absolute path; for a file beside the inventory write {{{{ inventory_dir }}}}/{path}"
        )
    try:
        return read(path)
    except OSError as error:
        raise FileError(f"names {path}, which cannot be read on this machine: {error.strerror}") from error
    except ValueError as error:
        raise FileError(f"names {path}, which is encrypted: {error}") from error


def _load_chain(path: str, read: Read) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path, read))
    except ValueError as error:
        raise FileError(f"names {path}, which holds no certificate in PEM") from error


def _load_key(path: str, read: Read) -> PublicKeyTypes:
    """Return the public half of a private key."""
    try:
        return load_pem_private_key(_read(path, read), None).public_key()
    except TypeError as error:
        raise FileError(
            f"names {path}, which needs a passphrase; take it off, and encrypt the file by ansible-vault"
        ) from error
    except ValueError as error:
        raise FileError(f"names {path}, which holds no private key in PEM") from error


def _check_time(path: str, certificate: x509.Certificate, now: datetime.datetime) -> None:
    if certificate.not_valid_after_utc <= now:
        raise FileError(f"names {path}, which expired on {certificate.not_valid_after_utc:%Y-%m-%d}")
    if certificate.not_valid_before_utc > now:
        raise FileError(f"names {path}, which is valid only from {certificate.not_valid_before_utc:%Y-%m-%d} on")


def _check_covers(path: str, certificate: x509.Certificate, domain: str) -> None:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise FileError(f"names {path}, a certificate without names (subjectAltName), which browsers refuse") from None
    covered = names.get_values_for_type(x509.DNSName)
    if domain not in covered and f"*.{domain.partition('.')[2]}" not in covered:
        raise FileError(f"names {path}, a certificate for {', '.join(covered) or 'no name'} and not for {domain}")


def _bytes(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

"""What TLS promises: the certificate, its time, no old versions, HTTP/2."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator

from eigenplan_outside.findings import Finding, bad, good, judge, warning
from eigenplan_outside.target import OutsideError, Target

SOON_DAYS = 21
DAY = 86_400
RENEWED_SHARE = 1 / 6
"""Caddy renews at a third of the lifetime; what has less than this left was not renewed."""

OLD = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
JOURNAL = "Look at `journalctl -u caddy` on the host."
HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
"""The preface of a client and its empty SETTINGS frame (RFC 9113, sections 3.4 and 6.5)."""

SETTINGS = 4


def check_encryption(target: Target, now: float, *, renewed: bool) -> Iterator[Finding]:
    """Look at the certificate and at what the host agrees to.

    Args:
        target: the site.
        now: the present time, seconds since the epoch.
        renewed: whether the host renews its certificate itself.
    """
    try:
        yield from _certificate(target, now, renewed=renewed)
    except (ssl.SSLError, OSError, OutsideError) as error:
        yield bad("TLS", str(error), JOURNAL)
        return
    for name, version in OLD.items():
        yield _refuses(target, name, version)
    yield _speaks_http2(target)


def _certificate(target: Target, now: float, *, renewed: bool) -> Iterator[Finding]:
    name = "certificate trusted"
    try:
        with target.secured(target.context()) as connection:
            details = connection.getpeercert() or {}
            version = connection.version() or ""
    except ssl.SSLCertVerificationError as error:
        advice = "Name its authority in site_authorities or site_acme_root, or give the site a certificate of its name."
        yield bad(name, f"{target.name}: {error.verify_message}", advice)
        return
    yield good(name, f"for {target.name}, by {_issuer(details)}")
    yield judge("TLS version", version, version in ("TLSv1.2", "TLSv1.3"), JOURNAL)
    yield _lasts(str(details["notBefore"]), str(details["notAfter"]), now, renewed=renewed)


def _issuer(details: object) -> str:
    parts = details.get("issuer", ()) if isinstance(details, dict) else ()
    names = {key: value for ((key, value),) in parts}
    return str(names.get("commonName") or names.get("organizationName") or "an unnamed authority")


def _lasts(begins: str, ends: str, now: float, *, renewed: bool) -> Finding:
    start, end = ssl.cert_time_to_seconds(begins), ssl.cert_time_to_seconds(ends)
    found = f"ends {ends}"
    if renewed:
        return judge(
            "certificate lasts", found, end - now > (end - start) * RENEWED_SHARE, f"It is not renewed. {JOURNAL}"
        )
    advice = "Get a new certificate, put it where site_tls_certificate says and run site.yml."
    if end - now < 3 * DAY:
        return bad("certificate lasts", found, advice)
    return (
        warning("certificate lasts", found, advice) if end - now < SOON_DAYS * DAY else good("certificate lasts", found)
    )


def _refuses(target: Target, name: str, version: ssl.TLSVersion) -> Finding:
    check = f"{name} refused"
    context = target.context(verify=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is what we ask about
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with target.secured(context) as connection:
            return bad(check, f"{connection.version()} was agreed on", JOURNAL)
    except ssl.SSLError as error:
        if error.reason == "NO_PROTOCOLS_AVAILABLE":
            return warning(
                check, "not tried: this machine cannot speak it", "Run it from a machine with an OpenSSL that can."
            )
        return good(check, "refused")
    except (OSError, OutsideError):
        return good(check, "refused")


def _speaks_http2(target: Target) -> Finding:
    context = target.context(verify=False)
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with target.secured(context) as connection:
            if connection.selected_alpn_protocol() != "h2":
                return bad("HTTP/2", f"agreed on {connection.selected_alpn_protocol() or 'nothing'}", JOURNAL)
            connection.sendall(HTTP2_HELLO)
            frame = connection.recv(9)
    except (OSError, OutsideError) as error:
        return bad("HTTP/2", str(error), JOURNAL)
    return judge("HTTP/2", "agreed on and spoken", len(frame) == 9 and frame[3] == SETTINGS, JOURNAL)

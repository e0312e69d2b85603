"""What the public name service says about the site and about the sender of its mails: advice, never a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from email.utils import parseaddr
from ipaddress import ip_address

from eigenplan_outside.findings import Finding, good, warning

SECONDS = 5.0
Look = Callable[[str, str], list[str]]
"""Returns the records of a name and type as text; none when there are none."""


class LookError(Exception):
    """Names cannot be looked up; says why."""


def look_up(name: str, kind: str) -> list[str]:
    """Ask this machine's name servers.

    Raises:
        LookError: dnspython is missing here, or no name server answers.
    """
    try:
        import dns.exception  # noqa: PLC0415 optional: without it only these lines of the table are missing
        import dns.resolver  # noqa: PLC0415
    except ImportError as error:
        raise LookError("dnspython is not installed on this machine") from error
    try:
        found = dns.resolver.resolve(name, kind, lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise LookError(f"{name}: {type(error).__name__}") from error
    return [b"".join(one.strings).decode("utf-8", "replace") if kind == "TXT" else str(one) for one in found]


def sender_domain(sender: str) -> str:
    """Return the domain of a sender that is written as an address, or as a name with an address."""
    return parseaddr(sender)[1].rpartition("@")[2].lower()


def check_names(
    look: Look, name: str, addresses: Iterable[str], sender: str, relay: str, selectors: Iterable[str]
) -> Iterator[Finding]:
    """Look at the site's address and at the sender's SPF and DKIM records."""
    domain = sender_domain(sender)
    looks: dict[str, Callable[[], Finding]] = {
        "name of the site": lambda: _address(look, name, set(addresses)),
        f"SPF of {domain}": lambda: _spf(look, domain, relay),
        f"DKIM of {domain}": lambda: _dkim(look, domain, list(selectors)),
    }
    for check, run in looks.items():
        try:
            yield run()
        except LookError as error:
            yield warning(
                check, f"not looked at: {error}", "Try it where name servers can be reached, by ./eigenplan deploy."
            )


def _address(look: Look, name: str, addresses: set[str]) -> Finding:
    found = {*look(name, "A"), *look(name, "AAAA")}
    told = ", ".join(sorted(found)) or "no address"
    if found and found <= addresses:
        return good("name of the site", told)
    return warning("name of the site", f"{name} has {told} here", f"Let it lead to {', '.join(sorted(addresses))}.")


def _spf(look: Look, domain: str, relay: str) -> Finding:
    check = f"SPF of {domain}"
    found = [text for text in look(domain, "TXT") if text.lower().split(" ")[0] == "v=spf1"]
    if len(found) == 1:
        return good(check, found[0])
    if found:
        return warning(check, f"{len(found)} records, so that none counts (RFC 7208)", "Make them one TXT record.")
    return warning(
        check,
        "none",
        f'Publish for {domain} the TXT record "v=spf1 {_mechanism(relay)} -all", with all that sends for it.',
    )


def _mechanism(relay: str) -> str:
    try:
        address = ip_address(relay)
    except ValueError:
        return f"a:{relay}"
    return f"ip{address.version}:{relay}"


def _dkim(look: Look, domain: str, selectors: list[str]) -> Finding:
    check = f"DKIM of {domain}"
    names = {one: look(f"{one}._domainkey.{domain}", "TXT") for one in selectors}
    found = [one for one, texts in names.items() if any("p=" in text for text in texts)]
    if found:
        return good(check, f"keys: {', '.join(found)}")
    advice = "Let the mail relay sign and publish its key; set verify_dkim_selectors to the selectors that it uses."
    return warning(check, f"none under {', '.join(selectors)}", advice)

"""Values that only stand in examples: names of RFC 2606, addresses of RFC 5737."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

NAME = re.compile(r"(?:(?:^|[@.\s/<])example\.(?:com|net|org|edu)|\.example)(?![\w.-]*\w)", re.IGNORECASE)
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
NETWORKS = tuple(map(ipaddress.IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))


def find_examples(values: Mapping[str, Any]) -> list[str]:
    """Return the names of those variables whose values are an example's."""
    return [name for name, value in values.items() if any(map(_is_example, _texts(value)))]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _is_example(text: str) -> bool:
    return NAME.search(text) is not None or any(map(_is_documentation, ADDRESS.findall(text)))


def _is_documentation(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return any(address in network for network in NETWORKS)

"""House rules that no tool of others checks."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.static.sizes import ROOT, modules

LOCKS = (*(f"requirements/{one}.txt" for one in ("runtime", "dev", "frontend", "image")), "package-lock.json")
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|\"resolved\"")
DONATE = re.compile(r"^\s+\"url\": ")
"""Where npm says that authors take donations."""
BROAD = {"Exception", "BaseException"}
MOST_BROAD = 3


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _handlers() -> list[ast.ExceptHandler]:
    trees = (ast.walk(ast.parse(path.read_text("utf-8"))) for path in modules("app"))
    return [node for tree in trees for node in tree if isinstance(node, ast.ExceptHandler)]


@pytest.mark.parametrize("folder", ["booking", "access"])
def test_centre_imports_standard_library_and_texts_only(folder: str) -> None:
    outside = [
        (str(path.relative_to(ROOT)), name)
        for path in modules(f"app/{folder}")
        for name in _imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith(f"app.{folder}")
        and name != "app.texts"
    ]
    assert outside == []


def test_errors_none_is_caught_without_a_name() -> None:
    assert [node.lineno for node in _handlers() if node.type is None] == []


def test_errors_few_are_caught_broadly() -> None:
    broad = [node for node in _handlers() if isinstance(node.type, ast.Name) and node.type.id in BROAD]
    assert len(broad) <= MOST_BROAD


def test_lint_exceptions_carry_a_reason() -> None:
    bare = re.compile(r"# noqa(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?\s*$")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules("app")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [line for line in lines if ADDRESS.search(line) and not DONATE.search(line)] == []


@pytest.mark.parametrize("name", LOCKS[:3])
def test_lock_pins_each_package_by_hash(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    pinned = re.findall(r"^[a-z0-9-]+(?:\[[a-z,]+\])?==\S+(?: ;[^\\]+)? \\\n\s+--hash=sha256:[0-9a-f]{64}", text, re.M)
    assert len(pinned) == len(re.findall(r"^[a-z]", text, re.M)) > 0


def test_lock_of_front_end_pins_each_package_by_hash() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')


NETWORK = (
    "socket",
    "http",
    "urllib.request",
    "ftplib",
    "smtplib",
    "asyncio",
    "requests",
    "httpx",
    "urllib3",
    "aiohttp",
    "ldap3",
)
REACHING_OUT = {
    "app/integrations/mail/smtp.py",
    "app/integrations/ldap/directory.py",
    "app/integrations/oidc/fetch.py",
}
"""Where a running site opens connections of its own, to hosts that its options name. Whatever lets a user name a host
needs a guard against reaching inner ones (OWASP: server-side request forgery) before it may be added here."""

OF_A_CHECKOUT = ("app/commands/", "app/demo/")
LISTENING = "app/live/"
"""What holds connections that browsers have opened, and opens none."""


def test_nothing_reaches_out_but_what_is_known() -> None:
    names = {str(path.relative_to(ROOT)): list(_imported(path)) for path in modules("app")}
    served = {name: found for name, found in names.items() if not name.startswith((*OF_A_CHECKOUT, LISTENING))}
    reaching = {name for name, found in served.items() if {*found} & {*NETWORK} or "http.client" in found}
    assert reaching == REACHING_OUT


def test_what_listens_opens_no_connection() -> None:
    opening = re.compile(r"connect\(|open_connection|open_unix_connection|urlopen|http\.client|sendto")
    texts = [path.read_text("utf-8") for path in (ROOT / LISTENING).glob("*.py")]
    assert (len(texts) > 1, [found for text in texts for found in opening.findall(text)]) == (True, [])


def test_one_module_takes_files_and_none_trusts_the_name_it_is_called_by() -> None:
    words = re.compile(r"request\.files\b|_external=|request\.(?:host|url_root|base_url|root_url|url)\b|\.host_url")
    texts = {str(path.relative_to(ROOT)): words.findall(path.read_text("utf-8")) for path in modules("app/web")}
    assert {name: found for name, found in texts.items() if found} == {
        "app/web/security.py": [".host_url"],
        "app/web/setup/uploads.py": ["request.files"],  # a logo, known by its content, and YAML files
    }


def test_templates_switch_no_escaping_off() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape|Markup\((?![\"'])")
    files = [*(ROOT / "app/web/templates").rglob("*.html"), *modules("app/web")]
    found = {path.name: unsafe.findall(path.read_text("utf-8")) for path in files}
    assert {name: one for name, one in found.items() if one} == {
        "guide.html": ["|safe"],  # guides of ours, whose Markdown lets no HTML through (tests/unit/help/test_guides.py)
        "words.py": ["Markup("],  # texts of ours, not values
    }

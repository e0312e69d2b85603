"""Whatever writes to the database tells the audit log, or stands here with the reason why it does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from app.operations.audit.words import ACTION_WORDS, KIND_WORDS, Action, Kind
from tests.static.sizes import ROOT, modules

FOLDER = "app/operations"
RECORD = ("app.operations.audit.recording", "record")
TOLD = ("app.operations.telling", "Told")
"""An edit that names one is told by ``edit`` itself."""

Name = tuple[str, str]
RUNNERS: frozenset[Name] = frozenset(
    {
        ("app.operations.approvals.approve", "_decide"),
        ("app.operations.book", "_run"),
        ("app.operations.repeats", "once"),
        ("app.operations.saving", "edit"),
    }
)
"""What runs in a transaction what it is given."""

ASIDE = RUNNERS | {("app.operations.expiry", "expire")}
"""What tells nothing of the operation that calls it."""

UNTOLD: Mapping[str, str] = {
    "accounts.passkeys.check": "a part of signing in, which is told with its method",
    "accounts.second_factor.begin_authenticator": "an app counts only once it has shown a code, which is told",
    "accounts.sessions._note_seen": "when a session was last used",
    "accounts.sessions.end_this": "a sign-in takes the place of the session that the browser had",
    "accounts.sessions.forget_ended": "sessions that ended long ago",
    "accounts.sessions.prove_again": "what is done then is told",
    "accounts.sign_in._renew_hash": "the same password under a stronger hash",
    "accounts.throttle._begin": "counted tries are forgotten soon; the log of attacks tells of them",
    "accounts.throttle.count_reset": "counted tries are forgotten soon; the log of attacks tells of them",
    "accounts.throttle.count_wrong_code": "counted tries are forgotten soon; the log of attacks tells of them",
    "accounts.throttle.count_wrong_link": "counted tries are forgotten soon; the log of attacks tells of them",
    "accounts.throttle.forget_drained": "counted tries are forgotten soon; the log of attacks tells of them",
    "accounts.throttle.forgive": "counted tries are forgotten soon; the log of attacks tells of them",
    "approvals.approve._decide": "what it runs tells",
    "book._run": "what it runs tells",
    "book.hold": "a hold is given back by itself; that it becomes a booking is told",
    "calendars.feeds.open_feed": "a calendar was fetched, as it is every few minutes; the feed itself is told",
    "doors.note_shown": "the page was fetched, as it is every half minute; the door itself is told",
    "archive.import_archive.import_archive": "what it brings is the same installation, its log included",
    "letters.approval_mails.tell_approvers": "mails go out by what was told already",
    "letters.deliver._record": "mails go out by what was told already",
    "letters.deliver.claim_next": "mails go out by what was told already",
    "letters.mail_trials.send_trial": "a mail to whoever asks for it, which changes nothing",
    "letters.reminders.forget_runs": "what rules did long ago",
    "moving_in.bring._bring": "what it runs tells",
    "outside.provider._spend": "a part of signing in, which is told with its method",
    "presets.setting_up.set_up_preset": "what it runs tells",
    "repeats.once": "what it runs tells",
    "audit.sealing.seal_entries": "it is the audit log",
    "setup.doors._edit": "what it runs tells",
    "saving.edit": "what it runs tells, or is told by its ``Told``",
    "installation.upkeep.forget_old_answers": "answers to repeated requests, a week old",
    "installation.upkeep.release_expired": "what runs out tells, but for holds",
}


def module_of(path: Path) -> str:
    return str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")


@cache
def functions() -> dict[Name, ast.FunctionDef]:
    """All functions of the operations' modules, by module and name."""
    return {
        (module_of(path), node.name): node
        for path in modules(FOLDER)
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def names_in(module: str) -> dict[str, str]:
    """What the names that a module imports from the operations stand for: ``module`` or ``module:name``."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.operations"):
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                is_module = (ROOT / f"{whole.replace('.', '/')}.py").exists()
                found[one.asname or one.name] = whole if is_module else f"{node.module}:{one.name}"
    return found


def used_by(name: Name) -> Iterator[Name]:
    """Yield what a function names: functions of its own module, imported ones, those of imported modules."""
    module, known = name[0], names_in(name[0])
    for node in ast.walk(functions()[name]):
        if isinstance(node, ast.Name):
            target, _, attribute = known.get(node.id, f"{module}:{node.id}").partition(":")
            yield target, attribute
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            yield known[node.value.id], node.attr


@cache
def tells(name: Name) -> bool:
    """Whether a function names what records, itself or by what it names."""
    seen, pending = set(), [name]
    while pending:
        one = pending.pop()
        if one in (RECORD, TOLD):
            return True
        if one in functions() and one not in seen and one not in ASIDE:
            seen.add(one)
            pending += used_by(one)
    return False


def writes(name: Name) -> bool:
    """Whether a function begins a transaction that writes: by the store, or by what runs something in one."""
    calls = [node.func for node in ast.walk(functions()[name]) if isinstance(node, ast.Call)]
    return any(_is_of_store(one) for one in calls) or not RUNNERS.isdisjoint(used_by(name))


def _is_of_store(called: ast.expr) -> bool:
    """Whether this is ``store.write`` or ``….store.write``."""
    if not isinstance(called, ast.Attribute) or called.attr != "write":
        return False
    owner = called.value
    return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")) == "store"


def test_whatever_writes_is_told_or_has_its_reason() -> None:
    silent = [name for name in functions() if writes(name) and not tells(name)]
    assert sorted(f"{module}.{name}".removeprefix("app.operations.") for module, name in silent) == sorted(UNTOLD)


def test_pages_and_commands_write_by_operations_alone() -> None:
    found = [
        str(path.relative_to(ROOT))
        for folder in ("app/web", "app/commands")
        for path in modules(folder)
        if ".store.write(" in path.read_text("utf-8")
    ]
    assert found == []


def test_every_action_and_kind_has_its_words_and_is_used() -> None:
    text = "".join(path.read_text("utf-8") for path in modules(FOLDER))
    assert (list(ACTION_WORDS), list(KIND_WORDS)) == (list(Action), list(Kind))
    unused = [one for one in Action if text.count(f"Action.{one.name}") < 2]
    unused_kinds = [one for one in Kind if text.count(f"Kind.{one.name}") < 2]
    assert (unused, unused_kinds) == ([], [])

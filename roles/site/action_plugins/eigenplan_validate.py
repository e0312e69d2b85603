"""Checks the variables of all hosts of a play on the machine that runs Ansible, before any host is spoken to."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # no promised interface; without it messages do not say where a value was typed
    Origin = None

ROLES = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROLES / "site/python"))

from eigenplan_inventory import certificates, check, examples  # noqa: E402 found by the line above
from eigenplan_inventory.options import Option, read_options  # noqa: E402
from eigenplan_inventory.problems import Place, Problem, tell  # noqa: E402


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible is not typed
    """The action ``eigenplan_validate``; ``refuse_examples`` also refuses values that only stand in examples."""

    _requires_connection = False
    _VALID_ARGS = frozenset(("refuse_examples",))

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fail with all problems in one message."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = read_options(ROLES, self._loader.load_from_file)
        hosts = [Host(self, name, options, variables) for name in variables["ansible_play_hosts_all"]]
        found = [(host.name, problem) for host in hosts for problem in host.problems()]
        message = tell([*found, *_shared_addresses(hosts)], [host.name for host in hosts])
        if not message and self._task.args.get("refuse_examples"):
            message = _tell_examples(hosts)
        return result | ({"failed": True, "msg": message} if message else {"changed": False})


class Host:
    """The variables that an inventory and the command line give to one host."""

    def __init__(
        self, action: ActionModule, name: str, options: Mapping[str, Option], variables: dict[str, Any]
    ) -> None:
        self.name = name
        self._loader = action._loader
        self._options = options
        self._raw: dict[str, Any] = variables["hostvars"].raw_get(name)
        self._templar = action._templar.copy_with_new_env(available_variables=self._defaults() | self._raw)
        self._unknown: list[tuple[str, str]] = []
        self.values = dict(self._read_values())

    def _defaults(self) -> dict[str, Any]:
        """Return the defaults of all roles, as a value may refer to any of them."""
        found: dict[str, Any] = {}
        for file in sorted(ROLES.glob("*/defaults/main.yml")):
            found |= self._loader.load_from_file(str(file), trusted_as_template=True) or {}
        return found

    def _read_values(self) -> Iterator[tuple[str, Any]]:
        for name, raw in self._raw.items():
            if name not in self._options:
                continue
            try:
                yield name, self._templar.template(raw)
            except AnsibleError as error:
                if not (isinstance(raw, str) and "ansible_" in raw):  # facts are not known yet; roles check these
                    self._unknown.append((name, f"{name} cannot be worked out: {_first_line(error)}"))

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with this host's variables."""
        others = self.values.get(check.OTHERS) or []
        now = datetime.datetime.now(datetime.UTC)
        typed = filter(self._is_typed, self._raw)
        yield from self._placed(check.check_names(typed, self._options, others if isinstance(others, list) else []))
        yield from (Problem(sentence) for name, sentence in check.check_missing(self._present(), self._options))
        yield from self._placed(self._unknown)
        wrong = list(check.check_values(self.values, self._options))
        yield from self._placed(wrong)
        yield from self._placed(check.check_together(self._present()))
        sound = {name: value for name, value in self.values.items() if name not in dict(wrong)}
        files = certificates.check_files(sound, self._read_file, now)
        yield from self._placed(one for one in files if one[0] not in dict(wrong))

    def _present(self) -> dict[str, Any]:
        return dict.fromkeys((name for name, _ in self._unknown), True) | self.values

    def _placed(self, found: Iterable[tuple[str, str]]) -> Iterator[Problem]:
        yield from (Problem(sentence, self.place(name)) for name, sentence in found)

    def place(self, name: str) -> str:
        """Return where a variable was typed; nothing when Ansible does not know."""
        origin = self._origin(name)
        if origin is None or not origin.path:
            return "on the command line" if origin and "CLI" in (origin.description or "") else ""
        return Place(origin.path, origin.line_num).text(Path.cwd())

    def _is_typed(self, name: str) -> bool:
        """Whether somebody wrote a variable down, other than roles and the host's facts."""
        if name in self._raw.get("ansible_facts", ()):
            return False
        origin = self._origin(name)
        return origin is None or not origin.path or not Path(origin.path).is_relative_to(ROLES)

    def _origin(self, name: str) -> Any:
        """Return Ansible's note of where a value was read, or else its name, as there are values that bear none."""
        if Origin is None:
            return None
        key = next((one for one in self._raw if one == name), name)
        return Origin.get_tag(self._raw.get(name)) or Origin.get_tag(key)

    def _read_file(self, path: str) -> bytes:
        with open(path, "rb"):  # Ansible's own error says neither which nor why
            pass
        try:
            return str(self._loader.get_text_file_contents(path)).encode()
        except AnsibleError as error:
            raise ValueError(_first_line(error)) from error


def _shared_addresses(hosts: list[Host]) -> Iterator[tuple[str, Problem]]:
    place = {host.name: host.place("site_address") for host in hosts}
    for name, sentence in check.check_addresses({host.name: host.values.get("site_address") for host in hosts}):
        yield name, Problem(sentence, place[name])


def _tell_examples(hosts: list[Host]) -> str:
    typed = {f"{name} ({host.place(name)})": None for host in hosts for name in examples.find_examples(host.values)}
    if not typed:
        return ""
    return (
        "Nothing was touched, as these values are only an example's (names of example.org and the like, addresses kept "
        f"for documentation): {', '.join(typed)}; put in your own."
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")

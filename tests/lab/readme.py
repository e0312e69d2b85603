"""The README's steps to install a site, run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.playbook import ROOT, SECONDS, Run

ON_A_HOST = "**On a host of yours**"
IN_A_LAB = "**In a lab**"
EDITOR = """#!{python}
import json, pathlib, re, sys
values = json.loads(pathlib.Path({values!r}).read_text())
for name in sys.argv[1:]:
    file = pathlib.Path(name)
    text = file.read_text()
    for key, value in values[file.name].items():
        line = f"{{key}}: {{json.dumps(value)}}"
        text, found = re.subn(rf"(?m)^(\\s*){{key}}:.*$(\\n\\s*- .*$)*", lambda old: old[1] + line, text)
        text += "" if found else line + "\\n"
    file.write_text(text)
"""
"""Writes values over those of the example, as an operator does with an editor; what the example lacks comes last."""


def steps(section: str, text: str | None = None) -> list[str]:
    """Return the lines of the first block of commands below a beginning of a paragraph in the README, without comments.

    Raises:
        AssertionError: there is none.
    """
    _, _, rest = (text or (ROOT / "README.md").read_text()).partition(section)
    found = re.search(r"\n\n((?: {4}.+\n)+)", rest)
    assert found, f"The README has no commands below {section}"
    return [line.strip().split("  ")[0] for line in found[1].splitlines()]


@dataclass(slots=True)
class Reader:
    """Somebody who types the README's lines into a terminal, in a checkout; ``place`` holds what that person owns."""

    place: Path
    checkout: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    def type(self, line: str) -> Run:
        """Run one line to its end."""
        tools = self.place / "bin"
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **self.environment}
        begun = time.monotonic()
        done = subprocess.run(
            shlex.split(line),
            cwd=self.checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        run = Run(done.returncode, done.stdout, time.monotonic() - begun)
        self.runs.append(run)
        return run

    def edit_with(self, values: Mapping[str, Mapping[str, object]]) -> None:
        """Be ready to edit: the values that ``editor`` will write into the files of these names."""
        chosen, editor = self.place / "values.json", self.place / "bin" / "editor"
        chosen.write_text(json.dumps(values))
        editor.parent.mkdir(exist_ok=True)
        editor.write_text(EDITOR.format(python=sys.executable, values=str(chosen)))
        editor.chmod(0o755)

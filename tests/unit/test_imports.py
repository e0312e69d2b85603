"""The rules and the rights stay free of everything but the standard library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST_MODULES = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("package", ["app.booking", "app.access", "app.look"])
def test_import_loads_the_standard_library_only(package: str) -> None:
    command = [sys.executable, "-c", LIST_MODULES, package]
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    result = subprocess.run(command, cwd=ROOT, env=unmeasured, capture_output=True, text=True, check=True)
    loaded = set(json.loads(result.stdout))

    foreign = {name for name in loaded - set(sys.stdlib_module_names) if not name.startswith("_")}
    assert foreign == {"app"}

"""Lets tests import what the check of the inventory is made of, as its plugin does."""

from __future__ import annotations

import sys

from tests.static.sizes import ROOT

sys.path.insert(0, str(ROOT / "roles/site/python"))

"""Lets the package be run by ``python3 -m eigenplan_host``."""

from __future__ import annotations

import sys

from eigenplan_host.cli import main

sys.exit(main(sys.argv[1:]))

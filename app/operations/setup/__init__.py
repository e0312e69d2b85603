"""Editing what administrators set up: one module per kind of record, all of the same shape."""

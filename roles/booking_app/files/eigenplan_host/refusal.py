"""The ways in which the tool ends other than well; each text is a sentence for an operator."""

from __future__ import annotations


class RefusedError(Exception):
    """What was asked for cannot be done, and nothing was changed."""


class FailedError(Exception):
    """Something was tried and did not work; the text says what is the case now."""

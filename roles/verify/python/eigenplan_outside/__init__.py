"""Asks a running site from outside whether what was promised holds."""

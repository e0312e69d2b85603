"""Clients: found or added when they book, read, changed, handed over and erased."""

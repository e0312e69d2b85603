"""Approvals: who is asked for what, deciding, deputies, and what happens when nobody decides in time."""

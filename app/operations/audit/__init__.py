"""The audit log: what is recorded with each change, and how it is read."""

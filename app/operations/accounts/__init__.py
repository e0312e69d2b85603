"""Accounts: signing in, passwords, second factors, passkeys, sessions, and limits on guessing."""

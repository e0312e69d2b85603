"""Letters to clients, staff and accounts: what each says, in whose language, and how they leave the outbox."""

"""``python -m app.commands``: what the launcher runs."""

from app.commands.cli import main

main()

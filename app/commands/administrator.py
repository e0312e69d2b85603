"""``eigenplan administrator``: make an administrator's account, the first one above all."""

from __future__ import annotations

import click

from app.commands.opening import system_at


@click.command(name="administrator")
@click.argument("email")
@click.argument("name")
@click.option("--database", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
@click.password_option(help="Asked for when not given; other people on the machine see what stands in a command line.")
def command(email: str, name: str, database: str | None, password: str) -> None:
    """Make an account that may do everything, for EMAIL and NAME; all others are made on the page of users."""
    from app.access.permissions import Role
    from app.operations.setup.users import UserDraft, save_user

    with system_at(database) as context:
        save_user(context, UserDraft(email, name, Role.ADMINISTRATOR.value, password=password))
    click.echo(f"{name} may sign in as {email.strip().lower()}.")

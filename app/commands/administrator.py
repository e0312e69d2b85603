"""``eigenplan administrator``: make an administrator's account, the first one above all, or a link to its password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.commands.opening import named_site, system_at

if TYPE_CHECKING:
    from app.operations.context import Context


@click.command(name="administrator")
@click.argument("email")
@click.argument("name")
@click.option("--link", is_flag=True, help="Print a link by which that person chooses a password, once, in 48 hours.")
@click.option("--forget-factors", is_flag=True, help="With --link: take second factors away, for who has lost them.")
@click.option("--if-none", is_flag=True, help="Do nothing where there is an administrator already.")
@click.option("--database", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
@click.option("--site", metavar="URL", help="Address of the site for the link; without it EIGENPLAN_BASE_URL.")
@click.option("--password", help="Asked for when not given; others on the machine see what stands in a command line.")
def command(
    email: str,
    name: str,
    link: bool,
    forget_factors: bool,
    if_none: bool,
    database: str | None,
    site: str | None,
    password: str | None,
) -> None:
    """Make an account that may do everything, for EMAIL and NAME; all others are made on the page of users.

    With --link for somebody who has an account, the link chooses a new password.
    """
    from app.operations.setup.users import list_administrators

    address = named_site(site) if link else ""
    with system_at(database) as context:
        there = list_administrators(context) if if_none else []
        if there:
            click.echo(f"There is an administrator already ({', '.join(there)}), so nothing was done.")
        elif link:
            _make_link(context, email, name, address, forget_factors)
        else:
            _make_account(context, email, name, password)


def _make_account(context: Context, email: str, name: str, password: str | None) -> None:
    from app.access.permissions import ReadyMade
    from app.operations.grants import GrantDraft
    from app.operations.setup.users import UserDraft, save_user

    chosen = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    save_user(context, UserDraft(email, name, (GrantDraft(ReadyMade.ADMINISTRATOR),), password=chosen))
    click.echo(f"{name} may sign in as {email.strip().lower()}.")


def _make_link(context: Context, email: str, name: str, address: str, forget: bool) -> None:
    from app.booking.words import say_moment
    from app.operations.accounts.second_factor import forget_factors_of
    from app.operations.setup.administrator_link import HOURS, make_link

    made = make_link(context, email, name)
    if forget:
        forget_factors_of(context, made.email)
        click.echo(f"{made.email} has no second factor any more, and is signed out everywhere.")
    if made.resets:
        click.echo(f"{made.email} has a password already, which counts until another one is chosen by this link.")
    click.echo(
        f"{made.name} ({made.email}) chooses a password by this link, once, within {HOURS} hours, that is until "
        f"{say_moment(made.expires_at, 'UTC')} UTC. Whoever has the link can do so; earlier ones count no more."
    )
    click.echo(f"{address}/password/{made.token}")

"""One's own calendar feed: its address, what is in it, another address, none."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.operations.calendars.feeds import end_feed, get_feed, renew_feed, save_feed
from app.operations.links import feed_token
from app.texts import _, mark
from app.web.account.own import own_context
from app.web.context import site
from app.web.step_up import ask_again

SAVED = mark("Saved.")
RENEWED = mark("You have a new address; the one before opens nothing any more.")
NONE = mark("Your calendar feed was switched off meanwhile; you can make an address again.")
ENDED = mark("The calendar feed is switched off; its address opens nothing any more.")


def show() -> ResponseReturnValue:
    """Show the address, which opens bookings without a sign-in, or offer to make one."""
    feed, config = get_feed(own_context()), site().config
    if feed is not None and (asked := ask_again()) is not None:
        return asked
    address = ""
    if feed is not None:
        token = feed_token(config.secret_key, feed.public_id)
        address = f"{config.base_url}{url_for('feed.show', token=token)}"
    return render_template("account/feed.html", feed=feed, address=address, tzid=config.time_zone)


def save() -> ResponseReturnValue:
    """Make the feed, or change what is in it."""
    save_feed(own_context(), with_clients="with_clients" in request.form)
    return _back(SAVED)


def renew() -> ResponseReturnValue:
    """Give the feed another address."""
    return _back(RENEWED if renew_feed(own_context()) else NONE)


def end() -> ResponseReturnValue:
    """Switch the feed off."""
    end_feed(own_context())
    return _back(ENDED)


def _back(said: str) -> ResponseReturnValue:
    flash(_(said))
    return redirect(url_for("account.feed"), 303)


def add_feed_pages(blueprint: Blueprint) -> None:
    """Give the account its page about the calendar feed."""
    blueprint.add_url_rule("/calendar-feed", "feed", show)
    blueprint.add_url_rule("/calendar-feed", "save_feed", save, methods=["POST"])
    blueprint.add_url_rule("/calendar-feed/renew", "renew_feed", renew, methods=["POST"])
    blueprint.add_url_rule("/calendar-feed/end", "end_feed", end, methods=["POST"])

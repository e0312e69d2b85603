"""What our scripts show: no script is inline, so each one reads its texts from its own tag.

``<script src="{{ static_url('x.js') }}" data-texts="{{ script_texts('x.js') }}" defer>`` in the page, and in the script
``JSON.parse(document.currentScript.dataset.texts)`` before anything else. What stands in braces the script fills in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from app.texts import _, mark

SCRIPTS: Mapping[str, Mapping[str, str]] = {
    "app.js": {
        "tooLong": mark("Please use at most {most} characters; this has {length}."),
    },
    "drag.js": {
        "place": mark("{name}, {time}"),
        "dayTime": mark("{day}, {time}"),
        "length": mark("{minutes} min"),
        "stays": mark("Stays here"),
        "closed": mark("not free"),
        "noLength": mark("This service has no other duration that fits here."),
        "away": mark("The server cannot be reached, so nothing was changed. Please try again."),
        "unknown": mark("The server did not answer. Please look in the calendar whether the booking was moved."),
        "signedOut": mark("You are signed out, so nothing was changed. Please load the page again."),
    },
    "help.js": {
        "away": mark("The help cannot be loaded now. Please try again, or open it on a page of its own."),
        "signedOut": mark("You are signed out. Please load the page again."),
    },
    "hours.js": {
        "copyWorkdays": mark("Copy to Mon–Fri"),
        "copyAll": mark("Copy to all days"),
        "open": mark("{time}, open"),
        "closed": mark("{time}, closed"),
        "place": mark("What is drawn is at {location} only, as all lines below are."),
    },
    "passkey.js": {
        "known": mark("This device has a passkey for your account already."),
        "unused": mark("No passkey was used. Please try again, or choose another way."),
    },
    "tour.js": {
        "count": mark("Step {number} of {all}"),
        "end": mark("End the tour"),
        "done": mark("Done"),
    },
    "undo.js": {
        "left": mark("It can be undone for {seconds} more seconds."),
        "lastSecond": mark("It can be undone for one more second."),
        "hint": mark("It can be undone for {seconds} seconds, by the button or by Control and Z."),
        "unknown": mark("The server did not answer. Please look how the booking stands."),
        "signedOut": mark("You are signed out, so nothing was changed. Please load the page again."),
    },
    "zone.js": {
        "otherZone": mark("Your device is set to another time zone."),
        "showZone": mark("Show times in {zone}"),
    },
}


def script_texts(name: str) -> str:
    """Return the texts of a script by their keys, in the language spoken, as JSON for the attribute of its tag."""
    return json.dumps({key: _(text) for key, text in SCRIPTS[name].items()}, ensure_ascii=False)

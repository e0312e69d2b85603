"""The present release once more, on the newest base: how security updates get into an image that is built here."""

from __future__ import annotations

from collections.abc import Callable

from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import Site
from eigenplan_host.state import load_state
from eigenplan_host.update import update, wish


def refresh(site: Site, rebuild: Callable[[str], None]) -> None:
    """Build the present release anew and make it run without a gap. Needs the lock.

    ``rebuild``: makes the image of a release anew.

    Raises:
        RefusedError: it cannot be done, and nothing was changed.
        FailedError: it was tried; the text says what runs now, and its image keeps the release's name.
    """
    state = load_state(site.places.state)
    present = state.serving
    if present is None:
        raise RefusedError("Nothing is installed yet; run the playbook first.")
    wish(site, state, present.release)
    rebuild(present.release)
    try:
        update(site, present.release)
    except FailedError:
        if load_state(site.places.state).serving == present:
            site.host.tag(present.image, present.release)
        raise

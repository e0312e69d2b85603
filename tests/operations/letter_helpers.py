"""Short words for the tests of letters and their delivery."""

from __future__ import annotations

from app.integrations.ics.busy import read_busy
from app.integrations.ics.values import Window
from app.operations.letters.booking_letters import Letter, write_letter
from app.operations.letters.deliver import Courier
from app.operations.letters.letterhead import Letterhead
from app.storage.tables import OutboxMessage
from tests.cast import HOUR, MONDAY, Cast
from tests.operations.helpers import system

HEAD = Letterhead("https://book.example.org", "The Centre <centre@example.org>", b"a secret of the tests")
DEMO = Courier(HEAD, None)


def messages() -> list[OutboxMessage]:
    """All messages in their order."""
    return list(OutboxMessage.select().order_by(OutboxMessage.id))


def letters(cast: Cast) -> dict[str, Letter]:
    """The last letter of each kind."""
    context = system(cast)
    return {row.kind: write_letter(context, row, HEAD) for row in messages()}


def in_calendar(letter: Letter) -> list[int]:
    """The starts that a letter's calendar file makes busy."""
    assert letter.attachment is not None
    window = Window(MONDAY - 7 * 24 * HOUR, MONDAY + 60 * 24 * HOUR, "UTC")
    return [busy.start for busy in read_busy(letter.attachment.content, window).busy]

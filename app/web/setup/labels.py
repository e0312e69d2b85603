"""The pages "Labels": words that bookings may carry, with a colour of the calendars."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.datastructures import MultiDict

from app.operations.context import Context
from app.operations.setup import labels
from app.operations.setup.labels import LabelDraft
from app.texts import _, mark
from app.web.setup.kinds import Kind, Words

HUE_WORDS = (
    mark("green"),
    mark("blue"),
    mark("yellow"),
    mark("violet"),
    mark("red"),
    mark("light green"),
    mark("turquoise"),
    mark("orange"),
)


def label_names(context: Context) -> dict[str, str]:
    """Return the names of all labels by public id, sorted."""
    return {one.public_id: one.name for one in context.catalog.labels.values()}


def _hues() -> Iterator[tuple[str, str]]:
    for number, word in enumerate(HUE_WORDS):
        said = _(word)
        yield str(number), said[0].upper() + said[1:]


def _show(draft: LabelDraft) -> MultiDict[str, str]:
    return MultiDict({"name": draft.name, "hue": str(draft.hue)})


LABELS = Kind(
    slug="labels",
    words=Words(
        one=mark("Label"),
        many=mark("Labels"),
        new=mark("New label"),
        saved=mark("Label saved."),
        none=mark("There are no labels yet."),
        remove=mark("Remove this label"),
        removed=mark("Label removed."),
    ),
    list=labels.list_labels,
    get=labels.get_label,
    save=labels.save_label,
    read=lambda context, typed: LabelDraft(typed.text("name"), typed.number("hue")),
    show=lambda context, draft: _show(draft),
    blank=lambda context: _show(LabelDraft("")),
    options=lambda context: {"hues": list(_hues())},
    permission=labels.PERMISSION,
    remove=labels.remove_label,
)

"""Which services run with older settings than those that are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def base_older(services: Sequence[dict[str, str]], shown: str, written: str) -> list[dict[str, str]]:
    """The services whose file was written after their state had changed for the last time.

    Args:
        services: each with `name` and `file`.
        shown: `Id=` and `StateChangeTimestamp=@SECONDS` of units, as `systemctl show --timestamp=unix` prints them. A
            unit that never ran has no time, and is not older than anything.
        written: a file and the seconds since 1970 on each line; a file that is not there has none.
    """
    started = _times(shown)
    changed = {file: int(seconds) for file, _, seconds in (line.rpartition(" ") for line in written.splitlines())}
    never = float("inf")
    return [one for one in services if changed.get(one["file"], 0) > started.get(one["name"], never)]


def _times(shown: str) -> dict[str, int]:
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    stamps = {block.get("Id", ""): block.get("StateChangeTimestamp", "") for block in blocks}
    return {name: int(stamp[1:]) for name, stamp in stamps.items() if stamp.startswith("@")}


class FilterModule:
    """What Ansible finds the filters of this file by."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters, by name."""
        return {"base_older": base_older}

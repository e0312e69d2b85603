"""Which services run with older settings than those that are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def base_older(services: Sequence[dict[str, str]], shown: str, written: str) -> list[dict[str, str]]:
    """The services whose file was written after their state had changed for the last time.

    Args:
        services: each with `name` and `file`.
        shown: `Id`, `ActiveState` and `StateChangeTimestamp` of units, as `systemctl show --timestamp=unix` prints
            them. A unit that does not run is not older than anything: it will read its settings when it starts.
        written: a file and the seconds since 1970 on each line; a file that is not there has none.
    """
    started = _times(shown)
    changed = {file: int(seconds) for file, _, seconds in (line.rpartition(" ") for line in written.splitlines())}
    never = float("inf")
    return [one for one in services if changed.get(one["file"], 0) > started.get(one["name"], never)]


def _times(shown: str) -> dict[str, int]:
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    running = [block for block in blocks if block.get("ActiveState") == "active"]
    return {block["Id"]: int(block["StateChangeTimestamp"].removeprefix("@")) for block in running}


class FilterModule:
    """What Ansible finds the filters of this file by."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters, by name."""
        return {"base_older": base_older}

#!/usr/bin/env python3
"""Stands in for docker, docker-compose, systemctl and journalctl: notes its words, knows some images and containers.

All it knows is in the folder $STUB: world.json (images by name, containers by name) and calls (one line a call).
"""

import json
import os
import sys
from pathlib import Path

folder = Path(os.environ["STUB"])
name, words = Path(sys.argv[0]).name, sys.argv[1:]
world = json.loads((folder / "world.json").read_text())
with (folder / "calls").open("a") as calls:
    task = os.environ.get("EIGENPLAN_TASK_TAG", "") if "task" in words else ""
    calls.write(" ".join([name, *words, *([f"[{task}]"] if task else [])]) + "\n")
if "EIGENPLAN_OPTIONS" in os.environ:
    (folder / "options").write_text(os.environ["EIGENPLAN_OPTIONS"])
if words[:1] == ["build"]:
    named = [word.partition("=")[2] for word in words if word.startswith("--build-arg=")]
    (folder / "environ").write_text(json.dumps({name: os.environ[name] for name in named}))


def images(wanted: str) -> list[str]:
    return [image["id"] for tag, image in world["images"].items() if tag == wanted]


def answer() -> None:  # noqa: C901 a table of calls
    match [name, *words]:
        case ["docker", "image", "ls", "--quiet", "--no-trunc", wanted] | ["docker", "image", "ls", "--quiet", wanted]:
            print("\n".join(images(wanted)))
        case ["docker", "image", "ls", "--all", *_]:
            print("\n".join(image["id"] for image in world["images"].values()))
        case ["docker", "image", "ls", "--format", _, _]:
            print("\n".join(tag.partition(":")[2] for tag in world["images"] if tag.startswith("eigenplan:")))
        case ["docker", "image", "inspect", "--format", text, wanted]:
            found = [one for tag, one in world["images"].items() if wanted in (tag, one["id"])]
            print(found[0]["labels"].get(text.split('"')[1], ""))
        case ["docker", "container", "ls", *_, wanted]:
            print(world["containers"].get(wanted.removeprefix("name=^").removesuffix("$"), {}).get("Id", ""))
        case ["docker", "inspect", wanted]:
            print(json.dumps([one for one in world["containers"].values() if one["Id"] == wanted]))
        case ["docker", "info", *_]:
            print(folder)
        case ["docker", "pull", *_, wanted] if "newer" in world:
            world["images"][wanted] = {"id": world["newer"], "labels": {}}
            (folder / "world.json").write_text(json.dumps(world))
        case ["docker", "load", *_]:
            print("Loaded image: eigenplan:slot-a")
        case ["journalctl", *_]:
            print("one\ntwo\n\nthree")


broken = world.get("broken", "")
if broken and broken in " ".join([name, *words]):
    print(f"first line\n{world['complaint']}", file=sys.stderr)
    sys.exit(1)
answer()

"""What other roles refuse is noted, one thing of each, and the next role looks all the same."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.roles.playing import ROLES, play, said

LOOKS = {
    "one": [
        {"name": "Refuse", "ansible.builtin.assert": {"that": False, "fail_msg": "One has a wish.", "quiet": True}}
    ],
    "two": [{"name": "Look", "ansible.builtin.command": "true", "changed_when": False}],
    "three": [
        {
            "name": "Refuse some",
            "ansible.builtin.assert": {"that": "item != 'b'", "fail_msg": "No {{ item }}.", "quiet": True},
            "loop": ["a", "b"],
        }
    ],
}


def test_each_role_looks_and_what_it_refuses_is_noted(tmp_path: Path) -> None:
    for name, tasks in LOOKS.items():
        (tmp_path / "roles" / name / "tasks").mkdir(parents=True)
        (tmp_path / "roles" / name / "tasks" / "preflight.yml").write_text(yaml.safe_dump(tasks))
    (tmp_path / "roles" / "preflight").mkdir()
    (tmp_path / "roles" / "preflight" / "tasks").symlink_to(ROLES / "preflight" / "tasks")
    [_, playbook] = yaml.safe_load((ROLES.parent / "playbooks" / "preflight.yml").read_text())
    [look] = [task for task in playbook["pre_tasks"] if "loop" in task]
    show = {"name": "Show", "ansible.builtin.debug": {"msg": "noted: {{ __preflight_refused | to_json }}."}}
    done = play(tmp_path, "preflight", [{**look, "loop": list(LOOKS)}, show], {})
    assert done.returncode == 0, done.stdout
    assert 'noted: {"one": "One has a wish.", "three": "No b."}.' in said(done).replace('\\"', '"'), done.stdout

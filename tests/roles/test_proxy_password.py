"""A proxy's address may hold a password: no run shows it, not even the one that changes it to something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.playing import ROLES, play, tasks_of

OLD = "http://eva:s3same-open@proxy.example:3128"
TASKS = (
    ("base", "Set the proxy that packages are fetched through"),
    ("docker", "Write which proxy the daemon pulls images through"),
    ("booking_app", "Write what images are built through"),
    ("reverse_proxy", "Write the proxy that certificates are asked for through"),
)
GIVEN = {"__reverse_proxy_program": {"stat": {"exists": True}}, "site_package_mirror": "http://mirror.example/debian"}


@pytest.mark.parametrize(("role", "name"), TASKS)
@pytest.mark.parametrize(
    "new",
    [
        pytest.param("http://proxy.example:3128", marks=pytest.mark.slow),
        "http://eva:other-word@proxy.example:3128",
    ],
)
def test_password_of_a_proxy_is_never_shown(tmp_path: Path, role: str, name: str, new: str) -> None:
    [task] = tasks_of(role, name)
    written = task["ansible.builtin.template"]
    file = tmp_path / "written"
    written.update(src=str(ROLES / role / "templates" / written["src"]), dest=str(file))
    for word in ("owner", "group"):
        del written[word]
    for proxy in (OLD, new):
        done = play(tmp_path, role, [task], GIVEN | {"site_http_proxy": proxy}, "--diff", "-vvv")
        assert (done.returncode, "changed=1" in done.stdout, proxy in file.read_text()) == (0, True, True), done.stdout
        assert [word for word in ("s3same-open", "other-word") if word in done.stdout + done.stderr] == []

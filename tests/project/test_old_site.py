"""A data folder of before, and the code of now: the site goes on, and offers what is new."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.support import networks
from tests.support.drawings import FOUR, body
from tests.support.servers import free_port
from tests.support.site import Client, Site, wait_for

pytestmark = [
    pytest.mark.usefixtures("mnist_dir"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

# With the network that was shipped then, which is still live.
PREPARE = """
from pathlib import Path
from django.contrib.auth.models import User
from django.core.management import call_command
from recognizer.services import versions
call_command("migrate", verbosity=0)
versions.SHIPPED = Path({folder!r})
call_command("install_model", versions.SHIPPED, verbosity=0)
User.objects.create_superuser("admin")
call_command("make_token", "admin")
"""


def test_an_old_site_shows_the_new_network_promotes_it_and_rolls_back(
    tmp_path: Path, formats: Path
) -> None:
    before = networks.as_before(Path(shutil.copytree(formats / "1", tmp_path / "before")))
    site = Site(tmp_path / "data")
    site.folder.mkdir()
    command = PREPARE.format(folder=str(before))
    admin = Client(site, site.manage("shell", "--no-imports", "--command", command).split()[-1])
    port = free_port()
    site.address = f"http://127.0.0.1:{port}"
    process = site.start("up", "django", "up", "--port", str(port))
    try:
        wait_for(lambda: "Ready: http" in site.log("up"), seconds=120, why="the site answers")
        assert "A newer network came with the site" in site.log("up")
        assert read(admin) == (1, 4)

        # The worker judges it while the site answers, and says so.
        wait_for(
            lambda: "Version 2 came with the site. It passed" in site.log("up"),
            seconds=240,
            why="the new network is a candidate",
        )
        assert {one["number"]: one["live"] for one in admin.get("versions/")["results"]} == {
            1: True,
            2: False,
        }
        assert read(admin) == (1, 4)
        admin.post("versions/2/promote/", {"expected_live": 1})
        assert read(admin) == (2, 4)
        admin.post("versions/rollback/")
        assert read(admin) == (1, 4)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        site.kill(process)


def read(client: Client) -> tuple[int, int]:
    """The version that reads a drawn 4, and what as."""
    answer = client.post("predict/", body(FOUR))
    return answer["model_version"], answer["digit"]

"""A data folder of before, and the code of now: the site goes on, and offers what is new."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.support import networks, old_site
from tests.support.drawings import FOUR, body
from tests.support.servers import free_port
from tests.support.site import Client, Site, wait_for, with_static_files

pytestmark = [
    pytest.mark.usefixtures("mnist_dir"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

TRAINABLE = "from recognizer.models import Drawing; print(Drawing.objects.trainable().count())"


def test_an_old_site_goes_on_shows_the_new_network_promotes_it_and_rolls_back(
    tmp_path: Path, formats: Path
) -> None:
    """Whichever answers: browsers of a version without files of now ask the server."""
    before = networks.as_before(Path(shutil.copytree(formats / "1", tmp_path / "before")))
    site = Site(tmp_path / "data", **with_static_files())
    site.folder.mkdir()
    old_site.left(site.folder, before)
    port = free_port()
    site.address = f"http://127.0.0.1:{port}"
    process = site.start("up", "django", "up", "--port", str(port))
    try:
        wait_for(lambda: "Ready: http" in site.log("up"), seconds=120, why="the site answers")
        assert "A newer network came with the site" in site.log("up")
        admin = Client(site, site.manage("make_token", "admin").split()[-1])
        assert told(admin) == (1, 4, False)

        # The worker judges it while the site answers, and says so.
        wait_for(
            lambda: "Version 2 came with the site. It passed" in site.log("up"),
            seconds=240,
            why="the new network is a candidate",
        )
        versions = {
            one["number"]: (one["live"], one["gate_verdict"])
            for one in admin.get("versions/")["results"]
        }
        assert versions == {1: (True, "passed"), 2: (False, "passed")}
        assert told(admin) == (1, 4, False)
        admin.post("versions/2/promote/", {"expected_live": 1})
        assert told(admin) == (2, 4, True)
        admin.post("versions/rollback/")
        assert told(admin) == (1, 4, False)
        counted = site.manage("shell", "--no-imports", "--command", TRAINABLE)
        assert int(counted) == old_site.PEOPLE
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        site.kill(process)


def told(client: Client) -> tuple[int, int, bool]:
    """The version that reads a drawn 4, what as, and whether browsers can read by it."""
    answer = client.post("predict/", body(FOUR))
    return answer["model_version"], answer["digit"], client.get("model/")["browser"] is not None

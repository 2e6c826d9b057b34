"""What machines are told of a real worker: that a message came to it, and that it fell silent."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.support.site import Site, wait_for


def said(site: Site) -> tuple[str, str]:
    """The words of `/readyz` on worker and message."""
    report = requests.get(f"{site.address}/readyz", timeout=10).json()
    return report["worker"], report["message"]


@pytest.mark.slow
def test_it_works(tmp_path: Path) -> None:
    """By the scheduler's own messages, through the broker, to a worker that is then killed."""
    with Site(tmp_path, BROKER_URL="filesystem://", TEST_SILENT_SECONDS="8") as site:
        site.web()
        unknown = ("unknown: none has reported yet", "unknown: none has come back yet")
        assert said(site) == unknown
        worker = site.worker()
        site.beat()
        wait_for(lambda: said(site) == ("ok", "ok"), seconds=60, why="a message came back")
        site.kill(worker)
        silent = ("silent for 0 min", "the last came back 0 min ago")
        wait_for(lambda: said(site) == silent, seconds=60, why="the silence is noticed")

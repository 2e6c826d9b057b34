"""Which tests stay together in one process where several run side by side, and which begin."""

from __future__ import annotations

from typing import Protocol

from xdist.scheduler import LoadScopeScheduling

# What these share takes longer to make than they need: networks trained and exported, a site
# prepared and started, a whole Chromium. All other tests go wherever a process is free. With the
# seconds that they take altogether: roughly, for who begins.
TOGETHER = {
    "tests/deploy/test_cluster.py": 150,
    "tests/digitsite/test_up.py": 110,
    "tests/project/test_benchmarks.py": 90,
    "tests/training/runs/test_pipeline.py": 90,
    "tests/training/network/": 70,
    "tests/training/export/": 60,
    "tests/browser/test_loading.py": 50,
    "tests/deploy/test_many_processes.py": 50,
    "tests/digitsite/gateway/test_standing.py": 50,
    "tests/digitsite/database/test_patience.py": 50,
    "tests/digitsite/test_disk.py": 40,
    "tests/browser/test_axe.py": 40,
    "tests/browser/test_digit_pad.py": 30,
    "tests/clients/test_clients.py": 30,
    "tests/digitsite/test_backup.py": 30,
    "tests/project/test_lighthouse.py": 30,
    "tests/project/test_web_environment.py": 30,
    "tests/deploy/test_proxy.py": 20,
    "tests/twins/test_raster.py": 20,
    "tests/twins/test_ink.py": 15,
}
# Those of the others that take longest alone.
LONG = {
    "tests/browser/test_turn.py": 60,
    "tests/training/test_worker_faults.py": 45,
    "tests/project/test_old_site.py": 40,
    "tests/project/test_readme.py::test_the_circle": 35,
}


class Named(Protocol):
    """A test."""

    @property
    def nodeid(self) -> str: ...


def group(nodeid: str) -> str:
    """The name of the tests that this one stays together with; its own where it stands alone."""
    return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def longest_first(tests: list[Named]) -> None:
    """Puts the tests into the order in which their groups are handed out: a process that begins
    the longest at the end lets the others wait for it."""
    tests.sort(key=lambda test: -seconds(test.nodeid))


def seconds(nodeid: str) -> int:
    """How long it and those that it stays together with take; 0 for most."""
    known = TOGETHER | LONG
    return next((known[place] for place in known if nodeid.startswith(place)), 0)


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups, in the order of the tests.

    In place of `--dist loadgroup`, of which pytest 9.2 leaves nothing: its names of groups
    no longer reach the scheduler, without a word (pytest-dev/pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

"""Which tests stay together in one process where several run side by side."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# What these share takes longer to make than they need: TensorFlow imported, networks
# trained and exported, a site prepared. All other tests go wherever a process is free.
TOGETHER = (
    "tests/deploy/test_cluster.py",
    "tests/deploy/test_many_processes.py",
    "tests/deploy/test_proxy.py",
    "tests/digitsite/test_up.py",
    "tests/project/test_benchmarks.py",
    "tests/project/test_lighthouse.py",
    "tests/project/test_web_environment.py",
    "tests/training/export/",
    "tests/training/network/",
    "tests/training/runs/test_pipeline.py",
)


def group(nodeid: str) -> str:
    """The name of the tests that this one stays together with; its own where it stands alone."""
    return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups, the largest first.

    In place of `--dist loadgroup`, of which pytest 9.2 leaves nothing: its names of groups
    no longer reach the scheduler, without a word (pytest-dev/pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

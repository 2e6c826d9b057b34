"""Lighthouse's opinion of the drawing page; how fast it is, benchmarks/lighthouse.py tells."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import lighthouse
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAST = 95


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lighthouse")
    with Site(folder) as site:
        return lighthouse.report(lighthouse.served(site), folder)


@pytest.mark.parametrize("category", ["accessibility", "best-practices"])
def test_it_works(told: dict[str, Any], category: str) -> None:
    assert lighthouse.score(told, category) >= LEAST

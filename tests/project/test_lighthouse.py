"""Lighthouse's opinion of the drawing page; how fast it is, benchmarks/site/lighthouse.py tells."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.site import lighthouse
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAST = 100
CATEGORIES = tuple(name for name in lighthouse.CATEGORIES if name != "performance")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lighthouse")
    with Site(folder) as site:
        return lighthouse.report(lighthouse.served(site), folder, categories=CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_it_works(told: dict[str, Any], category: str) -> None:
    assert lighthouse.score(told, category) >= LEAST

"""What all tests by chance have in common."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _no_throttle(settings: Any) -> None:
    """Of thousands of requests only those within the rates of a minute would reach the site."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, 0)

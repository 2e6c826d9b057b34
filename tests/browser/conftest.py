"""Pages come to the browser as a site serves them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import bundled


@pytest.fixture(autouse=True)
def _bundled(settings: Any) -> None:
    """Scripts in a few files; that a site without npm serves them one by one is test_loading's."""
    finders = settings.STATICFILES_FINDERS
    settings.STATICFILES_FINDERS = [
        bundled.FINDER if finder == bundled.OURS else finder for finder in finders
    ]

"""One Node process for all twin tests of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twins.javascript import JavaScript

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def javascript() -> Iterator[JavaScript]:
    with JavaScript() as asked:
        yield asked

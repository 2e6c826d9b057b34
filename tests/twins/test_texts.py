"""A probability is written with the same figure in both languages of the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from recognizer import formatting

if TYPE_CHECKING:
    from tests.twins.javascript import JavaScript

pytestmark = pytest.mark.javascript

STEPS = 3000


def figures(javascript: JavaScript, steps: list[int], language: str) -> list[tuple[str, str]]:
    """As the server and the page write each of them; space and sign are the language's own."""
    shares = [step / STEPS for step in steps]
    page = javascript.ask("percent", probabilities=shares, language=language)["written"]
    with translation.override(language):
        server = [formatting.probability(share) for share in shares]
    return [(figure(one), figure(other)) for one, other in zip(server, page, strict=True)]


def figure(text: str) -> str:
    (found,) = re.findall(r"[\d.,]+", text)
    assert "%" in text
    return str(found)


@pytest.mark.parametrize("language", ["en", "fr", "he"])
def test_it_works(language: str, javascript: JavaScript) -> None:
    steps = [*range(STEPS + 1)]
    for step, (server, page) in zip(steps, figures(javascript, steps, language), strict=True):
        assert server == page, f"{step} / {STEPS}"

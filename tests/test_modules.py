"""Browsers are told which modules a page loads, before they find out link by link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from digitsite import modules

OURS = "django.contrib.staticfiles.finders.FileSystemFinder"
ANNOUNCED = re.compile(r'<link rel="modulepreload" fetchpriority="low" href="([^"]+)">')


@pytest.fixture
def write(settings: Any, tmp_path: Path) -> Iterator[Callable[[str, str], None]]:
    """Call it with a module's name and content."""
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = [OURS]
    modules.graph.cache_clear()

    def write(name: str, content: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    yield write
    modules.graph.cache_clear()


def test_it_works(write: Callable[[str, str], None]) -> None:
    write("js/page.js", 'import { one } from "./deep/one.js";\nimport "./two.js";\n')
    write("js/deep/one.js", 'import {\n  two,\n} from "../two.js";\nexport * from "./three.js";\n')
    write("js/two.js", 'export const two = 2;\nconst late = () => import("./late.js");\n')
    write("js/deep/three.js", 'export const text = "./late.js";\n')
    names = ("js/page.js", "js/deep/one.js", "js/two.js", "js/deep/three.js")
    assert modules.graph("js/page.js") == names


def test_modules_that_import_each_other_come_once(write: Callable[[str, str], None]) -> None:
    write("one.js", 'import "./two.js";')
    write("two.js", 'import "./one.js";')
    assert modules.graph("two.js", "one.js") == ("two.js", "one.js")


def test_a_missing_module_is_an_error(write: Callable[[str, str], None]) -> None:
    write("one.js", 'import "./two.js";')
    with pytest.raises(FileNotFoundError, match=r"two\.js"):
        modules.graph("one.js")


@pytest.mark.browser
def test_the_drawing_page_announces_what_it_loads(
    page: Page, live_server: Any, live_model: Any
) -> None:
    fetched = set()
    page.on("request", lambda one: fetched.add(one.url.removeprefix(live_server.url)))
    page.goto(live_server.url)
    page.locator("[data-reads-here]").wait_for(timeout=60_000)
    announced = ANNOUNCED.findall(Client().get("/").content.decode())
    assert len(announced) == len(set(announced))
    classic = {one for one in fetched if one.endswith("/early.js") or "/packages/" in one}
    assert {one for one in fetched if one.endswith(".js")} - classic == set(announced)

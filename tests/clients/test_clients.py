"""Clients made of the API's description are typed, and go round the circle at a live site."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests import ROOT
from tests.support.drawings import picture
from tests.support.npm import NODE_MODULES, node, run
from tests.support.servers import find_node
from tests.support.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.javascript]

HERE = Path(__file__).parent
JSON = {"Accept": "application/vnd.oai.openapi+json"}
DOCUMENT = (ROOT / "docs/api.md").read_text()

# The code as it is made, in whatever form. The generator knows no pictures: they are its bytes.
CONFIG = """
post_hooks: []
content_type_overrides: {image/png: application/octet-stream}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site")) as site:
        site.web()
        yield site


@pytest.fixture(scope="module")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site's schema and a picture of a 7."""
    folder = tmp_path_factory.mktemp("clients")
    schema = requests.get(f"{site.address}/api/v1/schema/", headers=JSON, timeout=60)
    (folder / "schema.json").write_bytes(schema.content)
    (folder / "seven.png").write_bytes(picture())
    return folder


@pytest.fixture(scope="module")
def python(folder: Path, site: Site) -> Path:
    """The folder with the Python client and two programs beside it, all of their types checked."""
    (folder / "config.yml").write_text(CONFIG)
    options = "--path schema.json --config config.yml --meta none --fail-on-warning"
    target = ["--output-path", "digit_reader_client"]
    program = Path(sys.executable).with_name("openapi-python-client")
    run(folder, program, "generate", *options.split(), *target)
    (folder / "circle.py").write_text((HERE / "circle.py").read_text())
    (folder / "document.py").write_text(document("python", site))
    checked = ("circle.py", "document.py", "digit_reader_client")
    run(folder, sys.executable, "-m", "mypy", "--strict", *checked)
    return folder


@pytest.fixture(scope="module")
def typescript(folder: Path, site: Site) -> Path:
    """The folder with the types of the TypeScript client and two programs, compiled with them."""
    (folder / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    (folder / "package.json").write_text('{"type": "module"}')
    node(folder, "openapi-typescript/bin/cli.js", "schema.json", "--output", "schema.d.ts")
    (folder / "circle.ts").write_text((HERE / "circle.ts").read_text())
    (folder / "document.ts").write_text(document("ts", site))
    options = "--strict --noUncheckedIndexedAccess --target es2023 --module nodenext --types node"
    files = ("circle.ts", "document.ts", "schema.d.ts")
    node(folder, "typescript/bin/tsc", *options.split(), *files)
    return folder


def document(language: str, site: Site) -> str:
    """The lines of docs/api.md in a language, for this site."""
    block = re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    assert block
    return block[1].replace("http://127.0.0.1:8000", site.address).replace("TOKEN", site.token)


def test_the_python_client_goes_round_the_circle(python: Path, site: Site) -> None:
    run(python, sys.executable, "circle.py", site.address, site.token, "seven.png")


def test_the_typescript_client_goes_round_the_circle(typescript: Path, site: Site) -> None:
    program = find_node() or "node"
    run(typescript, program, "circle.js", site.address, site.token, "seven.png")


def test_the_documents_lines_in_python_do_what_they_say(python: Path) -> None:
    assert run(python, sys.executable, "document.py").split() == ["4", "pending", "accepted"]


def test_the_documents_lines_in_typescript_do_what_they_say(typescript: Path) -> None:
    said = run(typescript, find_node() or "node", "document.js")
    assert said.split() == ["4", "pending", "accepted"]

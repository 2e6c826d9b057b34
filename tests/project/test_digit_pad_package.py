"""The npm package `digit-pad`: what is in it, its types, and that any program may import it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.npm import esbuild, install_digit_pad, node, run
from tests.support.servers import find_node

pytestmark = [pytest.mark.slow, pytest.mark.javascript]

PROGRAM = """
import { DigitPad, type Prediction } from "digit-pad";

const pad: DigitPad = document.createElement("digit-pad");
pad.name = "tickets";
pad.required = pad.number = true;
pad.texts = { clear: "Leeren" };
const words: string = pad.texts.undo;
const read: Prediction | null = pad.prediction;
if (read?.verdict === "sure") console.log(read.number ?? read.digit, words, pad.validity.valid);
pad.form?.requestSubmit();
// @ts-expect-error a value is text, as of any field
pad.value = 4;
// @ts-expect-error what was read is not to be changed
pad.prediction = null;
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the package."""
    folder = tmp_path_factory.mktemp("project")
    install_digit_pad(folder)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def test_it_has_a_script_types_a_licence_and_nothing_else(folder: Path) -> None:
    package = folder / "node_modules" / "digit-pad"
    files = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert files == {
        "LICENSE", "README.md", "digit-pad.d.ts", "dist/digit-pad.js", "package.json"
    }  # fmt: skip


def test_its_types_are_those_of_a_field(folder: Path) -> None:
    (folder / "program.ts").write_text(PROGRAM)
    options = "--strict --noEmit --target es2023 --lib es2023,dom --module nodenext"
    node(folder, "typescript/bin/tsc", *options.split(), "program.ts")


def test_a_bundler_finds_it(folder: Path) -> None:
    (folder / "app.js").write_text('import "digit-pad";\n')
    esbuild(folder, "app.js", "--bundle", "--format=esm", "--outfile=bundle.js")
    assert 'define("digit-pad"' in (folder / "bundle.js").read_text()


def test_a_server_that_renders_pages_may_import_it(folder: Path) -> None:
    """Where there are no elements nothing is done."""
    program = 'const { DigitPad } = await import("digit-pad"); console.log(DigitPad.formAssociated)'
    (folder / "server.js").write_text(program)
    assert run(folder, find_node() or "node", "server.js").strip() == "true"

"""Scripts come in a few files, made by esbuild; without it they come one by one."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from digitsite.settings import BASE_DIR, STATICFILES_DIRS
from digitsite.statics import bundles, static_build

OURS = "django.contrib.staticfiles.finders.FileSystemFinder"
MANIFEST_STORAGE = {
    "staticfiles": {"BACKEND": "digitsite.statics.staticfiles.ModuleManifestStorage"}
}
MOST_PAD_BYTES = 15_000  # in the slowest networks a third of a second
HASHED = r"\.[0-9a-f]{12}\."

needs_esbuild = pytest.mark.skipif(
    next(Path(BASE_DIR, "node_modules").glob("@esbuild/*/bin/esbuild"), None) is None,
    reason="esbuild is not installed: npm ci",
)


@pytest.fixture
def source(settings: Any, tmp_path: Path, monkeypatch: Any) -> Path:
    """A folder with a page of two scripts that share a module, and a worker."""
    folder = tmp_path / "source"
    written = {
        "js/pad.js": 'import { ink } from "./shared/ink.js";\nconsole.log("pad", ink);\n',
        "js/rest.js": 'import { ink } from "./shared/ink.js";\nconsole.log("rest", ink);\n',
        "js/worker.js": 'import { net } from "./net.js";\npostMessage(net);\n',
        "js/net.js": 'export const net = "the net";\n',
        "js/shared/ink.js": 'export const ink = ["the ink"];\n',
        "js/theme.js": "document.title = 'a classic script';\n",
    }
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "built"
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = [folder], [OURS]
    settings.STORAGES = settings.STORAGES | MANIFEST_STORAGE
    monkeypatch.setattr(bundles, "GROUPS", (("js/pad.js", "js/rest.js"), ("js/worker.js",)))
    return folder


def built(root: Path) -> dict[str, str]:
    """Content of every hashed text of the newest build, by its name without the hash."""
    paths = json.loads((root / "staticfiles.json").read_text())["paths"]
    texts = {name: hashed for name, hashed in paths.items() if not name.endswith(".png")}
    return {name: (root / hashed).read_text() for name, hashed in texts.items()}


@needs_esbuild
def test_it_works(source: Path, settings: Any) -> None:
    static_build.build()
    files = built(settings.STATIC_ROOT)
    [chunk] = bundles.chunks("js/pad.js", "js/rest.js")
    scripts = {"js/pad.js", "js/rest.js", "js/worker.js", "js/theme.js", chunk}
    assert {name for name in files if name.endswith(".js")} == scripts
    assert [name for name in scripts if "the ink" in files[name]] == [chunk]
    assert "the net" in files["js/worker.js"]
    assert files["js/theme.js"] == (source / "js/theme.js").read_text()
    for name in ("js/pad.js", "js/rest.js"):
        assert re.search(rf'from "\./chunks/[\w-]+{HASHED}js"', files[name])


@needs_esbuild
def test_each_has_a_map_of_its_sources_that_tells_nothing_of_the_machine(
    source: Path, settings: Any
) -> None:
    static_build.build()
    files = built(settings.STATIC_ROOT)
    [named] = re.findall(
        rf"^//# sourceMappingURL=(worker\.js{HASHED}map)$", files["js/worker.js"], re.M
    )
    told = json.loads((settings.STATIC_ROOT / "js" / named).read_text())
    assert (source / "js/worker.js").read_text() in told["sourcesContent"]
    assert {Path(name).name for name in told["sources"]} == {"worker.js", "net.js"}
    assert str(source) not in json.dumps(files)
    assert "bundles-" not in json.dumps(files)  # the folder of the build


def test_without_esbuild_the_modules_come_one_by_one(source: Path, settings: Any) -> None:
    settings.NODE_MODULES = source / "not-there"
    static_build.build()
    files = built(settings.STATIC_ROOT)
    assert len(files) == 6
    assert re.search(rf'from "\./shared/ink{HASHED}js"', files["js/pad.js"])
    assert bundles.chunks("js/pad.js") == []


@needs_esbuild
def test_once_esbuild_is_there_the_files_are_built_anew(source: Path, settings: Any) -> None:
    packages, settings.NODE_MODULES = settings.NODE_MODULES, source / "not-there"
    static_build.build()
    assert not static_build.is_due()
    settings.NODE_MODULES = packages
    assert static_build.is_due()
    static_build.build()
    assert not static_build.is_due()
    assert bundles.chunks("js/pad.js") != []


@needs_esbuild
def test_scripts_that_cannot_be_bundled_come_one_by_one_and_that_is_told(
    source: Path, settings: Any, caplog: Any
) -> None:
    (source / "js/net.js").write_text("export const other = 1;\n")
    with caplog.at_level(logging.WARNING):
        static_build.build()
    assert "No matching export" in caplog.text
    assert "the ink" in built(settings.STATIC_ROOT)["js/shared/ink.js"]


@needs_esbuild
def test_a_bundle_is_made_of_the_sources_even_over_an_older_one(
    source: Path, settings: Any
) -> None:
    """`collectstatic` alone, which deletes nothing, leaves what is newer than its source."""
    static_build.build()
    first = built(settings.STATIC_ROOT)
    call_command("collectstatic", interactive=False, verbosity=0)
    assert built(settings.STATIC_ROOT) == first


@needs_esbuild
def test_who_develops_gets_no_bundle(source: Path, settings: Any) -> None:
    static_build.build()
    assert bundles.chunks("js/pad.js") != []
    settings.DEBUG = True
    assert bundles.chunks("js/pad.js") == []


# --- our own ----------------------------------------------------------------------------------


def test_whatever_a_template_names_is_bundled_or_imports_nothing() -> None:
    texts = [path.read_text() for path in Path(BASE_DIR, "templates").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r"static '(js/[^']+)'", text)}
    entries = {name for group in bundles.GROUPS for name in group}
    alone = named - entries
    assert named
    assert [name for name in alone if "import " in Path(BASE_DIR, "static", name).read_text()] == []


@pytest.mark.long
@needs_esbuild
def test_ours_can_be_bundled(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "built"
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = STATICFILES_DIRS, [OURS]
    settings.STORAGES = settings.STORAGES | MANIFEST_STORAGE
    static_build.build()
    scripts = [name for name in built(tmp_path / "built") if name.endswith(".js")]
    classic = {"js/theme-init.js", "js/offline/service-worker.js"}
    chunks = {name for name in scripts if "/chunks/" in name}
    entries = {name for group in bundles.GROUPS for name in group}
    assert set(scripts) == entries | chunks | classic
    assert len(chunks) < 10
    pad = ["js/pad.js", *bundles.chunks("js/pad.js")]
    assert sum(compressed(tmp_path / "built", name) for name in pad) < MOST_PAD_BYTES


def compressed(root: Path, name: str) -> int:
    """The bytes of a file as it goes out to a browser that knows Brotli."""
    hashed = json.loads((root / "staticfiles.json").read_text())["paths"][name]
    packed = root / f"{hashed}.br"
    return (packed if packed.is_file() else root / hashed).stat().st_size

"""Static files are built when they have changed, and only then."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from digitsite.settings import STATICFILES_DIRS
from digitsite.statics import static_build

OURS = "django.contrib.staticfiles.finders.FileSystemFinder"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@pytest.fixture
def source(settings, tmp_path: Path) -> Path:
    """A folder of sources with one file, and everything else of the test's own."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "page.css").write_text("p { color: red }")
    settings.VAR_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "built"
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = [OURS]
    return folder


@pytest.fixture
def hashed(settings) -> None:
    """Names have hashes, as a site has them that serves these files."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "digitsite.statics.staticfiles.ModuleManifestStorage"}
    }


def test_it_works(source: Path, settings) -> None:
    assert static_build.is_due()
    static_build.build()
    assert (settings.STATIC_ROOT / "page.css").read_text() == "p { color: red }"
    assert not static_build.is_due()


def test_a_changed_file_is_due(source: Path) -> None:
    static_build.build()
    (source / "page.css").write_text("p { color: blue }")
    assert static_build.is_due()


def test_a_file_changed_to_the_same_length_is_due(source: Path) -> None:
    static_build.build()
    (source / "page.css").write_text("p { color: tan }")
    os.utime(source / "page.css", (1, 1))
    assert static_build.is_due()


def test_a_new_and_a_removed_file_are_due(source: Path) -> None:
    static_build.build()
    (source / "new.js").write_text("1;")
    assert static_build.is_due()
    static_build.build()
    (source / "new.js").unlink()
    assert static_build.is_due()


def test_a_lost_folder_is_due(source: Path, settings) -> None:
    static_build.build()
    settings.STATIC_ROOT.rename(settings.STATIC_ROOT.with_name("moved"))
    assert static_build.is_due()


def test_a_build_that_failed_is_due(source: Path, hashed) -> None:
    static_build.build()
    (source / "broken.css").write_text('p { background: url("not-there.png") }')
    with pytest.raises(ValueError, match="not-there"):
        static_build.build()
    (source / "broken.css").unlink()
    assert static_build.is_due()


# --- a tab that is open across an update ------------------------------------------------------


@pytest.fixture
def modules(source: Path, hashed, settings) -> Path:
    """Three modules, each of which imports the next, served as a site serves them."""
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    (source / "js").mkdir()
    (source / "js/page.js").write_text('import "./pen.js";\n')
    (source / "js/pen.js").write_text('import "./ink.js";\n')
    (source / "js/ink.js").write_text("export const ink = 1;\n")
    return source / "js"


def built(settings) -> dict[str, bytes]:
    """Content of every hashed module, by its name."""
    files = settings.STATIC_ROOT.glob("js/*.js")
    return {path.name: path.read_bytes() for path in files if static_build.HASH.search(path.name)}


def served(names: dict[str, bytes]) -> set[str]:
    """Those of the modules that the site answers with just this content."""
    # As the site has it; what is no static file would be the site's to answer.
    middleware = WhiteNoiseMiddleware(lambda _: HttpResponse(status=404))
    found = set()
    for name, content in names.items():
        answer = middleware(RequestFactory().get(f"/static/js/{name}"))
        if answer.status_code == 200 and b"".join(answer) == content:
            found.add(name)
        answer.close()
    return found


def later(settings, days: float) -> None:
    """Makes whatever was built older by this many days."""
    for path in settings.STATIC_ROOT.rglob("*.*"):
        os.utime(path, (time.time() - days * 86_400,) * 2)


@pytest.mark.django_db
def test_the_files_of_the_build_before_are_served_for_a_week(modules: Path, settings) -> None:
    static_build.build()
    before = built(settings)
    later(settings, days=30)  # for so long it was the site's newest: pages of today have it
    (modules / "ink.js").write_text("export const ink = 2;\n")
    static_build.build()
    both = built(settings)
    assert (len(before), len(both)) == (3, 6)
    assert served(both) == set(both)

    later(settings, days=6.9)
    (modules / "ink.js").write_text("export const ink = 3;\n")
    static_build.build()
    assert served(both) == set(both)

    later(settings, days=7.1)
    (modules / "ink.js").write_text("export const ink = 4;\n")
    static_build.build()
    third = set(built(settings)) - set(both)
    assert len(third) == 6  # of the build before, and of this one
    assert served(both) == set()


@pytest.mark.django_db
def test_what_a_killed_build_cut_off_is_not_served(modules: Path, settings) -> None:
    (modules / "shape.svg").write_text("<svg/>")  # which Django takes as it finds it
    static_build.build()
    whole = built(settings)
    [shape] = settings.STATIC_ROOT.glob("js/shape.*.svg")
    [module] = settings.STATIC_ROOT.glob("js/ink.*.js")
    static_build.note().unlink()
    for path in (shape, module, settings.STATIC_ROOT / "staticfiles.json"):
        path.write_bytes(path.read_bytes()[:3])
    compressed = module.with_name(f"{module.name}.gz")
    compressed.write_bytes(b"\x1f\x8b")
    static_build.build()
    assert shape.read_text() == "<svg/>"
    assert served(whole) == set(whole)
    assert not compressed.exists()  # so short a file is sent as it is


@pytest.mark.django_db
def test_a_build_that_failed_takes_no_file_out_of_use(modules: Path, settings) -> None:
    static_build.build()
    before = built(settings)
    later(settings, days=30)
    (modules / "pen.js").write_text('import "./not-there.js";\n')
    with pytest.raises(ValueError, match="not-there"):
        static_build.build()
    (modules / "pen.js").write_text("export const pen = 1;\n")
    static_build.build()
    assert served(before) == set(before)


def test_names_without_a_hash_are_the_newest_builds_alone(source: Path, hashed, settings) -> None:
    (source / "folder").mkdir()
    (source / "folder/old.css").write_text("p { color: blue }")
    static_build.build()
    (source / "folder/old.css").unlink()
    (source / "page.css").write_text("p { color: tan }")
    os.utime(source / "page.css", (1, 1))  # an older source, as of another branch
    static_build.build()
    assert (settings.STATIC_ROOT / "page.css").read_text() == "p { color: tan }"
    assert not (settings.STATIC_ROOT / "folder/old.css").exists()
    later(settings, days=8)
    static_build.build()
    later(settings, days=8)
    static_build.build()
    assert not (settings.STATIC_ROOT / "folder").exists()


# --- our own ----------------------------------------------------------------------------------


@pytest.mark.long
def test_our_modules_import_each_other_by_hashed_names(source: Path, hashed, settings) -> None:
    settings.STATICFILES_DIRS = STATICFILES_DIRS
    static_build.build()
    named = [p for p in settings.STATIC_ROOT.glob("js/**/*.js") if p.stem.count(".") == 1]
    code = [COMMENT.sub("", path.read_text()) for path in named]
    imports = [name for text in code for name in re.findall(r'from\s+"(\.[^"]+)"', text)]
    assert imports
    assert [name for name in imports if not re.search(r"\.[0-9a-f]{12}\.js$", name)] == []


def test_types_in_comments_may_import_each_other(source: Path, hashed, settings) -> None:
    """Modules whose hashes depended on each other's could never be named."""
    (source / "js").mkdir()
    pen = '/** @import { Ink } from "./ink.js" */\n\nimport { ink } from "./ink.js";\n'
    ink = '/** @import { Pen } from "./pen.js" */\n\nexport const ink = 1;\n'
    (source / "js/pen.js").write_text(pen)
    (source / "js/ink.js").write_text(ink)
    static_build.build()
    [built_pen] = settings.STATIC_ROOT.glob("js/pen.*.js")
    [built_ink] = settings.STATIC_ROOT.glob("js/ink.*.js")
    assert built_ink.read_text() == ink
    assert built_pen.read_text() == pen.replace('"./ink.js";', f'"./{built_ink.name}";')


def test_types_are_imported_by_a_tag_of_their_own() -> None:
    """Written as a call, Django takes the import of a type for one of the page's."""
    modules = [path for folder in STATICFILES_DIRS for path in Path(folder).glob("js/**/*.js")]
    comments = [one for path in modules for one in COMMENT.findall(path.read_text())]
    assert any("@import" in one for one in comments)
    assert [one for one in comments if "import(" in one] == []

"""Static files are built when they have changed, and only then."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from digitsite import static_build
from digitsite.settings import STATICFILES_DIRS

OURS = "django.contrib.staticfiles.finders.FileSystemFinder"


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


def test_a_build_that_failed_is_due(source: Path, settings) -> None:
    static_build.build()
    (source / "broken.css").write_text('p { background: url("not-there.png") }')
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "digitsite.staticfiles.ModuleManifestStorage"}
    }
    with pytest.raises(ValueError, match="not-there"):
        static_build.build()
    (source / "broken.css").unlink()
    assert static_build.is_due()


def test_our_modules_import_each_other_by_hashed_names(source: Path, settings) -> None:
    settings.STATICFILES_DIRS = STATICFILES_DIRS
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "digitsite.staticfiles.ModuleManifestStorage"}
    }
    static_build.build()
    hashed = [p for p in settings.STATIC_ROOT.glob("js/**/*.js") if p.stem.count(".") == 1]
    imports = [
        name for path in hashed for name in re.findall(r'from\s+"(\.[^"]+)"', path.read_text())
    ]
    assert imports
    assert [name for name in imports if not re.search(r"\.[0-9a-f]{12}\.js$", name)] == []

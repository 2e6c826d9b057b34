"""Scripts in a few files, as a site has them, without the seconds that its whole build takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, FileSystemFinder
from django.core.files.storage import FileSystemStorage, Storage

from digitsite.statics import bundles

OURS = "django.contrib.staticfiles.finders.FileSystemFinder"


@cache
def made() -> tuple[Storage, bundles.Bundles]:
    """The bundles of our modules and where they lie, made once by each process of the tests."""
    found = bundles.make({path: (at, path) for path, at in FileSystemFinder().list([])})
    folder = Path(mkdtemp(prefix="bundled-", dir=settings.VAR_DIR))
    for name, content in found.contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return FileSystemStorage(location=folder), found


class BundledFinder(BaseFinder):
    """In place of Django's finder of our files: bundles where there are any.

    A page then asks for 21 files, not for 143, and a test of it takes half as long. The modules
    within are listed no more, and found all the same: tests import them.
    """

    def __init__(self, *_: Any) -> None:
        self.one_by_one = FileSystemFinder()

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        place, found = made()
        if path not in found.contents:
            return self.one_by_one.find(path, find_all=find_all, **kwargs)
        return [place.path(path)] if find_all else place.path(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        place, found = made()
        yield from ((name, place) for name in found.contents)
        for path, at in self.one_by_one.list(ignore_patterns):
            if path not in found.parts:
                yield path, at


FINDER = f"{__name__}.{BundledFinder.__name__}"

"""The storage of static files: bundled, hashed names, imports rewritten, compressed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import HashedFilesMixin, staticfiles_storage
from django.core.files.base import ContentFile, File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from digitsite.statics import bundles
from digitsite.statics.packages import FOLDER

# The hashed names of what our own pages load.
BY_BROTLI = re.compile(rf"(js|css|{FOLDER})/.+\.[0-9a-f]{{12}}\.\w+")


def names() -> list[str]:
    """The names of all static files: as they were built, or as they are found without a build."""
    built = getattr(staticfiles_storage, "hashed_files", None)
    if built and not settings.DEBUG:
        return sorted(built)
    return sorted({path for finder in get_finders() for path, _ in finder.list([])})


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """The storage of hashed, compressed static files, with `import "./x.js"` rewritten.

    Without its flag Django hashes the files but leaves the addresses inside ES
    modules alone, so a browser would keep an old module after an update.
    """

    support_js_module_import_aggregation = True
    # A module's hash is settled one pass after those of what it imports: as many passes as the
    # longest chain of imports has links, and one to see that nothing changes any more.
    max_post_process_passes = 20
    # Only in our own modules: other packages' comments may look like imports.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )
    # The map of a script's source likewise: a build of npm's names one that is not served.
    patterns = tuple(
        ("js/*.js" if files == "*.js" else files, found)
        for files, found in HashedFilesMixin.patterns  # type: ignore[attr-defined]
    )

    def post_process(
        self, paths: bundles.Paths, dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if dry_run:
            return
        made = bundles.make(paths)
        for name, content in made.contents.items():
            self._replace(name, ContentFile(content))
        files = {name: found for name, found in paths.items() if name not in made.parts}
        files |= {name: (self, name) for name in made.contents}
        yield from super().post_process(files, **options)
        self._replace(bundles.MANIFEST, ContentFile(json.dumps(made.imports).encode()))

    def _replace(self, name: str, content: File[Any]) -> None:
        self.delete(name)
        self._save(name, content)

    def create_compressor(self, **options: Any) -> Compressor:
        return PublicCompressor(**options)


class PublicCompressor(Compressor):  # type: ignore[misc]  # untyped
    """A compressor by Brotli and gzip for our own pages' files, by gzip for all others.

    Brotli takes seconds a megabyte; Swagger's files alone would take half a minute. Maps of
    sources, which only developers' tools load, stay as they are.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._gzip = Compressor(**options, use_brotli=False)

    def compress(self, path: str) -> list[str]:
        name = Path(path).relative_to(settings.STATIC_ROOT).as_posix()
        if name.endswith(".map"):
            return []
        if not BY_BROTLI.fullmatch(name):
            return list(self._gzip.compress(path))
        return list(super().compress(path))

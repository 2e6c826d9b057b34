import re
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from digitsite.packages import FOLDER

# What the public pages load, by the hashed names they load it by.
BY_BROTLI = re.compile(rf"/(js|css|{FOLDER})/.+\.[0-9a-f]{{12}}\.\w+$")


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed, compressed static files, with `import "./x.js"` rewritten too.

    Without the flag Django hashes the files but leaves the addresses inside ES
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
    # Those of scripts are left out: a build of npm's names a source map that is not served.
    patterns = tuple(
        pattern
        for pattern in HashedFilesMixin.patterns  # type: ignore[attr-defined]
        if pattern[0] != "*.js"
    )

    def create_compressor(self, **options: Any) -> Compressor:
        return PublicCompressor(**options)


class PublicCompressor(Compressor):  # type: ignore[misc]  # untyped
    """Brotli for what every visitor fetches; gzip alone for the administration and Swagger.

    Brotli takes seconds a megabyte, on Swagger's files alone half a minute.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._gzip = Compressor(**options, use_brotli=False)

    def compress(self, path: str) -> list[str]:
        if not BY_BROTLI.search(path):
            return list(self._gzip.compress(path))
        return list(super().compress(path))

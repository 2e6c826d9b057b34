from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed, compressed static files, with `import "./x.js"` rewritten too.

    Without the flag Django hashes the files but leaves the addresses inside ES
    modules alone, so a browser would keep an old module after an update.
    """

    support_js_module_import_aggregation = True
    # Only in our own modules: other packages' comments may look like imports.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )

    def create_compressor(self, **options: Any) -> Compressor:
        """gzip only: brotli takes minutes on Swagger's files, wherever it is installed."""
        return Compressor(use_brotli=False, **options)

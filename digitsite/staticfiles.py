from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed static files, with `import "./x.js"` rewritten too.

    Without the flag Django hashes the files but leaves the addresses inside ES
    modules alone, so a browser would keep an old module after an update.
    """

    support_js_module_import_aggregation = True

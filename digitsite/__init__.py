"""The site: settings, addresses, the task queue and what every app shares.

No drawing, version or run is known here; only `urls` and `wsgi` import an app.
"""

import gc

# What is loaded from here on stays: to look for garbage in it again and again took a tenth of a
# start. Once all apps are there, `DigitsiteConfig` has it looked for as ever.
COLLECTED_AFTER = gc.get_threshold()
gc.set_threshold(100_000)

from digitsite.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]

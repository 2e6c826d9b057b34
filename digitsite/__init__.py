"""The site: settings, addresses, the task queue and what every app shares.

No drawing, version or run is known here; only `urls` and `wsgi` import an app.
"""

from digitsite.celery import app as celery_app

__all__ = ["celery_app"]

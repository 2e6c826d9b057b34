"""The site: settings, addresses, the task queue and what every app shares."""

from digitsite.celery import app as celery_app

__all__ = ["celery_app"]

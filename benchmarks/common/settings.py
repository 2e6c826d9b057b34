"""The site's settings, to be imported before anything of the site that reads them."""

from __future__ import annotations

import os

import django
from django.conf import settings

__all__ = ["settings"]

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # a table is easier found in silence
    django.setup()

"""The site's settings. Imported before anything of the site, which cannot do without them."""

from __future__ import annotations

import os

import django
from django.conf import settings

__all__ = ["settings"]

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # a table is easier found in silence
    django.setup()

"""Vectors that Python and JavaScript both keep to, and the scripts that write them.

What is no digit is refused in words that Django translates, so the scripts need it.
"""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")
    django.setup()

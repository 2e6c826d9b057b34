"""Vectors that Python and JavaScript both keep to, and the scripts that write them.

What is said of a whole number is the API's, so `make_answers` needs Django.
"""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")
    django.setup()

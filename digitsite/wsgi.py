"""The WSGI application, with the live model loaded before the first request."""

import os

import django

from digitsite.database import patience
from digitsite.env import bad_settings_end_the_process
from digitsite.http.application import SiteApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")

with bad_settings_end_the_process():
    django.setup(set_prefix=False)
    application = SiteApplication()

# Only now, when the apps are loaded.
from recognizer.serving import registry

patience.wait_briefly()
registry.warm_up()

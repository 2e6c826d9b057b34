"""The WSGI application, with the live model loaded before the first request."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")

application = get_wsgi_application()

from recognizer import registry  # noqa: E402  (apps must be loaded first)

registry.warm_up()

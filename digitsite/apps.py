"""The app `digitsite`."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in

import digitsite


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Within, modules of these names are as if they were not installed."""
    ours = [name for name in names if name not in sys.modules]
    sys.modules |= dict.fromkeys(ours)  # type: ignore[arg-type]  # by which Python marks them so
    try:
        yield
    finally:
        for name in ours:
            del sys.modules[name]


# For fields that only PostgreSQL has, and for a client of tests, REST framework would load the
# clients of PostgreSQL and of HTTP: a fifth of what it takes to start any process of the site.
with left_out("django.contrib.postgres.fields", "requests"):
    import rest_framework.compat  # noqa: F401


class DigitsiteConfig(AppConfig):
    """The site's own app: registers the system checks, dates sessions, reports errors, traces."""

    name = "digitsite"

    def ready(self) -> None:
        from digitsite import checks  # noqa: F401  (registers the system checks)
        from digitsite.http.sessions import on_login
        from digitsite.monitoring.errors import report_errors
        from digitsite.monitoring.traces import report_traces

        user_logged_in.connect(on_login, dispatch_uid="digitsite.sessions")
        if settings.SENTRY_DSN:
            report_errors(settings.SENTRY_DSN)
        if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            report_traces(
                settings.OTEL_EXPORTER_OTLP_ENDPOINT,
                service=settings.OTEL_SERVICE_NAME,
                share=settings.OTEL_TRACES_SAMPLER_ARG,
                headers=settings.OTEL_EXPORTER_OTLP_HEADERS,
            )
        gc.freeze()
        gc.set_threshold(*digitsite.COLLECTED_AFTER)


class AdministrationConfig(AdminConfig):
    """Django's administration, behind the site's own door."""

    default_site = "recognizer.web.admin_site.AdminSite"

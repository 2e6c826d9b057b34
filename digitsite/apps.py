"""The app `digitsite`."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in


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


class AdministrationConfig(AdminConfig):
    """Django's administration, behind the site's own door."""

    default_site = "recognizer.web.admin_site.AdminSite"

"""The app `digitsite`."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in


class DigitsiteConfig(AppConfig):
    """The site's own app; it registers the system checks, and dates sessions."""

    name = "digitsite"

    def ready(self) -> None:
        from digitsite import checks  # noqa: F401  (registers the system checks)
        from digitsite.http.sessions import on_login

        user_logged_in.connect(on_login, dispatch_uid="digitsite.sessions")


class AdministrationConfig(AdminConfig):
    """Django's administration, behind the site's own door."""

    default_site = "recognizer.web.admin_site.AdminSite"

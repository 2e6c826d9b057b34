from django.apps import AppConfig


class DigitsiteConfig(AppConfig):
    name = "digitsite"

    def ready(self) -> None:
        from digitsite import checks  # noqa: F401  (registers the system checks)

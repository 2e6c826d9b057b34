"""The app `training`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrainingConfig(AppConfig):
    name = "training"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from training import monitoring  # noqa: F401  (registers what machines ask)

        # Here and not in `recognizer`: only now there are the permissions about runs, too.
        post_migrate.connect(_install_roles, sender=self, dispatch_uid="training.roles")


def _install_roles(**_: Any) -> None:
    from recognizer.services.roles import roles_install

    roles_install()

"""The app `recognizer`."""

from django.apps import AppConfig


class RecognizerConfig(AppConfig):
    name = "recognizer"
    default_auto_field = "django.db.models.BigAutoField"

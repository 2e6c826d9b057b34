"""Rows that are added and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are added and never changed; in the database triggers say the same.

    They go with the rows that they belong to, and lose the person who is forgotten: both
    are done by foreign keys, which pass by here.
    """

    def update(self, **_: Any) -> int:
        raise TypeError(f"Rows of {self.model.__name__} are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"Rows of {self.model.__name__} are never deleted.")


class AppendOnly(models.Model):
    """Base of rows that are added and never changed."""

    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"Rows of {type(self).__name__} are never changed.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"Rows of {type(self).__name__} are never deleted.")

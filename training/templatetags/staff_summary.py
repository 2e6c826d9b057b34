"""The tag of the summary on the staff's first page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from recognizer.models import Drawing, ModelVersion
from training.models import TrainingRun

register = template.Library()


@register.inclusion_tag("admin/staff_summary.html", takes_context=True)
def staff_summary(context: Context) -> dict[str, Any]:
    """The summary's context: how many drawings wait, the live version, the active run."""
    return {
        "perms": context["perms"],
        "waiting": Drawing.objects.waiting().count(),
        "live": ModelVersion.objects.live(),
        "active": TrainingRun.objects.active().first(),
    }

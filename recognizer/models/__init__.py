"""Drawings, who drew them, the model versions and which of them was live when.

Rows, their fields and named queries; what changes them is `services`'.
"""

from recognizer.models.choices import Label, label_in_sql
from recognizer.models.decisions import Audit, Review
from recognizer.models.drawings import Drawing, DrawingQuerySet, DrawingUse
from recognizer.models.people import Contributor, StorageUse
from recognizer.models.tokens import AccessToken
from recognizer.models.versions import ModelVersion, Promotion

__all__ = [
    "AccessToken",
    "Audit",
    "Contributor",
    "Drawing",
    "DrawingQuerySet",
    "DrawingUse",
    "Label",
    "ModelVersion",
    "Promotion",
    "Review",
    "StorageUse",
    "label_in_sql",
]

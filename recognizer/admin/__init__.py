"""The staff's pages about drawings, their contributors and the model versions.

Doors only: whatever changes a row goes through `services` or `versions`.
"""

from recognizer.admin import contributors, drawings, versions

__all__ = ["contributors", "drawings", "versions"]

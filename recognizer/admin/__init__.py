"""The staff's pages about drawings, their contributors and the model versions.

Entry points only: whatever changes a row goes through `services`.
"""

from recognizer.admin import accounts, contributors, drawings, versions

__all__ = ["accounts", "contributors", "drawings", "versions"]

"""Promises, filed as the packages they are about, and what checks the project as a whole.

Nothing of the site imports them; figures are measured in `benchmarks`.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

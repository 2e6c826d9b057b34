"""What the site is measured by: programs that print tables and keep them in RESULTS.md.

Nothing of the site imports them, and no promise is checked here: that is for `tests`.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

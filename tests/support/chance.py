"""How many cases are tried by chance, and from which seed: `make faults` says many and another."""

from __future__ import annotations

import os

CASES = int(os.environ.get("FAULTS", "300"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))

"""Lighthouse's scores of the drawing page, as a middling phone in a slow mobile network sees it.

    .venv/bin/python -m benchmarks.site.lighthouse [--rounds 5]

The phone and the network are Lighthouse's own simulation. It also measures the machine it
runs on; a machine that is busy makes every page slow, so that figure stands beside.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common import results
from tests import ROOT
from tests.support import servers
from tests.support.site import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def report(address: str, folder: Path, *, categories: Sequence[str] = CATEGORIES) -> dict[str, Any]:
    """The report of one run. Raises `RuntimeError` with Lighthouse's message where it fails."""
    file = folder / "lighthouse.json"
    done = subprocess.run(
        [
            servers.find_node() or "node", str(PROGRAM), address, "--quiet", "--output=json",
            f"--output-path={file}", f"--only-categories={','.join(categories)}",
            "--chrome-flags=--headless=new --no-sandbox",
        ],
        env={**os.environ, "CHROME_PATH": str(servers.find_chromium())},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def served(site: Site) -> str:
    """The site's address, its static files built and compressed as for a real one."""
    site.manage("collectstatic", "--noinput")
    site.web()
    return site.address


def score(found: dict[str, Any], category: str) -> float:
    """A report's score in a category, 0 to 100."""
    return 100 * float(found["categories"][category]["score"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Site(Path(name)) as site:
        address = served(site)
        reports = [report(address, Path(name)) for _ in range(options.rounds)]
    rows = []
    for category in CATEGORIES:
        scores = [score(one, category) for one in reports]
        rows.append(
            [category, f"{np.median(scores):.0f}", f"{min(scores):.0f}", f"{max(scores):.0f}"]
        )
    machine = [one["environment"]["benchmarkIndex"] for one in reports]
    text = [
        results.table(["the drawing page", "median", "least", "most"], rows),
        f"{options.rounds} rounds; Lighthouse's index of the machine was {np.median(machine):.0f} "
        "(median).",
    ]
    results.write("lighthouse", "\n\n".join(text))


if __name__ == "__main__":
    main()

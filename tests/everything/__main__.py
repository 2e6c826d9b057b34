"""Runs every check and closes with a table: `python -m tests.everything [STEP ...]`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from tests import services
from tests.everything.provide import provide
from tests.everything.steps import ROOT, Step, steps

# A missing server or browser is a gap to name at home and a failure in CI.
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
# The tests choose these themselves; a developer's own must not leak in.
OURS = ("VAR_DIR", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True)
class Outcome:
    name: str
    result: str
    seconds: float = 0.0
    reason: str = ""


def main(names: list[str]) -> int:
    chosen = [step for step in steps() if not names or step.name in names]
    unknown = set(names) - {step.name for step in chosen}
    if unknown:
        print(f"There is no step {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    needs = {step.need for step in chosen}
    provide(need for need in services.lacking() if need in needs)
    lacking = services.lacking()
    outcomes = [outcome(step, lacking) for step in chosen]
    table(outcomes)
    return 1 if any(each.result == "failed" for each in outcomes) else 0


def outcome(step: Step, lacking: dict[str, str]) -> Outcome:
    if step.need in lacking:
        result = "failed" if IN_CI else "skipped"
        return Outcome(step.name, result, reason=lacking[step.need])
    print(f"\n=== {step.name}: {shlex.join(step.command)}", flush=True)
    begun = time.monotonic()
    status = execute(step)
    result = "failed" if status else "passed"
    return Outcome(step.name, result, time.monotonic() - begun)


def execute(step: Step) -> int:
    """In a folder of its own, so that no step meets what another left behind."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    with tempfile.TemporaryDirectory(prefix="digits-") as folder, step.around() as extra:
        environment |= {"VAR_DIR": folder} | extra
        done = subprocess.run(
            step.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
        )
    return done.returncode


def table(outcomes: list[Outcome]) -> None:
    print(f"\n{'step':<12}{'result':<10}{'seconds':>7}")
    for each in outcomes:
        print(f"{each.name:<12}{each.result:<10}{each.seconds:>7.1f}  {each.reason}".rstrip())
    counts = [
        f"{sum(each.result == result for each in outcomes)} {result}"
        for result in ("passed", "failed", "skipped")
    ]
    print("\n" + ", ".join(counts), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

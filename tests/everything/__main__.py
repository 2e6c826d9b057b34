"""Runs every check and closes with a table: `python -m tests.everything [STEP ...]`."""

from __future__ import annotations

import os
import signal
import sys
import time

from tests.everything import side_by_side
from tests.everything.provide import provide
from tests.everything.side_by_side import Outcome
from tests.everything.steps import CORES, Step, steps
from tests.support import servers

# A missing server or browser is a gap to name at home and a failure in CI.
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
# Nearly half of what tests do is waiting: for browsers, for servers to start, for trainings of
# other processes. So two large steps go beside each other, and one of the small ones. Three were
# slower: what waits looks again and again.
ROOM = 2 * CORES + 1


def main(names: list[str]) -> int:
    chosen = [step for step in steps() if step.name in names or not (names or step.when_named)]
    unknown = set(names) - {step.name for step in chosen}
    if unknown:
        print(f"There is no step {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    needs = {step.need for step in chosen}
    provide(need for need in servers.lacking() if need in needs)
    begun = time.monotonic()
    outcomes = all_outcomes(chosen)
    table(outcomes, time.monotonic() - begun)
    return 1 if any(each.result == "failed" for each in outcomes) else 0


def all_outcomes(chosen: list[Step]) -> list[Outcome]:
    """In the order of the list, whichever ended first."""
    lacking = servers.lacking()
    result = "failed" if IN_CI else "skipped"
    outcomes = {
        step.name: Outcome(step.name, result, reason=lacking[step.need])
        for step in chosen
        if step.need in lacking
    }
    possible = [step for step in chosen if step.name not in outcomes]
    outcomes |= {each.name: each for each in side_by_side.run(possible, room=ROOM)}
    return [outcomes[step.name] for step in chosen]


def table(outcomes: list[Outcome], seconds: float) -> None:
    print(f"\n{'step':<14}{'result':<10}{'seconds':>7}")
    for each in outcomes:
        print(f"{each.name:<14}{each.result:<10}{each.seconds:>7.1f}  {each.reason}".rstrip())
    print(f"{'together':<24}{seconds:>7.1f}")
    counts = [
        f"{sum(each.result == result for each in outcomes)} {result}"
        for result in ("passed", "failed", "skipped")
    ]
    print("\n" + ", ".join(counts), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends what Ctrl-C ends
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted.")

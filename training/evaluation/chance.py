"""What chance alone would do to counts: an exact test. Pure."""

from __future__ import annotations

from math import exp, lgamma


def rise(hits: int, of: int, hits_before: int, of_before: int) -> float:
    """How likely at least so many of the `hits` fell into the later `of` of equals, in (0, 1].

    R. A. Fisher's exact test (Statistical Methods for Research Workers, 1934), one-sided: of
    all ways to share out the hits between both, those with `hits` or more in the later.
    """
    total, all_hits = of + of_before, hits + hits_before
    ways = _log_comb(total, all_hits)
    chance = sum(
        exp(_log_comb(of, k) + _log_comb(of_before, all_hits - k) - ways)
        for k in range(hits, min(of, all_hits) + 1)
        if all_hits - k <= of_before
    )
    return min(1.0, chance)


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

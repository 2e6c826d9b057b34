"""Intervals for shares and for differences of paired shares, at 95 %. Pure."""

from __future__ import annotations

from math import sqrt

Z = 1.959964  # the normal distribution's quantile for 95 %


def wilson(right: int, n: int) -> tuple[float, float]:
    """The score interval of a share, right of n: Wilson (Journal of the American Statistical
    Association 22, 1927, 209-212). (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    share, spread = right / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def paired_difference(*, n: int, right: int, fixed: int, broken: int) -> tuple[float, float]:
    """The interval of the difference of two shares of the same n, in [-1, 1].

    `right` are those that the second reads right, of which `fixed` the first did not; the first
    reads `broken` others right. Newcombe's method 10 (Statistics in Medicine 17, 1998,
    2635-2650): Wilson's intervals of both shares, joined with regard to their correlation.
    """
    if n == 0:
        return -1.0, 1.0
    both = right - fixed
    neither = n - both - fixed - broken
    second, first = right / n, (both + broken) / n
    low2, high2 = wilson(right, n)
    low1, high1 = wilson(both + broken, n)
    phi = _correlation(both, fixed, broken, neither)
    difference = second - first
    below, above = second - low2, high1 - first
    down = sqrt(max(0.0, below**2 - 2 * phi * below * above + above**2))
    below, above = first - low1, high2 - second
    up = sqrt(max(0.0, above**2 - 2 * phi * above * below + below**2))
    return max(-1.0, difference - down), min(1.0, difference + up)


def _correlation(both: int, fixed: int, broken: int, neither: int) -> float:
    """The phi coefficient, drawn towards 0 by the continuity correction of method 10."""
    margins = (both + fixed) * (broken + neither) * (both + broken) * (fixed + neither)
    if margins == 0:
        return 0.0
    n = both + fixed + broken + neither
    product = float(both * neither - fixed * broken)
    if product > 0:
        product = max(product - n / 2, 0.0)
    return product / sqrt(margins)

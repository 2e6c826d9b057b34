"""Points of many dimensions on a plane: principal components. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Directions kept beside the two that are wanted, and how often they are turned.
DIRECTIONS, TURNS = 10, 8


def principal_plane(
    features: NDArray[np.floating],
) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """(n, k) features -> (n, 2) places in [0, 1], and the shares of variance of both axes.

    Principal component analysis (Pearson, 1901). Of the covariance's eigenvectors only two are
    wanted, so they are found by randomised subspace iteration (Halko, Martinsson and Tropp,
    2011): all of some thousand would take a minute. An axis points where its largest weight is
    positive, so that the same features give the same map. n and k are at least 2.
    """
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    size, wide = centred.shape
    basis = np.random.default_rng(0).normal(size=(wide, min(DIRECTIONS, wide)))
    for _ in range(TURNS):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    within = centred @ basis
    values, vectors = np.linalg.eigh(within.T @ within / size)
    axes = basis @ vectors[:, [-1, -2]]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    places = centred @ axes
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    total = float((centred**2).sum()) / size or 1.0
    shares = (float(values[-1]) / total, float(values[-2]) / total)
    return (places - low) / np.where(span > 0, span, 1.0), shares

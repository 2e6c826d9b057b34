"""Labels that look odd beside the others that are shown. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NEIGHBOURS = 5


def unlike_neighbours(
    features: NDArray[np.float32], labels: Sequence[str], *, count: int = NEIGHBOURS
) -> list[bool]:
    """Whether of a drawing's nearest, by the cosine of (n, k) features, most have another label.

    A label that too few others have cannot be told from them, and is not called odd.
    """
    length = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.maximum(length, 1e-9)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -np.inf)
    known = np.asarray(labels)
    odd = []
    for at, label in enumerate(known):
        others = int((known == label).sum()) - 1
        nearest = np.argsort(-likeness[at])[:count]
        enough = others >= count // 2 + 1 and len(known) > count
        odd.append(bool(enough and (known[nearest] == label).sum() <= count // 2))
    return odd

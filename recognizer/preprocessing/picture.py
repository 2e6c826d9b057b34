"""The arrays that pictures are between the steps of the raster path."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.uint8]  # (height, width), 0 black to 255 white
Depth: TypeAlias = NDArray[np.uint8]  # (height, width), 0 paper to 255 ink
Mask: TypeAlias = NDArray[np.uint8]  # (height, width), 1 where there is ink, else 0

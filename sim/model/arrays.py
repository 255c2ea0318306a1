"""Kinds of arrays that many parts of the model share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
"""Indices of few things: topics, platforms, seats."""

"""Which training questions are set apart while a model is fitted: drawn by lot, but each by its own text alone.

So a question that is added moves no other one, and teaching a few changes little beyond what they say. Drawn by
position, everything would be drawn anew, and each training would differ as if by chance.
"""

import zlib
from typing import Sequence, Text

import numpy as np


def lots(texts: Sequence[Text], seed: int) -> np.ndarray:
    """A number (len(texts),) for each text, between 0 and 2**32."""
    return np.array([zlib.crc32(f"{seed} {text}".encode()) for text in texts], np.int64)

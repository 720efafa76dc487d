"""Many pictures of one size as one, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.errors import SourceError

_QUALITY: Final = 85


def write_sheet(path: Path, tiles: Sequence[np.ndarray], columns: int) -> None:
    """Write tiles (H, W, 3) uint8 BGR, one at least, in rows of so many; the file's ending tells the format.

    What is left of the last row is black. Raises SourceError where it cannot be written.
    """
    whole = [*tiles, *[np.zeros_like(tiles[0])] * (-len(tiles) % columns)]
    rows = [np.hstack(whole[start : start + columns]) for start in range(0, len(whole), columns)]
    format_ = path.suffix or ".png"
    # OpenCV warns where a format has no such quality.
    quality = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY] if format_.lower() in (".jpg", ".jpeg") else []
    packed = cv2.imencode(format_, np.vstack(rows), quality)[1]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed.tobytes())
    except OSError as error:
        raise SourceError(f"the sheet {path} cannot be written: {error.strerror or error}") from None

# SPDX-License-Identifier: GPL-3.0-or-later
"""A frame's picture in the size in which it is shown, ready to be copied to the screen."""

from __future__ import annotations

import cv2
import numpy as np
from PyQt6.QtGui import QImage


def shown_picture(image_bgr: np.ndarray, width: int, height: int, mirrored: bool) -> QImage:
    """The picture (H, W, 3) uint8 BGR, scaled to width x height pixels and flipped if mirrored.

    Scaled while it has three channels, and only then converted to the screen's format. Qt would do the same
    in one go, but several times as dear and on every core, which the tracker needs.
    """
    if image_bgr.shape[:2] != (height, width):
        image_bgr = cv2.resize(image_bgr, (width, height), interpolation=cv2.INTER_LINEAR)
    if mirrored:
        image_bgr = cv2.flip(image_bgr, 1)
    pixels = np.ascontiguousarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2BGRA))
    # RGB32 is this order of bytes on little-endian machines, which are all that Qt's wheels exist for.
    image = QImage(  # type: ignore[call-overload]  # the stubs do not know the buffer protocol
        pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32
    )
    # The picture is read from the array's own memory, so it must live as long.
    image.pixels = pixels
    return image

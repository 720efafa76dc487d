"""Contact sheets: many labelled hands side by side, with the joints drawn over the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from handtrack.bone_drawing import SHIFT, draw_bones, draw_disc, joint_colours_bgr, places_of
from handtrack.study.datasets.sample import HandSample

_GAP: Final = 2


def contact_sheet(samples: Sequence[HandSample], columns: int = 8, cell: int = 224) -> np.ndarray:
    """Pictures of the samples in rows, (H, W, 3) uint8 BGR, joints drawn over each.

    Joints that can be seen are filled discs, hidden ones rings. cell: side of one picture, pixels.
    """
    rows = -(-len(samples) // columns)
    step = cell + _GAP
    sheet = np.full((rows * step - _GAP, columns * step - _GAP, 3), 255, np.uint8)
    for number, sample in enumerate(samples):
        y, x = (number // columns) * step, (number % columns) * step
        sheet[y : y + cell, x : x + cell] = labelled_picture(sample, cell)
    return sheet


def labelled_picture(sample: HandSample, cell: int) -> np.ndarray:
    """The sample's picture fitted into a square (cell, cell, 3) with its joints and bones drawn."""
    height, width = sample.image.shape[:2]
    scale = cell / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = np.zeros((cell, cell, 3), np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(sample.image, size, interpolation=method)
    # cv2.resize aligns the edges of pixels, not their centres.
    draw_joints(canvas, (sample.joints_2d + 0.5) * scale - 0.5, sample.visible)
    label = f"{sample.handedness[0].upper()} {sample.key}"
    cv2.putText(canvas, label, (3, cell - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (0, 0, 0), 2, cv2.LINE_AA)
    cv2.putText(canvas, label, (3, cell - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (255, 255, 255), 1, cv2.LINE_AA)
    return canvas


def draw_joints(image: np.ndarray, joints_2d: np.ndarray, visible: np.ndarray | None = None) -> None:
    """Draw joints (21, 2) in pixels and their bones onto an image (H, W, 3) uint8 BGR, in place."""
    places, colours = places_of(joints_2d, image), joint_colours_bgr()
    draw_bones(image, places, colours, 1)
    for joint, place in enumerate(places):
        if visible is None or visible[joint]:
            draw_disc(image, place, 2.0, colours[joint])
        elif place is not None:
            cv2.circle(image, place, round(3.5 * (1 << SHIFT)), colours[joint], 1, cv2.LINE_AA, SHIFT)

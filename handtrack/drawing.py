"""Hands drawn on the frame that they came from: bones, joints, uncertainty discs and a label."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from handtrack.bone_drawing import SHIFT, draw_bones, draw_disc, draw_discs, joint_colours_bgr, places_of
from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import JOINT_COUNT

_OUTLINE: Final = (28, 28, 28)
_TEXT: Final = (245, 245, 245)
_DISC_OPACITY: Final = 0.45
_LABEL_OPACITY: Final = 0.65
_LEGIBLE: Final = 0.2
"""Smallest scale of the label's letters; a frame without room for them gets no label."""
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX

_Box = tuple[int, int, int, int]


def draw_result(image_bgr: np.ndarray, result: FrameResult) -> np.ndarray:
    """A new image (H, W, 3) uint8 BGR with all hands of the result drawn on it.

    Each joint has a translucent disc whose radius is its sigma_2d, one standard deviation; each hand has
    a label with its handedness, loops and mean sigma in pixels. Joints that are not finite are left out.
    image_bgr: (H, W, 3) uint8, the frame of the result, unmirrored; it is not changed.
    """
    image = np.ascontiguousarray(image_bgr).copy()
    visible = [hand for hand in result.hands if np.isfinite(hand.joints_2d).all(axis=1).any()]
    for hand in visible:
        _draw_sigmas(image, hand)
    for hand in visible:
        _draw_skeleton(image, hand)
    taken: list[_Box] = []
    for hand in visible:
        _draw_label(image, hand, taken)
    return image


def _frame_scale(image: np.ndarray) -> float:
    """Size of a detail that is 1 at VGA: grows more slowly than the frame, which is looked at as a whole."""
    return max(0.6, (min(image.shape[:2]) / 480) ** 0.8)


def _bone_width(image: np.ndarray, hand: Hand) -> int:
    """Width of a bone, pixels: set by the frame, and thinner on a hand that is small in it."""
    finite = hand.joints_2d[np.isfinite(hand.joints_2d).all(axis=1)]
    extent = float(np.linalg.norm(np.ptp(np.clip(finite, -1e5, 1e5), axis=0)))
    return max(1, round(min(2.4 * _frame_scale(image), max(1.0, extent / 70))))


def _draw_skeleton(image: np.ndarray, hand: Hand) -> None:
    places, colours = places_of(hand.joints_2d, image), joint_colours_bgr()
    outlines = [_OUTLINE] * JOINT_COUNT
    width = _bone_width(image, hand)
    # A line's smooth edge takes about half a pixel off a border on each side.
    outline = width + 1 + 2 * math.ceil(0.7 * _frame_scale(image))
    radius = 1.1 * width + 0.6
    border = (outline - width) / 2
    # All outlines first, so that none cuts through another finger's colour at the wrist.
    draw_bones(image, places, outlines, outline)
    draw_discs(image, places, outlines, radius + border)
    draw_bones(image, places, colours, width)
    draw_discs(image, places, colours, radius)


def _draw_sigmas(image: np.ndarray, hand: Hand) -> None:
    places, colours = places_of(hand.joints_2d, image), joint_colours_bgr()
    smallest = 2.0 * _bone_width(image, hand) + 3
    largest = float(max(image.shape[:2]))
    radii = [
        min(max(float(sigma), smallest), largest) if math.isfinite(sigma) else smallest
        for sigma in hand.sigma_2d
    ]
    boxes = [
        (
            (place[0] >> SHIFT) - math.ceil(radius) - 2,
            (place[1] >> SHIFT) - math.ceil(radius) - 2,
            (place[0] >> SHIFT) + math.ceil(radius) + 3,
            (place[1] >> SHIFT) + math.ceil(radius) + 3,
        )
        for place, radius in zip(places, radii, strict=True)
        if place is not None
    ]
    lows, highs = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
    x0, y0 = np.maximum(lows, 0)
    x1, y1 = np.minimum(highs, [image.shape[1], image.shape[0]])
    if x0 >= x1 or y0 >= y1:
        return
    region = image[y0:y1, x0:x1]
    overlay = region.copy()
    # Wide discs first: a sure joint stays visible on an unsure neighbour.
    for joint in sorted(range(JOINT_COUNT), key=lambda joint: -radii[joint]):
        place = places[joint]
        if place is not None:
            moved = (place[0] - int(x0 << SHIFT), place[1] - int(y0 << SHIFT))
            draw_disc(overlay, moved, radii[joint], colours[joint])
    cv2.addWeighted(overlay, _DISC_OPACITY, region, 1 - _DISC_OPACITY, 0, dst=region)


def _label_text(hand: Hand) -> str:
    finite = hand.sigma_2d[np.isfinite(hand.sigma_2d)]
    # OpenCV's built-in letters are ASCII only.
    sigma = f"sigma {finite.mean():.1f} px" if len(finite) else "sigma unknown"
    return "  ".join([hand.handedness, *hand.effort, sigma])


def _draw_label(image: np.ndarray, hand: Hand, taken: list[_Box]) -> None:
    """Draw a hand's label inside the frame and off the labels that are there, and add its box to them."""
    height, width = image.shape[:2]
    text = _label_text(hand)
    size = 0.46 * _frame_scale(image)
    weight = max(1, round(1.2 * size / 0.6))
    (text_width, text_height), baseline = cv2.getTextSize(text, _FONT, size, weight)
    needed = text_width + 2 * text_height
    if needed > width or 3 * text_height > height:
        size *= min(width / needed, height / (3 * text_height))
        if size < _LEGIBLE:
            return
        weight = 1
        (text_width, text_height), baseline = cv2.getTextSize(text, _FONT, size, weight)
    pad = max(2, round(0.5 * text_height))
    box_width, box_height = text_width + 2 * pad, text_height + baseline + 2 * pad - 1
    x, y = _label_place(image, hand, box_width, box_height, taken)
    region = image[y : y + box_height, x : x + box_width]
    region[:] = (region * (1 - _LABEL_OPACITY) + np.array(_OUTLINE) * _LABEL_OPACITY).astype(np.uint8)
    origin = (x + pad, y + pad + text_height)
    cv2.putText(image, text, origin, _FONT, size, _TEXT, weight, cv2.LINE_AA)
    taken.append((x, y, x + box_width, y + box_height))


def _label_place(
    image: np.ndarray, hand: Hand, box_width: int, box_height: int, taken: list[_Box]
) -> tuple[int, int]:
    """Top left corner: under the hand if there is room, else above it, always inside the frame."""
    height, width = image.shape[:2]
    finite = hand.joints_2d[np.isfinite(hand.joints_2d).all(axis=1)]
    low, high = np.clip([finite.min(axis=0), finite.max(axis=0)], -1e5, 1e5)
    gap = round(8 * _frame_scale(image))
    x = round(float(low[0] + high[0]) / 2 - box_width / 2)
    below, above = round(float(high[1])) + gap, round(float(low[1])) - gap - box_height
    x = max(0, min(x, width - box_width))
    y = below if below + box_height <= height or above < 0 else above
    y = max(0, min(y, height - box_height))
    for _ in taken:
        hit = next((box for box in taken if _overlap((x, y, x + box_width, y + box_height), box)), None)
        if hit is None:
            break
        y = hit[3] + 1 if hit[3] + 1 + box_height <= height else max(0, hit[1] - box_height - 1)
    return x, y


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]

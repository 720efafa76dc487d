"""The same pictures under harder conditions: without colour, and with the hand made small."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from handtrack.detectors.scaling import resized
from handtrack.study.evaluation.finding.pictures import FindingPicture, Shown
from handtrack.study.evaluation.finding.views import VIEW_SIZE, Views, laid_on

GREY: Final = "grey"
SHARES: Final = (0.05, 0.1, 0.2)
"""Of the frame's height that a hand made small has."""


def small_name(share: float) -> str:
    """What the condition is called."""
    return f"hand of {share * 100:g} % of the height"


def in_grey(picture: FindingPicture) -> FindingPicture:
    """The picture without its colours."""

    def load() -> Shown:
        shown = picture.load()
        return replace(shown, image=without_colour(shown.image))

    return replace(picture, condition=GREY, load=load)


def without_colour(image: np.ndarray) -> np.ndarray:
    """A picture (H, W, 3) in grey, still of three channels."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def made_small(picture: FindingPicture, share: float, views: Views, seed: int, number: int) -> FindingPicture:
    """The picture laid on a view of a panorama, so small that its largest hand has that share of the height.

    Only this hand is wanted then. What is laid on is cut where it would leave the frame; a far hand may have
    to be enlarged. number: of the picture, which with the seed chooses view and place, whatever the share.
    """

    def load() -> Shown:
        shown = picture.load()
        largest = max((each for each in shown.wanted if each.kind == "hand"), key=lambda each: each.side)
        width, height = VIEW_SIZE
        scale = share * height / largest.side
        wide, high = (max(1, round(side * scale)) for side in shown.image.shape[1::-1])
        size = wide, high
        laid = resized(shown.image, size)
        at = np.random.default_rng([seed, number, 1]).uniform(size=2)
        # As much of the picture as can be is inside, and all of the hand's box.
        shift = []
        for axis, frame in enumerate((width, height)):
            least, most = sorted((0, frame - size[axis]))
            low = max(least, round(-largest.box[axis] * scale))
            high = max(low, min(most, round(frame - largest.box[2 + axis] * scale)))
            shift.append(low + round(float(at[axis]) * (high - low)))
        image, (left, top) = views.view(seed, number), shift
        laid_on(image, laid, left, top)
        return Shown(image, (largest.moved(scale, (left, top)),))

    return replace(picture, condition=small_name(share), load=load)

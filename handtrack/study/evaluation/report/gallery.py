"""The hands that a network does worst on, each with its picture, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from handtrack.bone_drawing import (
    Colour,
    draw_bones,
    draw_disc,
    draw_discs,
    joint_colours_bgr,
    places_of,
)
from handtrack.cropping import apply_affine, crop_matrix, warp_crop
from handtrack.geometry import hand_extent
from handtrack.hand import Crop
from handtrack.model.gate_rule import exit_loops
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.hand_facts import HandFacts
from handtrack.study.evaluation.measures.calibration import image_sigma, inside
from handtrack.study.evaluation.scores import after_loop, mean_known

WORST_COUNT: Final = 20

_SIDE: Final = 240  # pixels of one picture
_MARGIN: Final = 1.35  # of the picture, over both the true and the found joints
_LARGEST: Final = 3.0  # picture over the true hand: a find that is far off must not shrink it to nothing
_FINE: Final = 2  # drawn so many times larger, for smooth thin lines
_QUALITY: Final = 88
_TRUTH: Final = (255, 255, 255)
_OUTLINE: Final = (20, 20, 20)


@dataclass(frozen=True, slots=True)
class WorstHand:
    """One hand and how the network did on it, at the gate's default threshold.

    row: its place in the comparison. sigma_percent: mean sigma in the image, in % of the hand's extent.
    within_1_sigma: share of its residuals. joints_2d: (21, 2), the answer in pixels of the picture;
    sigma_2d: (21,), in the same pixels.
    """

    comparison: Comparison
    row: int
    pa_mpjpe_mm: float
    error_2d_percent: float
    sigma_percent: float
    within_1_sigma: float
    loops: int
    joints_2d: np.ndarray
    sigma_2d: np.ndarray

    @property
    def facts(self) -> HandFacts:
        """Where the hand came from."""
        return self.comparison.facts[self.row]


def worst_hands(
    comparisons: Sequence[Comparison], network: int, default_threshold: float, count: int = WORST_COUNT
) -> list[WorstHand]:
    """The hands with the largest PA-MPJPE over all comparisons, worst first.

    network: the place among the estimators of one that states its uncertainty.
    """
    found = [
        (float(error), number, row)
        for number, comparison in enumerate(comparisons)
        for row, error in enumerate(_errors(comparison, network, default_threshold))
    ]
    found.sort(key=lambda each: -each[0])
    return [_hand(comparisons[number], network, default_threshold, row) for _, number, row in found[:count]]


def _errors(comparison: Comparison, network: int, threshold: float) -> np.ndarray:
    scores = comparison.scores[network]
    assert scores.exit_probability is not None
    return mean_known(after_loop(scores.aligned_mm, exit_loops(scores.exit_probability, threshold)))


def _hand(comparison: Comparison, network: int, threshold: float, row: int) -> WorstHand:
    scores, facts = comparison.scores[network], comparison.facts[row]
    assert scores.exit_probability is not None
    assert scores.sigma is not None
    assert scores.residual is not None
    loop = int(exit_loops(scores.exit_probability[row : row + 1], threshold)[0])
    sigma, residual = scores.sigma[row, loop], scores.residual[row, loop]
    sigma_2d = image_sigma(sigma) * facts.crop_size
    return WorstHand(
        comparison,
        row,
        float(mean_known(scores.aligned_mm[row, loop])),
        float(mean_known(scores.image_percent[row, loop])),
        float(sigma_2d.mean() / facts.extent * 100),
        float(mean_known(inside(residual, sigma).ravel())),
        loop + 1,
        scores.joints_2d[row, loop],
        sigma_2d,
    )


def worst_by_collection(
    comparison: Comparison, network: int, default_threshold: float, count: int
) -> dict[str, list[WorstHand]]:
    """Of each collection of a set, its hands with the largest 2D error, worst first; network: as above."""
    scores = comparison.scores[network]
    assert scores.exit_probability is not None
    loops = exit_loops(scores.exit_probability, default_threshold)
    errors = mean_known(after_loop(scores.image_percent, loops))
    sources = np.array([facts.source for facts in comparison.facts])
    worst_first = np.argsort(-errors, kind="stable")
    return {
        source: [
            _hand(comparison, network, default_threshold, int(row))
            for row in worst_first[sources[worst_first] == source][:count]
        ]
        for source in sorted(set(sources.tolist()))
    }


def hand_picture(hand: WorstHand) -> bytes:
    """JPEG of `hand_image`."""
    encoded = cv2.imencode(".jpg", hand_image(hand), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return encoded.tobytes()


def hand_image(hand: WorstHand) -> np.ndarray:
    """The hand twice, side by side: as it is, and with true (white) and found (coloured) joints.

    Discs are one sigma wide. Joints whose truth is not known are not drawn. Raises SourceError where the
    picture can no longer be read.
    """
    sample = hand.comparison.evaluated.hands[hand.facts.index]
    crop = _view(sample, hand.joints_2d)
    plain = warp_crop(sample.image, crop, _SIDE)
    drawn = warp_crop(sample.image, crop, _SIDE * _FINE)
    matrix = crop_matrix(crop, _SIDE * _FINE)
    found, truth = apply_affine(matrix, hand.joints_2d), apply_affine(matrix, sample.joints_2d)
    _draw_sigmas(drawn, found, hand.sigma_2d * _SIDE * _FINE / crop.size)
    truth[~np.isfinite(sample.spread)] = np.nan
    _draw_skeleton(drawn, truth, [_TRUTH] * len(truth), 2)
    _draw_skeleton(drawn, found, joint_colours_bgr(), 4)
    small = cv2.resize(drawn, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.hstack([plain, small])


def _view(sample: HandSample, found: np.ndarray) -> Crop:
    """Upright window on the picture around both skeletons."""
    truth = sample.joints_2d
    largest = hand_extent(truth) * _LARGEST
    both = np.concatenate([truth, np.clip(found, truth.min(axis=0) - largest, truth.max(axis=0) + largest)])
    centre = (both.min(axis=0) + both.max(axis=0)) / 2
    size = min(hand_extent(both) * _MARGIN, max(largest, 2.0))
    return Crop((float(centre[0]), float(centre[1])), max(size, 2.0), 0.0)


def _draw_sigmas(image: np.ndarray, points: np.ndarray, radii: np.ndarray) -> None:
    overlay = image.copy()
    places, colours = places_of(points, image), joint_colours_bgr()
    for joint in np.argsort(-radii):  # wide ones first: a sure joint stays visible on an unsure neighbour
        draw_disc(overlay, places[joint], min(float(radii[joint]), 4.0 * _SIDE), colours[joint])
    cv2.addWeighted(overlay, 0.3, image, 0.7, 0, dst=image)


def _draw_skeleton(image: np.ndarray, points: np.ndarray, colours: Sequence[Colour], width: int) -> None:
    places, outlines = places_of(points, image), [_OUTLINE] * len(points)
    draw_bones(image, places, outlines, width + 3)
    draw_bones(image, places, colours, width)
    draw_discs(image, places, outlines, width + 3)
    draw_discs(image, places, colours, width + 1)

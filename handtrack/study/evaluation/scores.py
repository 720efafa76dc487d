"""The errors of one estimator on one set of hands, as arrays that every measure is a function of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from handtrack.cropping import crop_from_joints
from handtrack.errors import ModelError
from handtrack.geometry import hand_extent
from handtrack.model.constants import CROP_MARGIN
from handtrack.skeleton import JOINT_COUNT, WRIST
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.estimators import JointsFound
from handtrack.study.evaluation.metrics import (
    aligned_errors_mm,
    image_errors_percent,
    root_relative_errors_mm,
)
from handtrack.study.evaluation.wrist_places import WristPlaces, wrist_places


@dataclass(frozen=True, slots=True)
class Scores:
    """Errors on N hands after each of L loops; NaN where the truth does not know a joint.

    image_percent: (N, L, 21), distance in the image in % of the hand's extent. aligned_mm: (N, L, 21), 3D
    error after Procrustes alignment. relative_mm: (N, L, 21), 3D error from the wrist, scaled to the true
    palm; NaN for a hand whose wrist is not known. Both are at a palm of 90 mm. measured_percent: (N, L, 21),
    distance from points that a person measured, in % of the hand's extent; NaN where none was.
    joints_2d: (N, L, 21, 2), the answers in pixels of the pictures.
    residual: (N, L, 21, 3), answer minus truth along x, y and depth (wrist-relative, NaN at the wrist
    itself). sigma: (N, L, 21, 3), one standard deviation stated along x, y and depth. Both are in
    sides of the hand's own upright crop, which the network's input shows at one size for every hand.
    exit_probability: (N, L). These three are None for an estimator that does not say them.
    places: of the wrists before the camera; None where none is known.
    """

    estimator: str
    image_percent: np.ndarray
    aligned_mm: np.ndarray
    relative_mm: np.ndarray
    measured_percent: np.ndarray
    joints_2d: np.ndarray
    residual: np.ndarray | None = None
    sigma: np.ndarray | None = None
    exit_probability: np.ndarray | None = None
    places: WristPlaces | None = None

    @property
    def hands(self) -> int:
        """Number of hands N."""
        return len(self.image_percent)

    @property
    def loops(self) -> int:
        """Number of loops L."""
        return self.image_percent.shape[1]


class ScoreKeeper:
    """Collects the errors of one estimator, hand for hand, without keeping any picture."""

    def __init__(self, estimator: str, palm_length: float | None = None) -> None:
        """palm_length: wrist to middle MCP in the truth's unit; each hand's own is measured if not given."""
        self._estimator = estimator
        self._palm_length = palm_length
        self._hands: list[dict[str, np.ndarray]] = []
        self._places: list[dict[str, np.ndarray]] = []

    def add(
        self, found: JointsFound, sample: HandSample, measured: Mapping[int, np.ndarray] | None = None
    ) -> None:
        """Hold an answer against the sample, and against points (2,) measured by a person, by joint.

        Raises ModelError for an answer that is not finite.
        """
        if not (np.isfinite(found.joints_2d).all() and np.isfinite(found.joints_3d).all()):
            raise ModelError(
                f"{self._estimator} answers with values that are not numbers on {sample.source} "
                f"{sample.key}; its weights cannot be used"
            )
        known = np.isfinite(sample.spread)
        truth = true_points(sample)
        row = {
            "image_percent": _spread_out(
                known, [image_errors_percent(loop, sample.joints_2d, known) for loop in found.joints_2d]
            ),
            "aligned_mm": _spread_out(
                known, [aligned_errors_mm(loop, truth, known, self._palm_length) for loop in found.joints_3d]
            ),
            "relative_mm": _spread_out(
                known,
                [root_relative_errors_mm(loop, truth, known, self._palm_length) for loop in found.joints_3d],
            ),
            "measured_percent": _measured_percent(found.joints_2d, sample, measured or {}),
            "joints_2d": found.joints_2d,
        }
        if found.sigma is not None and found.depth is not None:
            side = crop_from_joints(sample.joints_2d, CROP_MARGIN).size
            row["residual"] = _residual(found.joints_2d, found.depth, sample, known) / side
            row["sigma"] = found.sigma / side
        if found.exit_probability is not None:
            row["exit_probability"] = found.exit_probability
        self._hands.append({name: values.astype(np.float32) for name, values in row.items()})
        self._places.append(wrist_places(found, sample, self._palm_length))

    def scores(self) -> Scores:
        """All errors so far, of one hand at least."""
        places = WristPlaces(**_stacked(self._places))
        known = np.isfinite(places.palm).any()
        return Scores(estimator=self._estimator, **_stacked(self._hands), places=places if known else None)


def _stacked(hands: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.stack([hand[name] for hand in hands]) for name in hands[0]}


def true_points(sample: HandSample) -> np.ndarray:
    """Joints (21, 3) in camera axes: the sample's own in metres, else its pixels with depth in pixels."""
    if sample.joints_3d is not None:
        return sample.joints_3d
    return np.column_stack([sample.joints_2d, sample.depth])


def after_loop(values: np.ndarray, loops: np.ndarray | int) -> np.ndarray:
    """Values (N, ...) of (N, L, ...) after the given loop, counted from 0, of each hand (N,) or of all."""
    if isinstance(loops, int):
        return values[:, loops]
    return values[np.arange(len(values)), loops]


def mean_known(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """Mean over an axis of the values that are not NaN; NaN where there is none."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis, dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def hand_errors(scores: Scores) -> dict[str, np.ndarray]:
    """By name, errors (N, L) of each hand after each loop, as the gate is judged by."""
    return {
        "error_2d_percent": mean_known(scores.image_percent),
        "pa_mpjpe_mm": mean_known(scores.aligned_mm),
    }


def _spread_out(known: np.ndarray, loops: list[np.ndarray]) -> np.ndarray:
    """Errors (L, 21) of all joints from those (K,) of the known ones."""
    errors = np.full((len(loops), JOINT_COUNT), np.nan)
    errors[:, known] = loops
    return errors


def _measured_percent(
    joints_2d: np.ndarray, sample: HandSample, measured: Mapping[int, np.ndarray]
) -> np.ndarray:
    """Distance (L, 21) of the answers from measured points, in % of the hand's extent."""
    errors = np.full(joints_2d.shape[:2], np.nan)
    for joint, place in measured.items():
        errors[:, joint] = np.linalg.norm(joints_2d[:, joint] - place, axis=-1)
    return errors / hand_extent(sample.joints_2d) * 100


def _residual(joints_2d: np.ndarray, depth: np.ndarray, sample: HandSample, known: np.ndarray) -> np.ndarray:
    """Answer minus truth (L, 21, 3) in pixels."""
    residual = np.concatenate([joints_2d - sample.joints_2d, (depth - sample.depth)[..., None]], axis=-1)
    residual[:, ~known] = np.nan
    # The wrist's depth is 0 by definition, and all others' hang on where the wrist is.
    residual[:, slice(None) if not known[WRIST] else WRIST, 2] = np.nan
    return residual

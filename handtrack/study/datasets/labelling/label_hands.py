"""From the teacher's passes to the table of labels: combine, judge, fit a skeleton, and count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.geometry import hand_extent
from handtrack.skeleton import JOINT_COUNT, PINCHING_TIPS
from handtrack.study.datasets.labelling.careful_labels import REASONS, judge, label_looks
from handtrack.study.datasets.labelling.combined_looks import combine, weak_perspective_scale
from handtrack.study.datasets.labelling.depth_reader import read_depth
from handtrack.study.datasets.labelling.hand_fit import FittedHands, fit_hands
from handtrack.study.datasets.labelling.label_table import KEPT, LabelTable
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.pass_store import PassTable

PASSES_FOLDER: Final = "passes"
_MOST_RESIDUAL: Final = 0.065  # of the hand's extent
_SURE_SIDE: Final = 0.7  # probability of left or right below which the skeleton is asked
_LEAST_ADVANTAGE: Final = 5.0
"""Difference in cost of a left and a right skeleton; where the passes are sure it exceeds 10 for 98 %."""


def label_hands(
    passes: PassTable,
    facts: Mapping[str, PictureFacts],
    progress: Callable[[int, int], None] | None = None,
) -> LabelTable:
    """Labels of all candidates; facts: what is known of some of the pictures, by their names.

    progress is called with the hands fitted and their total.
    """
    looks = combine(passes)
    hands = label_looks(looks)
    verdict = judge(passes, hands, facts)
    sizes = passes.sizes[passes.picture]
    # Hands without a label would only cost time in the fit.
    asked = np.flatnonzero(verdict == KEPT)
    unsure = asked[np.maximum(hands.right[asked], 1 - hands.right[asked]) < _SURE_SIDE]
    total = len(asked) + len(unsure)
    told = 0

    def fit(chosen: np.ndarray, right: np.ndarray) -> FittedHands:
        nonlocal told
        before = told
        told += len(chosen)
        some = label_looks(looks.part(chosen), right)
        return fit_hands(
            some, sizes[chosen], progress=lambda done: progress and progress(before + done, total)
        )

    fitted = _Fits(len(verdict))
    fitted.take(asked, fit(asked, hands.right[asked]))
    other_side = fit(unsure, 1 - hands.right[unsure])
    advantage = fitted.values["cost"][unsure] - other_side.cost
    verdict[unsure[np.abs(advantage) < _LEAST_ADVANTAGE]] = "handedness"
    better = advantage > 0
    fitted.take(unsure[better], other_side, better)
    right = hands.right.copy()
    right[unsure[better]] = 1 - right[unsure[better]]
    verdict[(verdict == KEPT) & (fitted.values["residual"] > _MOST_RESIDUAL)] = "shape"
    return LabelTable(
        name=passes.names[passes.picture],
        verdict=verdict,
        origin=passes.origin,
        presence=hands.presence,
        right=right,
        joints_2d=hands.joints_2d,
        spread=hands.spread,
        depth=read_depth(looks, right >= 0.5),
        fitted_depth=fitted.values["depth"],
        fitted_2d=fitted.values["joints_2d"],
        residual=fitted.values["residual"],
        depth_residual=fitted.values["depth_residual"],
        single_2d=passes.single_joints,
        single_depth=_weak_perspective_depth(passes.single_joints, passes.single_world),
        single_right=passes.single_right,
    )


class _Fits:
    """Fitted skeletons of some of M hands, NaN for the others."""

    def __init__(self, count: int) -> None:
        shapes = {"joints_2d": (JOINT_COUNT, 2), "depth": (JOINT_COUNT,)}
        names = ("joints_2d", "depth", "residual", "depth_residual", "cost")
        self.values = {name: np.full((count, *shapes.get(name, ())), np.nan, np.float32) for name in names}

    def take(self, where: np.ndarray, fits: FittedHands, chosen: np.ndarray | slice = slice(None)) -> None:
        """Put the chosen fits in the places where."""
        for name, values in self.values.items():
            values[where] = getattr(fits, name)[chosen]


def _weak_perspective_depth(joints_2d: np.ndarray, world: np.ndarray) -> np.ndarray:
    """Wrist-relative depth (M, 21) in pixels of world joints (M, 21, 3) seen at joints (M, 21, 2)."""
    return (world[..., 2] - world[:, :1, 2]) * weak_perspective_scale(joints_2d, world)[:, None]


@dataclass(frozen=True, slots=True)
class TipError:
    """Distance of a label's finger tips from measured ones over some hands, percent being of their extent."""

    hands: int
    mean_pixels: float
    median_pixels: float
    mean_percent: float
    median_percent: float


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """Counts of a labelling. verdicts: hands by verdict, kept first, then the reasons in their order.

    tips: error of thumb and index tip by kind of label, on the same hands, where tips were measured.
    """

    pictures: int
    unreadable: int
    without_hand: int
    verdicts: dict[str, int]
    tips: dict[str, TipError]

    @property
    def hands(self) -> int:
        """Hands found, rejected ones included."""
        return sum(self.verdicts.values())

    @property
    def kept(self) -> int:
        """Hands with a label."""
        return self.verdicts[KEPT]


def summarise(passes: PassTable, table: LabelTable, facts: Mapping[str, PictureFacts]) -> LabelSummary:
    """Counts, and the error at measured finger tips."""
    counts = Counter(table.verdict.tolist())
    unreadable = int((passes.sizes == 0).all(axis=1).sum())
    return LabelSummary(
        pictures=len(passes.names),
        unreadable=unreadable,
        without_hand=len(passes.names) - unreadable - len(np.unique(passes.picture)),
        verdicts={verdict: counts[verdict] for verdict in (KEPT, *REASONS)},
        tips=_tip_errors(table, facts),
    )


def _tip_errors(table: LabelTable, facts: Mapping[str, PictureFacts]) -> dict[str, TipError]:
    # Where there are several hands in a picture, the measured tips belong to the nearest.
    nearest: dict[str, tuple[float, int]] = {}
    for i in np.flatnonzero(table.kept & table.has_single):
        fact = facts.get(str(table.name[i]))
        if fact is not None and fact.tips is not None:
            distance = float(np.linalg.norm(table.joints_2d[i, PINCHING_TIPS] - fact.tips, axis=1).mean())
            nearest[str(table.name[i])] = min(
                nearest.get(str(table.name[i]), (np.inf, -1)), (distance, int(i))
            )
    if not nearest:
        return {}
    chosen = [i for _, i in nearest.values()]
    measured = np.array([facts[name].tips for name in nearest])
    extent = np.array([hand_extent(table.joints_2d[i]) for i in chosen])
    kinds = {"one look": table.single_2d, "many passes": table.joints_2d, "fitted skeleton": table.fitted_2d}
    return {
        kind: _tip_error(joints[chosen][:, PINCHING_TIPS] - measured, extent)
        for kind, joints in kinds.items()
    }


def _tip_error(difference: np.ndarray, extent: np.ndarray) -> TipError:
    pixels = np.linalg.norm(difference, axis=2)
    percent = 100 * pixels / extent[:, None]
    return TipError(
        len(pixels),
        float(pixels.mean()),
        float(np.median(pixels)),
        float(percent.mean()),
        float(np.median(percent)),
    )


def passes_folder(store: Path) -> Path:
    """Where a store keeps what the teacher said."""
    return store / PASSES_FOLDER

"""Labels of hands that one teacher alone was too unsure of, from what two say of each.

`careful_labels` rejects a hand about which the teacher's passes differ, or that may be of either side: fists
to the camera, flat hands seen along their edge, hands cut by the picture. Mostly the passes differ about some
of the joints. So a second network is asked too, and each joint counts for as much as both agree about it.
Weights that are measured on careful labels alone are measured without what is hard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.geometry import hand_extent
from handtrack.study.datasets.labelling.careful_labels import LEAST_EXTENT_PIXELS
from handtrack.study.datasets.labelling.combined_looks import combine_passes, geometric_median
from handtrack.study.datasets.labelling.doubtful_images import SURE_JOINT
from handtrack.study.datasets.labelling.hand_search import brightened
from handtrack.study.datasets.labelling.label_table import KEPT, LabelTable
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.labelling.teacher_passes import look_carefully

_ASKED_AGAIN: Final = ("disagree", "handedness")
_SUREST: Final = 0.008
"""Of the hand's extent: no opinion on a joint is taken to be nearer than this."""
_NO_HAND: Final = 0.3
"""Of the hand's extent: noise of what is said of a hand that is not seen."""
_LEAST_SURE_JOINTS: Final = 10
_MOST_NOISE: Final = 0.07
"""Of the hand's extent, mean over the joints."""


def agreed(joints: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """What K opinions on a hand come to: joints (21, 2), their noise (21,), both pixels, and the extent.

    joints (K, 21, 2) and spread (K, 21) in pixels. The geometric median, in which the surer counts for more;
    its noise is how far the sure ones lie from it and how sure they are.
    """
    extent = float(np.median([hand_extent(each) for each in joints]))
    weight = 1 / np.maximum(spread / extent, _SUREST)
    middle = geometric_median(joints[None], weight[None])[0]
    off = ((joints - middle) ** 2).mean(axis=2) / extent**2
    square = weight**2
    noise = np.sqrt((off * square).sum(axis=0) / square.sum(axis=0) + 1 / square.sum(axis=0))
    return middle, noise * extent, extent


def label_doubtful(
    root: Path,
    table: LabelTable,
    wanted: np.ndarray,
    second: LandmarkTeacher,
    progress: Callable[[int, int], None] | None = None,
) -> LabelTable:
    """Labels of the table's hands that were rejected as doubtful, where it and a second teacher agree enough.

    root: of the pictures. wanted: True (M,) for hands that are asked about. Of those given back the side may
    be another one, and the depth is the first teacher's. Raises SourceError where a picture cannot be read.
    """
    asked = np.flatnonzero(np.isin(table.verdict, _ASKED_AGAIN) & wanted)
    rows, labels, noises = [], [], []
    for count, i in enumerate(asked):
        image = brightened(read_picture(root, str(table.name[i])))
        theirs, their_spread = _opinion(second, image, table.joints_2d[i])
        joints, noise, extent = agreed(
            np.stack([table.joints_2d[i], theirs]), np.stack([table.spread[i], their_spread])
        )
        if _agreed_enough(noise / extent, extent):
            rows.append(i)
            labels.append(joints)
            noises.append(noise)
        if progress:
            progress(count + 1, len(asked))
    return _with_labels(table, np.array(rows, int), labels, noises)


def _opinion(
    teacher: LandmarkTeacher, image: np.ndarray, joints_2d: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What a teacher's many passes say of the hand near joints (21, 2): joints (21, 2) and spread (21,)."""
    looks = combine_passes([look_carefully(teacher, image, joints_2d.astype(np.float64))])
    joints = looks.joints_2d[0]
    seen = looks.presence[0] > 0
    return joints, looks.spread[0] if seen else np.full(len(joints), _NO_HAND * hand_extent(joints))


def _agreed_enough(noise: np.ndarray, extent: float) -> bool:
    sure = (noise < SURE_JOINT).sum() >= _LEAST_SURE_JOINTS
    return bool(sure and noise.mean() < _MOST_NOISE and extent > LEAST_EXTENT_PIXELS)


def _with_labels(
    table: LabelTable, rows: np.ndarray, labels: Sequence[np.ndarray], noises: Sequence[np.ndarray]
) -> LabelTable:
    columns = {field.name: getattr(table, field.name)[rows] for field in fields(LabelTable)}
    columns["verdict"] = np.full(len(rows), KEPT, table.verdict.dtype)
    if len(rows):
        columns["joints_2d"] = np.stack(labels).astype(np.float32)
        columns["spread"] = np.stack(noises).astype(np.float32)
    return LabelTable(**columns)

"""Tables of labels whose joints a test gives, and of which nothing else matters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handtrack.study.datasets.labelling.label_table import LabelTable


def made_labels(names: Sequence[str], verdicts: Sequence[str], joints_2d: np.ndarray) -> LabelTable:
    """Labels of pictures by name, each with its verdict and joints (21, 2); all other numbers are one."""
    count = len(names)
    number, line = np.ones(count, np.float32), np.ones((count, 21), np.float32)
    return LabelTable(
        name=np.array(names),
        verdict=np.array(verdicts),
        origin=np.array(["looks"] * count),
        presence=number,
        right=number,
        joints_2d=joints_2d,
        spread=line,
        depth=line,
        fitted_depth=line,
        fitted_2d=joints_2d,
        residual=number,
        depth_residual=number,
        single_2d=joints_2d,
        single_depth=line,
        single_right=number,
    )

"""The estimator as one of those that are asked about a hand whose label is doubtful."""

from __future__ import annotations

import numpy as np

from handtrack.hand import Handedness
from handtrack.study.datasets.labelling.doubtful_hands import Opinion
from handtrack.study.evaluation.estimators import Estimator, HandPicture

_TURNS = 2
"""The second time about what it found the first time: it is given what another network saw."""


class OwnAdviser:
    """An estimator that says its sigma; see `doubtful_hands.Adviser`."""

    def __init__(self, estimator: Estimator) -> None:
        self._estimator = estimator

    def ask(self, image: np.ndarray, joints_2d: np.ndarray, handedness: Handedness) -> Opinion:
        """What it says after its last loop."""
        for _ in range(_TURNS):
            (found,) = self._estimator.find([HandPicture(image, joints_2d, handedness)])
            joints_2d = found.joints_2d[-1]
        assert found.sigma is not None
        return Opinion(joints_2d, np.sqrt(np.square(found.sigma[-1, :, :2]).mean(axis=-1)))

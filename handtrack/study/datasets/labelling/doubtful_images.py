"""The hands that several networks had to agree on, as a data set."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from handtrack.geometry import hand_extent
from handtrack.study.datasets.labelling.label_store import LabelledImages
from handtrack.study.datasets.sample import HandSample

DOUBTFUL: Final = "doubtful"
"""The source of them all, whatever collection they are of."""
SURE_JOINT: Final = 0.045
"""Of the hand's extent: a joint of more noise than this is not known."""


class DoubtfulImages(LabelledImages):
    """Hands of an archive that `doubtful_hands` made."""

    def __getitem__(self, index: int) -> HandSample:
        """As of labelled images; joints that were not agreed on are unknown."""
        sample = super().__getitem__(index)
        sure = sample.spread < SURE_JOINT * hand_extent(sample.joints_2d)
        return replace(sample, source=DOUBTFUL, spread=np.where(sure, sample.spread, np.inf))

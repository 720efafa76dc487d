"""STB's protocol: joints relative to the wrist, scaled by one bone, on its two test sequences.

Source: eval_full.py, data/BinaryDbReaderSTB.py and data/stb/create_db.m of lmb-freiburg/hand3d: 6,000
pictures are both eyes of the Bumblebee camera, 1,500 frames of B1Counting and of B1Random.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from handtrack.study.datasets.published.stb import TEST_SEQUENCES, StereoBenchmark, View
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.protocols.alignment import bone_scaled_errors
from handtrack.study.evaluation.protocols.curves import HAND3D_FROM_20_MM, HAND3D_THRESHOLDS_MM
from handtrack.study.evaluation.protocols.protocol import Protocol, all_joints

_PUBLISHED_HANDS: Final = 6000
_VIEWS: Final[tuple[View, ...]] = ("BB_left", "BB_right")


def stb_protocol(folder: Path) -> Protocol:
    """STB's evaluation in the folder of its data set. Raises SourceError for one that is not whole."""
    return Protocol(
        hands=_BothEyes([StereoBenchmark(folder, view) for view in _VIEWS]),
        published_hands=_PUBLISHED_HANDS,
        joint_errors=bone_scaled_errors,
        counted={"STB": all_joints},
        thresholds_mm=HAND3D_THRESHOLDS_MM,
        from_20_mm=HAND3D_FROM_20_MM,
        notes=(
            "STB labels the palm centre; the wrist was put 2.0x from the ring MCP through it. There is no "
            "standard conversion, and hand3d's own numbers keep the palm centre",
            "relative to the wrist (error 0, counts as a joint) and scaled by the true length of the middle "
            "MCP-PIP bone, not turned",
            f"left hands of {' and '.join(TEST_SEQUENCES)} in the pictures {' and '.join(_VIEWS)}; papers "
            "that use SK_color have 3,000 others",
        ),
    )


class _BothEyes:
    """The same frames seen by one camera after the other."""

    name = "stb_test"

    def __init__(self, views: Sequence[StereoBenchmark]) -> None:
        self._views = views

    def __len__(self) -> int:
        return sum(map(len, self._views))

    def __getitem__(self, index: int) -> HandSample:
        view, frame = divmod(index, len(self._views[0]))
        return self._views[view][frame]

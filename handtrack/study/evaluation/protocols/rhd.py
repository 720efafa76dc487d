"""RHD's protocol: joints relative to the wrist, scaled by one bone, on its evaluation pictures.

Source: eval_full.py and data/BinaryDbReader.py of lmb-freiburg/hand3d.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from handtrack.study.datasets.published.rhd import RenderedHandpose
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.protocols.alignment import bone_scaled_errors
from handtrack.study.evaluation.protocols.curves import HAND3D_FROM_20_MM, HAND3D_THRESHOLDS_MM
from handtrack.study.evaluation.protocols.protocol import Protocol, all_joints

_PUBLISHED_HANDS: Final = 2728
_NOTES: Final = (
    "relative to the wrist (error 0, counts as a joint) and scaled by the true length of the middle MCP-PIP "
    "bone, not turned; hand3d's own numbers have the middle of wrist and middle MCP in the wrist's place",
    "of each picture's two hands the one with more pixels",
    '"RHD" counts the visible joints as hand3d does, "RHD, all joints" the hidden ones too: papers differ',
)


def rhd_protocol(folder: Path) -> Protocol:
    """RHD's evaluation in the folder of its data set. Raises SourceError for one that is not whole."""
    return Protocol(
        hands=RenderedHandpose(folder, "evaluation"),
        published_hands=_PUBLISHED_HANDS,
        joint_errors=bone_scaled_errors,
        counted={"RHD": _visible_joints, "RHD, all joints": all_joints},
        thresholds_mm=HAND3D_THRESHOLDS_MM,
        from_20_mm=HAND3D_FROM_20_MM,
        notes=_NOTES,
    )


def _visible_joints(sample: HandSample) -> np.ndarray:
    assert sample.visible is not None
    return sample.visible

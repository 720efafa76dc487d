"""FreiHAND's protocol: joints after Procrustes alignment on its evaluation pictures.

Source: eval.py of lmb-freiburg/freihand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from handtrack.study.datasets.published.freihand import FreiHand
from handtrack.study.evaluation.protocols.alignment import procrustes_errors
from handtrack.study.evaluation.protocols.curves import FREIHAND_THRESHOLDS_MM
from handtrack.study.evaluation.protocols.protocol import Protocol, all_joints

_PUBLISHED_HANDS: Final = 3960
_NOTES: Final = (
    "error after Procrustes alignment with scale, reflection allowed as in the official eval.py, which "
    "prints it in cm; without alignment it cannot be given, since the hand's size and distance are unknown",
    "F@5 mm and F@15 mm are of 778 mesh vertices, which an estimator of joints does not have",
    "on the evaluation pictures; numbers on a split of the training set cannot be compared with these",
)


def freihand_protocol(folder: Path) -> Protocol:
    """FreiHAND's evaluation in the folder of its data set. Raises SourceError for one that is not whole."""
    return Protocol(
        hands=FreiHand(folder, "evaluation"),
        published_hands=_PUBLISHED_HANDS,
        joint_errors=procrustes_errors,
        counted={"FreiHAND": all_joints},
        thresholds_mm=FREIHAND_THRESHOLDS_MM,
        from_20_mm=None,
        notes=_NOTES,
    )

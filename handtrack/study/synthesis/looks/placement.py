"""A posed hand where it is before the camera, with its skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.rig import PosedHand
from handtrack.study.synthesis.looks.photo_skin import Covering
from handtrack.study.synthesis.looks.skin import Skin


@dataclass(frozen=True, slots=True, eq=False)
class HandSurface:
    """A posed hand in camera axes, metres.

    vertices, normals: (V, 3) float32. joints: (25, 3), frames: (25, 3, 3), of the mesh as in `rig.PosedHand`.
    covering: the photograph that it shows, if any.
    """

    mesh: HandMesh
    vertices: np.ndarray
    normals: np.ndarray
    joints: np.ndarray
    frames: np.ndarray
    skin: Skin
    covering: Covering | None = None


def place_hand(
    posed: PosedHand,
    rotation: np.ndarray,
    translation: np.ndarray,
    skin: Skin,
    covering: Covering | None = None,
) -> HandSurface:
    """A posed hand turned by rotation (3, 3) and moved by translation (3,) to camera space."""
    turn, shift = rotation.T.astype(np.float32), np.asarray(translation, np.float32)
    return HandSurface(
        posed.mesh,
        posed.vertices @ turn + shift,
        posed.normals @ turn,
        posed.joints @ rotation.T + translation,
        rotation @ posed.frames,
        skin,
        covering,
    )

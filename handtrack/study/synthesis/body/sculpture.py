"""Amends the mesh: its fingers are even tubes, thinner than people's, and the skin between them is too tight.

Breadths aimed at for a hand 190 mm long (ANSUR II, men and women): index 19 mm at the middle joint, 17 mm at
the last one, thumb 22 mm, palm 83 mm across the knuckles.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS, along_finger

# Position along the finger as in `surface.Surface.along`, factor across it, factor through it.
_FINGER_PROFILE: Final = np.array(
    [
        (0.20, 1.00, 1.00),
        (0.55, 1.05, 1.03),
        (0.80, 1.10, 1.05),
        (1.00, 1.14, 1.07),
        (1.20, 1.10, 1.05),
        (1.50, 1.06, 1.04),
        (1.80, 1.11, 1.05),
        (2.00, 1.14, 1.06),
        (2.25, 1.13, 1.08),
        (2.55, 1.17, 1.13),
        (2.80, 1.16, 1.12),
        (3.00, 1.08, 1.05),
    ]
)
_THUMB_PROFILE: Final = np.array(
    [
        (0.80, 1.00, 1.00),
        (1.00, 1.02, 1.02),
        (1.50, 1.01, 1.02),
        (1.80, 1.05, 1.04),
        (2.00, 1.07, 1.06),
        (2.25, 1.06, 1.10),
        (2.55, 1.14, 1.18),
        (2.80, 1.20, 1.20),
        (3.00, 1.10, 1.08),
    ]
)
_KNUCKLE_HEIGHT: Final = (0.0, 0.0012, 0.0016, 0.0012, 0.0010)  # metres, thumb to little
_KNUCKLE_RADIUS: Final = 0.0075
_KNUCKLE_SHIFT: Final = 0.001  # towards the fingers

_WEB_SHARE: Final = 0.03  # a point that a second finger holds by more than this lies in a web
_WEB_RINGS: Final = 2  # points around a web that are evened out with it
_WEB_FADE: Final = 0.8
_WEB_ROUNDS: Final = 6


def sculpted(
    points: np.ndarray, normals: np.ndarray, weights: np.ndarray, joints: np.ndarray, frames: np.ndarray
) -> np.ndarray:
    """Points (N, 3) of the resting mesh, moved to the shape of a person's hand; metres."""
    result = points.copy()
    for finger, chain in enumerate(FINGER_BONE_CHAINS):
        bones = list(chain)
        share = weights[:, bones[1:] if finger == 0 else bones].sum(axis=1)
        along = along_finger(points, joints[bones], share > 0.5)
        profile = _THUMB_PROFILE if finger == 0 else _FINGER_PROFILE
        across, through = (np.interp(along, profile[:, 0], profile[:, k]) for k in (1, 2))
        phalanx = np.clip(along.astype(int), 0, 2)
        for step in range(3):
            mine = (share > 0.05) & (phalanx == step)
            frame = frames[bones[step]]
            local = (points[mine] - joints[bones[step]]) @ frame
            grown = local * np.column_stack([across[mine], np.ones(mine.sum()), through[mine]])
            result[mine] += share[mine, None] * ((grown - local) @ frame.T)
        if _KNUCKLE_HEIGHT[finger]:
            top = joints[bones[0]] - frames[bones[0] - 1, :, 2] * 0.010
            top = top + frames[bones[0] - 1, :, 1] * _KNUCKLE_SHIFT
            bump = np.exp(-((points - top) ** 2).sum(axis=1) / (2 * _KNUCKLE_RADIUS**2))
            dorsal = np.clip(-(normals @ frames[bones[0] - 1, :, 2]), 0.0, 1.0)
            result += normals * (_KNUCKLE_HEIGHT[finger] * bump * dorsal)[:, None]
    return result


def relaxed_webs(weights: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Bone weights (N, 26), evened out in the skin between fingers.

    The mesh's own change from one finger to the next within a millimetre, so that the web turns inside out
    between a straight finger and a bent one.
    """
    from scipy import sparse

    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    shape = (len(weights), len(weights))
    links = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=shape).tocsr()
    neighbours = sparse.diags_array(1.0 / links.sum(axis=1)) @ links
    fingers = np.column_stack(
        [
            weights[:, list(chain[1:] if finger == 0 else chain)].sum(axis=1)
            for finger, chain in enumerate(FINGER_BONE_CHAINS)
        ]
    )
    reach = (np.sort(fingers, axis=1)[:, -2] > _WEB_SHARE).astype(np.float64)
    for ring in range(1, _WEB_RINGS + 1):
        reach = np.maximum(reach, (links @ reach > 0) * _WEB_FADE**ring)
    for _ in range(_WEB_ROUNDS):
        weights = weights + 0.7 * reach[:, None] * (neighbours @ weights - weights)
    return weights

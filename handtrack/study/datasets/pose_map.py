"""A map of poses by views: where hands are, and where an estimator fails. Joints alone decide the cell.

All hands are looked at as right hands in camera axes (x right, y down, depth away), in any unit.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.hand import Handedness
from handtrack.skeleton import FINGER_NAMES, FINGERS, MIDDLE_MCP, WRIST

POSES: Final = (
    "open",
    "pinch",
    "point, thumb out",
    "point, thumb in",
    "fist, thumb out",
    "fist, thumb in",
    "other",
)
VIEWS: Final = ("palm", "back", "thumb's side", "little side", "to camera", "own back", "own palm")
"""Which side the camera sees of a hand that points across; one that points to it; one that points away, as
one sees one's own hand."""

_CELL: Final = "{}; {}"  # what a cell is called, by pose and view
CLOSED_TO_CAMERA: Final = frozenset(
    _CELL.format(pose, "to camera") for pose in POSES if pose.startswith(("point", "fist"))
)
"""Names of the cells of points, fists and thumbs-up that point to the camera."""

_STRAIGHT: Final = 0.55  # cosine between a finger's first bone and the rest of it
_FROM_PALM: Final = 0.4  # cosine between the palm's direction and that of a finger that is out
_PINCHED: Final = 0.3  # of the palm's length, from thumb tip to index tip
_THUMB_OUT: Final = 0.55  # of the palm's length, from thumb tip to the nearest of the other knuckles
_OPEN: Final = 3  # fingers out
_TO_CAMERA: Final = 0.5  # cosine between the palm's direction and the view's, beyond which it points so
_AWAY: Final = 0.35
_FACING: Final = 0.55  # cosine between palm and view, beyond which its side is palm or back


def as_right_hand(joints_2d: np.ndarray, depth: np.ndarray, handedness: Handedness) -> np.ndarray:
    """Joints (21, 3) as a right hand's, from those (21, 2) and depth (21,) in the same unit."""
    points = np.column_stack([joints_2d, depth])
    return points * [-1, 1, 1] if handedness == "left" else points


def cell_name(joints: np.ndarray) -> str:
    """What the cell of one hand (21, 3) is called: its pose and its view."""
    poses, views = poses_and_views(joints[None])
    return _CELL.format(POSES[poses[0]], VIEWS[views[0]])


def poses_and_views(joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (N,) in POSES and (N,) in VIEWS of hands (N, 21, 3)."""
    return _poses(joints), _views(joints)


def cell_numbers(joints: np.ndarray) -> np.ndarray:
    """One number (N,) for the cell of each hand (N, 21, 3)."""
    poses, views = poses_and_views(joints)
    return np.asarray(poses * len(VIEWS) + views)


def cell_counts(poses: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Hands in each cell (P, V)."""
    counts = np.zeros((len(POSES), len(VIEWS)), int)
    np.add.at(counts, (poses, views), 1)
    return counts


def cell_means(poses: np.ndarray, views: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mean of the values (N,) in each cell (P, V); NaN where there is none."""
    sums = np.zeros((len(POSES), len(VIEWS)))
    np.add.at(sums, (poses, views), values)
    counts = cell_counts(poses, views)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray((_unit(a) * _unit(b)).sum(axis=-1))


def _poses(joints: np.ndarray) -> np.ndarray:
    palm = joints[:, MIDDLE_MCP] - joints[:, WRIST]
    length = np.linalg.norm(palm, axis=1)
    out = {}
    for name in FINGER_NAMES[1:]:
        mcp, pip, _, tip = (joints[:, joint] for joint in FINGERS[name])
        out[name] = (_cosine(pip - mcp, tip - pip) > _STRAIGHT) & (_cosine(palm, tip - mcp) > _FROM_PALM)
    fingers = np.sum(list(out.values()), axis=0)
    thumb, index = joints[:, FINGERS["thumb"][-1]], joints[:, FINGERS["index"][-1]]
    knuckles = joints[:, [FINGERS[name][row] for name in FINGER_NAMES[1:] for row in (0, 1)]]
    thumb_out = np.linalg.norm(thumb[:, None] - knuckles, axis=-1).min(axis=1) > _THUMB_OUT * length
    pinched = np.linalg.norm(thumb - index, axis=1) < _PINCHED * length
    point = out["index"] & (fingers == 1)
    cells = [
        fingers >= _OPEN,
        pinched & ~(fingers == 0),
        point & thumb_out,
        point & ~thumb_out,
        (fingers == 0) & thumb_out,
        (fingers == 0) & ~thumb_out,
    ]
    return np.asarray(np.select(cells, range(len(cells)), default=len(cells)))


def _views(joints: np.ndarray) -> np.ndarray:
    up = _unit(joints[:, MIDDLE_MCP] - joints[:, WRIST])
    across = _unit(joints[:, FINGERS["index"][0]] - joints[:, FINGERS["little"][0]])
    facing = _unit(np.cross(up, across))[:, 2]  # 1: the palm faces the camera
    cells = [
        up[:, 2] < -_TO_CAMERA,
        (up[:, 2] > _AWAY) & (facing < 0),
        up[:, 2] > _AWAY,
        facing > _FACING,
        facing < -_FACING,
        across[:, 2] < 0,
    ]
    names = ("to camera", "own back", "own palm", "palm", "back", "thumb's side")
    numbers = [VIEWS.index(name) for name in names]
    return np.asarray(np.select(cells, numbers, default=VIEWS.index("little side")))

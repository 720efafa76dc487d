"""Turns of a hand and of its bones, from where its joints are."""

from __future__ import annotations

import numpy as np

from handtrack.skeleton import INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, WRIST


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) of length one."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def palm_axes(joints: np.ndarray, handedness: str) -> np.ndarray:
    """Axes of the palm as columns (T, 3, 3): y from the wrist to the middle finger, z out of the palm.

    joints: (T, 21, 3), x right, y up.
    """
    y = unit(joints[:, MIDDLE_MCP] - joints[:, WRIST])
    across = joints[:, INDEX_MCP] - joints[:, LITTLE_MCP]
    z = unit(np.cross(across if handedness != "left" else -across, y))
    return np.stack([np.cross(y, z), y, z], axis=-1)


def shortest_turn(start: np.ndarray, aim: np.ndarray) -> np.ndarray:
    """Rotations (T, 3, 3) that take directions (3,) or (T, 3) to others (T, 3), without any twist."""
    axis, cosine = np.cross(start, aim), (aim * start).sum(axis=-1)
    x, y, z = axis.T
    zero = np.zeros_like(x)
    skew = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
    # Straight back no way is the shortest; so near to it, this one is as good as any.
    share = 1 / np.maximum(1 + cosine, 1e-6)
    return np.eye(3) + skew + skew @ skew * share[:, None, None]


def quaternions(turns: np.ndarray) -> np.ndarray:
    """Quaternions (T, 4) float32, x, y, z, w, of rotations (T, 3, 3), each near to the one before.

    By the largest of the four squares that a rotation's entries tell (Shepperd, 1978).
    """
    trace = np.trace(turns, axis1=1, axis2=2)
    squares = np.stack([*(1 + 2 * turns[:, i, i] - trace for i in range(3)), 1 + trace], axis=1)  # times 4
    products = np.empty((len(turns), 4, 4))
    products[:, range(4), range(4)] = squares
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        products[:, i, j] = products[:, j, i] = turns[:, i, j] + turns[:, j, i]
        products[:, k, 3] = products[:, 3, k] = turns[:, j, i] - turns[:, i, j]
    found = products[np.arange(len(turns)), squares.argmax(axis=1)]
    return continuous(found / np.linalg.norm(found, axis=1, keepdims=True))


def continuous(turns: np.ndarray) -> np.ndarray:
    """Quaternions (T, 4) as float32: of the two of each turn the one that is nearer to the one before."""
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    signs = np.concatenate([[1.0], np.cumprod(flips)])
    return np.asarray(turns * signs[:, None], np.float32)

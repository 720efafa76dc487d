"""Joint errors after the alignment that each protocol allows."""

from __future__ import annotations

import numpy as np

from handtrack.skeleton import MIDDLE_MCP, WRIST

_MIDDLE_PIP = MIDDLE_MCP + 1
_TINY = 1e-12  # an answer without extent stays without extent, instead of a division by zero


def procrustes_errors(points: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Error (N,), in the truth's unit, of points (N, 3) moved, turned, mirrored if better, and scaled.

    By least squares onto truth (N, 3). Source: `align_w_scale` in eval.py of lmb-freiburg/freihand.
    `handtrack.geometry.procrustes_align` is stricter: it never mirrors.
    """
    from scipy.linalg import orthogonal_procrustes

    p, t = points - points.mean(axis=0), truth - truth.mean(axis=0)
    rotation, singular_sum = orthogonal_procrustes(p, t)
    scale = singular_sum / max((p**2).sum(), _TINY)
    return np.linalg.norm(scale * p @ rotation - t, axis=1)


def bone_scaled_errors(points: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Error (21,), in the truth's unit, of points (21, 3) relative to the wrist and scaled by one bone.

    Points are multiplied by the truth's length of middle MCP to PIP over their own; nothing is turned. The
    wrist's own error is therefore 0. Source: eval_full.py of lmb-freiburg/hand3d, whose network answers
    in units of that bone and is multiplied by its true length.
    """
    p, t = points - points[WRIST], truth - truth[WRIST]
    return np.linalg.norm(p * (_bone_length(t) / max(_bone_length(p), _TINY)) - t, axis=1)


def _bone_length(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[_MIDDLE_PIP] - points[MIDDLE_MCP]))

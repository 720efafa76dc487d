"""Errors of one hand's joints against their truth: in the image, and in space, aligned or from the wrist."""

from __future__ import annotations

import numpy as np

from handtrack.geometry import hand_extent, palm_scale, procrustes_align
from handtrack.skeleton import WRIST

PALM_MM = 90.0
"""3D errors are given for a hand whose wrist to middle MCP is so long."""


def aligned_errors_mm(
    points: np.ndarray,
    truth: np.ndarray,
    known: np.ndarray | None = None,
    palm_length: float | None = None,
) -> np.ndarray:
    """Error (K,) in mm of each known joint after Procrustes alignment of points (21, 3) onto truth (21, 3).

    Both are in camera axes, each in a unit of its own. known: (21,) bool, all if not given; alignment
    and error are taken over these alone. palm_length: wrist to middle MCP in the truth's unit,
    measured on the truth if not given. The mean is PA-MPJPE (alignment with scale, no reflection).
    """
    known = np.ones(len(truth), bool) if known is None else known
    offsets = procrustes_align(points[known], truth[known]) - truth[known]
    return np.linalg.norm(offsets, axis=1) / (palm_length or palm_scale(truth)) * PALM_MM


def root_relative_errors_mm(
    points: np.ndarray,
    truth: np.ndarray,
    known: np.ndarray | None = None,
    palm_length: float | None = None,
) -> np.ndarray:
    """Error (K,) in mm of each known joint of points (21, 3) from truth (21, 3), both with the wrist at 0.

    The points are scaled to the truth's palm, neither turned nor moved otherwise; units and arguments as
    in `aligned_errors_mm`. NaN where the truth's wrist is not known. The mean is MPJPE.
    """
    known = np.ones(len(truth), bool) if known is None else known
    if not known[WRIST]:
        return np.full(int(known.sum()), np.nan)
    palm = palm_length or palm_scale(truth)
    scaled = (points - points[WRIST]) * (palm / max(palm_scale(points), 1e-12))
    offsets = scaled[known] - (truth[known] - truth[WRIST])
    return np.linalg.norm(offsets, axis=1) / palm * PALM_MM


def image_errors_percent(
    points: np.ndarray, truth: np.ndarray, known: np.ndarray | None = None, extent: float | None = None
) -> np.ndarray:
    """Distance (K,) in the image of each known joint of points (21, 2) from truth (21, 2), in % of the hand.

    extent: the hand's size, by default the larger side of the truth's bounding box (all 21 joints).
    """
    known = np.ones(len(truth), bool) if known is None else known
    extent = hand_extent(truth) if extent is None else extent
    return np.linalg.norm(points[known] - truth[known], axis=1) / extent * 100

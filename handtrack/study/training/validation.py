"""How good a network is on held-out patches: error, calibration, and what the gate saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch

from handtrack.geometry import palm_scale, procrustes_align
from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS, SIGMA_OVER_SCALE
from handtrack.model.gate_rule import exit_loops
from handtrack.model.network import HandNetwork, normalise_crops
from handtrack.model.operating_table import OperatingPoint, OperatingTable
from handtrack.model.sigma_factors import SigmaFactors
from handtrack.study.datasets.patches import PATCH_MARGIN, Patches
from handtrack.study.training.guarantee import worse_at_most

PALM_MM = 90.0
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(21))
DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Predictions:
    """A network's output on N hands after each of L loops, in crop sides, with the truth.

    xy: (L, N, 21, 2). z: (L, N, 21). sigma: (L, N, 21, 2) for image and depth, before calibration.
    exit_probability: (L, N). joints: (N, 21, 3).
    """

    xy: np.ndarray
    z: np.ndarray
    sigma: np.ndarray
    exit_probability: np.ndarray
    joints: np.ndarray


def canonical_crops(patches: Patches) -> tuple[np.ndarray, np.ndarray]:
    """Upright crops (N, 128, 128, 3) uint8 and joints (N, 21, 3) in crop sides."""
    side = patches.images.shape[1]
    size = side * CROP_MARGIN / PATCH_MARGIN
    start = (side - size) / 2
    scale = CROP_PIXELS / size
    # Pixel edges align: input pixel = (patch pixel + 0.5 - start) * scale - 0.5.
    offset = (0.5 - start) * scale - 0.5
    matrix = np.array([[scale, 0, offset], [0, scale, offset]])
    images = map(np.ascontiguousarray, patches.images)
    crops = np.stack([cv2.warpAffine(image, matrix, (CROP_PIXELS, CROP_PIXELS)) for image in images])
    joints = patches.joints / size
    joints[..., :2] += (0.5 - start) / size
    return crops, joints


@torch.inference_mode()
def predict(network: HandNetwork, patches: Patches) -> Predictions:
    """All loops' output on the canonical crops of patches."""
    crops, joints = canonical_crops(patches)
    network.eval()
    device = next(network.parameters()).device
    sigma_over_scale = SIGMA_OVER_SCALE[network.architecture.likelihood]
    parts = []
    for batch in np.array_split(crops, max(1, len(crops) // 64)):
        _, outputs = network(normalise_crops(torch.from_numpy(batch).to(device)))
        estimates = [output.estimate for output in outputs]
        part = (
            torch.stack([estimate.xy for estimate in estimates]),
            torch.stack([estimate.z for estimate in estimates]),
            torch.stack([estimate.log_scale for estimate in estimates]).exp() * sigma_over_scale,
            torch.stack([output.exit_logit for output in outputs]).sigmoid(),
        )
        parts.append([values.cpu().numpy() for values in part])
    xy, z, sigma, exit_probability = (np.concatenate(column, axis=1) for column in zip(*parts, strict=True))
    return Predictions(xy, z, sigma, exit_probability, joints)


@dataclass(frozen=True, slots=True)
class HandErrors:
    """Errors of N hands after each of L loops: (L, N), in % of the hand's extent and in mm; see `measure`."""

    error_2d_percent: np.ndarray
    pa_mpjpe_mm: np.ndarray


def hand_errors(predictions: Predictions) -> HandErrors:
    """Errors of predictions, hand for hand."""
    joints = predictions.joints
    distance = np.linalg.norm(predictions.xy - joints[..., :2], axis=-1).mean(axis=2)
    points = np.concatenate([predictions.xy, predictions.z[..., None]], axis=-1)
    aligned = [[_aligned_error(p, t) for p, t in zip(loop, joints, strict=True)] for loop in points]
    return HandErrors(distance / _extent(joints) * 100, np.array(aligned))


def measure(
    predictions: Predictions, errors: HandErrors, factors: SigmaFactors, source: np.ndarray
) -> dict[str, Any]:
    """Measures of predictions; lists go over the loops. source: (N,), the collection that each hand is of.

    error_2d_percent: mean 2D error over the hand's extent. pa_mpjpe_mm: 3D error after Procrustes
    alignment, at a palm of 90 mm. mean_pose_pa_mm: the same for always answering the mean pose.
    within_1_sigma, within_2_sigma: share of image and depth errors of the last loop inside the
    calibrated sigma. sigma_error_rank_correlation: Spearman over hands. error_2d_by_source: the last loop's
    error_2d_percent of each collection.
    """
    joints = predictions.joints
    points = np.concatenate([predictions.xy[-1], predictions.z[-1][..., None]], axis=-1)
    mean_pose = joints.mean(axis=0)
    residual = np.abs(points - joints)[:, 1:]
    sigma = predictions.sigma[-1][:, 1:][..., [0, 0, 1]] * [factors.across, factors.along, factors.depth]
    stated = sigma[..., :2].mean(axis=(1, 2)) / _extent(joints)
    return {
        "hands": len(joints),
        "error_2d_percent": errors.error_2d_percent.mean(axis=1).round(3).tolist(),
        "pa_mpjpe_mm": errors.pa_mpjpe_mm.mean(axis=1).round(3).tolist(),
        "mean_pose_pa_mm": round(float(np.mean([_aligned_error(mean_pose, t) for t in joints])), 3),
        "within_1_sigma": round(float((residual <= sigma).mean()), 4),
        "within_2_sigma": round(float((residual <= 2 * sigma).mean()), 4),
        "sigma_error_rank_correlation": round(_rank_correlation(stated, errors.error_2d_percent[-1]), 3),
        "error_2d_by_source": {
            str(name): round(float(errors.error_2d_percent[-1][source == name].mean()), 3)
            for name in np.unique(source)
        },
    }


def operating_table(
    predictions: Predictions, errors: HandErrors, mmac: Sequence[float], person: np.ndarray
) -> OperatingTable:
    """What each threshold of the gate costs and gives.

    mmac: (L,), a hand's up to and with each loop. person: (N,), whose hand each is, see `guarantee`.
    """
    hands = np.arange(predictions.exit_probability.shape[1])
    chosen = np.stack([exit_loops(predictions.exit_probability.T, threshold) for threshold in THRESHOLDS])
    left = errors.error_2d_percent[chosen, hands]
    worse = worse_at_most(left, errors.error_2d_percent[-1], person)
    points = [
        OperatingPoint(
            threshold,
            round(float(loops.mean() + 1), 3),
            round(float(left[row].mean()), 3),
            round(float(errors.pa_mpjpe_mm[loops, hands].mean()), 3),
            round(float(np.asarray(mmac)[loops].mean()), 2),
            worse[row],
        )
        for row, (threshold, loops) in enumerate(zip(THRESHOLDS, chosen, strict=True))
    ]
    return OperatingTable(DEFAULT_THRESHOLD, tuple(points))


def _extent(joints: np.ndarray) -> np.ndarray:
    return np.ptp(joints[..., :2], axis=1).max(axis=1)


def _aligned_error(points: np.ndarray, target: np.ndarray) -> float:
    offset = procrustes_align(points, target) - target
    return float(np.linalg.norm(offset, axis=1).mean() / palm_scale(target) * PALM_MM)


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    ranks = [np.argsort(np.argsort(v)).astype(float) for v in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])

"""How good a network is on held-out patches: error, calibration, and what the gate saves."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from handtrack.datasets.patches import PATCH_MARGIN, Patches
from handtrack.geometry import palm_scale, procrustes_align
from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.model.estimate import LoopOutput
from handtrack.model.gate import should_exit
from handtrack.model.network import HandNetwork, normalise_crops

PALM_MM = 90.0
LAPLACE_SIGMA = 2.0**0.5
"""A Laplace distribution's standard deviation over its scale."""


def canonical_crops(patches: Patches) -> tuple[np.ndarray, np.ndarray]:
    """Upright crops (N, 128, 128, 3) uint8 and joints (N, 21, 3) in crop sides."""
    side = patches.images.shape[1]
    size = side * CROP_MARGIN / PATCH_MARGIN
    start = (side - size) / 2
    scale = CROP_PIXELS / size
    # Pixel edges align: input pixel = (patch pixel + 0.5 - start) * scale - 0.5.
    offset = (0.5 - start) * scale - 0.5
    matrix = np.array([[scale, 0, offset], [0, scale, offset]])
    crops = np.stack([cv2.warpAffine(image, matrix, (CROP_PIXELS, CROP_PIXELS)) for image in patches.images])
    joints = patches.joints / size
    joints[..., :2] += (0.5 - start) / size
    return crops, joints


def validate(network: HandNetwork, patches: Patches) -> dict[str, list[float] | float]:
    """Measures on patches, each a list over loops unless said otherwise.

    error_2d_percent: mean 2D error over the hand's extent. pa_mpjpe_mm: 3D error after Procrustes
    alignment, at a palm of 90 mm. within_1_sigma, within_2_sigma: share of image and depth errors
    inside the stated sigma (one value each, last loop). mean_pose_pa_mm: error of always answering
    the mean pose (one value). gate: rows of threshold, mean loops, error_2d_percent.
    """
    crops, joints = canonical_crops(patches)
    network.eval()
    with torch.inference_mode():
        passes = [
            network(normalise_crops(torch.from_numpy(part)))
            for part in np.array_split(crops, max(1, len(crops) // 64))
        ]
    loops = len(passes[0][1])
    xy, z, scale, exit_logit = (
        np.stack([np.concatenate([_value(p[1][n], i).numpy() for p in passes]) for n in range(loops)])
        for i in range(4)
    )
    points = np.concatenate([xy, z[..., None]], axis=-1)
    extent = np.ptp(joints[..., :2], axis=1).max(axis=1)
    errors_2d = np.linalg.norm(xy - joints[..., :2], axis=-1).mean(axis=2) / extent * 100
    pa = np.array([[_aligned_error(p, t) for p, t in zip(loop, joints, strict=True)] for loop in points])
    residual = np.abs(np.concatenate([xy - joints[..., :2], (z - joints[..., 2])[..., None]], axis=-1))[-1]
    sigma = LAPLACE_SIGMA * np.exp(scale[-1])[..., [0, 0, 1]]
    sigma, residual = sigma[:, 1:], residual[:, 1:]
    probability = 1 / (1 + np.exp(-exit_logit))
    hand_sigma, hand_error = sigma[..., :2].mean(axis=(1, 2)), errors_2d[-1]
    return {
        "hands": float(len(crops)),
        "error_2d_percent": errors_2d.mean(axis=1).round(3).tolist(),
        "pa_mpjpe_mm": pa.mean(axis=1).round(3).tolist(),
        "mean_pose_pa_mm": round(float(np.mean([_aligned_error(joints.mean(axis=0), t) for t in joints])), 3),
        "within_1_sigma": round(float((residual <= sigma).mean()), 4),
        "within_2_sigma": round(float((residual <= 2 * sigma).mean()), 4),
        "sigma_error_rank_correlation": round(_rank_correlation(hand_sigma / extent, hand_error), 3),
        "gate": [
            _gate_row(probability, errors_2d, t)
            for t in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
        ],
    }


def _value(output: LoopOutput, index: int) -> torch.Tensor:
    estimate = output.estimate
    return (estimate.xy, estimate.z, estimate.log_scale, output.exit_logit)[index]


def _aligned_error(points: np.ndarray, target: np.ndarray) -> float:
    offset = procrustes_align(points, target) - target
    return float(np.linalg.norm(offset, axis=1).mean() / palm_scale(target) * PALM_MM)


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    ranks = [np.argsort(np.argsort(v)).astype(float) for v in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _gate_row(probability: np.ndarray, errors: np.ndarray, threshold: float) -> list[float]:
    leaves = np.asarray(should_exit(torch.from_numpy(probability), threshold)).copy()
    leaves[-1] = True
    chosen = leaves.argmax(axis=0)
    return [
        threshold,
        round(float(chosen.mean() + 1), 3),
        round(float(errors[chosen, np.arange(errors.shape[1])].mean()), 3),
    ]

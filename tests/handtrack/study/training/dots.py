"""Hands that a few steps can learn."""

from __future__ import annotations

import numpy as np

from handtrack.study.datasets.patches import PATCH_PIXELS, Patches


def dots(count: int) -> Patches:
    """Hands of dots: a fixed pose moved about, so that a few steps can learn it."""
    generator = np.random.default_rng(0)
    pose = generator.uniform(-40, 40, (21, 3)).astype(np.float32)
    pose[:, 2] -= pose[0, 2]
    joints = pose + PATCH_PIXELS / 2 * np.array([1, 1, 0], np.float32)
    joints = np.repeat(joints[None], count, axis=0)
    joints[..., :2] += generator.uniform(-15, 15, (count, 1, 2))
    images = np.zeros((count, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)
    for image, points in zip(images, joints, strict=True):
        for x, y, _ in points.astype(int):
            image[y - 3 : y + 4, x - 3 : x + 4] = 220
    names = np.array(["dots"] * count)
    spread = np.full((count, 21), 0.5, np.float32)
    mattes = np.zeros((count, PATCH_PIXELS // 2, PATCH_PIXELS // 2), np.uint8)
    return Patches(images, joints.astype(np.float32), spread, names, names, mattes)

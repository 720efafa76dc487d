"""Made-up rendered hands, for tests that need no renderer."""

from __future__ import annotations

import numpy as np

from handtrack.study.datasets.sample import RENDERED, HandSample, depth_in_pixels, project


def made_up_sample(seed: int, index: int, pixels: int = 48) -> HandSample:
    """A sample wholly determined by (seed, index), its picture smooth enough for JPEG."""
    rng = np.random.default_rng([seed, index])
    rows, columns = np.mgrid[:pixels, :pixels]
    image = np.stack([rows * 2, columns * 3, np.full_like(rows, rng.integers(255))], axis=2).astype(np.uint8)
    joints_3d = np.column_stack([rng.uniform(-0.08, 0.08, (21, 2)), rng.uniform(0.4, 0.5, 21)])
    camera = np.array([[110.5, 0, pixels / 2], [0, 110.5, pixels / 2], [0, 0, 1]])
    return HandSample(
        image=image,
        joints_2d=project(joints_3d, camera),
        depth=depth_in_pixels(joints_3d, camera),
        spread=np.zeros(21, np.float32),
        handedness="left" if index % 2 else "right",
        source=RENDERED,
        key=f"{seed}/{index}",
        joints_3d=joints_3d.astype(np.float32),
        camera=camera,
        visible=rng.random(21) < 0.7,
        mask=rng.random((pixels, pixels)) < 0.5,
        skin_tone=1.0 + index % 10,
    )

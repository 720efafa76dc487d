"""From crops on a frame to hands in pixels and metres: encode once, loop, let the gate decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handtrack.engines import Engine, LoopResult
from handtrack.geometry import (
    Intrinsics,
    apply_affine,
    crop_matrix,
    invert_affine,
    lift_to_metres,
    warp_crop,
)
from handtrack.hand import Crop, IterationEstimate, read_only
from handtrack.model.constants import CROP_PIXELS
from handtrack.model.exit_rule import should_exit


@dataclass(frozen=True, slots=True)
class CropEstimate:
    """What the network says of one crop.

    trace: the estimate after each loop that ran, the last is the answer. presence: probability that
    the crop holds a hand. right: probability that the person's hand is a right one.
    """

    trace: tuple[IterationEstimate, ...]
    presence: float
    right: float


def estimate_crops(
    engine: Engine,
    image: np.ndarray,
    crops: list[Crop],
    threshold: float,
    intrinsics: Intrinsics,
    palm_length: float,
) -> list[CropEstimate]:
    """Estimates for crops of one frame (H, W, 3) uint8 BGR, as one batch that shrinks as hands leave.

    threshold: the gate's, in 0..1; see `should_exit`. palm_length: metres.
    """
    batch = np.stack([warp_crop(image, crop, CROP_PIXELS) for crop in crops])
    encoded = engine.encode(batch)
    traces: list[list[IterationEstimate]] = [[] for _ in crops]
    rows = np.arange(len(crops))
    state = None
    for loop in range(engine.max_iterations):
        result = engine.refine(encoded, state, loop, rows)
        for position, row in enumerate(rows):
            traces[row].append(_to_frame(result, position, crops[row], intrinsics, palm_length))
        goes_on = np.flatnonzero(~should_exit(result.exit_probability, threshold))
        if not len(goes_on):
            break
        rows = rows[goes_on]
        state = (
            engine.keep(result.state, goes_on)
            if len(goes_on) < len(result.exit_probability)
            else result.state
        )
    return [
        CropEstimate(
            tuple(traces[i]),
            float(encoded.presence[i]),
            float(1 - encoded.right[i] if crops[i].mirrored else encoded.right[i]),
        )
        for i in range(len(crops))
    ]


def _to_frame(
    result: LoopResult, position: int, crop: Crop, intrinsics: Intrinsics, palm_length: float
) -> IterationEstimate:
    back = invert_affine(crop_matrix(crop, CROP_PIXELS))
    # The network's 0..1 spans pixel edges; pixel centres lie at whole numbers.
    joints = apply_affine(back, result.xy[position] * CROP_PIXELS - 0.5).astype(np.float32)
    depth = result.z[position] * crop.size
    points, metres_per_pixel = lift_to_metres(joints, depth, intrinsics, palm_length)
    sigma_image = result.sigma_xy[position] * crop.size
    sigma_depth = result.sigma_z[position] * crop.size
    sigma_3d = np.sqrt((2 * sigma_image**2 + sigma_depth**2) / 3) * metres_per_pixel
    return IterationEstimate(
        read_only(joints),
        read_only(points),
        read_only(sigma_image, np.float32),
        read_only(sigma_3d, np.float32),
        float(result.exit_probability[position]),
    )

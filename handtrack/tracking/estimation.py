"""From crops on a frame to hands in pixels and metres: encode once, loop, let the gate decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.cropping import from_crop_sides, warp_crop
from handtrack.engines import EncodedCrops, Engine, LoopResult
from handtrack.geometry import Intrinsics, lift_to_metres
from handtrack.hand import Crop, Hand, Handedness, IterationEstimate, read_only
from handtrack.model.constants import CROP_PIXELS
from handtrack.model.gate_rule import should_exit
from handtrack.tracking.carried import CarriedEstimate, start_in_crops


@dataclass(frozen=True, slots=True)
class CropEstimate:
    """What the network says of one crop.

    trace: the estimate after each loop that ran, the last is the answer. carried: the answer as the next
    frame may begin from it. presence: probability that the crop holds a hand. right: probability that the
    person's hand is a right one.
    """

    trace: tuple[IterationEstimate, ...]
    carried: CarriedEstimate
    presence: float
    right: float


def cut_crops(image: np.ndarray, crops: Sequence[Crop]) -> np.ndarray:
    """The network's input (B, 128, 128, 3) uint8 BGR: each crop's part of a frame (H, W, 3), upright."""
    pictures = np.empty((len(crops), CROP_PIXELS, CROP_PIXELS, 3), np.uint8)
    for picture, crop in zip(pictures, crops, strict=True):
        warp_crop(image, crop, CROP_PIXELS, picture)
    return pictures


def estimate_crops(
    engine: Engine,
    pictures: np.ndarray,
    crops: Sequence[Crop],
    threshold: float,
    intrinsics: Intrinsics,
    palm_length: float,
    carried: Sequence[CarriedEstimate | None] | None = None,
) -> list[CropEstimate]:
    """Estimates for crops of one frame, as batches that shrink as hands leave.

    pictures: what `cut_crops` gives for the crops. threshold: the gate's, in 0..1; see `should_exit`.
    palm_length: metres. carried: for each crop what the last frame said of its hand, None for a hand that is
    new; without it all are new.
    """
    if not crops:
        return []
    encoded = engine.encode(pictures)
    known = carried or [None] * len(crops)
    warm = {row: each for row, each in enumerate(known) if each is not None}
    cold = [row for row in range(len(crops)) if row not in warm]
    results: list[list[LoopResult]] = [[] for _ in crops]
    if cold:
        _run_loops(engine, encoded, cold, None, threshold, results)
    if warm:
        start = start_in_crops(list(warm.values()), [crops[row] for row in warm])
        _run_loops(engine, encoded, list(warm), engine.start_from(start), threshold, results)
    return [
        _in_frame(loops, crop, float(presence), float(right), intrinsics, palm_length)
        for loops, crop, presence, right in zip(results, crops, encoded.presence, encoded.right, strict=True)
    ]


def unsmoothed_hand(
    estimate: CropEstimate, crop: Crop, handedness: Handedness, track_id: int, score: float
) -> Hand:
    """A hand as the network saw it in its crop."""
    last = estimate.trace[-1]
    return Hand(
        joints_2d=last.joints_2d,
        joints_3d=last.joints_3d,
        sigma_2d=last.sigma_2d,
        sigma_3d=last.sigma_3d,
        iterations=len(estimate.trace),
        exit_probability=last.exit_probability,
        handedness=handedness,
        score=score,
        track_id=track_id,
        crop=crop,
        trace=estimate.trace,
        raw_joints_2d=last.joints_2d,
        raw_joints_3d=last.joints_3d,
    )


def _in_frame(
    loops: Sequence[LoopResult],
    crop: Crop,
    presence: float,
    right: float,
    intrinsics: Intrinsics,
    palm_length: float,
) -> CropEstimate:
    """One hand's loops brought from its crop to the frame. right: of what the crop shows."""
    trace = tuple(_to_frame(result, crop, intrinsics, palm_length) for result in loops)
    last = loops[-1]
    in_pixels = (values * crop.size for values in (last.z, last.sigma_xy, last.sigma_z))
    carried = CarriedEstimate(trace[-1].joints_2d, *in_pixels)
    return CropEstimate(trace, carried, presence, 1 - right if crop.mirrored else right)


def _run_loops(
    engine: Engine,
    encoded: EncodedCrops,
    rows: list[int],
    state: object,
    threshold: float,
    results: list[list[LoopResult]],
) -> None:
    """Loop over the given rows of the batch until each has left; adds each loop's result to its row's."""
    running = np.array(rows)
    for loop in range(engine.max_iterations):
        result = engine.refine(encoded, state, loop, running)
        for position, row in enumerate(running):
            results[row].append(_one(result, position))
        goes_on = np.flatnonzero(~should_exit(result.exit_probability, threshold))
        if not len(goes_on):
            return
        all_go_on = len(goes_on) == len(running)
        state = result.state if all_go_on else engine.keep(result.state, goes_on)
        running = running[goes_on]


def _one(result: LoopResult, position: int) -> LoopResult:
    """One hand's row of a batch, without its state."""
    return LoopResult(
        result.xy[position],
        result.z[position],
        result.sigma_xy[position],
        result.sigma_z[position],
        result.exit_probability[position],
        None,
    )


def _to_frame(
    result: LoopResult, crop: Crop, intrinsics: Intrinsics, palm_length: float
) -> IterationEstimate:
    joints = from_crop_sides(result.xy, crop).astype(np.float32)
    points, metres_per_pixel = lift_to_metres(joints, result.z * crop.size, intrinsics, palm_length)
    image, depth = np.square(result.sigma_xy).sum(axis=-1), np.square(result.sigma_z)
    sigma_image = np.sqrt(image / 2) * crop.size
    sigma_3d = np.sqrt((image + depth) / 3) * (crop.size * metres_per_pixel)
    return IterationEstimate(
        read_only(joints),
        read_only(points),
        read_only(sigma_image, np.float32),
        read_only(sigma_3d, np.float32),
        float(result.exit_probability),
    )

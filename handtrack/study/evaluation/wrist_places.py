"""Where an estimator's wrist is before the camera, and where the true one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handtrack.geometry import Intrinsics, palm_scale
from handtrack.position import position_sigma, wrist_distance, wrist_position
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.datasets.sample import HandSample, focal_length
from handtrack.study.evaluation.estimators import JointsFound


@dataclass(frozen=True, slots=True)
class WristPlaces:
    """Wrists of N hands after each of L loops, in cameras that are known; NaN where one cannot be told.

    found, sigma: (N, L, 3), the place said and its standard deviation, in palm lengths. true: (N, 3), metres.
    palm: (N,), wrist to middle MCP as a ruler measures it, metres.
    """

    found: np.ndarray
    sigma: np.ndarray
    true: np.ndarray
    palm: np.ndarray


def wrist_places(
    found: JointsFound, sample: HandSample, palm_length: float | None = None
) -> dict[str, np.ndarray]:
    """The fields of `WristPlaces` for one hand. palm_length: the true one, else the truth is measured."""
    nothing = np.full((len(found.joints_2d), 3), np.nan)
    truth, camera = sample.joints_3d, sample.camera
    if found.sigma is None or truth is None or camera is None or not np.isfinite(sample.spread[WRIST]):
        return {"found": nothing, "sigma": nothing, "true": np.full(3, np.nan), "palm": np.array(np.nan)}
    pinhole = Intrinsics(focal_length(camera), (float(camera[0, 2]), float(camera[1, 2])))
    places = [
        _place(*loop, pinhole) for loop in zip(found.joints_2d, found.joints_3d, found.sigma, strict=True)
    ]
    palm = palm_length or float(np.linalg.norm(truth[MIDDLE_MCP] - truth[WRIST]))
    return {
        "found": np.array([place for place, _ in places]),
        "sigma": np.array([sigma for _, sigma in places]),
        "true": truth[WRIST],
        "palm": np.array(palm),
    }


def _place(
    joints_2d: np.ndarray, joints_3d: np.ndarray, sigma: np.ndarray, camera: Intrinsics
) -> tuple[np.ndarray, np.ndarray]:
    """Place and standard deviation of a wrist as `handtrack.tracking` has them, for a palm of length 1."""
    points = joints_3d - joints_3d[WRIST]
    points = points / max(palm_scale(points), 1e-9)
    distance = wrist_distance(joints_2d, points, camera)
    position = wrist_position(joints_2d, distance, camera)
    image, all_axes = np.square(sigma[:, :2]).sum(axis=1), np.square(sigma).sum(axis=1)
    sigma_2d, sigma_3d = np.sqrt(image / 2), np.sqrt(all_axes / 3) * (distance / camera.focal)
    return position, position_sigma(position, points, sigma_2d, sigma_3d, camera.focal)

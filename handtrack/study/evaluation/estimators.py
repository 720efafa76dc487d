"""Whom a comparison compares: anything that says where the joints of one hand in a picture are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix, invert_affine, warp_crop
from handtrack.engines import Engine, LoopResult, every_loop
from handtrack.geometry import points_on_rays
from handtrack.hand import Crop, Handedness
from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.study.datasets.sample import focal_length
from handtrack.tracking.mean_look import mean_by_certainty, sigma_of_mean
from handtrack.tracking.settling import STILL_TURNS


@dataclass(frozen=True, slots=True)
class HandPicture:
    """What an estimator is shown: a picture and roughly where the hand is.

    image: (H, W, 3) uint8 BGR. rough_joints: (21, 2) pixels, the true joints moved, turned and scaled
    together, from which every estimator takes the crop that it was made for.
    camera: (3, 3) pinhole matrix in pixels, or None where it is not known.
    """

    image: np.ndarray
    rough_joints: np.ndarray
    handedness: Handedness
    camera: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class JointsFound:
    """An estimator's answer after each of its L loops (L = 1 for one without loops).

    joints_2d: (L, 21, 2) pixels of the picture. joints_3d: (L, 21, 3), camera axes, any unit and origin.
    The rest is None where an estimator does not say it. depth: (L, 21), wrist-relative depth in the same
    pixels, as in `HandSample`. sigma: (L, 21, 3), one standard deviation along each image axis and of the
    depth, in the same pixels, calibrated as users get it. exit_probability: (L,), the gate's.
    """

    joints_2d: np.ndarray
    joints_3d: np.ndarray
    depth: np.ndarray | None = None
    sigma: np.ndarray | None = None
    exit_probability: np.ndarray | None = None


class Estimator(Protocol):
    """Finds the joints of one hand in each picture."""

    name: str

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture."""
        ...


class NetworkEstimator:
    """The network under test: all loops, on upright crops, left hands mirrored as in tracking."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self._engine = engine

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture; the pictures are one batch."""
        return self.find_turned(pictures, 0.0)

    def find_turned(self, pictures: Sequence[HandPicture], turn: float) -> list[JointsFound]:
        """The same in crops turned by so many radians."""
        crops = [
            crop_from_joints(picture.rough_joints, CROP_MARGIN, mirrored=picture.handedness == "left")
            for picture in pictures
        ]
        crops = [replace(crop, angle=crop.angle + turn) for crop in crops]
        images = [
            warp_crop(picture.image, crop, CROP_PIXELS) for picture, crop in zip(pictures, crops, strict=True)
        ]
        loops = every_loop(self._engine, np.stack(images))
        return [
            _in_picture(loops, row, crop, picture)
            for row, (picture, crop) in enumerate(zip(pictures, crops, strict=True))
        ]


class StillEstimator:
    """A network as it looks at a hand in a still or at one that is new: by the mean of five crops.

    Each loop's answer is the mean of that loop's; see `handtrack.tracking.mean_look`.
    """

    def __init__(self, network: NetworkEstimator) -> None:
        self.name = f"{network.name}, as a still"
        self._network = network

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        """An answer for every picture; the pictures are one batch."""
        looks = [self._network.find_turned(pictures, turn) for turn in STILL_TURNS]
        return [
            _mean(of_one, picture) for of_one, picture in zip(zip(*looks, strict=True), pictures, strict=True)
        ]


def _mean(looks: Sequence[JointsFound], picture: HandPicture) -> JointsFound:
    sigma = np.stack([look.sigma for look in looks if look.sigma is not None])
    depths = np.stack([look.depth for look in looks if look.depth is not None])
    image = np.sqrt(np.square(sigma[..., :2]).mean(axis=-1))
    joints_2d = mean_by_certainty(np.stack([look.joints_2d for look in looks]), image, by_hand=True)
    depth = mean_by_certainty(depths, sigma[..., 2], by_hand=True)
    return JointsFound(
        joints_2d,
        np.stack([lift(*each, picture.camera) for each in zip(joints_2d, depth, strict=True)]),
        depth,
        sigma_of_mean(sigma),
        looks[0].exit_probability,
    )


def _in_picture(loops: Sequence[LoopResult], row: int, crop: Crop, picture: HandPicture) -> JointsFound:
    """One row of every loop's answer, brought back from its crop to the picture."""
    back = invert_affine(crop_matrix(crop, CROP_PIXELS))
    # The network's 0..1 spans pixel edges; pixel centres lie at whole numbers.
    joints_2d = apply_affine(back, np.stack([loop.xy[row] for loop in loops]) * CROP_PIXELS - 0.5)
    depth = np.stack([loop.z[row] for loop in loops]) * crop.size
    return JointsFound(
        joints_2d,
        np.stack([lift(*each, picture.camera) for each in zip(joints_2d, depth, strict=True)]),
        depth,
        np.stack([_sigma_in_picture(loop, row, crop) for loop in loops]),
        np.array([loop.exit_probability[row] for loop in loops]),
    )


def _sigma_in_picture(loop: LoopResult, row: int, crop: Crop) -> np.ndarray:
    """One standard deviation (21, 3) along the picture's axes and of the depth, in its pixels."""
    cosine, sine = math.cos(crop.angle), math.sin(crop.angle)
    turned = np.square(loop.sigma_xy[row]) @ np.square([[cosine, sine], [sine, cosine]])
    return np.column_stack([np.sqrt(turned), loop.sigma_z[row]]) * crop.size


def lift(joints_2d: np.ndarray, depth: np.ndarray, camera: np.ndarray | None) -> np.ndarray:
    """Points (21, 3) in camera axes, unit free, from pixels (21, 2) and wrist-relative depth (21,) in pixels.

    By `handtrack.geometry.points_on_rays` for any pinhole camera (3, 3), or in parallel projection
    where the camera is not known.
    """
    if camera is None:
        return np.column_stack([joints_2d, depth])
    rays = np.column_stack([joints_2d, np.ones(len(joints_2d))]) @ np.linalg.inv(camera).T
    return points_on_rays(rays, depth / focal_length(camera))

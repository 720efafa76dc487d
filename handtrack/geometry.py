"""A hand in space: the camera that sees it, its size, lifting 2.5D to metres, Procrustes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from handtrack.checks import checked_number
from handtrack.skeleton import JOINT_COUNT, PALM_BONES, WRIST

DEFAULT_PALM_LENGTH_M = 0.09
"""Wrist to middle MCP of a mean adult hand, metres (between the means of women and men)."""

_PALM_STARTS = np.array([a for a, _ in PALM_BONES])
_PALM_ENDS = np.array([b for _, b in PALM_BONES])
# Lengths of PALM_BONES over the wrist to middle MCP length: means of the teacher's world landmarks.
_PALM_PROPORTIONS = np.array([1.04, 1.00, 0.97, 0.86, 0.22, 0.21, 0.23])
_PALM_ENDS_LESS_STARTS = np.eye(JOINT_COUNT)[:, _PALM_ENDS] - np.eye(JOINT_COUNT)[:, _PALM_STARTS]
_PALM_VOTES = _PALM_PROPORTIONS / (_PALM_PROPORTIONS @ _PALM_PROPORTIONS)


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A pinhole camera: focal length and principal point, in pixels of the frame.

    Raises ValueError for a focal length that is not above 0, and for what is no number.
    """

    focal: float
    centre: tuple[float, float]

    def __post_init__(self) -> None:
        x, y = self.centre
        object.__setattr__(self, "focal", checked_number("a focal length", self.focal, above=0))
        centre = checked_number("a principal point's x", x), checked_number("a principal point's y", y)
        object.__setattr__(self, "centre", centre)

    @classmethod
    def from_field_of_view(cls, width: int, height: int, degrees: float) -> Intrinsics:
        """Camera whose longer image side spans the given angle, with a centred principal point.

        Raises ValueError unless the angle is a number from 1 to 179.
        """
        degrees = checked_number("a field of view", degrees, 1, 179)
        focal = max(width, height) / 2 / math.tan(math.radians(degrees) / 2)
        return cls(focal, (width / 2, height / 2))


def hand_extent(joints_2d: np.ndarray) -> float:
    """Larger side of the bounding box of joints (N, 2), in their unit: the hand's size in the picture."""
    return float(np.ptp(joints_2d, axis=0).max())


def palm_scale(points: np.ndarray) -> float:
    """Length of wrist to middle MCP that best explains the whole palm of points (21, 3).

    All palm distances vote by least squares against mean proportions, so one foreshortened or noisy
    bone does not set the scale. Same unit as the points.
    """
    bones = points[_PALM_ENDS] - points[_PALM_STARTS]
    lengths = np.sqrt(np.einsum("ij,ij->i", bones, bones))
    return float(lengths @ _PALM_VOTES)


def palm_scales(points: np.ndarray) -> np.ndarray:
    """`palm_scale` of each of N hands (N, 21, 3), as (N,)."""
    bones = points[:, _PALM_ENDS] - points[:, _PALM_STARTS]
    return np.linalg.norm(bones, axis=-1) @ _PALM_VOTES


def palm_scale_slope(points: np.ndarray) -> np.ndarray:
    """Change (21, 3) of `palm_scale` with each coordinate of points (21, 3), as a share of the scale."""
    bones = points[_PALM_ENDS] - points[_PALM_STARTS]
    lengths = np.sqrt(np.einsum("ij,ij->i", bones, bones))
    scale = max(float(lengths @ _PALM_VOTES), 1e-9)
    pull = _PALM_VOTES / (np.maximum(lengths, 1e-9) * scale)
    return _PALM_ENDS_LESS_STARTS @ (bones * pull[:, None])


def lift_to_metres(
    joints_2d: np.ndarray,
    depth: np.ndarray,
    intrinsics: Intrinsics,
    palm_length: float = DEFAULT_PALM_LENGTH_M,
) -> tuple[np.ndarray, float]:
    """Wrist-relative joints (21, 3) float32 in metres, and metres per pixel at the wrist.

    joints_2d: (21, 2) pixels. depth: (21,) wrist-relative depth in pixels, see `points_on_rays`.
    Everything is scaled so that the palm has the given length (wrist to middle MCP, metres).
    """
    rays = np.ones((len(joints_2d), 3))
    rays[:, :2] = (joints_2d - intrinsics.centre) / intrinsics.focal
    points = points_on_rays(rays, depth / intrinsics.focal)
    points -= points[WRIST]
    scale = palm_length / max(palm_scale(points), 1e-6)
    return (points * scale).astype(np.float32), scale / intrinsics.focal


def points_on_rays(rays: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Points (21, 3) on viewing rays (21, 3) with z = 1, the wrist at unit distance along z.

    depth: (21,) wrist-relative depth over the wrist's distance, measured along the direction in which the
    camera sees the hand's middle: a crop does not tell where in the frame the hand is, so whoever judges
    it by the crop alone cannot mean the camera's own axis.
    """
    along = rays @ _hand_direction(rays)
    distance = np.maximum((along[WRIST] + depth) / along, 0.2)
    return rays * distance[:, None]


def depth_on_rays(points: np.ndarray) -> np.ndarray:
    """The depth (21,) that `points_on_rays` takes, of points (21, 3) in camera space before the camera."""
    depth = (points - points[WRIST]) @ _hand_direction(points / points[:, 2:])
    return depth / points[WRIST, 2]


def _hand_direction(rays: np.ndarray) -> np.ndarray:
    middle = rays.mean(axis=0)
    return middle / np.linalg.norm(middle)


def procrustes_align(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Points (N, 3) moved, turned and scaled (no reflection) onto target (N, 3) by least squares.

    Source: Umeyama, "Least-squares estimation of transformation parameters" (1991).
    """
    centre_p, centre_t = points.mean(axis=0), target.mean(axis=0)
    p, t = points - centre_p, target - centre_t
    u, singular, vt = np.linalg.svd(t.T @ p)
    signs = np.ones(3)
    signs[-1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * signs) @ vt
    scale = float((singular * signs).sum() / max((p**2).sum(), 1e-12))
    return scale * p @ rotation.T + centre_t

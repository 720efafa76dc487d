"""All that is to be seen at one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from handtrack.spatial_view.bones import bone_rods, stick_hands
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.meshes import Colour, Lines, Mesh, joined_lines, joined_meshes, shadow
from handtrack.spatial_view.scenery import Frustum, axes_lines, camera_body, floor_lines, frustum_lines
from handtrack.spatial_view.skin import skin_hands
from handtrack.spatial_view.trails import trails
from handtrack.spatial_view.uncertainty import ellipsoids

BACKGROUND: Final[Colour] = (0.098, 0.114, 0.141)
_SHADOW: Final[Colour] = (0.05, 0.058, 0.072)
_ABOVE_FLOOR: Final = 5e-4
_THIN_BONE: Final = 0.0022
"""Radius of bones between ellipsoids: a joint that is sure to 3 mm is still seen on them."""
_BRIGHTNESS: Final = 0.62


@dataclass(frozen=True, slots=True)
class Look:
    """What of it a person wants to see. trails: numbers of the joints whose way is drawn."""

    skin: bool = False
    uncertainty: bool = True
    picture: bool = True
    floor: bool = True
    trails: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of one moment.

    time: seconds. hands: those of now. past: those that trails are made of. frustum: what the camera sees.
    image: (H, W, 3) uint8 BGR, or None where there is no picture. passed: share of the time gone, or None.
    """

    time: float
    hands: SpatialHands
    past: SpatialHands
    frustum: Frustum
    image: np.ndarray | None
    passed: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Solids, lines, and a picture (H, W, 3) uint8 BGR with its corners (4, 3), if there is one."""

    solids: Mesh
    lines: Lines
    picture: np.ndarray | None
    corners: np.ndarray


def solids_of(look: Look) -> Callable[[SpatialHands], Mesh]:
    """What makes hands solid: flesh or bones."""
    return skin_hands if look.skin else stick_hands


def scene_of(moment: Moment, look: Look) -> Scene:
    """The moment as geometry, as a person wants to see it."""
    frustum, solid = moment.frustum, _solid(moment.hands, look)
    meshes, drawn = [camera_body(), solid], [frustum_lines(frustum, moment.passed), axes_lines()]
    if look.trails:
        meshes.append(trails(moment.past, moment.time, look.trails, BACKGROUND))
    if look.floor:
        meshes.append(shadow(solid, frustum.floor - _ABOVE_FLOOR, _SHADOW))
        drawn.append(floor_lines(frustum))
    return Scene(
        joined_meshes(meshes),
        joined_lines(drawn),
        None if moment.image is None or not look.picture else _dimmed(moment.image),
        frustum.corners(),
    )


def _solid(hands: SpatialHands, look: Look) -> Mesh:
    if look.skin or not look.uncertainty:
        return solids_of(look)(hands)
    return joined_meshes([ellipsoids(hands), bone_rods(hands, _THIN_BONE)])


def _dimmed(image: np.ndarray) -> np.ndarray:
    """The picture a little nearer to the background, so that hands stand out against it."""
    away = (1 - _BRIGHTNESS) * 255 * np.array(BACKGROUND[::-1])
    return cv2.convertScaleAbs(image, None, _BRIGHTNESS, float(away.mean()))

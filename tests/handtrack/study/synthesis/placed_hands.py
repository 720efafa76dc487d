"""Hands before a camera, and the renderer, for tests of how things look."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Handedness
from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.rig import pose_hand
from handtrack.study.synthesis.body.subjects import Subject
from handtrack.study.synthesis.looks.lighting import Lamp, Lighting, even_light, no_lamp
from handtrack.study.synthesis.looks.placement import HandSurface, place_hand
from handtrack.study.synthesis.looks.skin import random_skin
from handtrack.study.synthesis.rendering.renderer import HandRenderer

CAMERA = np.array([[260.0, 0.0, 79.5], [0.0, 260.0, 59.5], [0.0, 0.0, 1.0]])
SIZE = (160, 120)


def mesh_or_skip(handedness: Handedness = "right") -> HandMesh:
    """The mesh; skips where it is neither cached nor in reach."""
    try:
        return hand_mesh(handedness)
    except SourceError as error:
        pytest.skip(str(error))


def renderer_or_skip() -> HandRenderer:
    """A renderer; skips where there is no OpenGL."""
    try:
        return HandRenderer()
    except SourceError as error:
        pytest.skip(str(error))


def placed_hand(
    handedness: Handedness = "right", tone: float = 4.0, away: float = 0.5, yaw: float = 0.0
) -> HandSurface:
    """An open hand upright before CAMERA, its palm to it (yaw 0), the wrist a little below the middle."""
    posed = pose_hand(mesh_or_skip(handedness), Subject(), HandPose.from_degrees({}))
    cosine, sine = np.cos(yaw), np.sin(yaw)
    rotation = np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
    skin = random_skin(np.random.default_rng(0), tone)
    return place_hand(posed, rotation, np.array([0.0, 0.08, away]), skin)


def even(level: float = 1.0) -> Lighting:
    """White light of a level from everywhere."""
    return Lighting(even_light(np.full(3, level)), no_lamp())


def lamp_from(direction: tuple[float, float, float]) -> Lighting:
    """Dim light from everywhere and a white lamp in one direction."""
    towards = np.array(direction) / np.linalg.norm(direction)
    return Lighting(even_light(np.full(3, 0.05)), Lamp(towards, np.ones(3)))

"""An endless film of one rendered hand with its truth: smooth in time, one background after the other."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.hand import Handedness, HandTruth
from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.body.mesh import hand_mesh
from handtrack.study.synthesis.body.motion import HandMotion, MotionRange
from handtrack.study.synthesis.body.rig import joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import random_subject
from handtrack.study.synthesis.joint_map import joint_map
from handtrack.study.synthesis.labels import inside_frame, seen_joints, true_hand
from handtrack.study.synthesis.looks.accessories import sleeve
from handtrack.study.synthesis.looks.backgrounds import Backgrounds, HandPicture
from handtrack.study.synthesis.looks.blending import blend_lighting
from handtrack.study.synthesis.looks.lighting import Lighting, random_lighting
from handtrack.study.synthesis.looks.placement import place_hand
from handtrack.study.synthesis.looks.skin import random_skin
from handtrack.study.synthesis.looks.solids import Thing
from handtrack.study.synthesis.rendering.camera_effects import (
    CameraLook,
    compose,
    develop,
    exposure_for,
    hand_extent,
)
from handtrack.study.synthesis.rendering.renderer import HandRenderer, RenderedImage, SceneDescription
from handtrack.study.synthesis.rendering.window import render_window
from handtrack.study.synthesis.views import camera_matrix

FIELD_OF_VIEW: Final = 60.0  # degrees over the longer side
# A hand of about half the frame's height whose forearm leaves the frame below.
_RANGE: Final = MotionRange((0.0, 0.075, 0.42), (0.09, 0.045, 0.06), yaw=70.0, pitch=25.0, roll=25.0)
_SETTING_SECONDS: Final = 10.0
_FADE_SECONDS: Final = 1.5
_SHUTTER_SECONDS: Final = 1 / 90
_LOOK: Final = CameraLook(hand_metering=0.5, background_blur=0.012, vignette=0.1, shot_noise=0.012)


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """Background (H, W, 3) float32 linear, the light that goes with it, and the camera's exposure for it."""

    background: np.ndarray
    lighting: Lighting
    exposure: float


class AnimatedScene:
    """A film without end, wholly determined by its seed; every frame may be asked for on its own.

    size: width and height in pixels. hdri: folder of panoramas, or None for plain walls. pictures: real
    pictures for more backgrounds. Make it and ask it in one thread, that of the OpenGL context.
    Raises SourceError where there is no OpenGL, no mesh or no panorama.
    """

    def __init__(
        self,
        seed: int,
        size: tuple[int, int],
        hdri: Path | None = None,
        pictures: Sequence[HandPicture] = (),
    ) -> None:
        rng = np.random.default_rng([seed, 0])
        self._seed = seed
        self._size = size
        self._camera = camera_matrix(size, FIELD_OF_VIEW)
        self._backgrounds = Backgrounds(hdri, pictures)
        self._mesh = hand_mesh("left" if rng.random() < 0.5 else "right")
        self._subject = random_subject(rng)
        self._skin = random_skin(rng)
        self._cuff = float(rng.uniform(0.03, 0.15)) if rng.random() < 0.6 else None
        self._motion = HandMotion(seed, self._mesh, self._subject, _RANGE)
        self._renderer = HandRenderer()
        self._setting = functools.lru_cache(maxsize=3)(self._make_setting)

    def frame(self, t: float) -> tuple[np.ndarray, tuple[HandTruth, ...]]:
        """Picture (H, W, 3) uint8 BGR and the true hands at a time in seconds."""
        number, share = self._place_in_film(t)
        now, following = self._setting(number), self._setting(number + 1) if share > 0 else None
        background, lighting, exposure = now.background, now.lighting, now.exposure
        if following is not None:
            background = background + np.float32(share) * (following.background - background)
            lighting = blend_lighting(lighting, following.lighting, share)
            exposure = math.exp((1 - share) * math.log(exposure) + share * math.log(following.exposure))
        rendered, joints, handedness = self._render(t, lighting)
        joints_2d = project(joints, self._camera)
        linear = compose(rendered, background, self._moving_look(t, rendered))
        noise = np.random.default_rng([self._seed, 2, round(abs(t) * 1e6)])
        image = develop(linear, _LOOK, noise, exposure)
        visible = seen_joints(rendered, joints_2d, joints)
        if not inside_frame(joints_2d, self._size).any():
            return image, ()
        return image, (true_hand(joints, joints_2d, visible, handedness),)

    def close(self) -> None:
        """Give back what the graphics driver holds."""
        self._renderer.close()

    def _render(self, t: float, lighting: Lighting) -> tuple[RenderedImage, np.ndarray, Handedness]:
        """The hand drawn at time t, and its joints (21, 3) in camera space."""
        posed = pose_hand(self._mesh, self._subject, self._motion.pose(t))
        place = self._motion.placement(t)
        hand = place_hand(posed, place.rotation, place.position, self._skin)
        things: tuple[Thing, ...] = ()
        if self._cuff is not None:
            things = (sleeve(np.random.default_rng([self._seed, 3]), hand, self._cuff),)
        scene = SceneDescription((hand,), lighting, things)
        joints = joints_21(posed, joint_map(posed.mesh.name)) @ place.rotation.T + place.position
        return render_window(self._renderer, scene, self._camera, self._size), joints, posed.handedness

    def _moving_look(self, t: float, rendered: RenderedImage) -> CameraLook:
        """The camera's look with the blur of the hand's own motion while the shutter is open."""
        ends = [self._motion.placement(t + half * _SHUTTER_SECONDS) for half in (-0.5, 0.5)]
        # A point amid the hand, in hand space.
        middle = np.array([0.0, -0.08, 0.0])
        points = np.stack([place.rotation @ middle + place.position for place in ends])
        places = project(points, self._camera)
        moved = (places[1] - places[0]) / max(hand_extent(rendered), 1.0)
        return replace(_LOOK, motion=(float(moved[0]), float(moved[1])))

    def _make_setting(self, number: int) -> _Setting:
        rng = np.random.default_rng([self._seed, 1, abs(number), int(number < 0)])
        backdrop = self._backgrounds.random(rng, self._camera, self._size)
        lighting = random_lighting(rng, backdrop.lighting)
        background = backdrop.picture(self._camera, self._size)
        rendered, _, _ = self._render((number + 0.5) * _SETTING_SECONDS, lighting)
        exposure = exposure_for(compose(rendered, background, _LOOK), rendered, _LOOK)
        return _Setting(background, lighting, exposure)

    @staticmethod
    def _place_in_film(t: float) -> tuple[int, float]:
        """Number of the setting in force, and how far it has faded into the next one, 0..1."""
        number = math.floor(t / _SETTING_SECONDS)
        left = (number + 1) * _SETTING_SECONDS - t
        fade = min(max(1 - left / _FADE_SECONDS, 0.0), 1.0)
        return number, fade * fade * (3 - 2 * fade)

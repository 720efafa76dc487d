"""A planned film, frame by frame: hands drawn one by one, blurred by their own motion, with exact truth."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.motion import HandMotion
from handtrack.study.synthesis.body.rig import joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import Subject, random_subject
from handtrack.study.synthesis.film.blur import blurred, fit_motion
from handtrack.study.synthesis.film.choreography import HandState, rooms
from handtrack.study.synthesis.film.plan import FilmPlan
from handtrack.study.synthesis.joint_map import joint_map
from handtrack.study.synthesis.labels import inside_frame, seen_joints
from handtrack.study.synthesis.looks.accessories import sleeve
from handtrack.study.synthesis.looks.backgrounds import Backdrop, Backgrounds, HandPicture
from handtrack.study.synthesis.looks.lighting import Lighting, random_lighting
from handtrack.study.synthesis.looks.placement import HandSurface, place_hand
from handtrack.study.synthesis.looks.skin import Skin, random_skin
from handtrack.study.synthesis.looks.solids import Thing
from handtrack.study.synthesis.rendering.camera_effects import CameraLook, develop, exposure_for
from handtrack.study.synthesis.rendering.renderer import (
    SUPERSAMPLING,
    HandRenderer,
    RenderedImage,
    SceneDescription,
)
from handtrack.study.synthesis.rendering.window import render_window
from handtrack.study.synthesis.views import camera_matrix, euler

_FIELD_OF_VIEW: Final = 60.0
_SHUTTER: Final = 0.5  # share of a frame's time in which it is open
_MIDDLE: Final = np.array([0.0, -0.08, 0.0])  # amid a mean hand, metres of hand space
_LOOK: Final = CameraLook(hand_metering=0.5, vignette=0.1, shot_noise=0.012)
_JUMP: Final = 0.25  # of the frame's width: a hand that moves farther in one exposure jumps, unseen
_PAN: Final = 14.0  # pixels to either side that a face behind the hands moves
_PAN_SECONDS: Final = 1.7


@dataclass(frozen=True, slots=True, eq=False)
class FilmFrame:
    """A picture and every hand of the plan, also those that are not in it.

    image: (H, W, 3) uint8 BGR. joints_2d: (K, 21, 2) float32 pixels. joints_3d: (K, 21, 3) float32 metres,
    wrist at the origin; both NaN where the hand is not in the room at all. visible: (K, 21) bool, see
    `HandTruth`. covered: (K, 21) bool, joints that another hand is before.
    """

    image: np.ndarray
    joints_2d: np.ndarray
    joints_3d: np.ndarray
    visible: np.ndarray
    covered: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    backdrop: Backdrop
    background: np.ndarray
    lighting: Lighting
    exposure: float
    pans: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A drawn hand: its picture, blurred; its joints (21, 3) in camera space and (21, 2) pixels."""

    rendered: RenderedImage
    colour: np.ndarray
    joints: np.ndarray
    joints_2d: np.ndarray


@dataclass(frozen=True, slots=True)
class _Person:
    """cuff: metres from the wrist to the sleeve, None for bare arms."""

    subject: Subject
    skin: Skin
    cuff: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Actor:
    mesh: HandMesh
    person: _Person
    motion: HandMotion


class Film:
    """A film by its plan; every frame may be asked for on its own.

    panoramas: folder of .hdr files, or None for plain walls. pictures: real ones for rooms. faces: real ones
    without hands. Make it and ask it in one thread, that of the renderer's OpenGL context. Raises SourceError
    where there is no mesh or no panorama.
    """

    def __init__(
        self,
        plan: FilmPlan,
        renderer: HandRenderer,
        panoramas: Path | None = None,
        pictures: Sequence[HandPicture] = (),
        faces: Sequence[HandPicture] = (),
    ) -> None:
        self._plan = plan
        self._renderer = renderer
        self._camera = camera_matrix(plan.size, _FIELD_OF_VIEW)
        self._backgrounds = Backgrounds(panoramas, pictures, limit=64, seed=plan.seed)
        self._faces = Backgrounds(None, faces, limit=64, seed=plan.seed) if faces else self._backgrounds
        self._actors = _actors(plan)
        self._room = functools.lru_cache(maxsize=2)(self._make_room)

    def frame(self, index: int) -> FilmFrame:
        """Frame number index."""
        t = index / self._plan.fps
        room = self._room(rooms(self._plan.choreography.scenes, t))
        layers = [self._layer(hand, t, room.lighting) for hand in range(len(self._actors))]
        linear = self._background(room, t)
        drawn = [each for each in layers if each is not None]
        for layer in sorted(drawn, key=lambda each: -float(each.joints[0, 2])):
            linear = layer.colour[..., :3] + linear * (1 - layer.colour[..., 3:])
        noise = np.random.default_rng([self._plan.seed, 2, index])
        return self._truth(develop(linear, _LOOK, noise, room.exposure), layers)

    def _truth(self, image: np.ndarray, layers: list[_Layer | None]) -> FilmFrame:
        count = len(layers)
        joints_2d = np.full((count, 21, 2), np.nan, np.float32)
        joints_3d = np.full((count, 21, 3), np.nan, np.float32)
        visible, covered = np.zeros((count, 21), bool), np.zeros((count, 21), bool)
        for number, layer in enumerate(layers):
            if layer is None:
                continue
            joints_2d[number] = layer.joints_2d
            joints_3d[number] = layer.joints - layer.joints[0]
            for other in layers:
                if other is not None and other is not layer:
                    covered[number] |= other.rendered.depth_at(layer.joints_2d) < layer.joints[:, 2]
            seen = seen_joints(layer.rendered, layer.joints_2d, layer.joints)
            visible[number] = seen & ~covered[number] & inside_frame(layer.joints_2d, self._plan.size)
        return FilmFrame(image, joints_2d, joints_3d, visible, covered)

    def _layer(self, hand: int, t: float, lighting: Lighting) -> _Layer | None:
        state = self._plan.choreography.state(hand, t)
        if state is None:
            return None
        actor = self._actors[hand]
        surface, joints = self._placed(actor, state)
        half = _SHUTTER / self._plan.fps / 2
        joints_2d = project(joints, self._camera).astype(np.float64)
        ends = []
        for moment in (t - half, t + half):
            # A cut is sharp: before and after it the hand is where it is now.
            at = self._plan.choreography.state(hand, moment) or state
            ends.append(project(self._placed(actor, at)[1], self._camera))
        things: tuple[Thing, ...] = ()
        cuff = actor.person.cuff
        if cuff is not None:
            things = (sleeve(np.random.default_rng([self._plan.seed, 3]), surface, cuff),)
        scene = SceneDescription((surface,), lighting, things)
        if inside_frame(project(surface.vertices[::7], self._camera), self._plan.size).any():
            rendered = render_window(self._renderer, scene, self._camera, self._plan.size)
        else:
            rendered = _nothing(self._plan.size)
        moved = ends[1] - ends[0]
        if np.abs(moved).max() > max(self._plan.size) * _JUMP:
            moved = np.zeros_like(moved)
        motion = fit_motion(joints_2d, moved)
        return _Layer(rendered, blurred(rendered.colour, motion, joints_2d), joints, joints_2d)

    def _placed(self, actor: _Actor, state: HandState) -> tuple[HandSurface, np.ndarray]:
        """The hand's surface and its joints (21, 3), in camera axes."""
        posed = pose_hand(actor.mesh, actor.person.subject, actor.motion.pose(state.fingers))
        rotation = euler(*state.turn)
        position = np.asarray(state.centre) - rotation @ (_MIDDLE * actor.person.subject.scale)
        surface = place_hand(posed, rotation, position, actor.person.skin)
        return surface, joints_21(posed, joint_map()) @ rotation.T + position

    def _make_room(self, number: int) -> _Room:
        rng = np.random.default_rng([self._plan.seed, 1, number])
        face = self._plan.rooms[number] == "face"
        backdrop = (self._faces if face else self._backgrounds).random(rng, self._camera, self._plan.size)
        lighting = random_lighting(rng, backdrop.lighting)
        background = backdrop.picture(self._camera, self._plan.size)
        scenes = (*self._plan.choreography.scenes, self._plan.choreography.seconds)
        layer = None
        if self._actors:
            layer = self._layer(0, (scenes[number] + scenes[number + 1]) / 2, lighting)
        rendered = _nothing(self._plan.size) if layer is None else layer.rendered
        colour = rendered.colour
        linear = colour[..., :3] + background * (1 - colour[..., 3:])
        return _Room(backdrop, background, lighting, exposure_for(linear, rendered, _LOOK), face)

    def _background(self, room: _Room, t: float) -> np.ndarray:
        if not room.pans:
            return room.background
        camera = self._camera.copy()
        camera[:2, 2] += _PAN * np.array([1.0, 0.4]) * np.sin(2 * np.pi * t / _PAN_SECONDS)
        return room.backdrop.picture(camera, self._plan.size)


def _actors(plan: FilmPlan) -> list[_Actor]:
    rng = np.random.default_rng([plan.seed, 0])
    hands = plan.choreography.hands
    persons = []
    for _ in hands:
        subject, skin = random_subject(rng), random_skin(rng)
        cuff = float(rng.uniform(0.03, 0.15)) if rng.random() < 0.6 else None
        persons.append(_Person(subject, skin, cuff))
    if len(set(hands)) == 2:
        persons = [persons[0]] * 2  # a left and a right hand are one person's
    actors = []
    for number, (hand, person) in enumerate(zip(hands, persons, strict=True)):
        mesh = hand_mesh(hand)
        actors.append(_Actor(mesh, person, HandMotion(plan.seed * 10 + number, mesh, person.subject)))
    return actors


def _nothing(size: tuple[int, int]) -> RenderedImage:
    fine = (size[1] * SUPERSAMPLING, size[0] * SUPERSAMPLING)
    colour = np.zeros((size[1], size[0], 4), np.float32)
    return RenderedImage(colour, np.zeros(fine, np.uint8), np.full(fine, np.inf, np.float32))

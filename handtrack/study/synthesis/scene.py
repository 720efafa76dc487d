"""Whole scenes: a person's posed hand, how a camera sees it, how everything looks, all from one number."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.hand import read_only
from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.body.keyposes import random_pose
from handtrack.study.synthesis.body.mesh import GENERIC, HandMesh, hand_mesh, person_mesh
from handtrack.study.synthesis.body.mpfb2 import base_arm
from handtrack.study.synthesis.body.people import persons_subject, random_person
from handtrack.study.synthesis.body.rig import PosedHand, joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import random_subject
from handtrack.study.synthesis.body.surface import FOREARM_PART
from handtrack.study.synthesis.body.xr_hands import XR_HANDS
from handtrack.study.synthesis.joint_map import joint_map
from handtrack.study.synthesis.labels import inside_frame
from handtrack.study.synthesis.looks.accessories import random_accessories
from handtrack.study.synthesis.looks.backgrounds import Backdrop, Backgrounds, HandPicture
from handtrack.study.synthesis.looks.lighting import random_lighting
from handtrack.study.synthesis.looks.photo_skin import Covering, random_covering
from handtrack.study.synthesis.looks.placement import place_hand
from handtrack.study.synthesis.looks.skin import Skin, random_skin
from handtrack.study.synthesis.rendering.camera_effects import CameraLook, random_camera_look
from handtrack.study.synthesis.rendering.renderer import SceneDescription
from handtrack.study.synthesis.situations import Situation, random_situation
from handtrack.study.synthesis.views import View, random_view

VIEWS_A_HAND: Final = 2
"""Scenes in a row that show the same hand in the same pose."""
_BORDER_SHARE: Final = 0.12
"""Share of crops that are black beyond the frame's border; the others go on as if the frame were larger."""
_XR_SHARES: Final = (0.5, 0.38, 0.12)  # bare, with nails, in a fingerless glove
_BODIES_A_PERSON: Final = 8
"""Posed hands in a row that are of the same person, if of any; to make one takes longer than a picture."""
# Independent streams of random numbers.
_BODY, _VIEW, _LOOKS, _DEVELOP, _PLAN, _MESH, _COVERING, _IS_PERSON, _PERSON = range(9)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One hand before one camera, wholly determined by (seed, index).

    joints: (21, 3) metres, in the frame's camera space. description: what is drawn, in the same axes.
    border: whether a crop shows that the frame ends.
    """

    seed: int
    index: int
    posed: PosedHand
    view: View
    joints: np.ndarray
    description: SceneDescription
    backdrop: Backdrop
    look: CameraLook
    border: bool

    @property
    def joints_2d(self) -> np.ndarray:
        """Joints (21, 2) float32 in pixels of the frame."""
        return project(self.joints, self.view.camera)

    def development(self) -> np.random.Generator:
        """Random numbers of the camera's noise; the same ones at each call."""
        return _stream(self.seed, self.index, _DEVELOP)


class RandomScenes:
    """Scenes by their index: the same seed and index give the same scene, in any order and process.

    Each posed hand is in VIEWS_A_HAND scenes that follow each other, seen from elsewhere and in other looks.
    hdri: folder of panoramas for light and background, or None for plain walls. pictures: real pictures for
    more backgrounds. planned: share of hands that are in a situation of the plan.
    folder: of the meshes `xr_hands`; meshes: share of hands that get one of them. people: share of hands that
    are of a person of `people`. Both leave all else of a scene as it is. Raises SourceError naming what is
    missing (mesh, panoramas, data of people).
    """

    def __init__(
        self,
        seed: int,
        hdri: Path | None = None,
        pictures: Sequence[HandPicture] = (),
        planned: float = 0.0,
        folder: Path | None = None,
        meshes: float = 0.0,
        people: float = 0.0,
    ) -> None:
        if people:
            base_arm()  # raises where it is not to be had
        self.seed = seed
        self._planned = planned
        self._folder, self._share = folder, meshes if folder else 0.0
        self._people = people
        self._backgrounds = Backgrounds(hdri, pictures)
        self._meshes = {GENERIC: (hand_mesh("right"), hand_mesh("left"))}
        for name in XR_HANDS if self._share else ():
            self._meshes[name] = (hand_mesh("right", name, folder), hand_mesh("left", name, folder))
        self._body = functools.lru_cache(maxsize=2)(self._make_body)

    def sample(self, index: int) -> Scene:
        """Scene number index."""
        posed, plan = self._body(index // VIEWS_A_HAND)
        hand_joints = joints_21(posed, joint_map(posed.mesh.name))

        camera = _stream(self.seed, index, _VIEW)
        turn = None if plan is None else functools.partial(plan.rotation, joints=hand_joints)
        view = random_view(camera, hand_joints, arm_direction(posed), turn=turn)
        joints = view.place(hand_joints)
        cut = not inside_frame(project(joints, view.camera), view.size).all()

        looks = _stream(self.seed, index, _LOOKS)
        skin = random_skin(looks)
        hand = place_hand(posed, view.rotation, view.position, skin, self._covering(index, posed.mesh, skin))
        backdrop = self._backgrounds.random(looks, view.camera, view.size)
        lighting = random_lighting(looks, backdrop.lighting)
        things = random_accessories(looks, hand)
        return Scene(
            self.seed,
            index,
            posed,
            view,
            read_only(joints),
            SceneDescription((hand,), lighting, things),
            backdrop,
            random_camera_look(looks),
            cut or bool(looks.random() < _BORDER_SHARE),
        )

    def _make_body(self, number: int) -> tuple[PosedHand, Situation | None]:
        body = _stream(self.seed, number, _BODY)
        plan = random_situation(_stream(self.seed, number, _PLAN), self._planned)
        left = int(body.integers(2))
        subject = random_subject(body)
        if _stream(self.seed, number, _IS_PERSON).random() < self._people:
            person = random_person(_stream(self.seed, number // _BODIES_A_PERSON, _PERSON))
            mesh, subject = person_mesh("left" if left else "right", person), persons_subject(person, subject)
        else:
            mesh = self._meshes[self._mesh_name(number)][left]
        poses, free_thumb = (plan.poses, plan.free_thumb) if plan else ((), False)
        return pose_hand(mesh, subject, random_pose(body, mesh, subject, poses, free_thumb)), plan

    def _mesh_name(self, number: int) -> str:
        rng = _stream(self.seed, number, _MESH)
        if rng.random() >= self._share:
            return GENERIC
        return XR_HANDS[rng.choice(len(XR_HANDS), p=_XR_SHARES)]

    def _covering(self, index: int, mesh: HandMesh, skin: Skin) -> Covering | None:
        if self._folder is None or mesh.texture is None:
            return None
        return random_covering(_stream(self.seed, index, _COVERING), mesh, self._folder, skin)


def arm_direction(posed: PosedHand) -> np.ndarray:
    """Unit vector (3,) from the wrist to the elbow, in hand space."""
    surface = posed.mesh.surface
    far = posed.vertices[(surface.part == FOREARM_PART) & (surface.along < -0.2)].mean(
        axis=0, dtype=np.float64
    )
    return np.asarray((far - posed.joints[0]) / np.linalg.norm(far - posed.joints[0]))


def _stream(seed: int, index: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([seed, index, purpose])

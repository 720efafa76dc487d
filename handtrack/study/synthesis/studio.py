"""All that renders hands by their index in one process: scenes, renderer, and the data they draw on."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.cropping import crop_from_joints
from handtrack.resources import resource_path
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.datasets.labelling.manifest import read_manifest
from handtrack.study.datasets.sample import HandSample
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.synthesis.body.rig import MESH_JOINTS
from handtrack.study.synthesis.body.xr_hands import xr_hands_folder
from handtrack.study.synthesis.joint_map import LabelledRender
from handtrack.study.synthesis.labels import upright_camera
from handtrack.study.synthesis.looks.backgrounds import HandPicture
from handtrack.study.synthesis.pictures import render_crop, render_frame
from handtrack.study.synthesis.realism import WholeFrame
from handtrack.study.synthesis.rendering.renderer import HandRenderer
from handtrack.study.synthesis.scene import RandomScenes, Scene

_RENDER_PIXELS: Final = 320
_RENDER_MARGIN: Final = 2.4


@dataclass(frozen=True, slots=True)
class Studio:
    """Hands of one seed, rendered with the panoramas and pictures of a data folder.

    data: folder with hdri/*.hdr and, if there are real pictures for backgrounds, manifest.csv. planned: share
    of hands in situations of the plan. meshes: share of hands with one of the folder's meshes, if it has any.
    people: share of hands of people of `body.people`.
    It may be sent to another process, which then sets up its own renderer on first use.
    """

    seed: int
    data: Path
    planned: float = 0.0
    meshes: float = 0.0
    people: float = 0.0

    def check(self) -> None:
        """Set up in this process. Raises SourceError naming what is missing for hands to be rendered."""
        _equipment(self)

    def crop(self, index: int, pixels: int, margin: float) -> HandSample:
        """Hand number index as an upright crop. Raises SourceError naming what is missing."""
        scenes, renderer = _equipment(self)
        return render_crop(scenes.sample(index), renderer, pixels, margin)

    def frames(self, count: int) -> Iterator[WholeFrame]:
        """The first whole frames."""
        scenes, renderer = _equipment(self)
        for index in range(count):
            scene = scenes.sample(index)
            yield WholeFrame(scene.view.kind, *render_frame(scene, renderer))

    def renders(self, count: int) -> Iterator[LabelledRender]:
        """The first hands for the teacher, with the mesh's own joints."""
        scenes, renderer = _equipment(self)
        for index in range(count):
            scene = scenes.sample(index)
            sample = render_crop(scene, renderer, _RENDER_PIXELS, _RENDER_MARGIN)
            yield labelled_render(scene, sample, _RENDER_MARGIN)


@functools.lru_cache(maxsize=1)
def _equipment(studio: Studio) -> tuple[RandomScenes, HandRenderer]:
    scenes = RandomScenes(
        studio.seed,
        studio.data / "hdri",
        background_pictures(studio.data),
        studio.planned,
        xr_hands_folder(studio.data),
        studio.meshes,
        studio.people,
    )
    return scenes, _renderer()


@functools.cache
def _renderer() -> HandRenderer:
    """This process's only one: one for each studio would leave its graphics memory behind."""
    return HandRenderer()


def background_pictures(data: Path) -> list[HandPicture]:
    """Real pictures below a data folder whose hands are all boxed, but for those kept for validation.

    None where the folder has no manifest. Raises SourceError where it cannot be read.
    """
    boxed = {file: facts.boxes for file, facts in read_manifest(data).items() if len(facts.boxes)}
    held_out = validation_mask(resource_path("configs/training/splits.yaml"), boxed)
    return [
        HandPicture(data / file, tuple(map(tuple, boxes.tolist())))
        for (file, boxes), out in zip(boxed.items(), held_out, strict=True)
        if not out
    ]


def labelled_render(scene: Scene, sample: HandSample, margin: float) -> LabelledRender:
    """A crop of a scene with the mesh's own joints and bone frames in the crop's camera space."""
    assert sample.camera is not None
    _, turn = upright_camera(
        scene.view.camera, crop_from_joints(scene.joints_2d, margin), sample.image.shape[0]
    )
    bones = list(MESH_JOINTS)
    joints = scene.view.place(scene.posed.joints[bones]) @ turn.T
    return LabelledRender(
        image=sample.image,
        joints=joints,
        frames=turn @ scene.view.rotation @ scene.posed.frames[bones],
        palm=float(np.linalg.norm(joints[MIDDLE_MCP] - joints[WRIST])),
        camera=sample.camera,
    )

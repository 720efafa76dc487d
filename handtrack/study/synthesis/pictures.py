"""Finished pictures of scenes with their labels: upright crops and whole frames."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix
from handtrack.hand import Crop, HandTruth
from handtrack.study.datasets.sample import RENDERED, HandSample, depth_in_pixels, project
from handtrack.study.synthesis.labels import (
    inside_frame,
    resized_camera,
    seen_joints,
    true_hand,
    upright_camera,
)
from handtrack.study.synthesis.rendering.camera_effects import captured_size, compose, develop, exposure_for
from handtrack.study.synthesis.rendering.renderer import HandRenderer, RenderedImage, SceneDescription
from handtrack.study.synthesis.rendering.window import render_window
from handtrack.study.synthesis.scene import Scene

_Draw = Callable[[SceneDescription, np.ndarray, tuple[int, int]], RenderedImage]


def render_crop(scene: Scene, renderer: HandRenderer, pixels: int, margin: float) -> HandSample:
    """The scene's hand as an upright crop (pixels, pixels) around its 21 joints, drawn at that resolution.

    Joints, depth and camera belong to the crop: its camera is the frame's, turned about the viewing axis.
    """
    crop = crop_from_joints(scene.joints_2d, margin)
    to_crop = np.vstack([crop_matrix(crop, pixels), (0.0, 0.0, 1.0)])
    image, mask, visible = _picture(
        scene, renderer.render, to_crop @ scene.view.camera, (pixels, pixels), crop.size / pixels
    )
    camera, turn = upright_camera(scene.view.camera, crop, pixels)
    joints = (scene.joints @ turn.T).astype(np.float32)
    if scene.border:
        inside = _frame_in_crop(scene.view.size, crop, pixels)
        image[~inside] = 0
        mask &= inside
        visible &= inside_frame(scene.joints_2d, scene.view.size)
    return HandSample(
        image=image,
        joints_2d=project(joints, camera),
        depth=depth_in_pixels(joints, camera),
        spread=np.zeros(len(joints), np.float32),
        handedness=scene.posed.handedness,
        source=RENDERED,
        key=f"{scene.seed}/{scene.index}",
        joints_3d=joints,
        camera=camera,
        visible=visible,
        mask=mask,
        skin_tone=scene.description.hands[0].skin.tone,
    )


def render_frame(scene: Scene, renderer: HandRenderer) -> tuple[np.ndarray, tuple[HandTruth, ...]]:
    """The scene's whole frame (H, W, 3) uint8 BGR and its true hand."""

    def draw(description: SceneDescription, camera: np.ndarray, captured: tuple[int, int]) -> RenderedImage:
        return render_window(renderer, description, camera, captured)

    image, _, visible = _picture(scene, draw, scene.view.camera, scene.view.size, 1.0)
    return image, (true_hand(scene.joints, scene.joints_2d, visible, scene.posed.handedness),)


def _picture(
    scene: Scene, draw: _Draw, camera: np.ndarray, size: tuple[int, int], resolution: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finished picture (H, W, 3) uint8 BGR, mask of the hand (H, W) and which joints are visible (21,).

    camera: of the finished picture. resolution: frame pixels a picture pixel.
    """
    look = scene.look
    captured = captured_size(look, size, resolution)
    seen_through = resized_camera(camera, size, captured)
    rendered = draw(scene.description, seen_through, captured)
    linear = compose(rendered, scene.backdrop.picture(seen_through, captured), look)
    exposure = exposure_for(linear, rendered, look)
    image = develop(linear, look, scene.development(), exposure, size, resolution)
    visible = seen_joints(rendered, project(scene.joints, seen_through), scene.joints)
    return image, rendered.mask(0, size), visible


def _frame_in_crop(size: tuple[int, int], crop: Crop, pixels: int) -> np.ndarray:
    """Pixels (P, P) bool of the crop that lie in the frame of size (width, height)."""
    width, height = size[0] - 1, size[1] - 1
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    mapped = apply_affine(crop_matrix(crop, pixels), corners)
    inside = np.zeros((pixels, pixels), np.uint8)
    cv2.fillConvexPoly(inside, np.rint(mapped).astype(np.int32), 1)
    return inside > 0

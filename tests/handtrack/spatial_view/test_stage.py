"""What Open3D draws, pixel by pixel: what is known to be there, where it is known to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.spatial_view.depth import depth_map
from handtrack.spatial_view.hands import joined_hands, no_hands
from handtrack.spatial_view.observer import observer, through_camera
from handtrack.spatial_view.scene import BACKGROUND, Look, Moment, scene_of
from handtrack.spatial_view.scenery import Frustum
from handtrack.spatial_view.skin import skin_hands
from handtrack.spatial_view.stage import Stage
from handtrack.spatial_view.view import Viewpoint, picture_of
from tests.handtrack.spatial_view.conftest import CAMERA, FPS, QUARTERS, SIZE, quartered, spatial

VIEW = (640, 480)
FRUSTUM = Frustum(CAMERA, SIZE, 0.75)
BARE = Look(picture=False, floor=False, uncertainty=False)
THROUGH = Viewpoint(VIEW, through_camera=True)


def moment(*sides, sigma_px: float = 1.5, image: np.ndarray | None = None) -> Moment:
    hands = spatial(5, *sides, sigma_px=sigma_px) if sides else no_hands()
    return Moment(5 / FPS, hands, hands, FRUSTUM, image)


def drawn(picture: np.ndarray) -> np.ndarray:
    """Where a picture is not background (H, W)."""
    background = np.rint(255 * np.array(BACKGROUND[::-1]))
    return np.abs(picture.astype(int) - background).max(axis=2) > 12


def inner(picture: np.ndarray) -> np.ndarray:
    """Without the edges, along which the camera's own lines run, and its middle, where its box is."""
    return picture[4:-4, 4:-4]


@pytest.fixture(scope="module")
def bare_skin() -> np.ndarray:
    return picture_of(moment("right", "left"), replace(BARE, skin=True), THROUGH)


def test_hands_are_drawn_where_rays_from_the_camera_meet_them(bare_skin):
    pose = through_camera(CAMERA, SIZE, VIEW)
    camera = type(CAMERA)(pose.focal, ((VIEW[0] - 1) / 2, (VIEW[1] - 1) / 2))
    hands = moment("right", "left").hands
    met = inner(np.isfinite(depth_map([skin_hands(hands)], camera, VIEW).depth))
    seen = inner(drawn(bare_skin))
    assert (met & seen).sum() / (met | seen).sum() > 0.96


def test_each_side_has_its_colour_and_takes_light(bare_skin):
    picture = inner(bare_skin)
    right, left = (picture[inner(side) & drawn(picture)].astype(int) for side in _halves())
    assert (right[:, 0] > right[:, 2] + 20).mean() > 0.95  # blue
    assert (left[:, 2] > left[:, 0] + 20).mean() > 0.95  # orange
    for pixels in (right, left):
        brightness = pixels.max(axis=1)
        assert np.percentile(brightness, 90) > 1.3 * np.percentile(brightness, 10)
        assert (pixels.min(axis=1) > 250).mean() < 0.05  # hardly burnt out


def _halves() -> tuple[np.ndarray, np.ndarray]:
    across = np.broadcast_to(np.arange(VIEW[0]) > VIEW[0] // 2, VIEW[::-1])
    return across, ~across


def test_the_frame_is_on_its_image_plane_upright_and_not_mirrored():
    picture = picture_of(moment(image=quartered()), Look(floor=False), THROUGH).astype(int)
    for name, colour in QUARTERS.items():
        y = 120 if "top" in name else 360
        x = 100 if "left" in name else 540
        strongest = int(np.argmax(colour))
        assert picture[y, x].argmax() == strongest
        assert picture[y, x, strongest] > 100


def test_edges_are_smooth():
    picture = picture_of(moment("right"), replace(BARE, skin=True), THROUGH)
    found = inner(drawn(picture)).astype(int)
    rim = (np.abs(np.diff(found, axis=1)) > 0).sum()
    value = inner(picture).astype(int).max(axis=2)
    background = round(255 * max(BACKGROUND))
    between = (value > background + 12) & (value < background + 45)
    assert between.sum() > 0.3 * rim


@pytest.fixture(scope="module")
def stage():
    with Stage(VIEW) as stage:
        yield stage


def shown(stage: Stage, moment: Moment, look: Look, beside: bool = True) -> np.ndarray:
    stage.show(scene_of(moment, look))
    hands = spatial(5, "right")
    stage.look(observer(FRUSTUM, hands, VIEW, zoom=2) if beside else through_camera(CAMERA, SIZE, VIEW))
    return stage.picture().astype(int)


def changed(one: np.ndarray, other: np.ndarray) -> int:
    """Number of pixels in which two pictures differ."""
    return int((np.abs(one - other).max(axis=2) > 12).sum())


def test_unsure_joints_are_larger(stage):
    look = replace(BARE, uncertainty=True)
    sure, unsure = (
        inner(drawn(shown(stage, moment("right", sigma_px=px), look, beside=False))).sum()
        for px in (0.8, 5.0)
    )
    assert unsure > 2 * sure


def test_one_stage_shows_what_is_asked_for_and_takes_it_away_again(stage):
    at = moment("right", image=quartered())
    past = joined_hands([spatial(index, "right") for index in range(6)])
    at = replace(at, past=past)
    bare = shown(stage, at, BARE)
    for look in (
        replace(BARE, picture=True),
        replace(BARE, floor=True),
        replace(BARE, uncertainty=True),
        replace(BARE, skin=True),
        replace(BARE, trails=(8, 4)),
    ):
        assert changed(shown(stage, at, look), bare) > 60, look
        assert changed(shown(stage, at, BARE), bare) < 5


def test_a_moment_without_a_hand_is_drawn_too(stage):
    empty = shown(stage, moment(), Look())
    assert drawn(empty).any()
    assert changed(empty, shown(stage, moment("right"), Look())) > 300


def test_sizes_are_kept_to_the_pixel():
    for size in ((101, 67), (64, 300)):
        picture = picture_of(moment("right"), Look(), Viewpoint(size))
        assert picture.shape == (size[1], size[0], 3)
        assert picture.dtype == np.uint8

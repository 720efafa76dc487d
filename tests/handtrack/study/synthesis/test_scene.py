from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.cropping import crop_from_joints
from handtrack.errors import SourceError
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.datasets.sample import HandSample, depth_in_pixels, project
from handtrack.study.synthesis.body.mesh import GENERIC, PEOPLE, mesh_path
from handtrack.study.synthesis.body.xr_hands import XR_HANDS
from handtrack.study.synthesis.pictures import render_crop, render_frame
from handtrack.study.synthesis.rendering.renderer import HandRenderer
from handtrack.study.synthesis.scene import RandomScenes
from tests.handtrack.study.synthesis.needed import needs_people
from tests.handtrack.study.synthesis.placed_hands import renderer_or_skip

pytestmark = pytest.mark.skipif(
    not mesh_path().is_file(), reason="needs the hand mesh, which `handtrack synth` fetches on first use"
)

SEED, MARGIN = 5, 2.4


@pytest.fixture(scope="module")
def renderer():
    with renderer_or_skip() as renderer:
        yield renderer


@pytest.fixture(scope="module")
def scenes() -> RandomScenes:
    return RandomScenes(SEED)


@pytest.fixture(scope="module")
def crops(scenes, renderer) -> list[HandSample]:
    return [render_crop(scenes.sample(index), renderer, 128, MARGIN) for index in range(40)]


def crop_in_another_process(index: int) -> np.ndarray:
    with HandRenderer() as renderer:
        return render_crop(RandomScenes(SEED).sample(index), renderer, 128, MARGIN).image


def test_the_same_number_gives_the_same_hand_in_any_order(crops, renderer):
    scenes = RandomScenes(SEED)
    for index in (7, 3):
        again = render_crop(scenes.sample(index), renderer, 128, MARGIN)
        np.testing.assert_array_equal(again.image, crops[index].image)
        np.testing.assert_array_equal(again.joints_2d, crops[index].joints_2d)
        np.testing.assert_array_equal(again.visible, crops[index].visible)
        np.testing.assert_array_equal(again.mask, crops[index].mask)


def test_the_same_number_gives_the_same_hand_in_another_process(crops):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        image = pool.submit(crop_in_another_process, 4).result()

    np.testing.assert_array_equal(image, crops[4].image)


def test_another_seed_or_number_gives_another_hand(crops, renderer):
    other = render_crop(RandomScenes(SEED + 1).sample(0), renderer, 128, MARGIN)

    assert not np.allclose(other.joints_2d, crops[0].joints_2d)
    assert not np.allclose(crops[1].joints_2d, crops[0].joints_2d)


def test_labels_agree_with_each_other(crops):
    for crop in crops:
        assert crop.image.shape == (128, 128, 3)
        np.testing.assert_allclose(project(crop.joints_3d, crop.camera), crop.joints_2d, atol=1e-3)
        np.testing.assert_allclose(depth_in_pixels(crop.joints_3d, crop.camera), crop.depth, atol=1e-3)
        assert not crop.spread.any()
        assert crop.source == "rendered"
    assert [crop.key for crop in crops[:2]] == ["5/0", "5/1"]
    assert {crop.handedness for crop in crops} == {"left", "right"}


def test_crops_are_upright_and_as_wide_as_the_margin_says(crops):
    for crop in crops:
        again = crop_from_joints(crop.joints_2d, MARGIN)
        np.testing.assert_allclose(again.centre, (63.5, 63.5), atol=0.05)
        assert again.angle == pytest.approx(0, abs=1e-3)
        assert again.size == pytest.approx(128, rel=1e-3)


def test_hands_have_the_size_of_hands(crops):
    palms = [float(np.linalg.norm(crop.joints_3d[MIDDLE_MCP] - crop.joints_3d[WRIST])) for crop in crops]

    assert 0.04 < min(palms) < max(palms) < 0.13


def test_visible_joints_lie_on_the_hand(crops):
    seen, on_hand, hidden = 0, 0, 0
    for crop in crops:
        near = cv2.dilate(crop.mask.astype(np.uint8), np.ones((7, 7), np.uint8))
        x, y = np.rint(crop.joints_2d[crop.visible]).astype(int).T
        on_hand += int(near[y, x].sum())
        seen += int(crop.visible.sum())
        hidden += int((~crop.visible).sum())

    assert on_hand / seen > 0.97
    assert 0.1 < hidden / (seen + hidden) < 0.6


def test_a_whole_frame_shows_the_hand_where_its_crop_does(scenes, renderer):
    scene = scenes.sample(0)
    image, (truth,) = render_frame(scene, renderer)

    assert image.shape == (scene.view.size[1], scene.view.size[0], 3)
    assert image.dtype == np.uint8
    np.testing.assert_allclose(truth.joints_2d, project(scene.joints, scene.view.camera))
    np.testing.assert_allclose(truth.joints_3d, scene.joints - scene.joints[WRIST], atol=1e-6)
    assert truth.handedness == scene.posed.handedness
    assert not truth.joints_2d.flags.writeable


def test_where_the_frame_ends_the_crop_is_black_and_joints_are_not_visible(scenes, renderer):
    cut = [scene for scene in map(scenes.sample, range(120)) if outside(scene).any()]
    assert cut, "some hands are cut by the frame's border"
    for scene in cut[:4]:
        crop = render_crop(scene, renderer, 128, MARGIN)
        assert crop.visible is not None
        assert crop.mask is not None
        assert not crop.visible[outside(scene)].any()
        assert (crop.image == 0).all(axis=2).mean() > 0.1
        assert not crop.mask[(crop.image == 0).all(axis=2)].any()


def outside(scene) -> np.ndarray:
    points, (width, height) = scene.joints_2d, scene.view.size
    return ((points < 0) | (points > (width - 1, height - 1))).any(axis=1)


@needs_people
def test_people_leave_all_else_of_a_scene_as_it_is(scenes):
    half = RandomScenes(SEED, people=0.5)

    names = set()
    for index in range(0, 24, 2):
        own, other = (each.sample(index) for each in (scenes, half))
        hand = other.description.hands[0]
        names.add(hand.mesh.name)
        assert other.posed.handedness == own.posed.handedness
        assert hand.skin.tone == own.description.hands[0].skin.tone
        assert hand.covering is None
        if hand.mesh.name == GENERIC:
            np.testing.assert_array_equal(other.joints, own.joints)
    assert names == {GENERIC, PEOPLE}


@needs_people
def test_sixteen_scenes_in_a_row_are_of_one_person_whom_seed_and_number_determine(renderer):
    scenes = RandomScenes(SEED, people=1.0)
    bodies = [scenes.sample(index).posed for index in (0, 15, 16)]

    first, last, next_one = (posed.mesh.rest for posed in bodies)
    np.testing.assert_array_equal(first, last)
    assert bodies[0].subject.scale == bodies[1].subject.scale != bodies[2].subject.scale
    assert not np.allclose(first, next_one, atol=1e-4)
    # Whoever was drawn before: marks and buffers are those of all people.
    image = render_crop(scenes.sample(15), renderer, 128, MARGIN).image
    with HandRenderer() as fresh:
        again = render_crop(RandomScenes(SEED, people=1.0).sample(15), fresh, 128, MARGIN).image
    np.testing.assert_array_equal(again, image)
    other = RandomScenes(SEED + 1, people=1.0).sample(0).posed
    assert not np.allclose(first, other.mesh.rest, atol=1e-4)


def test_a_missing_panorama_folder_is_named(tmp_path: Path):
    with pytest.raises(SourceError, match=r"panorama folder .*missing"):
        RandomScenes(0, tmp_path / "missing")


def test_panoramas_change_the_picture_but_not_the_hand(shared_data, crops, renderer):
    scenes = RandomScenes(SEED, shared_data / "hdri")
    other = [render_crop(scenes.sample(index), renderer, 128, MARGIN) for index in range(3)]

    for before, after in zip(crops, other, strict=False):
        np.testing.assert_array_equal(before.joints_2d, after.joints_2d)
    assert any(not np.array_equal(a.image, b.image) for a, b in zip(crops, other, strict=False))


def test_the_data_folders_meshes_leave_all_else_of_a_scene_as_it_is(folder, scenes):
    without, half = (RandomScenes(SEED, folder=folder, meshes=share) for share in (0.0, 0.5))

    names = set()
    for index in range(0, 24, 2):
        own, same, other = (each.sample(index) for each in (scenes, without, half))
        np.testing.assert_array_equal(same.joints, own.joints)
        hand = other.description.hands[0]
        names.add(hand.mesh.name)
        assert other.posed.handedness == own.posed.handedness
        assert other.posed.subject == own.posed.subject
        assert hand.skin.tone == own.description.hands[0].skin.tone
        if hand.mesh.name == GENERIC:
            np.testing.assert_array_equal(other.joints, own.joints)
            assert hand.covering is None
    assert {GENERIC} < names <= {GENERIC, *XR_HANDS}

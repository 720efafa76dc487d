"""Photographs on the rigged hands of the data folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.rig import pose_hand
from handtrack.study.synthesis.body.subjects import Subject
from handtrack.study.synthesis.body.xr_hands import BARE, GLOVE
from handtrack.study.synthesis.looks.photo_skin import (
    DARK_SKINS,
    FINGERLESS,
    LIGHT_SKINS,
    NO_CUFF,
    WHOLE_GLOVES,
    Covering,
    covering,
    load_photo,
    random_covering,
)
from handtrack.study.synthesis.looks.placement import place_hand
from handtrack.study.synthesis.looks.skin import random_skin
from handtrack.study.synthesis.rendering.renderer import SceneDescription
from tests.handtrack.study.synthesis.placed_hands import CAMERA, SIZE, even, renderer_or_skip


@pytest.fixture(scope="module")
def bare(folder: Path) -> HandMesh:
    return hand_mesh("right", BARE, folder)


@pytest.mark.parametrize(("name", "tone"), [(LIGHT_SKINS[1], 3.0), (DARK_SKINS[0], 8.0)])
def test_the_back_of_the_hand_has_the_persons_own_colour(
    folder: Path, bare: HandMesh, name: str, tone: float
):
    photo, skin = load_photo(folder, name, bare), random_skin(np.random.default_rng(1), tone)
    look = covering(photo, skin, None, NO_CUFF, 0.5)

    grey = np.array([0.3, 0.6, 0.1]) @ photo.skin_level
    shown = np.full(3, grey) if look.toned else photo.skin_level
    np.testing.assert_allclose(look.skin * shown**look.skin_power, skin.back_colour)


def test_a_dark_hands_palm_is_lighter_than_its_back(folder: Path, bare: HandMesh):
    dark, light = (load_photo(folder, names[1], bare) for names in (DARK_SKINS, LIGHT_SKINS))

    assert (dark.palm_level > 1.5 * dark.skin_level).all()
    assert (light.palm_level < 1.3 * light.skin_level).all()


def test_cloth_and_skin_are_told_apart(folder: Path, bare: HandMesh):
    fingerless = load_photo(folder, FINGERLESS[0], hand_mesh("right", GLOVE, folder))
    whole, skin = (load_photo(folder, name, bare) for name in (WHOLE_GLOVES[0], LIGHT_SKINS[0]))

    assert 0.2 < (fingerless.colours[..., 3] > 128).mean() < 0.8
    assert fingerless.cloth_level.max() < 0.1 < fingerless.skin_level[0]
    assert not whole.colours[..., 3].any()
    assert (skin.colours[..., 3] == 255).all()


def test_hands_get_gloves_and_photographs_by_their_mesh(folder: Path, bare: HandMesh):
    glove, skin = hand_mesh("right", GLOVE, folder), random_skin(np.random.default_rng(1), 3.0)
    looks = [random_covering(np.random.default_rng(seed), bare, folder, skin) for seed in range(60)]
    names = {look.photo.name if look else None for look in looks}

    assert {None, *LIGHT_SKINS, *WHOLE_GLOVES} <= names
    assert not names & set(FINGERLESS)
    for seed in range(5):
        look = random_covering(np.random.default_rng(seed), glove, folder, skin)
        assert look is not None
        assert look.photo.name in FINGERLESS


def test_a_glove_is_seen_in_its_colour_as_far_as_its_cuff(folder: Path, bare: HandMesh):
    skin = random_skin(np.random.default_rng(1), 3.0)
    photo = load_photo(folder, WHOLE_GLOVES[1], bare)
    posed = pose_hand(bare, Subject(), HandPose.from_degrees({}))
    position = np.array([0.0, 0.02, 0.5])

    def colours(look: Covering | None) -> np.ndarray:
        hand = place_hand(posed, np.eye(3), position, skin, look)
        colour = renderer.render(SceneDescription((hand,), even()), CAMERA, SIZE).colour
        places = np.array([[0.0, -0.06, 0.5], [0.0, 0.06, 0.5], [0.0, 0.11, 0.5]]) @ CAMERA.T
        x, y = np.rint(places[:, :2] / places[:, 2:]).astype(int).T
        assert (colour[y, x, 3] == 1.0).all()
        return colour[y, x, :3]

    with renderer_or_skip() as renderer:
        plain, blue = colours(None), colours(covering(photo, skin, np.array([0.02, 0.1, 0.6]), 0.07, 0.5))

    assert (blue[:2, 2] > 2.0 * blue[:2, 0]).all()  # palm and wrist
    assert (plain[:, 2] < plain[:, 0]).all()
    np.testing.assert_allclose(blue[2], plain[2], rtol=1e-3)  # the arm beyond the cuff


@pytest.mark.parametrize("content", [None, b"no picture", b"\0" * 2_100_000])
def test_a_photograph_that_is_amiss_is_named(tmp_path: Path, bare: HandMesh, content: bytes | None):
    (tmp_path / "textures").mkdir()
    if content is not None:
        (tmp_path / "textures" / f"{DARK_SKINS[0]}.jpg").write_bytes(content)

    with pytest.raises(SourceError, match=rf"{DARK_SKINS[0]}\.jpg .*--meshes 0"):
        load_photo(tmp_path, DARK_SKINS[0], bare)


def test_a_photograph_of_another_size_is_named(tmp_path: Path, bare: HandMesh):
    (tmp_path / "textures").mkdir()
    cv2.imwrite(str(tmp_path / "textures" / f"{LIGHT_SKINS[0]}.jpg"), np.zeros((64, 64, 3), np.uint8))

    with pytest.raises(SourceError, match="no picture of 1024 x 1024 pixels"):
        load_photo(tmp_path, LIGHT_SKINS[0], bare)

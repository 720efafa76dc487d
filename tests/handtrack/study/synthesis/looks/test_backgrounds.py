from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.study.synthesis.looks.backgrounds import (
    Backgrounds,
    HandPicture,
    PanoramaBackdrop,
    PictureBackdrop,
    hand_free_window,
    random_wall,
)
from handtrack.study.synthesis.looks.lighting import Lighting, even_light, no_lamp
from handtrack.study.synthesis.looks.panoramas import random_turn

CAMERA = np.array([[120.0, 0.0, 79.5], [0.0, 120.0, 59.5], [0.0, 0.0, 1.0]])
SIZE = (160, 120)
DARK = Lighting(even_light(np.zeros(3)), no_lamp())
HAND, ROOM = (0, 0, 255), (90, 90, 90)


def picture_with_hand(path, box=(160, 120, 280, 240), size=(640, 480)):
    image = np.full((size[1], size[0], 3), ROOM, np.uint8)
    image[box[1] : box[3], box[0] : box[2]] = HAND
    assert cv2.imwrite(str(path), image)
    x0, y0, x1, y1 = map(float, box)
    return HandPicture(path, ((x0, y0, x1, y1),))


def smooth_picture(height, width):
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0.2, 1.0, (height // 16, width // 16, 3)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def backdrops():
    panorama = smooth_picture(128, 256)
    pixels = (smooth_picture(120, 160) * 200).clip(0, 255).astype(np.uint8)
    yield PanoramaBackdrop(panorama, random_turn(np.random.default_rng(3)), DARK)
    yield PictureBackdrop(pixels, CAMERA, np.ones(3), DARK)
    yield random_wall(np.random.default_rng(1))


@pytest.mark.parametrize("backdrop", list(backdrops()), ids=lambda backdrop: type(backdrop).__name__)
def test_a_crop_shows_what_the_frame_shows_there(backdrop):
    turn = 0.5
    linear = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * 1.3
    affine = np.vstack([np.column_stack([linear, np.array([31.5, 31.5]) - linear @ (80.0, 60.0)]), [0, 0, 1]])

    crop = backdrop.picture(affine @ CAMERA, (64, 64))

    whole = backdrop.picture(CAMERA, SIZE)
    np.testing.assert_allclose(
        crop[4:-4, 4:-4], cv2.warpAffine(whole, affine[:2], (64, 64))[4:-4, 4:-4], atol=0.03
    )


def test_the_middle_of_a_panorama_lies_straight_ahead():
    panorama = np.zeros((64, 128, 3), np.float32)
    panorama[:, 64:] = 1.0
    seen = PanoramaBackdrop(panorama, np.eye(3), DARK).picture(CAMERA, SIZE)

    assert seen[:, :70].max() == 0.0
    assert seen[:, 90:].min() == 1.0


def test_a_picture_seen_from_afar_is_averaged():
    checks = np.indices((120, 160)).sum(axis=0) % 2 * 255
    pixels = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
    shrink = np.diag([0.25, 0.25, 1.0])

    seen = PictureBackdrop(pixels, CAMERA, np.ones(3), DARK).picture(shrink @ CAMERA, (40, 30))

    assert seen[2:-2, 2:-2].std() < 0.01


def test_a_window_holds_no_hand(tmp_path):
    for number, box in enumerate([(160, 120, 280, 240), (20, 20, 120, 160), (400, 240, 560, 440)]):
        window = hand_free_window(picture_with_hand(tmp_path / f"{number}.png", box))

        assert window is not None
        assert window.shape[0] * window.shape[1] > 0.2 * 640 * 480
        assert (window == ROOM).all()


def test_nothing_below_a_hand_is_used_as_the_arm_may_be_there(tmp_path):
    picture = picture_with_hand(tmp_path / "a.png", (240, 80, 400, 200))
    image = cv2.imread(str(picture.path))
    assert image is not None
    image[200:, 240:400] = (0, 200, 200)
    cv2.imwrite(str(picture.path), image)

    window = hand_free_window(picture)

    assert window is not None
    assert (window == ROOM).all()


def test_a_picture_full_of_hand_has_no_window(tmp_path):
    assert hand_free_window(picture_with_hand(tmp_path / "a.png", (40, 40, 600, 440))) is None


def test_a_window_too_small_to_fill_a_frame_is_not_used(tmp_path):
    assert hand_free_window(picture_with_hand(tmp_path / "a.png", (40, 30, 70, 60), (160, 120))) is None


def test_a_large_window_fills_the_frame_without_reflection(tmp_path):
    rows = np.linspace(20, 250, 480).astype(np.uint8)
    ramp = np.repeat(np.repeat(rows[:, None, None], 640, axis=1), 3, axis=2)
    assert cv2.imwrite(str(tmp_path / "ramp.png"), ramp)
    backgrounds = Backgrounds(None, [HandPicture(tmp_path / "ramp.png", ())])
    for seed in range(30):
        backdrop = backgrounds.random(np.random.default_rng(seed), CAMERA, SIZE)
        if isinstance(backdrop, PictureBackdrop):
            assert (np.diff(backdrop.picture(CAMERA, SIZE)[:, 80, 1]) > -1e-4).all()


def test_an_unreadable_picture_is_left_out_with_a_warning(tmp_path, caplog):
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff")

    assert hand_free_window(HandPicture(tmp_path / "cut.jpg", ())) is None
    assert "cut.jpg cannot be read" in caplog.text


def test_backgrounds_are_fixed_by_their_seed_and_finite(tmp_path):
    cv2.imwrite(str(tmp_path / "room.hdr"), smooth_picture(64, 128))
    pictures = [picture_with_hand(tmp_path / f"{k}.png") for k in range(4)]
    backgrounds = Backgrounds(tmp_path, pictures)
    kinds = set()
    for seed in range(40):
        one, two = (backgrounds.random(np.random.default_rng(seed), CAMERA, SIZE) for _ in range(2))
        kinds.add(type(one).__name__)
        # Not to the last bit: matrix products are rounded by how their memory happens to be aligned.
        np.testing.assert_allclose(one.picture(CAMERA, SIZE), two.picture(CAMERA, SIZE), atol=1e-3)
        np.testing.assert_array_equal(one.lighting.ambient, two.lighting.ambient)
        assert np.isfinite(one.picture(CAMERA, SIZE)).all()
    assert kinds == {"PanoramaBackdrop", "PictureBackdrop", "WallBackdrop"}


def test_without_any_data_there_are_plain_walls():
    backdrop = Backgrounds().random(np.random.default_rng(0), CAMERA, SIZE)

    assert backdrop.picture(CAMERA, SIZE).shape == (120, 160, 3)


def test_no_collection_prevails_though_its_pictures_show_more_beside_the_hand(tmp_path):
    pictures = []
    for folder, colour, whole in (("open", (200, 30, 30), 0), ("full", (30, 30, 200), 5)):
        (tmp_path / folder).mkdir()
        for number in range(8 if folder == "open" else 6):
            path = tmp_path / folder / f"{number}.png"
            cv2.imwrite(str(path), np.full((120, 160, 3), colour, np.uint8))
            pictures.append(HandPicture(path, ((0, 0, 160, 120),) if number < whole else ()))
    backgrounds = Backgrounds(None, pictures)

    drawn = [backgrounds.random(np.random.default_rng(seed), CAMERA, SIZE) for seed in range(200)]
    rooms = [d.picture(CAMERA, SIZE).mean(axis=(0, 1)) for d in drawn if isinstance(d, PictureBackdrop)]

    assert 0.4 < np.mean([room[0] > room[2] for room in rooms]) < 0.6

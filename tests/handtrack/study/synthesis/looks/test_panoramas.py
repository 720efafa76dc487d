from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.looks.lighting import LUMINANCE
from handtrack.study.synthesis.looks.panoramas import load_panoramas, random_turn, read_panorama


def write(path, image):
    assert cv2.imwrite(str(path), image)


def test_a_panorama_is_read_as_rgb_of_one_brightness(tmp_path):
    blue_green_red = np.full((32, 64, 3), (0.5, 1.0, 2.0), np.float32)
    write(tmp_path / "room.hdr", blue_green_red)

    panorama = read_panorama(tmp_path / "room.hdr")

    assert panorama.shape == (32, 64, 3)
    assert panorama[0, 0, 0] > panorama[0, 0, 1] > panorama[0, 0, 2]
    assert (panorama @ LUMINANCE).mean() == pytest.approx(0.3, rel=0.02)


def test_all_panoramas_of_a_folder_come_with_their_light(tmp_path):
    for name in ("b.hdr", "a.HDR"):
        write(tmp_path / name.lower(), np.ones((32, 64, 3), np.float32))
    (tmp_path / "notes.txt").write_text("CC0")

    assert len(load_panoramas(tmp_path)) == 2


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"panorama folder .*nowhere cannot be read"):
        load_panoramas(tmp_path / "nowhere")


def test_a_folder_without_panoramas_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"holds no \.hdr file"):
        load_panoramas(tmp_path)


def test_a_damaged_panorama_is_named(tmp_path):
    (tmp_path / "cut.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 32 +X")
    with pytest.raises(SourceError, match=r"cut\.hdr is not a readable HDR panorama"):
        load_panoramas(tmp_path)


def test_a_picture_of_another_shape_is_no_panorama(tmp_path):
    write(tmp_path / "square.hdr", np.ones((32, 32, 3), np.float32))
    with pytest.raises(SourceError, match="twice as wide as high"):
        load_panoramas(tmp_path)


def test_cameras_stand_nearly_level_and_look_everywhere():
    rng = np.random.default_rng(0)
    turns = np.array([random_turn(rng) for _ in range(300)])

    np.testing.assert_allclose(np.linalg.det(turns), 1.0)
    assert np.median(turns[:, 1, 1]) > 0.95
    ahead = turns[:, :, 2]
    assert (np.histogram(np.arctan2(ahead[:, 0], ahead[:, 2]), bins=4)[0] > 40).all()

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.skeleton import WRIST
from handtrack.study.synthesis.animated import AnimatedScene
from handtrack.study.synthesis.body.mesh import mesh_path

pytestmark = pytest.mark.skipif(
    not mesh_path().is_file(), reason="needs the hand mesh, which `handtrack synth` fetches on first use"
)

SIZE = (160, 120)


@pytest.fixture(scope="module")
def film() -> Iterator[AnimatedScene]:
    try:
        film = AnimatedScene(1, SIZE)
    except SourceError as error:
        pytest.skip(str(error))
    yield film
    film.close()


def test_every_frame_may_be_asked_for_on_its_own(film):
    image, (truth,) = film.frame(2.0)
    film.frame(31.0)
    again, (truth_again,) = film.frame(2.0)

    assert image.shape == (120, 160, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, again)
    np.testing.assert_array_equal(truth.joints_2d, truth_again.joints_2d)


def test_the_same_seed_gives_the_same_film_and_another_seed_another_one(film):
    image, _ = film.frame(1.0)
    for seed, same in ((1, True), (2, False)):
        other = AnimatedScene(seed, SIZE)
        try:
            assert np.array_equal(other.frame(1.0)[0], image) == same
        finally:
            other.close()


def test_the_hand_moves_smoothly_and_stays_in_the_frame(film):
    step = 1 / 30
    truths = [film.frame(3 + index * step)[1][0] for index in range(15)]
    joints = np.stack([truth.joints_2d for truth in truths])

    way = np.linalg.norm(np.diff(joints, axis=0), axis=2)
    assert 0.05 < way.max() < 8, "pixels a frame, at most about a sixteenth of the frame's height"
    assert (joints.min(axis=(0, 1)) > -8).all()
    assert (joints.max(axis=(0, 1)) < np.array(SIZE) + 8).all()


def test_truth_is_relative_to_the_wrist_and_of_one_hand(film):
    truths = [film.frame(t)[1][0] for t in (0.0, 4.0, 8.0)]

    assert len({truth.handedness for truth in truths}) == 1
    for truth in truths:
        assert not truth.joints_3d[WRIST].any()
        assert 0.03 < np.linalg.norm(truth.joints_3d[9]) < 0.13
        assert truth.visible.sum() >= 5


def test_the_background_changes_without_a_jump(film):
    corner = [film.frame(t)[0][:20, :20].astype(float).mean() for t in np.arange(8.2, 10.3, 0.15)]

    assert abs(corner[-1] - corner[0]) > 3, "there is another background"
    assert np.abs(np.diff(corner)).max() < 0.5 * abs(corner[-1] - corner[0]) + 2

from __future__ import annotations

import numpy as np
import pytest
import yaml

from handtrack.errors import ConfigError
from handtrack.skeleton import JOINT_NAMES
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses
from handtrack.study.synthesis.joint_map import (
    LabelledRender,
    Observations,
    fit_joint_map,
    fit_offsets,
    joint_map,
    observe,
    read_joint_map,
    save_joint_map,
)
from handtrack.study.synthesis.views import random_rotation

CAMERA = np.array([[400.0, 0, 160], [0, 400.0, 160], [0, 0, 1]])
OFFSETS = np.random.default_rng(9).uniform(-0.1, 0.1, (21, 3))


def pixels(points: np.ndarray) -> np.ndarray:
    homogeneous = points @ CAMERA.T
    return homogeneous[..., :2] / homogeneous[..., 2:]


def observations(count: int, noise: float = 0.0, outliers: float = 0.0) -> Observations:
    """Hands seen from all sides by a teacher whose joints lie at OFFSETS; noise in shares of the extent."""
    rng = np.random.default_rng(4)
    rest = rng.uniform(-0.08, 0.08, (21, 3))
    joints, frames = [], []
    for _ in range(count):
        turn = random_rotation(rng, "sphere")
        joints.append(rest @ turn.T + (0, 0, 0.5))
        frames.append(np.stack([turn @ random_rotation(rng, "sphere") for _ in range(21)]))
    points, axes = np.stack(joints), np.stack(frames)
    taught = pixels(points + 0.09 * np.einsum("njab,jb->nja", axes, OFFSETS))
    extent = np.ptp(pixels(points), axis=1).max(axis=1)
    taught += rng.normal(0, noise, taught.shape) * extent[:, None, None]
    wild = rng.random(taught.shape[:2]) < outliers
    taught[wild] += 0.5 * extent.mean()
    return Observations(
        points, axes, np.full(count, 0.09), np.tile(CAMERA, (count, 1, 1)), taught, extent, 2 * count
    )


def test_offsets_of_another_joint_definition_are_found():
    np.testing.assert_allclose(fit_offsets(observations(40)), OFFSETS, atol=0.004)


def test_a_teacher_that_is_noisy_and_at_times_wrong_gives_the_same_offsets():
    found = fit_offsets(observations(300, noise=0.02, outliers=0.05))

    np.testing.assert_allclose(found, OFFSETS, atol=0.03)


def test_the_quality_is_measured_on_hands_that_the_fit_has_not_seen():
    result = fit_joint_map(observations(200, noise=0.02))

    assert result.hands == 200
    assert result.shown == 400
    assert (result.after < result.before).all()
    np.testing.assert_allclose(result.after, 0.02 * np.sqrt(2 * np.log(2)), rtol=0.25)
    assert result.bias.max() < 0.02


def test_offsets_that_no_view_shows_stay_at_zero():
    one = observations(1)

    found = fit_offsets(one)

    assert np.isfinite(found).all()
    assert np.abs(found).max() < 0.5


class KnowingTeacher(LandmarkTeacher):
    """Sees the joints that a render's first pixel row encodes; without a hand where the picture is black."""

    def __init__(self, joints: np.ndarray, jitter: float) -> None:
        self._joints, self._rng, self._jitter = joints, np.random.default_rng(0), jitter

    def look(self, image, crops):
        count = len(crops)
        joints = self._joints + self._rng.normal(0, self._jitter, (count, 21, 2))
        presence = np.full(count, float(image.any()), np.float32)
        nothing = np.zeros((count, 21, 3), np.float32)
        return TeacherPasses(joints.astype(np.float32), nothing[..., 0], nothing, presence, presence)


def render(image_value: int) -> LabelledRender:
    seen = observations(1)
    image = np.full((8, 8, 3), image_value, np.uint8)
    return LabelledRender(image, seen.joints[0], seen.frames[0], 0.09, CAMERA)


def test_hands_that_the_teacher_does_not_see_are_left_out():
    teacher = KnowingTeacher(pixels(render(1).joints) + 2, jitter=0.1)

    seen = observe([render(1)] * 25 + [render(0)] * 5, teacher)

    assert len(seen.palm) == 25
    assert seen.shown == 30
    np.testing.assert_allclose(seen.taught[0], pixels(render(1).joints) + 2, atol=0.3)


@pytest.mark.parametrize(("shift", "jitter"), [(60.0, 0.1), (0.0, 15.0)])
def test_hands_that_the_teacher_sees_elsewhere_or_unsteadily_are_left_out(shift, jitter):
    teacher = KnowingTeacher(pixels(render(1).joints) + shift, jitter)

    with pytest.raises(ConfigError, match="the teacher saw only 0 of 25 rendered hands well; render more"):
        observe([render(1)] * 25, teacher)


def test_a_map_comes_back_as_it_was_saved(tmp_path):
    result = fit_joint_map(observations(60))
    save_joint_map(result, tmp_path / "map.yaml")

    np.testing.assert_allclose(read_joint_map(tmp_path / "map.yaml"), result.offsets, atol=5e-5)
    assert yaml.safe_load((tmp_path / "map.yaml").read_text())["hands"] == 60


@pytest.mark.parametrize("content", [None, "joints: [", "joints: {wrist: {offset: [1, 2]}}", "3"])
def test_a_damaged_map_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "map.yaml").write_text(content)

    with pytest.raises(ConfigError, match=r"map\.yaml cannot be used .* measure it again"):
        read_joint_map(tmp_path / "map.yaml")


@pytest.mark.parametrize("value", ["!!bool x", "[" * 5000, ".nan", "[1, 2, 9e9]", "2026-99-99"])
def test_a_map_that_nobody_vouches_for_is_one_clear_line(tmp_path, value):
    path = tmp_path / "map.yaml"
    path.write_text("joints:\n" + "".join(f"  {name}: {{offset: {value}}}\n" for name in JOINT_NAMES))
    with pytest.raises(ConfigError, match=r"map\.yaml cannot be used .* measure it again"):
        read_joint_map(path)


def test_a_map_that_cannot_be_written_is_one_clear_line(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be written to .*: No such file or directory"):
        save_joint_map(fit_joint_map(observations(20)), tmp_path / "missing" / "map.yaml")


def test_the_shipped_map_was_measured_and_leaves_little_bias():
    joint_map.cache_clear()
    content = yaml.safe_load((read_map_file()).read_text(encoding="utf-8"))

    assert joint_map().shape == (21, 3)
    assert content["hands"] >= 300
    assert max(content["joints"][name]["percent_bias"] for name in JOINT_NAMES) < 3


def read_map_file():
    from handtrack.study.synthesis.joint_map import JOINT_MAP_FILE

    return JOINT_MAP_FILE

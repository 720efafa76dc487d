from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from handtrack.cropping import apply_affine, crop_from_joints, crop_matrix
from handtrack.engines import EncodedCrops, LoopResult, LoopStart
from handtrack.hand import Crop
from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.study.evaluation.estimators import HandPicture, NetworkEstimator, _sigma_in_picture, lift
from handtrack.study.evaluation.metrics import aligned_errors_mm
from tests.handtrack.study.evaluation.conftest import MakeSample


class TruthfulEngine:
    """Answers with the truth of each crop in its second loop, and beside it in the first."""

    name = "truth"
    max_iterations = 2

    def __init__(self, xy: np.ndarray, z: np.ndarray) -> None:
        self._xy, self._z = xy, z
        self.metadata: dict[str, Any] = {}
        self.crops: np.ndarray | None = None

    def prepare(self, hands: int = 1) -> None:
        pass

    def close(self) -> None:
        pass

    def encode(self, crops: np.ndarray) -> EncodedCrops:
        self.crops = crops
        ones = np.ones(len(crops), np.float32)
        return EncodedCrops(None, ones, ones)

    def refine(self, encoded: EncodedCrops, state: Any, loop: int, rows: np.ndarray) -> LoopResult:
        assert (state is None) == (loop == 0)
        sigma = np.ones(self._z.shape, np.float32)
        wrong = 0.1 if loop == 0 else 0.0
        leaving = np.full(len(rows), 0.25 + 0.5 * loop, np.float32)
        return LoopResult(
            self._xy + wrong, self._z, np.stack([0.1 * sigma] * 2, axis=-1), 0.2 * sigma, leaving, "state"
        )

    def start_from(self, start: LoopStart) -> Any:
        raise AssertionError("every hand is new")

    def keep(self, state: Any, positions: np.ndarray) -> Any:
        raise AssertionError("every hand goes through all loops")


def test_the_networks_answer_is_brought_back_to_the_picture(make_sample: MakeSample) -> None:
    samples = [make_sample(), make_sample(handedness="left")]
    crops = [crop_from_joints(s.joints_2d, CROP_MARGIN, mirrored=s.handedness == "left") for s in samples]
    xy = np.stack(
        [
            (apply_affine(crop_matrix(crop, CROP_PIXELS), s.joints_2d) + 0.5) / CROP_PIXELS
            for s, crop in zip(samples, crops, strict=True)
        ]
    )
    z = np.stack([s.depth / crop.size for s, crop in zip(samples, crops, strict=True)])
    engine = TruthfulEngine(xy.astype(np.float32), z.astype(np.float32))

    found = NetworkEstimator("truthful", engine).find(
        [HandPicture(s.image, s.joints_2d, s.handedness, s.camera) for s in samples]
    )

    assert engine.crops is not None
    assert engine.crops.shape == (2, CROP_PIXELS, CROP_PIXELS, 3)
    assert np.abs(engine.crops[0].astype(int) - engine.crops[1][:, ::-1]).mean() < 3  # mirrored
    for answer, sample in zip(found, samples, strict=True):
        assert answer.joints_2d.shape == (2, 21, 2)
        assert answer.joints_2d[1] == pytest.approx(sample.joints_2d, abs=0.01)
        assert np.abs(answer.joints_2d[0] - sample.joints_2d).min() > 1
        assert sample.joints_3d is not None
        assert aligned_errors_mm(answer.joints_3d[1], sample.joints_3d).max() < 0.1
        assert answer.depth is not None
        assert answer.depth[1] == pytest.approx(sample.depth, abs=0.01)
    for answer, crop in zip(found, crops, strict=True):
        assert answer.sigma is not None
        assert answer.sigma == pytest.approx(np.full((2, 21, 3), np.array([0.1, 0.1, 0.2]) * crop.size))
        assert answer.exit_probability == pytest.approx([0.25, 0.75])


def test_lifting_inverts_the_projection_also_of_a_turned_camera(make_sample: MakeSample) -> None:
    sample = make_sample()
    assert sample.joints_3d is not None
    assert sample.camera is not None
    turn = np.array([[0.0, -0.8, 300], [0.8, 0.0, 5], [0, 0, 1]])  # as a turned and scaled crop has it
    turned = turn @ sample.camera
    pixels = (np.column_stack([sample.joints_2d, np.ones(21)]) @ turn.T)[:, :2]

    plain = lift(sample.joints_2d, sample.depth, sample.camera)
    from_turned = lift(pixels, sample.depth * 0.8, turned)

    assert aligned_errors_mm(plain, sample.joints_3d).max() < 0.1
    assert from_turned == pytest.approx(plain, abs=1e-4)


def test_without_a_camera_depth_stands_in_pixels(make_sample: MakeSample) -> None:
    sample = replace(make_sample(), camera=None)

    assert lift(sample.joints_2d, sample.depth, None)[:, 2] == pytest.approx(sample.depth)


@pytest.mark.parametrize(
    ("degrees", "expected"), [(0, (1.0, 3.0)), (90, (3.0, 1.0)), (45, (5**0.5, 5**0.5)), (180, (1.0, 3.0))]
)
def test_sigma_is_turned_with_the_crop(degrees: float, expected: tuple[float, float]) -> None:
    sigma = np.tile([0.01, 0.03], (1, 21, 1))
    flat = np.zeros((1, 21))
    loop = LoopResult(np.zeros((1, 21, 2)), flat, sigma, flat + 0.05, np.zeros(1), None)

    turned = _sigma_in_picture(loop, 0, Crop((50.0, 50.0), 100.0, np.radians(degrees)))

    assert turned == pytest.approx(np.tile([*expected, 5.0], (21, 1)))

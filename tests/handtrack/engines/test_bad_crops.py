"""Pictures that show no proper hand: every answer is defined, finite and of the right shape."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from handtrack.engines import Engine, create_engine
from handtrack.geometry import Intrinsics
from handtrack.hand import Crop
from handtrack.model.checkpoint import load_weights
from handtrack.model.network import normalise_crops
from handtrack.model.weights_file import shipped_weights
from handtrack.tracking.estimation import cut_crops, estimate_crops

CAMERA = Intrinsics.from_field_of_view(320, 240, 60)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return create_engine("auto", shipped_weights())


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "crop",
    [
        Crop((100.0, 100.0), 1.0, 0.0),
        Crop((100.0, 100.0), 0.01, 2.0),
        Crop((160.0, 120.0), 4000.0, 0.3),
        Crop((-500.0, 900.0), 120.0, -1.0, mirrored=True),
        Crop((319.0, 239.0), 200.0, 0.0),
    ],
    ids=["one pixel", "less than one", "fills many frames", "outside the frame", "leaves the frame"],
)
def test_any_crop_has_an_answer(engine, picture, crop):
    (estimate,) = estimate_crops(engine, cut_crops(picture, [crop]), [crop], 1.0, CAMERA, 0.09)
    assert len(estimate.trace) == engine.max_iterations
    for loop in estimate.trace:
        for values in (loop.joints_2d, loop.joints_3d, loop.sigma_2d, loop.sigma_3d):
            assert np.isfinite(values).all()
        assert (loop.sigma_2d > 0).all()
    assert 0 <= estimate.presence <= 1


@pytest.mark.parametrize("level", [0, 255])
def test_a_blank_crop_holds_no_hand(engine, level):
    encoded = engine.encode(np.full((1, 128, 128, 3), level, np.uint8))
    assert encoded.presence[0] < 0.5
    result = engine.refine(encoded, None, 0, np.arange(1))
    assert np.isfinite(result.xy).all()


def test_a_batch_of_none_is_a_batch(engine):
    encoded = engine.encode(np.zeros((0, 128, 128, 3), np.uint8))
    result = engine.refine(encoded, None, 0, np.arange(0))
    again = engine.refine(encoded, result.state, 1, np.arange(0))
    assert encoded.presence.shape == (0,)
    assert result.xy.shape == again.xy.shape == (0, 21, 2)
    assert again.exit_probability.shape == (0,)


def test_an_image_that_is_no_number_gives_none_and_leaves_the_loop():
    """Frames are whole numbers, so only a broken caller gets here: it must not get a made-up hand."""
    network, _ = load_weights(shipped_weights())
    crops = normalise_crops(torch.zeros(2, 128, 128, 3, dtype=torch.uint8))
    crops[1, 0, 5, 5] = float("nan")
    with torch.inference_mode():
        encoding, outputs = network(crops)
    assert bool(encoding.presence_logit[0].isfinite())
    assert bool(outputs[-1].estimate.xy[0].isfinite().all())
    assert bool(outputs[0].estimate.xy[1].isnan().any())
    assert bool(encoding.presence_logit[1].isnan())

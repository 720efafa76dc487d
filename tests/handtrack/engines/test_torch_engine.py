from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from handtrack.engines import LoopStart, create_engine
from handtrack.errors import ConfigError, ModelError
from handtrack.geometry import Intrinsics
from handtrack.hand import Crop
from handtrack.model.checkpoint import save_weights
from handtrack.model.network import HandNetwork, normalise_crops
from handtrack.tracking.estimation import cut_crops, estimate_crops


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    save_weights(path, HandNetwork(), {"sigma_factors": {"across": 2.0, "along": 4.0, "depth": 3.0}})
    return path


@pytest.fixture(scope="module")
def crops() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (3, 128, 128, 3), dtype=np.uint8)


def test_engine_gives_what_the_network_gives(weights, crops):
    engine = create_engine("torch", weights)
    torch.manual_seed(0)
    network = HandNetwork().eval()
    with torch.inference_mode():
        encoding, outputs = network(normalise_crops(torch.from_numpy(crops)))
    encoded = engine.encode(crops)
    assert np.allclose(encoded.presence, encoding.presence_logit.sigmoid().numpy(), atol=1e-5)
    state, rows = None, np.arange(3)
    for loop, output in enumerate(outputs):
        result = engine.refine(encoded, state, loop, rows)
        state = result.state
        assert np.allclose(result.xy, output.estimate.xy.numpy(), atol=1e-4)
        sigma = output.estimate.log_scale.exp().numpy() * np.sqrt(2)
        assert np.allclose(result.sigma_xy[..., 0], sigma[..., 0] * 2, rtol=1e-3)
        assert np.allclose(result.sigma_xy[..., 1], sigma[..., 0] * 4, rtol=1e-3)
        assert np.allclose(result.sigma_z, sigma[..., 1] * 3, rtol=1e-3)


def test_hands_that_leave_the_loop_do_not_disturb_the_others(weights, crops):
    engine = create_engine("torch", weights)
    encoded = engine.encode(crops)
    full = engine.refine(encoded, None, 0, np.arange(3))
    together = engine.refine(encoded, full.state, 1, np.arange(3))
    rest = np.array([0, 2])
    alone = engine.refine(encoded, engine.keep(full.state, rest), 1, rest)
    assert np.allclose(alone.xy, together.xy[rest], atol=1e-5)


def test_crops_of_two_sizes_map_back_to_the_frame(weights):
    engine = create_engine("torch", weights)
    image = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    crops = [Crop((100.0, 150.0), 90.0, 0.3), Crop((300.0, 100.0), 180.0, -1.0, mirrored=True)]
    camera = Intrinsics.from_field_of_view(400, 300, 60)
    together = estimate_crops(engine, cut_crops(image, crops), crops, 1.0, camera, 0.09)
    for crop, estimate in zip(crops, together, strict=True):
        (alone,) = estimate_crops(engine, cut_crops(image, [crop]), [crop], 1.0, camera, 0.09)
        assert len(estimate.trace) == engine.max_iterations
        assert np.allclose(estimate.trace[-1].joints_2d, alone.trace[-1].joints_2d, atol=0.05)
        assert alone.right == pytest.approx(estimate.right, abs=1e-4)
        middle = estimate.trace[-1].joints_2d.mean(axis=0)
        assert np.linalg.norm(middle - crop.centre) < crop.size


def test_a_hand_may_begin_from_an_estimate(weights, crops):
    engine = create_engine("torch", weights)
    encoded = engine.encode(crops)
    cold = engine.refine(encoded, None, 0, np.arange(3))
    start = LoopStart(cold.xy, cold.z, cold.sigma_xy, cold.sigma_z)
    torch.manual_seed(0)
    network = HandNetwork().eval()
    with torch.inference_mode():
        image = normalise_crops(torch.from_numpy(crops))
        _, outputs = network(image, loops=1)
        _, expected = network(image, loops=1, start=outputs[0].estimate)
    warm = engine.refine(encoded, engine.start_from(start), 0, np.arange(3))
    assert np.allclose(warm.xy, expected[0].estimate.xy.numpy(), atol=1e-4)
    assert not np.allclose(warm.xy, cold.xy, atol=1e-5)


def test_new_and_known_hands_share_a_frame(weights):
    """Each hand's answer is the one that it would have had alone."""
    engine = create_engine("torch", weights)
    image = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    crops = [Crop((100.0, 150.0), 90.0, 0.3), Crop((300.0, 100.0), 180.0, -1.0, mirrored=True)]
    camera = Intrinsics.from_field_of_view(400, 300, 60)
    new, known = estimate_crops(engine, cut_crops(image, crops), crops, 0.0, camera, 0.09)
    moved = Crop((305.0, 104.0), 175.0, -0.9, mirrored=True)
    places = [crops[0], moved]
    pictures = cut_crops(image, places)
    both = estimate_crops(engine, pictures, places, 0.0, camera, 0.09, [None, known.carried])
    (alone,) = estimate_crops(engine, pictures[1:], [moved], 0.0, camera, 0.09, [known.carried])
    (cold,) = estimate_crops(engine, pictures[1:], [moved], 0.0, camera, 0.09)
    assert np.allclose(both[0].trace[0].joints_2d, new.trace[0].joints_2d, atol=0.05)
    assert np.allclose(both[1].trace[0].joints_2d, alone.trace[0].joints_2d, rtol=0, atol=0.002)
    assert not np.allclose(alone.trace[0].joints_2d, cold.trace[0].joints_2d, rtol=0, atol=0.005)


def test_no_crops_give_no_estimates(weights):
    engine = create_engine("torch", weights)
    camera = Intrinsics.from_field_of_view(40, 30, 60)
    assert estimate_crops(engine, cut_crops(np.zeros((30, 40, 3), np.uint8), []), [], 0.5, camera, 0.09) == []


@pytest.mark.parametrize(
    "factors", [3, {"image": 1.0, "depth": 1.0}, {"across": 1.0, "along": "x", "depth": 1.0}]
)
def test_weights_with_factors_that_make_no_sense_are_refused(tmp_path, factors):
    path = tmp_path / "odd.safetensors"
    save_weights(path, HandNetwork(), {"sigma_factors": factors})
    with pytest.raises(ModelError, match="its sigma_factors"):
        create_engine("torch", path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card to run on")
def test_without_a_graphics_card_the_best_other_engine_takes_over(weights, caplog):
    assert create_engine("cuda", weights).name == "torch"
    assert "engine cuda gives way to auto" in caplog.text


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
def test_a_graphics_card_gives_what_the_cpu_gives(weights, crops):
    said = []
    for name in ("cuda", "torch"):
        engine, state = create_engine(name, weights), None
        encoded = engine.encode(crops)
        for loop in range(engine.max_iterations):
            result = engine.refine(encoded, state, loop, np.arange(3))
            state = result.state
        said.append(result.xy)
    assert np.abs(said[0] - said[1]).max() * 128 < 0.2


def test_unknown_engine_is_refused(weights):
    with pytest.raises(ConfigError, match="allowed: auto, openvino-int8, openvino, onnxruntime, torch"):
        create_engine("warp-drive", weights)

"""An encoder learns to see as MediaPipe's lite network does, which is here layer for layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from handtrack.detectors.bundle import LANDMARK_MODEL, read_model
from handtrack.engines.openvino_package import make_requests
from handtrack.errors import ModelError
from handtrack.model.checkpoint import load_weights
from handtrack.model.network import HandNetwork, normalise_crops
from handtrack.study.datasets.lite_layers import Layer, lite_layers
from handtrack.study.datasets.mediapipe_lite import ensure_lite_bundle
from handtrack.study.datasets.patches import PATCH_PIXELS
from handtrack.study.training.batches import Batches
from handtrack.study.training.imitation import Run
from handtrack.study.training.lite_network import LiteNetwork, begin_as, seen_by
from handtrack.study.training.run_state import STATE_FILE
from handtrack.study.training.settings import TrainingSettings
from tests.handtrack.study.training.dots import dots


@pytest.fixture(scope="module")
def bundle() -> Path:
    try:
        return ensure_lite_bundle()
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def layers(bundle: Path) -> list[Layer]:
    return lite_layers(bundle)


def _crops(count: int, seed: int = 0) -> torch.Tensor:
    """Spots and edges, (B, 3, 112, 112): shown at twice their size, of the size that the network asks for."""
    rough = np.random.default_rng(seed).integers(0, 255, (count, 14, 14, 3), dtype=np.uint8)
    return normalise_crops(torch.from_numpy(rough.repeat(8, 1).repeat(8, 2)))


def test_it_says_what_its_file_says(bundle: Path, layers: list[Layer], tmp_path: Path) -> None:
    (path := tmp_path / LANDMARK_MODEL).write_bytes(read_model(LANDMARK_MODEL, bundle))
    (request,) = make_requests(path, {"INFERENCE_NUM_THREADS": 1})
    crops = _crops(1)
    shown = ((crops * 64 + 127.5) / 255).flip(1)
    shown = torch.nn.functional.interpolate(shown, scale_factor=2.0, mode="bilinear", align_corners=False)
    request.infer([shown.permute(0, 2, 3, 1).contiguous().numpy()])
    wanted = request.get_output_tensor(0).data.reshape(21, 3)[:, :2] / 224

    with torch.no_grad():
        found = LiteNetwork(layers)(crops).xy[0].numpy()

    assert np.abs(found - wanted).max() < 1e-4


def test_an_encoder_begins_with_its_layers(layers: list[Layer]) -> None:
    lite, network = LiteNetwork(layers), HandNetwork().eval()
    begin_as(network.encoder, network.guess, lite)
    crops = _crops(2)
    with torch.no_grad():
        wanted = lite(crops)
        network.encoder.stem = network.encoder.enter = torch.nn.Identity()
        # Given what its own first layers give, all is alike up to the bottleneck that is left out.
        seen = seen_by(network.encoder, network.guess, wanted.entered)
        deepest = lite.coarse[:-1](wanted.middle)
        said = lite.value(lite.filter(lite.widen(deepest)).mean((2, 3))).view(2, 21, 3)[..., :2] / 224
    torch.testing.assert_close(seen.middle, wanted.middle)
    torch.testing.assert_close(seen.coarse, deepest)
    torch.testing.assert_close(seen.xy, said)


def test_a_network_of_other_layers_is_refused(hand_bundle: Path) -> None:
    with pytest.raises(ModelError, match="other layers"):
        LiteNetwork(lite_layers(hand_bundle))


def test_first_layers_learn_to_feed_the_others_and_an_interrupted_run_goes_on(
    layers: list[Layer], tmp_path: Path
) -> None:
    paths = {name: tmp_path / name for name in ("data", "labels", "splits")}
    settings = TrainingSettings(**paths, samples=60, batch=4, warmup_steps=2, precision="float32")
    batches = Batches(settings, [dots(8)], np.zeros((2, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8))

    def run(folder: str) -> Run:
        return Run(settings, batches, LiteNetwork(layers), tmp_path / folder)

    told: list[float] = []
    whole = run("whole")
    whole.to_the_end(lambda share, values: told.append(values["unlike"]), report_every=1)
    assert np.mean(told[-3:]) < 0.8 * np.mean(told[:3])
    network, _ = load_weights(tmp_path / "whole" / "weights.safetensors")
    assert not (tmp_path / "whole" / STATE_FILE).exists()

    first = run("parted")
    for _ in range(5):
        first.train_step(first.share_done())
    first.save()
    run("parted").to_the_end()
    again, _ = load_weights(tmp_path / "parted" / "weights.safetensors")
    for name, value in network.encoder.state_dict().items():
        torch.testing.assert_close(again.encoder.state_dict()[name], value, msg=name)

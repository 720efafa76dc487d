"""The engines that run graphs give what the reference gives, and the live path does without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.engines import EQUAL_ENGINES, EncodedCrops, Engine, LoopStart, create_engine, openvino_runner
from handtrack.engines.graph_engine import GraphEngine
from handtrack.engines.graph_files import (
    DIGEST_KEY,
    find_graphs,
    find_int8_graphs,
    int8_is_close,
    int8_report,
)
from handtrack.engines.int8_probe import check_int8, probe_crop
from handtrack.engines.processor import this_processor
from handtrack.engines.quantising import in_exact_arithmetic
from handtrack.errors import ModelError
from handtrack.hand import Crop
from handtrack.model.constants import CROP_PIXELS
from handtrack.model.weights_file import shipped_weights, weights_digest
from handtrack.tracking.estimation import cut_crops

FASTER = [name for name in EQUAL_ENGINES if name != "torch"]

PIXELS = 0.2  # of the frame
CROP_SIDES = 0.0005 / 0.2  # half a millimetre of depth, for a crop about 0.2 m wide
"""How far engines may differ, and still be said to give the same."""


@pytest.fixture(scope="module")
def reference() -> Engine:
    return create_engine("torch", shipped_weights())


@pytest.fixture(scope="module", params=FASTER)
def engine(request: pytest.FixtureRequest) -> Engine:
    return create_engine(request.param, shipped_weights())


@pytest.fixture(scope="module")
def hands(shared_data: Path) -> np.ndarray:
    """Crops of a real hand that counts, (H, 128, 128, 3), as a tracker takes them."""
    capture = cv2.VideoCapture(str(shared_data / "clips" / "counting_hand.mp4"))
    crops = []
    with HandTracker.load(engine="torch", max_hands=1) as tracker:
        for index in range(240):
            _, image = capture.read()
            found = tracker.process(image, index / 30).hands
            if found and index % 3 == 0:
                crops.append(cut_crops(image, [found[0].crop])[0])
    assert len(crops) > 60
    return np.stack(crops)


def loops_of(engine: Engine, crop: np.ndarray, threshold: float) -> list[tuple[np.ndarray, ...]]:
    """What each loop says of one crop, until the gate lets it leave."""
    encoded, rows = engine.encode(crop[None]), np.arange(1)
    said: list[tuple[np.ndarray, ...]] = []
    state = None
    for loop in range(engine.max_iterations):
        result = engine.refine(encoded, state, loop, rows)
        said.append((result.xy, result.z, result.sigma_xy, result.sigma_z))
        if result.exit_probability[0] >= threshold:
            break
        state = result.state
    return said


def test_engines_agree_on_real_hands_and_on_when_to_leave(engine, reference, hands):
    same_loops = 0
    for crop in hands:
        mine, theirs = loops_of(engine, crop, 0.5), loops_of(reference, crop, 0.5)
        same_loops += len(mine) == len(theirs)
        for (xy, z, sigma_xy, sigma_z), expected in zip(mine, theirs, strict=False):
            assert np.abs(xy - expected[0]).max() * CROP_PIXELS < PIXELS
            assert np.abs(z - expected[1]).max() < CROP_SIDES
            assert np.allclose(sigma_xy, expected[2], rtol=0.01)
            assert np.allclose(sigma_z, expected[3], rtol=0.01)
    assert same_loops >= 0.99 * len(hands)


def test_engines_agree_on_all_loops_of_warm_starts(engine, reference, hands):
    crops, rows = hands[:3], np.arange(3)
    cold = reference.refine(reference.encode(crops), None, 0, rows)
    start = LoopStart(cold.xy + 0.01, cold.z, cold.sigma_xy, cold.sigma_z)
    said = []
    for each in (engine, reference):
        encoded, state = each.encode(crops), each.start_from(start)
        for loop in range(each.max_iterations):
            result = each.refine(encoded, state, loop, rows)
            state = result.state
        said.append((result, encoded))
    (mine, my_crops), (theirs, their_crops) = said
    assert np.abs(mine.xy - theirs.xy).max() * CROP_PIXELS < PIXELS
    assert np.abs(mine.exit_probability - theirs.exit_probability).max() < 0.01
    assert np.allclose(my_crops.presence, their_crops.presence, atol=0.001)
    assert np.allclose(my_crops.right, their_crops.right, atol=0.001)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_any_number_of_hands_gives_what_each_gives_alone(engine, hands, count):
    crops = hands[10 : 10 + count]
    together = engine.refine(engine.encode(crops), None, 0, np.arange(count))
    assert together.xy.shape == (count, 21, 2)
    for crop, xy in zip(crops, together.xy, strict=True):
        alone = engine.refine(engine.encode(crop[None]), None, 0, np.arange(1))
        assert np.allclose(alone.xy[0], xy, atol=1e-4)


def test_two_hands_side_by_side_give_what_they_give_in_turn(hands):
    in_turn, side_by_side = (create_engine("openvino", shipped_weights()) for _ in range(2))
    in_turn.prepare()
    side_by_side.prepare(2)
    crops, rows = hands[5:7], np.arange(2)
    said = [each.refine(each.encode(crops), None, 0, rows).xy for each in (in_turn, side_by_side)]
    assert np.array_equal(said[0], said[1])
    assert not np.allclose(said[0][0], said[0][1])


def test_graphs_for_two_are_compiled_once_two_hands_stay_and_not_for_a_new_hand(hands, monkeypatch):
    monkeypatch.setattr(openvino_runner, "hands_side_by_side", lambda: True)
    begun: list[str] = []
    monkeypatch.setattr(openvino_runner._Pairs, "start", lambda pairs: begun.append("pairs"))
    engine = create_engine("openvino", shipped_weights())
    crops, rows = hands[5:7], np.arange(2)
    for _ in range(3):  # looks at a new hand, as a left and as a right one
        engine.refine(engine.encode(crops), None, 0, rows)
    engine.encode(crops[:1])
    assert begun == []
    for _ in range(2):
        engine.refine(engine.encode(crops), None, 0, rows)
    assert begun


def test_hands_that_leave_do_not_disturb_the_others(engine, hands):
    encoded = engine.encode(hands[:3])
    first = engine.refine(encoded, None, 0, np.arange(3))
    together = engine.refine(encoded, first.state, 1, np.arange(3))
    rest = np.array([0, 2])
    alone = engine.refine(encoded, engine.keep(first.state, rest), 1, rest)
    assert np.allclose(alone.xy, together.xy[rest], atol=1e-4)


def test_results_stay_when_the_engine_goes_on(engine, hands):
    """Engines use their memory again; what they gave away must not change with it."""
    encoded = engine.encode(hands[:1])
    first = engine.refine(encoded, None, 0, np.arange(1))
    kept = first.xy.copy(), encoded.presence.copy()
    second = engine.refine(encoded, first.state, 1, np.arange(1))
    other = engine.encode(hands[40:41])
    engine.refine(other, None, 0, np.arange(1))
    again = engine.refine(encoded, first.state, 1, np.arange(1))
    assert np.array_equal(first.xy, kept[0])
    assert np.array_equal(encoded.presence, kept[1])
    assert np.allclose(again.xy, second.xy, atol=1e-6)


def test_half_precision_keeps_within_a_pixel_or_two_of_the_crop(reference, hands):
    half = create_engine("openvino-bf16", shipped_weights())
    for crop in hands[:20]:
        (xy, *_), *_ = loops_of(half, crop, 0.0)
        (expected, *_), *_ = loops_of(reference, crop, 0.0)
        assert np.abs(xy - expected).max() * CROP_PIXELS < 2.0


@pytest.fixture
def no_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor without it, whatever this one has: where it has, what is faster is measured."""
    processor = replace(this_processor(), half=False)
    monkeypatch.setattr("handtrack.engines.choice.this_processor", lambda: processor)


def test_the_fastest_engine_that_works_is_taken(monkeypatch, no_half_precision):
    from handtrack.engines.onnxruntime_runner import OnnxRuntimeRunner
    from handtrack.engines.openvino_runner import OpenVinoRunner
    from handtrack.engines.torch_engine import TorchEngine

    best = create_engine("auto", shipped_weights())
    assert best.name == "openvino-int8"
    monkeypatch.setattr("handtrack.engines.graph_files.INT8_ERROR", 0.5)
    exact = create_engine("auto", shipped_weights())
    assert isinstance(exact, GraphEngine)
    assert isinstance(exact._runner, OpenVinoRunner)
    assert exact.name == "openvino"
    monkeypatch.setitem(sys.modules, "openvino", None)
    second = create_engine("auto", shipped_weights())
    assert isinstance(second, GraphEngine)
    assert isinstance(second._runner, OnnxRuntimeRunner)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert isinstance(create_engine("auto", shipped_weights()), TorchEngine)
    with pytest.raises(ModelError, match="pip install"):
        create_engine("onnxruntime", shipped_weights())


def test_an_encoder_in_8_bits_moves_joints_by_less_than_their_sigma(reference, hands):
    quantised = create_engine("openvino-int8", shipped_weights())
    moved = []
    for crop in hands[:40]:
        (xy, *_), *_ = loops_of(quantised, crop, 0.0)
        (expected, _, sigma, _), *_ = loops_of(reference, crop, 0.0)
        moved.append(np.abs(xy - expected) / sigma)
    assert np.mean(moved) < 0.25
    assert np.max(moved) < 2.0


def test_an_encoder_in_8_bits_that_overflows_is_not_used(monkeypatch, tmp_path, no_half_precision):
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    encode = GraphEngine.encode

    def overflow(engine, crops):
        encoded = encode(engine, crops)
        fine = encoded.features["fine"]
        return replace(encoded, features={**encoded.features, "fine": np.minimum(fine, 0.5 * fine.mean())})

    monkeypatch.setattr(GraphEngine, "encode", overflow)
    assert create_engine("auto", shipped_weights()).name == "openvino"
    with pytest.raises(ModelError, match="other features on this processor than in exact arithmetic"):
        create_engine("openvino-int8", shipped_weights())


def test_the_probe_is_passed_by_what_the_graph_gives_in_exact_arithmetic():
    path = find_int8_graphs(shipped_weights())["encode"]
    exact = in_exact_arithmetic(path, probe_crop())[1]  # the fine features

    class Exact:
        def encode(self, crops):
            return EncodedCrops({"fine": exact}, np.ones(1), np.ones(1))

    check_int8(Exact(), shipped_weights())  # type: ignore[arg-type] # an engine as far as it is asked


def test_8_bits_that_were_not_measured_or_err_too_much_are_not_taken_by_itself(tmp_path):
    weights = Path(shutil.copy(shipped_weights(), tmp_path / "mine.safetensors"))
    report = int8_report(weights)
    assert not int8_is_close(weights)
    noted = {DIGEST_KEY: weights_digest(weights), "error_2d_over_exact": 1.01, "pa_mpjpe_over_exact": 1.0}
    report.write_text(json.dumps(noted))
    assert int8_is_close(weights)
    for change in (
        {"pa_mpjpe_over_exact": 1.03},
        {DIGEST_KEY: "of others"},
        {"error_2d_over_exact": "no number"},
    ):
        report.write_text(json.dumps({**noted, **change}))
        assert not int8_is_close(weights)
    report.write_text("no json")
    assert not int8_is_close(weights)


def test_weights_without_graphs_run_in_torch_and_say_how_to_get_them(tmp_path):
    from handtrack.engines.torch_engine import TorchEngine

    weights = Path(shutil.copy(shipped_weights(), tmp_path / "mine.safetensors"))
    assert isinstance(create_engine("auto", weights), TorchEngine)
    with pytest.raises(ModelError, match=f"does not exist; run `handtrack graphs {weights}`"):
        create_engine("openvino", weights)


def test_a_damaged_graph_is_told_in_one_line(tmp_path, engine):
    weights = Path(shutil.copy(shipped_weights(), tmp_path))
    for path in find_graphs(shipped_weights()).values():
        copy = Path(shutil.copy(path, tmp_path))
        content = copy.read_bytes()
        copy.write_bytes(b"\x00" * 200 + content[200:])
    for name in FASTER:
        with pytest.raises(ModelError, match=r"cannot run .*handtrack\.encode\.onnx") as refused:
            create_engine(name, weights).encode(np.zeros((1, 128, 128, 3), np.uint8))
        assert "\n" not in str(refused.value)


def test_shipped_graphs_belong_to_the_shipped_weights():
    graphs = find_graphs(shipped_weights())
    assert sum(path.stat().st_size for path in graphs.values()) < shipped_weights().stat().st_size / 20


def test_crops_of_a_frame_are_cut_side_by_side():
    image = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    crops = [Crop((99.5, 89.5), 128.0, 0.0), Crop((5.0, 5.0), 700.0, 1.0, mirrored=True)]
    pictures = cut_crops(image, crops)
    assert pictures.shape == (2, 128, 128, 3)
    assert np.array_equal(pictures[0], image[26:154, 36:164])
    assert cut_crops(image, []).shape == (0, 128, 128, 3)


def test_the_live_path_does_without_torch():
    code = (
        "import sys\n"
        "import numpy as np\n"
        "from handtrack import HandTracker\n"
        "tracker = HandTracker.load()\n"
        "tracker._engine.encode(np.zeros((1, 128, 128, 3), np.uint8))\n"
        "tracker.process(np.zeros((240, 320, 3), np.uint8), 0.0)\n"
        "tracker.close()\n"
        "print('torch' in sys.modules, 'openvino' in sys.modules, 'openvino_telemetry' in sys.modules,"
        " sys.modules.get('openvino_telemetry'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True", "None"]

"""The finder of our own: its way from a frame to places, files that are not it, and the shipped one."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch

from handtrack.cropping import crop_from_joints
from handtrack.detectors import create_detector
from handtrack.detectors.finder_graph import export_finder
from handtrack.detectors.finder_runner import _in_onnxruntime, finder_runner
from handtrack.detectors.own import OwnDetector
from handtrack.detectors.palm import PalmDetector
from handtrack.errors import ModelError
from handtrack.model.checkpoint import load_finder, save_finder
from handtrack.model.finder_network import FinderNetwork
from handtrack.study.datasets.labelling.label_store import load_labels
from handtrack.study.datasets.labelling.pictures import read_picture

LABELS = Path(__file__).parents[3] / "configs" / "training" / "labels.parquet"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("finder") / "finder.safetensors"
    torch.manual_seed(0)
    save_finder(path, FinderNetwork(), {})
    return path


@pytest.fixture(scope="module")
def graph(weights: Path) -> Path:
    path = weights.with_suffix(".onnx")
    export_finder(weights, path)
    return path


def _answering(graph: Path, path: Path, *, at: tuple[int, int], answer: list[float]) -> Path:
    """A graph that gives one answer for one cell of every frame, and no hand elsewhere."""
    from onnx import TensorProto, helper, numpy_helper

    known = np.zeros((1, 7, 36, 36), np.float32)
    known[:, 0] = -9
    known[0, :, at[0], at[1]] = answer
    frame = helper.make_tensor_value_info("frame", TensorProto.FLOAT, [1, 3, "height", "width"])
    answers = helper.make_tensor_value_info("answers", TensorProto.FLOAT, [1, 7, "rows", "columns"])
    constants: dict[str, np.ndarray] = {
        "known": known,
        "zero": np.zeros(2, np.int64),
        "two": np.array([2], np.int64),
        "four": np.array([4], np.int64),
        "cell": np.array([8, 8], np.int64),
        "axes": np.array([2, 3], np.int64),
    }
    nodes = [
        helper.make_node("Shape", ["frame"], ["shape"]),
        helper.make_node("Slice", ["shape", "two", "four"], ["sides"]),
        helper.make_node("Div", ["sides", "cell"], ["cells"]),
        helper.make_node("Slice", ["known", "zero", "cells", "axes"], ["answers"]),
    ]
    initial = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    made = helper.make_graph(nodes, "one", [frame], [answers], initial)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


@pytest.mark.parametrize("shape", [(160, 160), (128, 224)])
def test_the_graph_answers_as_the_network_in_both_runtimes(weights, graph, shape):
    frame = np.random.default_rng(0).normal(0, 1, (1, 3, *shape)).astype(np.float32)
    with torch.inference_mode():
        exact = load_finder(weights)(torch.from_numpy(frame)).numpy()
    np.testing.assert_allclose(finder_runner(graph, shape)(frame), exact, atol=2e-3)
    np.testing.assert_allclose(_in_onnxruntime(graph, shape)(frame), exact, atol=2e-3)


def test_the_graph_is_small_for_it_travels_with_the_program(graph):
    assert graph.stat().st_size < 3_000_000


@pytest.mark.parametrize(
    ("frame", "scale"), [((480, 640), 640 / 192), ((720, 1280), 1280 / 224), ((400, 400), 400 / 160)]
)
def test_a_place_comes_back_in_pixels_of_the_frame(graph, tmp_path, frame, scale):
    up = [math.sin(0.5), -math.cos(0.5)]
    known = _answering(graph, tmp_path / "known.onnx", at=(5, 12), answer=[4.0, 0.2, 0.1, 0.0, *up, -3.0])
    (found,) = OwnDetector(2, 0.3, known).detect(np.full((*frame, 3), 200, np.uint8))
    assert found.crop.centre == pytest.approx(((12.7 * 8) * scale, (5.6 * 8) * scale), rel=0.01)
    assert found.crop.size == pytest.approx(1.4 * 48 * scale, rel=0.01)
    assert found.crop.angle == pytest.approx(0.5, abs=1e-5)
    assert not found.crop.mirrored
    assert found.handedness == "left"
    assert found.handedness_score == pytest.approx(1 / (1 + math.exp(-3)), abs=1e-5)


@pytest.mark.parametrize("frame", [(1, 1), (1, 4000), (3000, 2), (7, 9)])
def test_any_picture_is_looked_at(graph, frame):
    detector = OwnDetector(2, 0.01, graph)
    assert len(detector.detect(np.full((*frame, 3), 128, np.uint8))) <= 4


def test_a_closed_detector_says_so(graph):
    detector = OwnDetector(1, 0.3, graph)
    detector.close()
    detector.close()
    with pytest.raises(RuntimeError, match="closed"):
        detector.detect(np.zeros((10, 10, 3), np.uint8))


def _truncated(graph: Path, path: Path) -> None:
    path.write_bytes(graph.read_bytes()[:50_000])


def _of_another_network(graph: Path, path: Path) -> None:
    model = onnx.load(graph)
    model.graph.output[0].name = model.graph.node[-2].output[0]
    del model.graph.output[0].type.tensor_type.shape.dim[:]
    onnx.save(model, path)


def _of_no_numbers(graph: Path, path: Path) -> None:
    model = onnx.load(graph)
    for constant in model.graph.initializer:
        if "answer.bias" in constant.name:
            constant.CopyFrom(onnx.numpy_helper.from_array(np.full(7, np.nan, np.float32), constant.name))
    onnx.save(model, path)


@pytest.mark.parametrize("damage", [_truncated, _of_another_network, _of_no_numbers])
def test_another_file_is_named(graph, tmp_path, damage):
    damage(graph, tmp_path / "bad.onnx")
    with pytest.raises(ModelError, match=r"bad\.onnx is damaged or another one .*install handtrack again"):
        OwnDetector(1, 0.3, tmp_path / "bad.onnx")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.onnx does not exist"):
        OwnDetector(1, 0.3, tmp_path / "none.onnx")


def test_auto_goes_on_with_the_palm_network_and_says_so(hand_bundle, monkeypatch, caplog):
    assert isinstance(create_detector("auto", 1), OwnDetector)
    monkeypatch.setattr("handtrack.detectors.own.SHIPPED_FINDER", "assets/weights/absent.onnx")
    assert isinstance(create_detector("auto", 1), PalmDetector)
    assert "absent.onnx" in caplog.text
    assert "palm network finds the hands" in caplog.text
    with pytest.raises(ModelError, match=r"absent\.onnx"):
        create_detector("own", 1)


def test_weights_of_the_estimator_are_not_a_finders(tmp_path):
    from handtrack.model.weights_file import shipped_weights

    with pytest.raises(ModelError, match="has format 'handtrack-weights-3'"):
        load_finder(shipped_weights())


@pytest.fixture(scope="module")
def pictures(shared_data: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pictures of a person who is in no training, and the joints (21, 2) of the one hand in each."""
    labels = [each for each in load_labels(LABELS) if each.source == "meyyappan"][::6]
    return [(read_picture(shared_data, each.file), each.joints_2d) for each in labels]


def _found(detector: OwnDetector, picture: np.ndarray, joints: np.ndarray) -> bool:
    wanted = crop_from_joints(joints, 1.5)
    return any(
        math.dist(place.crop.centre, wanted.centre) < 0.3 * wanted.size
        and 0.5 < place.crop.size / wanted.size < 2
        for place in detector.detect(picture)
    )


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def test_the_shipped_finder_finds_the_hands_of_a_stranger_in_colour_and_in_grey(pictures):
    detector = OwnDetector(2, 0.3)
    colour = np.mean([_found(detector, picture, joints) for picture, joints in pictures])
    grey = np.mean([_found(detector, _grey(picture), joints) for picture, joints in pictures])
    assert colour > 0.85
    assert grey > colour - 0.1


def test_of_a_crowd_no_more_is_named_than_is_wanted_and_two_to_spare(pictures):
    hand = cv2.resize(pictures[0][0], (160, 120))
    crowd = np.concatenate([np.concatenate([hand] * 7, axis=1)] * 7)
    detector = OwnDetector(2, 0.05)
    assert len(detector.detect(crowd)) == 4
    detector.max_hands = 8
    assert len(detector.detect(crowd)) == 10


def test_the_shipped_finder_turns_its_crop_with_the_picture(pictures):
    detector = OwnDetector(1, 0.3)
    turns = []
    for picture, _ in pictures[:12]:
        upright, turned = detector.detect(picture), detector.detect(cv2.rotate(picture, cv2.ROTATE_180))
        if upright and turned:
            turn = turned[0].crop.angle - upright[0].crop.angle
            turns.append(abs(math.remainder(turn - math.pi, 2 * math.pi)))
    assert len(turns) >= 4
    assert np.median(turns) < math.radians(25)

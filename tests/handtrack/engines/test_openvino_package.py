"""Networks that OpenVINO has compiled are kept for whoever needs the same ones next."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.engines.openvino_package import _compile, make_requests
from handtrack.model.weights_file import shipped_weights

FINDER = shipped_weights().parent / "finder.onnx"
SHAPES = (1, 3, 96, 96), (1, 3, 96, 160)
PICTURE = np.full((480, 640, 3), 90, np.uint8)


@pytest.fixture(autouse=True)
def nothing_kept(compiled_afresh: None) -> Iterator[None]:
    _compile.cache_clear()
    yield
    _compile.cache_clear()


def compiled() -> int:
    return _compile.cache_info().misses


def test_the_next_tracker_compiles_nothing() -> None:
    counts = []
    for _ in range(3):
        with HandTracker.load(max_hands=1) as tracker:
            tracker.prepare()
            tracker.process(PICTURE, timestamp=0.0)
        counts.append(compiled())

    assert counts[0] > 5
    assert counts == 3 * counts[:1]


def test_a_network_of_another_kind_or_content_is_compiled_anew(tmp_path: Path) -> None:
    graph = Path(shutil.copy(FINDER, tmp_path))

    for options, shape in (({}, SHAPES[0]), ({"PERF_COUNT": True}, SHAPES[0]), ({}, SHAPES[1])):
        make_requests(graph, options, shape=shape)
    assert compiled() == 3
    make_requests(graph, {}, shape=SHAPES[0])
    assert compiled() == 3
    graph.write_bytes(b"no network")
    with pytest.raises(RuntimeError):
        make_requests(graph, {}, shape=SHAPES[0])


def test_two_who_share_a_network_have_memory_of_their_own() -> None:
    (one,), (other,) = (make_requests(FINDER, {}, shape=SHAPES[0]) for _ in range(2))
    pictures = np.random.default_rng(0).random((2, *SHAPES[0]), np.float32)
    one.infer([pictures[0]])
    answer = one.output_tensors[0].data
    before = answer.copy()
    other.infer([pictures[1]])

    assert compiled() == 1
    assert np.array_equal(answer, before)
    assert not np.allclose(answer, other.output_tensors[0].data)

"""`auto` takes the fastest engine on this machine that is as good, and measures once which that is."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from handtrack.engines import Engine, choose_engine, create_engine
from handtrack.engines import choice as choice_module
from handtrack.engines.choice import _order
from handtrack.engines.followed_time import follow_once, followed_times
from handtrack.engines.graph_engine import GraphEngine
from handtrack.engines.graph_files import graph_paths
from handtrack.engines.half_probe import check_half, probe_hands
from handtrack.engines.kept_times import FILE_NAME, KeptTimes
from handtrack.engines.processor import Processor, this_processor
from handtrack.errors import ModelError
from handtrack.model.weights_file import shipped_weights

NAMES = ["openvino-int8", "openvino"]
WITH_HALF = [*NAMES, "openvino-bf16"]
ORDINARY = Processor("a processor", "of its kind", half=False)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that times are kept in."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HANDTRACK_CACHE", str(folder))
    return folder / FILE_NAME


@pytest.fixture(scope="module")
def exact() -> Engine:
    return create_engine("openvino", shipped_weights())


def set_processor(monkeypatch: pytest.MonkeyPatch, processor: Processor) -> None:
    for module in ("choice", "kept_times"):
        monkeypatch.setattr(f"handtrack.engines.{module}.this_processor", lambda: processor)


def set_times(monkeypatch: pytest.MonkeyPatch, times: dict[str, float]) -> list[list[str]]:
    """Have engines taken so long; gives the names of those that were measured, a list for each time."""
    asked: list[list[str]] = []

    def measured(engines):
        asked.append(list(engines))
        return {name: times[name] for name in engines}

    monkeypatch.setattr(choice_module, "followed_times", measured)
    return asked


def rounded(values: np.ndarray, bits: int) -> np.ndarray:
    """float32 cut to so many bits of mantissa; half precision (bf16) has 7."""
    mask = np.uint32(0xFFFFFFFF << (23 - bits) & 0xFFFFFFFF)
    return (values.view(np.uint32) & mask).view(np.float32)


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch):
    """Let the engine of half precision have maps of so many bits only."""
    encode = GraphEngine.encode

    def set_bits(bits: int) -> None:
        def encoded_coarsely(engine, crops):
            encoded = encode(engine, crops)
            if engine.name != "openvino-bf16":
                return encoded
            maps = {name: rounded(values, bits) for name, values in encoded.features.items()}
            return replace(encoded, features=maps)

        monkeypatch.setattr(GraphEngine, "encode", encoded_coarsely)

    return set_bits


@pytest.mark.parametrize(
    ("times", "taken"),
    [
        ({"openvino-int8": 0.34, "openvino": 0.45, "openvino-bf16": 0.29}, "openvino-bf16"),
        ({"openvino-int8": 2.16, "openvino": 2.68, "openvino-bf16": 3.31}, "openvino-int8"),
        ({"openvino-int8": 2.00, "openvino": 1.96, "openvino-bf16": 1.92}, "openvino-int8"),
        ({"openvino-int8": 2.00, "openvino": 1.50, "openvino-bf16": 1.46}, "openvino"),
        ({"openvino-int8": 2.00, "openvino": 1.50}, "openvino"),
        ({"openvino": 1.50, "openvino-bf16": 1.30}, "openvino-bf16"),
        ({}, "openvino-int8"),
    ],
)
def test_only_a_clear_win_changes_the_order(times, taken):
    order = _order(WITH_HALF, times)
    assert order[0] == taken
    assert order[-1] == "torch"
    assert "openvino-bf16" not in order[1:]


def test_the_first_start_measures_and_the_next_do_not(cache, monkeypatch):
    set_processor(monkeypatch, ORDINARY)
    first = choose_engine(shipped_weights())
    assert list(first.followed_ms) == NAMES
    assert all(0.1 < taken < 1000 for taken in first.followed_ms.values())
    assert cache.is_file()
    asked = set_times(monkeypatch, {})
    second = choose_engine(shipped_weights())
    assert (second.engine.name, second.followed_ms) == (first.engine.name, first.followed_ms)
    assert not asked


def test_half_precision_is_taken_where_the_processor_has_it_and_it_wins(coarse, monkeypatch):
    times = {"openvino-int8": 0.34, "openvino": 0.45, "openvino-bf16": 0.29}
    asked = set_times(monkeypatch, times)
    coarse(7)
    set_processor(monkeypatch, ORDINARY)
    assert choose_engine(shipped_weights()).engine.name == "openvino-int8"
    set_processor(monkeypatch, replace(ORDINARY, half=True))
    chosen = choose_engine(shipped_weights())
    assert (chosen.engine.name, chosen.followed_ms) == ("openvino-bf16", times)
    follow_once(chosen.engine)
    assert choose_engine(shipped_weights()).engine.name == "openvino-bf16"
    assert asked == [NAMES, WITH_HALF]


def test_half_precision_that_moves_joints_is_not_taken_however_fast(coarse, monkeypatch):
    asked = set_times(monkeypatch, {"openvino-int8": 3.0, "openvino": 2.0, "openvino-bf16": 1.0})
    coarse(1)
    set_processor(monkeypatch, replace(ORDINARY, half=True))
    assert choose_engine(shipped_weights()).engine.name == "openvino"
    assert asked == [NAMES]


def test_engines_are_as_good_by_how_far_they_move_known_hands(exact, coarse):
    half = create_engine("openvino-bf16", shipped_weights())
    check_half(half, exact)
    coarse(7)
    check_half(half, exact)
    coarse(1)
    with pytest.raises(ModelError, match=r"half precision moves joints by 0\.\d+ of their sigma"):
        check_half(half, exact)
    with pytest.raises(ModelError, match="without the exact engine"):
        check_half(half, None)


def test_the_known_hands_are_hands(exact):
    assert exact.encode(probe_hands()).presence.min() > 0.9


def test_an_engine_that_works_three_times_as_much_takes_longer(exact):
    class Laborious:
        start_from, refine = staticmethod(exact.start_from), staticmethod(exact.refine)

        def encode(self, crops):
            return [exact.encode(crops) for _ in range(4)][-1]

    follow_once(exact)
    times = followed_times({"laborious": cast(Engine, Laborious()), "exact": exact})
    assert times["laborious"] > 1.5 * times["exact"]


def test_times_are_of_one_processor_one_file_of_weights_and_one_version(cache, monkeypatch, tmp_path):
    set_processor(monkeypatch, ORDINARY)
    weights = Path(shutil.copy(shipped_weights(), tmp_path))
    for path in graph_paths(shipped_weights()):
        shutil.copy(path, tmp_path)
    times = {"openvino-int8": 1.0, "openvino": 2.0}
    KeptTimes(weights, NAMES).write(times)
    assert KeptTimes(shipped_weights(), NAMES).read() == times
    assert KeptTimes(weights, WITH_HALF).read() == {}
    with monkeypatch.context() as change:
        set_processor(change, replace(ORDINARY, kind="another"))
        assert KeptTimes(weights, NAMES).read() == {}
    with monkeypatch.context() as change:
        change.setattr("handtrack.engines.kept_times.__version__", "0.0.1")
        assert KeptTimes(weights, NAMES).read() == {}
    with monkeypatch.context() as change:
        change.setattr("openvino.__version__", "2020.1")
        assert KeptTimes(weights, NAMES).read() == {}
    assert KeptTimes(weights, NAMES).read() == times
    graph_paths(weights)[-1].unlink()
    assert KeptTimes(weights, NAMES).read() == {}


def test_times_of_several_machines_share_a_file_that_does_not_grow(cache, monkeypatch):
    for number in range(20):
        set_processor(monkeypatch, replace(ORDINARY, kind=str(number)))
        KeptTimes(shipped_weights(), NAMES).write({"openvino": 1.0 + number})
    for number, known in ((3, {}), (4, {"openvino": 5.0}), (19, {"openvino": 20.0})):
        set_processor(monkeypatch, replace(ORDINARY, kind=str(number)))
        assert KeptTimes(shipped_weights(), NAMES).read() == known
    assert [path.name for path in cache.parent.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe no text",
        b"no json",
        b"[" * 50_000,
        b"[]",
        b'{"measured": [{"of": {}, "followed_ms": {}}]}',
        b" " * 200_000,
    ],
)
def test_a_damaged_file_of_times_is_measured_anew_and_replaced(cache, content):
    cache.parent.mkdir()
    cache.write_bytes(content)
    kept = KeptTimes(shipped_weights(), NAMES)
    assert kept.read() == {}
    kept.write({"openvino": 1.0})
    assert kept.read() == {"openvino": 1.0}


@pytest.mark.parametrize("wrong", ["NaN", "-1.0", "0.0", "1e999", '"1.0"', "null", "true", "[1.0]"])
def test_times_that_are_none_are_not_believed(cache, wrong):
    kept = KeptTimes(shipped_weights(), NAMES)
    kept.write({"openvino": 1.25})
    cache.write_text(cache.read_text().replace("1.25", wrong))
    assert kept.read() == {}


def test_times_of_engines_that_were_not_asked_for_are_not_believed(cache):
    kept = KeptTimes(shipped_weights(), NAMES)
    kept.write({"openvino": 1.25})
    cache.write_text(cache.read_text().replace('"openvino": 1.25', '"openvino-bf16": 1.25'))
    assert kept.read() == {}


def test_a_cache_that_cannot_be_written_is_told_in_the_log_and_no_error(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path / "file" / "cache"))
    asked = set_times(monkeypatch, {"openvino-int8": 1.0, "openvino": 2.0})
    set_processor(monkeypatch, ORDINARY)
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            assert choose_engine(shipped_weights()).engine.name == "openvino-int8"
    assert asked == [NAMES, NAMES]
    assert "engines are measured at each start" in caplog.text


@pytest.mark.parametrize(
    ("flags", "half"),
    [
        ("fpu avx2 avx512f avx512_bf16", True),
        ("fpu amx_bf16 amx_tile", True),
        ("fpu avx2 avx512f avx512_vnni", False),
        ("", False),
    ],
)
@pytest.mark.skipif("sys.platform != 'linux'", reason="what a processor can do is known on Linux only")
def test_half_precision_is_a_matter_of_the_processor(flags, half, tmp_path, monkeypatch):
    told = tmp_path / "cpuinfo"
    core = f"processor\t: {{}}\nmodel name\t: Some Xeon\nflags\t\t: {flags}\n"
    told.write_text(core.format(0) + "\n" + core.format(1) + "\n")
    monkeypatch.setattr("handtrack.engines.processor._CPUINFO", told)
    found = this_processor()
    assert (found.name, found.half) == ("Some Xeon", half)
    told.write_text(told.read_text().replace("fpu", "fpu other"))
    assert (this_processor().kind == found.kind) == (not flags)


def test_a_processor_that_nothing_is_told_of_has_no_half_precision(tmp_path, monkeypatch):
    monkeypatch.setattr("handtrack.engines.processor._CPUINFO", tmp_path / "absent")
    assert this_processor().name
    assert not this_processor().half

"""Processes that are started to be measured."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
import pytest

from handtrack.study.evaluation.speed import program
from handtrack.study.evaluation.speed.clip_frames import Clip
from handtrack.study.evaluation.speed.program import (
    HALF_HOUR_FRAMES,
    MeasurementError,
    ask,
    measure_memory,
    run_python,
    trend,
)
from handtrack.study.evaluation.speed.resident import resident_bytes


def test_a_trend_is_not_moved_by_a_jump() -> None:
    places = np.arange(0.0, 100.0, 5.0)
    jump = np.where(places > 50, 300.0, 0.0)

    assert trend(places, 2 * places + 7) == pytest.approx(2)
    assert trend(places, np.where(places == 50, 300.0, 5.0)) == pytest.approx(0)
    assert trend(places, jump) >= 0
    assert trend(np.array([0.0]), np.array([1.0])) == 0


def test_memory_is_that_of_this_process() -> None:
    before = resident_bytes()
    if before is None:
        pytest.skip("this system does not tell a process its memory")
    # Pages of its own: an array may come to lie where the process has freed as much before.
    held = np.frombuffer(mmap.mmap(-1, 100_000_000), np.uint8)
    held[:] = 1
    after = resident_bytes()

    assert after is not None
    # What other threads free meanwhile is not ours to count.
    assert held.nbytes * 0.6 < after - before < held.nbytes * 2


def test_memory_over_frames_is_carried_on_to_half_an_hour(
    short_clip: Clip, hand_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_LEAST_WARM_UP", 10)
    growth = measure_memory(short_clip, "openvino", 40)
    if growth is None:
        pytest.skip("this system does not tell a process its memory")

    assert growth.frames == 40
    assert 50 < growth.begin < 5000
    assert growth.low <= growth.high
    assert growth.half_hour == pytest.approx(growth.growth * HALF_HOUR_FRAMES / 40)


def test_a_process_that_fails_gives_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="a process of the measurement failed") as caught:
        ask("first_hand", tmp_path / "none.mp4", "torch")

    assert "\n" not in str(caught.value)
    assert "none.mp4" in str(caught.value)


def test_a_process_is_timed_and_heard() -> None:
    output, seconds = run_python("-c", "import time; time.sleep(0.1); print('heard')")

    assert output.strip() == "heard"
    assert seconds > 0.1


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="needs a system that pins processes to cores"
)
def test_children_get_no_more_cores_than_wanted_and_we_keep_ours() -> None:
    from handtrack.study.evaluation.speed.program import at_most_cores

    before = os.sched_getaffinity(0)
    with at_most_cores(1) as cores:
        output, _ = run_python("-c", "import os; print(len(os.sched_getaffinity(0)))")

    assert (cores, int(output)) == (1, 1)
    assert os.sched_getaffinity(0) == before

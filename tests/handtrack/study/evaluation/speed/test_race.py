"""Contestants that take turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from handtrack.hand import Frame
from handtrack.study.evaluation.speed.race import race
from handtrack.study.evaluation.speed.timing import NoiseProbe

FRAMES = [Frame(np.zeros((2, 2, 3), np.uint8), index / 30, index) for index in range(12)]


class Made:
    """Notes each frame that it works on, and does not count those that it is told to lose."""

    def __init__(self, name: str, log: list[tuple[str, int]], loses: Collection[int] = ()) -> None:
        self.name = name
        self._log = log
        self._loses = loses

    def prepare(self, frame: Frame) -> int:
        return frame.index

    def run(self, prepared: int) -> int:
        self._log.append((self.name, prepared))
        return prepared

    def observe(self, outcome: int) -> Mapping[str, float] | None:
        return None if outcome in self._loses else {"index": outcome}


def test_a_frame_counts_that_counts_for_all() -> None:
    log: list[tuple[str, int]] = []
    probe = NoiseProbe()

    measured = race([Made("a", log, {5}), Made("b", log, {0, 7})], FRAMES, probe, warm_up=2)

    assert measured.frames == 10
    assert measured.series("a", "index") == measured.series("b", "index") == [2, 3, 4, 6, 8, 9, 10, 11]
    assert len(measured.series("a")) == 8
    assert measured.names("a") == ["total", "total, processor", "index"]
    assert len(probe.samples) == len(FRAMES)
    same = measured.against("a", "b", "total", "total")
    assert same is not None
    assert same.time.value > 0
    assert measured.against("a", "absent") is None


def test_all_work_on_every_frame_in_changing_order() -> None:
    log: list[tuple[str, int]] = []

    race([Made(name, log, {3}) for name in "abc"], FRAMES, NoiseProbe(), warm_up=0)

    rounds = [log[place : place + 3] for place in range(0, len(log), 3)]
    assert [sorted(each) for each in rounds] == [[(name, index) for name in "abc"] for index in range(12)]
    assert len({tuple(name for name, _ in each) for each in rounds}) > 3

"""How many finished crops a second the renderer makes, all looks on."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.study.datasets.workers import begin_work
from handtrack.study.synthesis.generate import Studio


@dataclass(frozen=True, slots=True)
class RenderSpeed:
    """Crops made by all processes together, seconds that took, and the number of processes."""

    crops: int
    seconds: float
    processes: int

    @property
    def per_second(self) -> float:
        """Finished crops a second."""
        return self.crops / self.seconds


def measure_speed(
    studio: Studio, seconds: float, processes: int = 2, pixels: int = CROP_PIXELS
) -> RenderSpeed:
    """Speed of so many processes that render crops side by side, each for so many seconds.

    Setting up (mesh, panoramas, shaders) is not counted; everything from the random draw to the finished
    uint8 crop with labels is. Raises SourceError where hands cannot be rendered.
    """
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, ProcessPoolExecutor(processes, spawn, initializer=begin_work) as pool:
        # All set up first: a process that still compiles shaders would leave its core to the other one.
        start = manager.Barrier(processes)
        runs = [pool.submit(_run, studio, number, seconds, pixels, start) for number in range(processes)]
        results = [run.result() for run in runs]
    return RenderSpeed(sum(crops for crops, _ in results), max(spent for _, spent in results), processes)


def _run(studio: Studio, number: int, seconds: float, pixels: int, start: object) -> tuple[int, float]:
    first = number * 1_000_000
    for index in range(8):
        studio.crop(first + index, pixels, CROP_MARGIN)
    start.wait(timeout=120)  # type: ignore[attr-defined]
    crops, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        studio.crop(first + 8 + crops, pixels, CROP_MARGIN)
        crops += 1
    return crops, time.perf_counter() - begin

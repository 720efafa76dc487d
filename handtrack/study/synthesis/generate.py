"""Many rendered hands to disk: shard after shard, in one process or several, continued where it stopped."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from handtrack.errors import SourceError
from handtrack.study.datasets.sample import HandSample
from handtrack.study.datasets.workers import begin_work
from handtrack.study.synthesis.shards import ShardSettings, prepare_folder, unfinished_shards, write_shard

Progress = Callable[[int, int], None]
"""Called with the number of hands done and the number of all."""


class Studio(Protocol):
    """Renders hands by their index; it may be sent to a process, which then sets up its own renderer."""

    def crop(self, index: int, pixels: int, margin: float) -> HandSample:
        """Hand number index as an upright crop. Raises SourceError where hands cannot be rendered."""
        ...


def generate(
    folder: Path,
    studio: Studio,
    settings: ShardSettings,
    count: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> int:
    """Bring the folder up to count hands; returns how many were rendered now.

    Shards that are there already stay as they are. Whatever the number of processes, the shards come out the
    same, byte for byte. Raises SourceError and ConfigError.
    """
    prepare_folder(folder, settings)
    missing = unfinished_shards(folder, count, settings.shard_size)
    wanted = sum(map(len, missing.values()))
    report = progress or (lambda done, total: None)
    report(count - wanted, count)
    if workers == 1 or len(missing) < 2:
        done = count - wanted
        for number, indices in missing.items():

            def rendered(indices: range = indices, before: int = done) -> Iterator[HandSample]:
                for step, index in enumerate(indices, start=1):
                    yield studio.crop(index, settings.pixels, settings.margin)
                    report(before + step, count)

            write_shard(folder, number, rendered(), settings.quality)
            done += len(indices)
        return wanted
    # Not forked: OpenGL contexts and the threads of their drivers do not survive a fork.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(missing)), spawn, initializer=begin_work) as pool:
        futures = {
            pool.submit(_render_shard, folder, studio, settings, number, indices): len(indices)
            for number, indices in missing.items()
        }
        _wait(futures, count - wanted, count, report, pool)
    return wanted


def _wait(
    futures: dict[Future[None], int], done: int, count: int, report: Progress, pool: ProcessPoolExecutor
) -> None:
    try:
        for future in as_completed(futures):
            future.result()
            done += futures[future]
            report(done, count)
    except BrokenProcessPool:
        raise SourceError(
            "a process that renders hands ended suddenly (out of memory, or its OpenGL driver failed); "
            "run the same command again with fewer --workers, finished shards are kept"
        ) from None
    finally:
        # One failure ends the run: on a full disk every further shard would fail as well.
        pool.shutdown(cancel_futures=True)


def _render_shard(folder: Path, studio: Studio, settings: ShardSettings, number: int, indices: range) -> None:
    samples = (studio.crop(index, settings.pixels, settings.margin) for index in indices)
    write_shard(folder, number, samples, settings.quality)

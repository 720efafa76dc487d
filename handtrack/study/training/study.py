"""Several runs that differ in one thing each: made side by side, gone on with, and compared."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from handtrack.config_loading import load_typed
from handtrack.errors import ConfigError, ModelError
from handtrack.model.checkpoint import load_weights
from handtrack.model.operating_table import OperatingPoint, OperatingTable
from handtrack.study.training.run_state import STATE_FILE
from handtrack.study.training.settings import load_training_settings
from handtrack.study.training.weights_file import WEIGHTS_FILE

RunName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Study(BaseModel):
    """A base and what each run changes of it. base: a file of training settings. runs: overrides by name."""

    model_config = ConfigDict(extra="forbid")
    base: Path
    runs: Annotated[dict[RunName, list[str]], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class StudyRow:
    """What one run came to, on the real validation.

    changes: of the base. parameters: of its network. error_2d_percent, pa_mpjpe_mm: (L,) after each loop.
    unseen_2d_percent: the last loop's, the mean over the collections of which nothing was trained on.
    default: the gate's operating point at its default threshold. within_1_sigma, within_2_sigma: shares after
    the last loop. sigma_rank: Spearman of sigma and error over hands. groups: of the joints. hours: it took.
    """

    name: str
    changes: tuple[str, ...]
    parameters: int
    error_2d_percent: tuple[float, ...]
    pa_mpjpe_mm: tuple[float, ...]
    unseen_2d_percent: float
    default: OperatingPoint
    within_1_sigma: float
    within_2_sigma: float
    sigma_rank: float
    groups: tuple[int, ...]
    hours: float


def load_study(path: Path) -> Study:
    """A study from a YAML file. Raises ConfigError for what is wrong with it or with any of its runs."""
    study = load_typed(Study, [path])
    for name, changes in study.runs.items():
        try:
            load_training_settings(study.base, changes)
        except ConfigError as error:
            raise ConfigError(f"{path}, run {name}: {error}") from None
    return study


TrainRun = Callable[[Path, list[str], Path], None]
"""Trains: file of settings, overrides, folder of the run. Raises ModelError."""


def train_in_process(base: Path, changes: list[str], folder: Path) -> None:
    """Train in a process of its own; its output goes to a log beside the run's folder. Raises ModelError."""
    command = [sys.executable, "-m", "handtrack", "train", str(base), "--out", str(folder)]
    for change in changes:
        command += ["--set", change]
    log = folder.with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as stream:
        code = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False).returncode
    if code:
        last = log.read_text(encoding="utf-8").strip().splitlines()[-1:] or ["it said nothing"]
        raise ModelError(f"run {folder.name} failed ({last[0]}); see {log}")


def run_study(
    study: Study,
    folder: Path,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    train: TrainRun = train_in_process,
) -> list[StudyRow]:
    """Make the runs that are not there yet, so many at a time, and give the rows of all, in their order.

    progress: called with the runs done and their number. Raises ModelError for a run that fails, after those
    beside it have ended; what is done stays.
    """
    waiting = [name for name in study.runs if not _is_done(study, name, folder)]
    done = len(study.runs) - len(waiting)
    with ThreadPoolExecutor(workers) as pool:
        runs = [pool.submit(train, study.base, study.runs[name], folder / name) for name in waiting]
        try:
            for run in as_completed(runs):
                run.result()
                done += 1
                if progress:
                    progress(done, len(study.runs))
        finally:
            pool.shutdown(cancel_futures=True)
    return [read_row(name, study.runs[name], folder / name) for name in study.runs]


def _is_done(study: Study, name: str, folder: Path) -> bool:
    """Whether a run is there. Raises ConfigError where it was made with other settings."""
    weights = folder / name / WEIGHTS_FILE
    if not weights.is_file() or (folder / name / STATE_FILE).exists():
        return False
    _, metadata = load_weights(weights)
    wanted = load_training_settings(study.base, study.runs[name]).identity()
    made = metadata.get("training", {})
    other = sorted(key for key, value in wanted.items() if made.get(key) != value)
    if other:
        raise ConfigError(
            f"{folder / name} was made with other settings ({', '.join(other)}); delete it to make it again, "
            "or choose another --out"
        )
    return True


def read_row(name: str, changes: list[str], folder: Path) -> StudyRow:
    """The row of a finished run. Raises ModelError where its weights lack what a row needs."""
    network, metadata = load_weights(folder / WEIGHTS_FILE)
    table = OperatingTable.from_metadata(metadata)
    try:
        measured = metadata["validation"]
        assert table is not None
        return StudyRow(
            name,
            tuple(changes),
            sum(each.numel() for each in network.parameters()),
            tuple(measured["error_2d_percent"]),
            tuple(measured["pa_mpjpe_mm"]),
            _unseen(measured["error_2d_by_source"], metadata["training"]["sources"]),
            table.at(table.default_threshold),
            measured["within_1_sigma"],
            measured["within_2_sigma"],
            measured["sigma_error_rank_correlation"],
            tuple(metadata["joint_groups"]),
            metadata["training"]["hours"],
        )
    except (KeyError, AssertionError):
        raise ModelError(f"{folder / WEIGHTS_FILE} does not say how good it is; make the run again") from None


def _unseen(error_by_source: dict[str, float], trained_on: list[str]) -> float:
    errors = [error for source, error in error_by_source.items() if source not in trained_on]
    return sum(errors) / len(errors) if errors else math.nan


def write_rows(path: Path, rows: list[StudyRow]) -> None:
    """All values of the rows as JSON."""
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")

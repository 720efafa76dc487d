"""The whole measurement, short, through its verb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.benchmark import bench
from handtrack.config import TrackerSettings
from handtrack.engines import ENGINES, Engine, create_engine
from handtrack.errors import ConfigError, ModelError
from handtrack.study.evaluation.speed import bench as bench_module
from handtrack.study.evaluation.speed import program
from handtrack.study.evaluation.speed.bench import Effort, working_engines
from handtrack.study.evaluation.speed.scaling import THRESHOLDS

SHORT = Effort(frames=4, warm_up=1, threshold_frames=3, video_seconds=0.2, starts=1, memory_frames=10)
GOALS = 15


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(bench)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_everything_is_measured_on_the_built_in_clip(
    tmp_path: Path, hand_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Effort, "quick", classmethod(lambda _: SHORT))
    monkeypatch.setattr(program, "_LEAST_WARM_UP", 5)
    file = tmp_path / "bench.json"

    result = run("--quick", "--json", file)

    assert result.exit_code == 0, result.output
    values = json.loads(file.read_text(encoding="utf-8"))
    assert len(values["goals"]) == GOALS
    for goal in values["goals"]:
        assert goal["what"] in result.stdout
        assert goal["met"] in (True, False, None)
        assert (goal["met"] is None) == goal["reached"].startswith("not measured: ")
    assert {each["engine"] for each in values["networks"]["estimators"]} <= set(ENGINES)
    assert values["engine"] in {each["engine"] for each in values["networks"]["estimators"]}
    loops = {(each["threshold"], each["start"]): each["cost"]["mean_loops"] for each in values["thresholds"]}
    assert len(loops) == 2 * len(THRESHOLDS)
    assert {loops[0.0, start] for start in ("warm", "cold")} == {1.0}
    assert {loops[1.0, start] for start in ("warm", "cold")} == {4.0}
    assert [loops[each, "cold"] for each in THRESHOLDS] == sorted(loops[each, "cold"] for each in THRESHOLDS)
    assert values["hands"]["two"]["frames"] > 0
    assert set(values["many_hands"]) <= {"1", "2", "4", "8"}
    assert values["process"]["frames"] == 6
    assert values["start"]["first_hand"] > values["start"]["import_package"] > 0
    assert values["window"] is None
    assert "Noise: " in result.stdout
    assert all(line.endswith("|") for line in result.stdout.splitlines() if line.startswith("|"))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.mp4"], 1, "none.mp4 does not exist"),
        (["--json", "none/bench.json"], 2, "cannot write none"),
        (["--engine", "steam"], 2, "engine 'steam' is not known"),
    ],
)
def test_bad_input_gives_one_sentence(
    arguments: list[str], code: int, message: str, hand_bundle: Path, tmp_path: Path
) -> None:
    result = run(*arguments)

    assert result.exit_code == code
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert message in line


def test_a_clip_without_a_hand_is_refused(tmp_path: Path, hand_bundle: Path) -> None:
    import numpy as np

    from handtrack.sessions.video import VideoWriter

    path = tmp_path / "empty.mp4"
    with VideoWriter(path, fps=30, crf=30) as video:
        for index in range(12):
            video.write(np.full((120, 160, 3), 90, np.uint8), index * 33)

    result = run(path, "--quick", "--frames", 10)

    assert result.exit_code == 1
    assert "no hand could be followed" in result.stderr


def test_an_engine_that_cannot_run_is_left_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def create(name: str, weights: Path) -> Engine:
        if name == "missing":
            raise ModelError("its package is missing")
        return create_engine("torch", weights)

    monkeypatch.setattr(bench_module, "ENGINES", ("missing", "torch", "gives way"))
    monkeypatch.setattr(bench_module, "create_engine", create)

    built, notes = working_engines((), TrackerSettings())

    assert list(built) == ["torch"]
    assert notes == [
        "the engine missing was left out: its package is missing",
        "the engine gives way was left out: here it is torch",
    ]
    assert list(working_engines(("torch", "torch"), TrackerSettings())[0]) == ["torch"]
    with pytest.raises(ModelError, match="its package is missing"):
        working_engines(("missing",), TrackerSettings())
    monkeypatch.setattr(bench_module, "ENGINES", ("missing",))
    with pytest.raises(ModelError, match="was left out"):
        working_engines((), TrackerSettings())


def test_limits_replace_numbers_of_frames() -> None:
    effort = Effort().with_limits(50, None)

    assert (effort.frames, effort.memory_frames) == (50, Effort().memory_frames)
    assert Effort.quick().with_limits(None, 500).memory_frames == 500
    with pytest.raises(ConfigError):
        create_engine("steam", Path())

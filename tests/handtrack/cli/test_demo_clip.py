"""The verb that makes a clip of the rendered hand."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.demo_clip import clip
from handtrack.sources.truth_file import read_truth, truth_path
from tests.handtrack.sources.moving_hand import MovingHand


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(clip)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> list[MovingHand]:
    """The scenes that a double of the renderer was asked for."""
    scenes: list[MovingHand] = []

    class Scene(MovingHand):
        def __init__(self, seed: int, size: tuple[int, int], panoramas: Path | None) -> None:
            super().__init__(seed, size)
            self.panoramas = panoramas
            scenes.append(self)

    monkeypatch.setitem(
        sys.modules,
        "handtrack.study.synthesis.animated",
        types.SimpleNamespace(AnimatedScene=Scene),
    )
    return scenes


def test_a_clip_and_its_truth_are_written(tmp_path: Path, renderer: list[MovingHand]) -> None:
    path = tmp_path / "hand.mp4"
    done = run(path, "--seed", 7, "--seconds", 0.5)
    assert done.exit_code == 0, done.output
    assert "hand.truth.arrow" in done.output
    assert "MB" in done.output
    assert [scene.seed for scene in renderer] == [7]
    assert len(read_truth(truth_path(path)).times_ms) == 15


def test_a_name_that_is_no_clips_is_refused_before_anything_is_rendered(
    tmp_path: Path, renderer: list[MovingHand]
) -> None:
    done = run(tmp_path / "hand.avi")
    assert done.exit_code == 2
    assert "let it end in .mp4" in done.output
    assert renderer == []

"""The verb `depth`; `label` is tested with the pictures that it labels."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.labelling import depth
from handtrack.cli.synthesis import synth
from handtrack.study.datasets.labelling import depth_fit
from handtrack.study.datasets.labelling.depth_reader import load_reader
from handtrack.study.synthesis.studio import Studio
from tests.handtrack.study.datasets.labelling.hands_for_tests import passes_of, skeleton
from tests.handtrack.study.synthesis.sample_hands import made_up_sample

HANDS = 30


def run(verb, *arguments: object) -> Result:
    app = typer.Typer()
    app.command()(verb)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hand_bundle: Path) -> Path:
    """Shards of made-up hands, of which a made-up teacher always sees the same hand."""
    monkeypatch.setattr("handtrack.study.synthesis.body.mesh.fetch_mesh", lambda package=None: Path())
    monkeypatch.setattr(Studio, "check", lambda self: None)
    monkeypatch.setattr(
        Studio, "crop", lambda self, index, pixels, margin: made_up_sample(self.seed, index, pixels)
    )
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    made = run(synth, "--out", tmp_path / "hands", "--count", HANDS, "--pixels", 48)
    assert made.exit_code == 0, made.output
    monkeypatch.setattr(depth_fit, "LEAST_HANDS", 10)
    monkeypatch.setattr(
        depth_fit,
        "look_carefully",
        lambda _teacher, _image, joints: passes_of(skeleton(), seed=int(joints[0, 0])),
    )
    return tmp_path / "hands"


def test_a_reader_is_learned_and_says_how_good_it_is(rendered: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino, which the extra [train] brings")
    out = tmp_path / "reader.safetensors"

    result = run(depth, rendered, "--out", out, "--steps", 3)

    assert result.exit_code == 0, result.output
    assert f"mean depth error on {HANDS // 5} rendered hands left out" in result.stdout
    assert str(out) in result.stdout
    assert np.isfinite(load_reader(out).mix.numpy()).all()


def test_a_folder_without_rendered_hands_is_refused(tmp_path: Path) -> None:
    result = run(depth, tmp_path)

    assert result.exit_code != 0
    assert "no rendered hands" in result.output

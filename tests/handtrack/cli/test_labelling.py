"""The verbs `depth` and `label-doubtful`; `label` is tested with the pictures that it labels."""

from __future__ import annotations

import importlib.util
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.evaluation import evaluate
from handtrack.cli.labelling import depth, label_doubtful
from handtrack.cli.synthesis import synth
from handtrack.study.datasets.labelling import depth_fit
from handtrack.study.datasets.labelling.depth_reader import load_reader
from handtrack.study.datasets.labelling.label_archive import update_archive
from handtrack.study.datasets.labelling.label_store import read_labels
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.evaluation import mediapipe_lite
from handtrack.study.synthesis.studio import Studio
from tests.handtrack.study.datasets.labelling.hands_for_tests import passes_of, skeleton
from tests.handtrack.study.synthesis.sample_hands import made_up_sample

HANDS = 30
TRAINING = Path(__file__).resolve().parents[3] / "configs" / "training"


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


@pytest.fixture
def some_labels(tmp_path: Path) -> Path:
    """Labels of a few hands of each verdict, of training and of validation."""
    labels = read_labels(TRAINING / "labels.parquet")
    held_out = validation_mask(TRAINING / "splits.yaml", labels.name)
    chosen: list[int] = []
    for verdict in ("kept", "disagree", "handedness"):
        for part in (held_out, ~held_out):
            chosen += np.flatnonzero((labels.verdict == verdict) & part)[:4].tolist()
    some = {field.name: getattr(labels, field.name)[sorted(chosen)] for field in fields(LabelTable)}
    path = tmp_path / "some.parquet"
    update_archive(path, LabelTable(**some), ())
    return path


def test_doubtful_hands_are_labelled_and_measured_on(
    some_labels: Path,
    tmp_path: Path,
    shared_data: Path,
    hand_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mediapipe_lite, "ensure_lite_bundle", lambda: hand_bundle)
    out, sheet, splits = tmp_path / "doubtful.parquet", tmp_path / "sheet.png", TRAINING / "splits.yaml"
    given = (shared_data, "--labels", some_labels, "--splits", splits, "--out", out, "--sheet", sheet)

    result = run(label_doubtful, *given)

    assert result.exit_code == 0, result.output
    labels = read_labels(out)
    assert f"{len(labels)} of " in result.stdout
    assert labels.kept.all()
    before = read_labels(some_labels)
    assert set(labels.name) <= set(before.name[~before.kept])
    assert validation_mask(splits, labels.name).all()
    assert sheet.stat().st_size > 10_000
    assert run(label_doubtful, *given).exit_code == 0
    assert len(read_labels(out)) == len(labels), "those of before are replaced"

    measured = run(
        evaluate, "--images", shared_data, "--doubtful", out, "--no-mediapipe", "--engine", "torch"
    )

    assert measured.exit_code == 0, measured.output
    assert "doubtful hands" in measured.stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--out": "hands.arrow"}, "--out writes a .parquet file"),
        ({"--labels": "nowhere.parquet"}, "there are no labels in nowhere.parquet"),
        ({"--out": "nowhere/hands.parquet"}, "cannot write nowhere"),
    ],
)
def test_doubtful_hands_that_cannot_be_labelled_are_said_in_one_sentence(
    change: dict[str, str], message: str, tmp_path: Path
) -> None:
    given = {
        "--labels": str(TRAINING / "labels.parquet"),
        "--splits": str(TRAINING / "splits.yaml"),
        "--out": str(tmp_path / "hands.parquet"),
    }
    result = run(label_doubtful, tmp_path, *(word for each in (given | change).items() for word in each))
    assert result.exit_code == 2
    assert message in result.stderr

"""`handtrack train` from a data folder to weights that the program can use, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.training import mix, study, train
from handtrack.model.checkpoint import load_weights
from handtrack.model.operating_table import OperatingTable
from handtrack.study.datasets.labelling.label_archive import update_archive
from handtrack.study.training.monitor import FOLDER
from tests.handtrack.study.datasets.labelling.hands_for_tests import labels_of

HANDS = 12
SIDE = 160


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a run on pictures with a spot at each joint; those of "other" are validation."""
    monkeypatch.setattr("handtrack.study.training.data.BACKGROUNDS", 4)
    monkeypatch.setattr("handtrack.study.training.data.EMPTY_WINDOWS", 4)
    data = tmp_path / "data"
    for folder in ("images/one", "images/other", "hdri"):
        (data / folder).mkdir(parents=True)
    generator = np.random.default_rng(0)
    pose = generator.uniform(50, 110, (21, 2)).astype(np.float32)
    joints = pose + generator.uniform(-15, 15, (HANDS, 1, 2)).astype(np.float32)
    names = [f"images/{'other' if i % 4 == 3 else 'one'}/{i}.png" for i in range(HANDS)]
    for name, points in zip(names, joints, strict=True):
        picture = np.zeros((SIDE, SIDE, 3), np.uint8)
        for x, y in points.round().astype(int):
            picture[y - 2 : y + 3, x - 2 : x + 3] = 220
        cv2.imwrite(str(data / name), picture)
    cv2.imwrite(str(data / "hdri/room.hdr"), generator.uniform(0, 2, (400, 800, 3)).astype(np.float32))
    rows = [f"one,{name},{SIDE},{SIDE},20 20 140 140,," for name in names]
    header = "source,file,width,height,boxes_xyxy_px,labels,licence"
    (data / "manifest.csv").write_text("\n".join([header, *rows]) + "\n")
    table = labels_of(names, joints, ["kept"] * HANDS, spread=0.5)
    update_archive(tmp_path / "labels.parquet", table, ())
    (tmp_path / "splits.yaml").write_text("validation_sources: [other]\n")
    path = tmp_path / "run.yaml"
    path.write_text(
        f"data: {data}\nlabels: {tmp_path / 'labels.parquet'}\nsplits: {tmp_path / 'splits.yaml'}\n"
        f"patches: {tmp_path / 'patches'}\nsamples: 24\nbatch: 8\ngate_hands: 8\ngate_steps: 3\n"
        "stages: [{start: 0.0, loops: 1}, {start: 0.4, loops: 2}]\n"
        # Half precision is slow on processors without units for it.
        "precision: float32\n"
    )
    return path


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(train)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_run_makes_weights_that_say_what_they_are(config: Path, tmp_path: Path) -> None:
    result = run(config, "--out", tmp_path / "out")

    assert result.exit_code == 0, result.output
    assert "pa_mpjpe_mm" in result.output
    network, metadata = load_weights(tmp_path / "out" / "weights.safetensors")
    assert network.architecture.loops == 2
    assert metadata["training"]["hands"] == 9
    assert metadata["validation"]["hands"] == 3
    table = OperatingTable.from_metadata(metadata)
    assert table is not None
    assert table.at(0.0).mean_loops == 1.0
    assert table.at(1.0).mean_loops == 2.0
    assert table.at(1.0).mmac > table.at(0.0).mmac > 80
    assert list((tmp_path / "out" / FOLDER).glob("events.*"))


def test_a_run_leaves_the_processor_as_it_was(config: Path, tmp_path: Path) -> None:
    result = run(config, "--out", tmp_path / "run")

    assert result.exit_code == 0, result.output
    assert np.float64(1e-310) * 1.0 > 0, "numbers next to nothing count again"


def test_a_second_run_takes_the_patches_that_the_first_one_cut(config: Path, tmp_path: Path) -> None:
    assert run(config, "--out", tmp_path / "first").exit_code == 0
    kept = sorted(path.name for path in (tmp_path / "patches").iterdir())
    assert [name.partition("-")[0] for name in kept] == ["real", "tempting", "validation"]
    for picture in (tmp_path / "data/images").rglob("*.png"):
        if picture.name not in ("0.png", "3.png"):  # the first of each part, looked for by their labels
            picture.write_bytes(b"")

    assert run(config, "--out", tmp_path / "second").exit_code == 0

    first, second = (
        load_weights(tmp_path / name / "weights.safetensors")[1]["validation"] for name in ("first", "second")
    )
    assert first["hands"] == second["hands"] == 3
    assert sorted(path.name for path in (tmp_path / "patches").iterdir()) == kept


def test_a_run_may_go_on_from_earlier_weights(config: Path, tmp_path: Path) -> None:
    assert run(config, "--out", tmp_path / "first").exit_code == 0
    start = f"start_from={tmp_path / 'first' / 'weights.safetensors'}"
    tiny = ("--set", "learning_rate=1e-9", "--set", "ema_decay=0")

    result = run(config, "--out", tmp_path / "second", "--set", start, *tiny)

    assert result.exit_code == 0, result.output
    first, second = (
        load_weights(tmp_path / name / "weights.safetensors")[0].state_dict() for name in ("first", "second")
    )
    assert torch.allclose(first["head.heat"], second["head.heat"], atol=1e-5)
    other = run(config, "--out", tmp_path / "third", "--set", start, "--set", "norm=shared")
    assert other.exit_code == 2
    assert "another architecture" in other.stderr


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("labels.parquet", "labels.parquet is missing"),
        ("data/hdri/room.hdr", "no panoramas"),
        ("data/images/one/0.png", "does not hold images/one/0.png"),
    ],
)
def test_missing_data_is_one_clear_line(config: Path, tmp_path: Path, missing: str, words: str) -> None:
    (tmp_path / missing).unlink()

    result = run(config, "--out", tmp_path / "out")

    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert words in line
    assert not (tmp_path / "out" / "weights.safetensors").exists()


def test_a_study_refuses_before_the_work_what_it_cannot_write_after_it(config: Path, tmp_path: Path) -> None:
    plan = tmp_path / "study.yaml"
    plan.write_text(f"base: {config}\nruns:\n  plain: []\n")
    app = typer.Typer()
    app.command()(study)

    result = CliRunner().invoke(
        app, [str(plan), "--out", str(tmp_path / "out"), "--json", str(tmp_path / "no/rows.json")]
    )

    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "cannot write" in line
    assert not (tmp_path / "out").exists()


def test_the_mean_of_two_weights_is_measured_and_fits_its_own_gate(config: Path, tmp_path: Path) -> None:
    for seed in (0, 1):
        assert run(config, "--out", tmp_path / str(seed), "--set", f"seed={seed}").exit_code == 0
    first, second = (tmp_path / str(seed) / "weights.safetensors" for seed in (0, 1))
    app = typer.Typer()
    app.command()(mix)

    def mixed(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in (*arguments, "--config", config)])

    result = mixed(first, second, "--share", 0.25, "--out", tmp_path / "mean")

    assert result.exit_code == 0, result.output
    assert "pa_mpjpe_mm" in result.output
    networks = [load_weights(path)[0] for path in (first, second)]
    network, metadata = load_weights(tmp_path / "mean" / "weights.safetensors")
    weights = [each.backbone.state_dict() for each in (*networks, network)]
    for name, value in weights[2].items():
        if value.is_floating_point():
            torch.testing.assert_close(value, 0.75 * weights[0][name] + 0.25 * weights[1][name])
    assert metadata["training"]["shares_in_mean"] == [0.75, 0.25]
    assert OperatingTable.from_metadata(metadata) is not None
    other = run(config, "--out", tmp_path / "other", "--set", "groups=1")
    assert other.exit_code == 0, other.output
    refused = mixed(first, tmp_path / "other" / "weights.safetensors", "--out", tmp_path / "none")
    assert refused.exit_code != 0
    assert "two architectures" in refused.output


@pytest.mark.parametrize(
    ("shares", "reason"),
    [((0.2,), "3 weights need 2 shares"), ((0.7, 0.5), "leaves nothing for")],
)
def test_shares_that_make_no_mean_are_refused_at_once(
    shares: tuple[float, ...], reason: str, config: Path, tmp_path: Path
) -> None:
    app = typer.Typer()
    app.command()(mix)
    options = [part for share in shares for part in ("--share", str(share))]
    missing = [str(tmp_path / name) for name in "abc"]
    result = CliRunner().invoke(
        app, [*missing, *options, "--config", str(config), "--out", str(tmp_path / "mean")]
    )
    assert result.exit_code != 0
    assert reason in result.output

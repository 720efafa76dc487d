"""The verb `poses` on rendered hands and on labels, with the shipped weights."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.pose_map import poses
from handtrack.model.weights_file import shipped_weights
from handtrack.study.datasets.labelling.label_store import write_labels
from handtrack.study.synthesis.shards import ShardSettings, prepare_folder, write_shard
from tests.handtrack.study.synthesis.sample_hands import made_up_sample
from tests.made_labels import made_labels

HANDS = 6


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(poses)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def counts(output: str) -> int:
    """Sum of all numbers in the first table."""
    rows = [line for line in output.split("**")[2].splitlines() if line.startswith("| ")][1:]
    return sum(int(value) for row in rows for value in re.findall(r"(?<= )\d+(?= )", row))


def test_every_rendered_hand_lies_in_one_cell_with_its_error_and_picture(tmp_path: Path) -> None:
    folder = tmp_path / "hands"
    settings = ShardSettings(1, 64, 2.4, 92)
    prepare_folder(folder, settings)
    write_shard(folder, 0, (made_up_sample(1, index, 64) for index in range(HANDS)), 92)
    result = run("--rendered", folder, "--weights", shipped_weights(), "--sheet", tmp_path / "sheet.png")
    assert result.exit_code == 0, result.output
    assert "**rendered hands: hands**" in result.stdout
    for measure in ("2D error, %", "aligned 3D error, mm", "thumb and index tip within 0.1, % of the hands"):
        assert f"**rendered hands: {measure}**" in result.stdout
    assert counts(result.stdout) == HANDS
    assert cv2.imread(str(tmp_path / "sheet-rendered-hands.png")) is not None


def test_rendered_hands_are_measured_whatever_their_folders_are_called(tmp_path: Path) -> None:
    folders = [tmp_path / place / "training" for place in ("here", "there")]
    for number, folder in enumerate(folders):
        prepare_folder(folder, ShardSettings(1, 64, 2.4, 92))
        write_shard(folder, 0, (made_up_sample(1, index, 64) for index in range(number + 1)), 92)
    result = run("--rendered", folders[0], "--rendered", folders[1], "--weights", shipped_weights())
    assert result.exit_code == 0, result.output
    for folder in folders:
        assert f"**rendered {folder}: hands**" in result.stdout
        assert f"**rendered {folder}: 2D error, %**" in result.stdout


def test_nothing_to_map_is_told(tmp_path: Path) -> None:
    result = run()
    assert result.exit_code != 0
    assert "nothing to map" in result.output
    half = run("--images", tmp_path)
    assert "belong together" in half.output


def test_validation_is_told_by_how_near_training_is(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0)
    files = [f"images/{source}/{k}.jpg" for source, count in (("a", 8), ("b", 3)) for k in range(count)]
    joints = numbers.uniform(60, 180, (len(files), 21, 2)).astype(np.float32)
    joints[7] = joints[0]  # one of the collection's own validation pictures, as the first of training
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / file), np.full((240, 240, 3), 90, np.uint8))
    (tmp_path / "labels").mkdir()
    write_labels(tmp_path / "labels", made_labels(files, ["kept"] * len(files), joints))
    splits = tmp_path / "splits.yaml"
    splits.write_text("validation_sources: [b]\nvalidation_files: [images/a/7.jpg]\n")

    result = run(
        *("--images", tmp_path, "--labels", tmp_path / "labels", "--splits", splits),
        *("--weights", shipped_weights()),
    )

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    near = lines.index("**real validation: distance to the nearest 5 hands, median, % of the hand**")
    assert lines[near + 2] == "| | hands | real training |"
    own, other = (line.strip("| ").split(" | ") for line in lines[near + 4 : near + 6])
    assert own[:2] == ["collections trained on", "1"]
    assert other[:2] == ["other collections", "3"]
    assert float(own[2]) > 1, "the mean over five, of which one is the same"
    errors = lines.index(
        "**real validation: 2D error, % (hands), by the distance to real training hands, %**"
    )
    counted = [re.findall(r"\((\d+)\)", line) for line in lines[errors + 4 : errors + 6]]
    assert [sum(map(int, row)) for row in counted] == [1, 3]

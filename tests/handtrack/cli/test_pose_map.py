"""The verb `poses` on rendered hands and on labels, with the shipped weights."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.pose_map import poses
from handtrack.model.weights_file import shipped_weights
from handtrack.study.synthesis.shards import ShardSettings, prepare_folder, write_shard
from tests.handtrack.study.synthesis.sample_hands import made_up_sample

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


def test_nothing_to_map_is_told(tmp_path: Path) -> None:
    result = run()
    assert result.exit_code != 0
    assert "nothing to map" in result.output
    half = run("--images", tmp_path)
    assert "belong together" in half.output

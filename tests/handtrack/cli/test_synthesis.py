from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.synthesis import synth
from handtrack.study.datasets.rendered import RenderedShards
from handtrack.study.synthesis.body.mpfb2 import base_arm
from handtrack.study.synthesis.studio import Studio
from tests.handtrack.study.synthesis.sample_hands import made_up_sample


@pytest.fixture(autouse=True)
def _environment_kept(monkeypatch) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")


@pytest.fixture
def renderless(monkeypatch) -> None:
    """No mesh and no renderer: hands are made up."""
    monkeypatch.setattr("handtrack.study.synthesis.body.mesh.fetch_mesh", lambda package=None: Path())
    monkeypatch.setattr(Studio, "check", lambda self: None)
    monkeypatch.setattr(
        Studio, "crop", lambda self, index, pixels, margin: made_up_sample(self.seed, index, pixels)
    )


def run(*arguments: str | int | Path) -> Result:
    app = typer.Typer()
    app.command()(synth)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def failed_with_one_line(result: Result, code: int) -> str:
    assert result.exit_code == code
    (line,) = result.stderr.splitlines()
    return line


def test_without_anything_to_do_it_says_what_there_is():
    assert "--out DIR, --sheet FILE, --bench" in failed_with_one_line(run("--count", "3"), 2)


@pytest.mark.usefixtures("renderless")
def test_hands_are_written_and_a_second_run_finds_them(tmp_path):
    arguments = ("--out", tmp_path / "hands", "--count", 6, "--seed", 8, "--pixels", 48)

    first, second = run(*arguments), run(*arguments)

    assert first.exit_code == second.exit_code == 0
    assert first.stdout.startswith(f"6 hands rendered into {tmp_path / 'hands'}")
    assert "0 hands rendered" in second.stdout
    assert "6 were there already" in second.stdout
    shards = RenderedShards(tmp_path / "hands")
    assert [shards[i].key for i in range(6)] == [f"8/{i}" for i in range(6)]
    assert shards[0].image.shape == (48, 48, 3)


@pytest.mark.usefixtures("renderless")
def test_a_folder_of_another_seed_is_refused(tmp_path):
    run("--out", tmp_path, "--count", 2, "--seed", 1, "--pixels", 48)

    line = failed_with_one_line(run("--out", tmp_path, "--count", 2, "--seed", 2, "--pixels", 48), 2)

    assert "begun with another seed" in line


@pytest.mark.usefixtures("renderless")
def test_a_sheet_is_drawn(tmp_path):
    import cv2

    result = run("--sheet", tmp_path / "sheet.png", "--pixels", 48)

    assert result.exit_code == 0
    picture = cv2.imread(str(tmp_path / "sheet.png"))
    assert picture is not None
    assert picture.shape[0] == picture.shape[1]
    colours = picture @ np.array([1, 1 << 8, 1 << 16])
    assert len(np.unique(colours)) > 100


@pytest.mark.usefixtures("renderless")
def test_a_sheet_that_cannot_be_written_is_one_line(tmp_path):
    line = failed_with_one_line(run("--sheet", tmp_path / "missing" / "sheet.png", "--pixels", 48), 1)

    assert "the sheet cannot be written to" in line


def test_a_missing_mesh_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    line = failed_with_one_line(run("--out", tmp_path / "hands"), 1)

    assert "the hand mesh is missing and there is no npm to fetch it" in line
    assert not (tmp_path / "hands").exists()


def test_missing_panoramas_are_one_line_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("handtrack.study.synthesis.body.mesh.fetch_mesh", lambda package=None: Path())

    line = failed_with_one_line(run("--out", tmp_path / "hands", "--data", tmp_path / "nowhere"), 1)

    assert f"the panorama folder {tmp_path / 'nowhere' / 'hdri'} cannot be read" in line
    assert not (tmp_path / "hands").exists()


@pytest.mark.usefixtures("renderless")
def test_a_joint_map_is_that_of_one_kind_of_mesh(tmp_path):
    (tmp_path / "meshes" / "xr_hands").mkdir(parents=True)

    line = failed_with_one_line(run("--joint-map", tmp_path / "map.yaml", "--data", tmp_path), 2)

    assert "add --meshes 0, --meshes 1 or --people 1" in line


@pytest.mark.usefixtures("renderless")
@pytest.mark.parametrize("kind", [("--people", 1), ("--meshes", 1), ("--meshes", 0)])
def test_a_joint_map_is_measured_of_each_kind_of_mesh(tmp_path, monkeypatch, kind):
    (tmp_path / "meshes" / "xr_hands").mkdir(parents=True)
    measured = []
    monkeypatch.setattr("handtrack.cli.synthesis._measure_joint_map", lambda *of: measured.append(of))

    result = run("--joint-map", tmp_path / "map.yaml", "--data", tmp_path, *kind)

    assert result.exit_code == 0
    assert len(measured) == 1


def test_people_without_their_data_are_one_line_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("handtrack.study.synthesis.body.mesh.fetch_mesh", lambda package=None: Path())
    monkeypatch.setattr("handtrack.extras.importlib.util.find_spec", lambda name: None)
    base_arm.cache_clear()  # another test may have had the data

    line = failed_with_one_line(run("--out", tmp_path / "hands", "--people", 1, "--data", tmp_path), 1)

    assert "--people needs anny" in line
    assert "pip install 'handtrack-sigma[people]'" in line
    assert not (tmp_path / "hands").exists()

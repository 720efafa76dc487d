from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import torch
from rich.console import Console

from handtrack.errors import ConfigError, ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.checkpoint import save_weights
from handtrack.model.cost import network_cost
from handtrack.model.network import HandNetwork
from handtrack.study.training.settings import load_training_settings
from handtrack.study.training.study import load_study, run_study, train_in_process, write_rows
from handtrack.study.training.study_table import study_table
from handtrack.study.training.weights_file import WEIGHTS_FILE

ROOT = Path(__file__).resolve().parents[4]
SMALL = Architecture(channels=8, context_channels=8, groups=1, group_channels=4, mixer_channels=8, loops=2)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    base = tmp_path / "base.yaml"
    base.write_text("data: a\nlabels: b\nsplits: c\nsamples: 100\n")
    path = tmp_path / "study.yaml"
    path.write_text(f"base: {base}\nruns:\n  plain: []\n  calm: [learning_rate=1e-4]\n")
    return path


class Runs:
    """Stands in for training: writes weights that say they were made as asked for."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, base: Path, changes: list[str], folder: Path) -> None:
        self.made.append(folder.name)
        folder.mkdir(parents=True)
        settings = load_training_settings(base, changes)
        torch.manual_seed(0)
        point = {"threshold": 0.0, "mean_loops": 1.5, "error_2d_percent": 4.5, "pa_mpjpe_mm": 9.0, "mmac": 99}
        metadata = {
            "training": {**settings.identity(), "hours": 0.1, "sources": ["home", "rendered"]},
            "joint_groups": [0] * 21,
            "gate": {"default_threshold": 0.5, "operating_table": [point]},
            "validation": {
                "error_2d_percent": [5.0, 4.25],
                "pa_mpjpe_mm": [10.0, 8.5],
                "within_1_sigma": 0.7,
                "within_2_sigma": 0.93,
                "sigma_error_rank_correlation": 0.8,
                "error_2d_by_source": {"home": 3.0, "stranger": 6.0, "other": 7.0},
            },
        }
        save_weights(folder / WEIGHTS_FILE, HandNetwork(SMALL), metadata)


def test_runs_are_made_once_and_compared(plan: Path, tmp_path: Path):
    runs, study = Runs(), load_study(plan)
    seen: list[tuple[int, int]] = []

    rows = run_study(study, tmp_path / "out", 2, lambda done, total: seen.append((done, total)), runs)
    again = run_study(study, tmp_path / "out", 2, train=runs)

    assert sorted(runs.made) == ["calm", "plain"]
    assert seen == [(1, 2), (2, 2)]
    assert [row.name for row in rows] == ["plain", "calm"]
    assert rows == again
    assert rows[1].error_2d_percent == (5.0, 4.25)
    assert rows[1].unseen_2d_percent == 6.5
    output = io.StringIO()
    Console(file=output, width=240).print(study_table(rows))
    assert "| calm" in output.getvalue()
    assert "`learning_rate=1e-4`" in output.getvalue()
    assert "4.25" in output.getvalue()
    write_rows(tmp_path / "rows.json", rows)
    assert json.loads((tmp_path / "rows.json").read_text())[0]["default"]["mean_loops"] == 1.5


def test_a_run_made_with_other_settings_is_not_taken(plan: Path, tmp_path: Path):
    run_study(load_study(plan), tmp_path / "out", train=Runs())
    plan.write_text(plan.read_text().replace("1e-4", "1e-5"))
    with pytest.raises(ConfigError, match=r"calm was made with other settings \(learning_rate\)"):
        run_study(load_study(plan), tmp_path / "out", train=Runs())


def test_a_run_that_fails_is_named_with_what_it_said(plan: Path, tmp_path: Path):
    with pytest.raises(ModelError, match=r"run plain failed \(error: a/manifest.csv is missing"):
        train_in_process(load_study(plan).base, [], tmp_path / "out" / "plain")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("learning_rate=1e-4", None),
        ("learning_rat=1", "run calm: .*learning_rat"),
    ],
)
def test_a_plan_is_checked_before_the_first_run(plan: Path, change: str, message: str | None):
    plan.write_text(plan.read_text().replace("learning_rate=1e-4", change))
    if message is None:
        assert load_study(plan).runs["calm"] == [change]
    else:
        with pytest.raises(ConfigError, match=message):
            load_study(plan)


def test_the_ablations_can_be_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    study = load_study(Path("configs/training/ablations.yaml"))
    assert {"base", "loops-1", "end-to-end", "groups-random", "gaussian"} <= set(study.runs)


def test_ways_to_group_joints_are_compared_at_equal_cost(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    study = load_study(Path("configs/training/joint_groups.yaml"))
    costs = [
        network_cost(HandNetwork(load_training_settings(study.base, changes).architecture).eval()).loops[-1]
        for changes in study.runs.values()
    ]
    assert max(costs) < 1.02 * min(costs)

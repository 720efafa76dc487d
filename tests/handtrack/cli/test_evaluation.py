"""The verbs that measure: evaluate and stereo."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import av
import pytest
import typer
from typer.testing import CliRunner, Result

from handtrack.cli.evaluation import evaluate
from handtrack.cli.stereo import stereo
from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.checkpoint import save_weights
from handtrack.model.network import HandNetwork
from handtrack.study.evaluation import mediapipe_lite
from handtrack.study.evaluation.stereo import SeenHand, find_stereo_hands
from handtrack.study.evaluation.stereo_set import StereoHands, save_stereo_hands
from tests.handtrack.study.datasets.published.test_rhd import folder as rhd_folder
from tests.handtrack.study.evaluation.conftest import StereoScene, stereo_scene, write_video
from tests.handtrack.study.evaluation.finding.conftest import MadeData, made_data

__all__ = ["made_data", "rhd_folder", "stereo_scene"]  # fixtures


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(evaluate)
    app.command()(stereo)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def stereo_hands(tmp_path: Path, stereo_scene: StereoScene) -> Path:
    def perfect(view: int):
        frames = iter(stereo_scene.joints)
        camera = stereo_scene.rig.cameras[view]
        return lambda image: [SeenHand(camera.project(next(frames)), "right")]

    hands, _ = find_stereo_hands(stereo_scene.folder, stereo_scene.rig, (perfect(0), perfect(1)))
    save_stereo_hands(tmp_path / "hands", stereo_scene.folder, stereo_scene.rig, hands)
    return tmp_path / "hands"


@pytest.fixture
def weights(tmp_path: Path) -> list[Path]:
    small = Architecture(channels=8, context_channels=8, groups=2, group_channels=4)
    paths = [tmp_path / name / "weights.safetensors" for name in ("careful", "single")]
    for path in paths:
        path.parent.mkdir()
        save_weights(path, HandNetwork(small), {})
    return paths


def cut_video(path: Path, target: Path, frames: range) -> None:
    """Write these frames of a video, in nearly its own quality."""
    with av.open(str(path)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"crf": "12"})
        for index, frame in enumerate(source.decode(video=0)):
            if index == 0:
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
            if index in frames:
                picture = frame.to_ndarray(format="bgr24")
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            if index >= frames[-1]:
                break
        out.mux(stream.encode())


def test_weights_are_compared_in_columns_named_after_their_runs(
    stereo_hands: Path, weights: list[Path], tmp_path: Path
) -> None:
    values, page = tmp_path / "values.json", tmp_path / "page.html"

    result = run(
        *("evaluate", *weights, "--stereo", stereo_hands, "--no-mediapipe"),
        *("--json", values, "--report", page),
    )

    assert result.exit_code == 0, result.output
    lines = [line for line in result.stdout.splitlines() if line.strip()]
    assert [cell.strip() for cell in lines[0].split("|")[1:-1]] == [
        "set (hands)",
        "measure",
        "careful",
        "single",
        "mean pose",
    ]
    assert "stereo pair (12)" in result.stdout
    assert "PA-MPJPE, mm, loop 4" in result.stdout
    placed = [line for line in lines if line.startswith("| stereo pair   ")]
    assert [line.split("|")[2].strip() for line in placed] == ["careful", "single"], "where the wrist is"
    assert {line.split("|")[3].strip() for line in placed} == {"90 mm"}
    assert "| each joint's largest weight > 0.99" in result.stdout
    written = json.loads(values.read_text())
    assert [each["weights"] for each in written["estimators"]] == ["weights.safetensors"] * 2
    [measured] = written["sets"]
    assert [column["estimator"] for column in measured["measures"]] == ["careful", "single", "mean pose"]
    assert len(measured["measures"][0]["loops"]) == 4
    assert measured["measures"][0]["gate"]["default"]["threshold"] == 0.5
    assert measured["measures"][0]["positions"][0]["hands"] == 12
    assert page.read_text(encoding="utf-8").count("data:image/jpeg") == 12
    assert "z inside 1 / 2 σ, %" in page.read_text(encoding="utf-8")


def test_a_limit_is_obeyed(stereo_hands: Path, weights: list[Path]) -> None:
    result = run("evaluate", weights[0], "--stereo", stereo_hands, "--no-mediapipe", "--limit", "3")

    assert "stereo pair (3)" in result.stdout


def test_mediapipe_stands_beside(
    stereo_hands: Path, weights: list[Path], hand_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the lite models come from is not this test's matter; any landmark network will do.
    monkeypatch.setattr(mediapipe_lite, "ensure_lite_bundle", lambda: hand_bundle)

    result = run("evaluate", weights[0], "--stereo", stereo_hands, "--limit", "2", "--careful-mediapipe")

    assert result.exit_code == 0, result.output
    heads = [cell.strip() for cell in result.stdout.strip().splitlines()[0].split("|")]
    assert heads[4:9] == [
        "MediaPipe full",
        "MediaPipe full, image z",
        "MediaPipe lite",
        "MediaPipe lite, image z",
        "MediaPipe full, 16 passes",
    ]


def test_without_the_lite_models_the_others_are_compared(
    stereo_hands: Path,
    weights: list[Path],
    hand_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def out_of_reach() -> Path:
        raise ModelError("it is out of reach")

    monkeypatch.setattr(mediapipe_lite, "ensure_lite_bundle", out_of_reach)
    values = tmp_path / "values.json"

    result = run("evaluate", weights[0], "--stereo", stereo_hands, "--limit", "2", "--json", values)

    assert result.exit_code == 0, result.output
    assert "MediaPipe full, image z" in result.stdout
    assert "MediaPipe lite" not in result.stdout
    note = "MediaPipe lite is left out of this comparison: it is out of reach"
    assert note in result.stderr
    assert json.loads(values.read_text())["notes"] == [note]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to compare on; give --stereo, --images with --labels or --doubtful, --rendered"),
        (["--images", "pictures"], "--images and --labels belong together"),
        (["--doubtful", "hands.parquet"], "--doubtful names hands in --images"),
        (["--stereo", "nowhere"], "handtrack stereo"),
        (["--rendered", "nowhere"], "handtrack synth"),
        (["--freihand", "nowhere"], "is not complete"),
        (["--fast", "nowhere"], "nowhere holds no clip"),
        (["--finding", "nowhere"], "nowhere does not hold"),
        (["--finding", "nowhere", "--photos"], "--photos looks at photos that are labelled"),
        (["--finding", "nowhere", "--finder", "nobody"], "tracker.detector"),
    ],
)
def test_what_is_missing_is_told_in_one_line(weights: list[Path], arguments: list[str], message: str) -> None:
    result = run("evaluate", weights[0], "--no-mediapipe", *arguments)

    assert result.exit_code != 0
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_damaged_weights_are_told_in_one_line(stereo_hands: Path, weights: list[Path]) -> None:
    weights[0].write_bytes(b"not weights")

    result = run("evaluate", weights[0], "--stereo", stereo_hands, "--no-mediapipe")

    assert result.exit_code == 1
    assert "damaged" in result.stderr


def test_a_published_set_is_measured_by_its_own_protocol(
    rhd_folder: Path, weights: list[Path], tmp_path: Path
) -> None:
    values = tmp_path / "values.json"

    result = run("evaluate", weights[0], "--no-mediapipe", "--rhd", rhd_folder, "--json", values)

    assert result.exit_code == 0, result.output
    assert "RHD" in result.stdout
    assert "not comparable with published numbers" in " ".join(result.stdout.split())
    written = json.loads(values.read_text(encoding="utf-8"))
    assert {each["protocol"] for each in written["protocols"]} == {"RHD", "RHD, all joints"}


def test_measured_tips_of_clips_are_found_fresh_and_tracked(
    shared_data: Path, weights: list[Path], hand_bundle: Path, tmp_path: Path
) -> None:
    fast = tmp_path / "fast"
    fast.mkdir()
    real = shared_data / "clips" / "fast" / "rotation_2"
    cut_video(real.with_suffix(".mp4"), fast / "rotation_2.mp4", range(14))
    lines = real.with_suffix(".txt").read_text().splitlines(keepends=True)
    (fast / "rotation_2.txt").write_text("".join(lines[:12]))
    values, page = tmp_path / "values.json", tmp_path / "page.html"

    result = run(
        *("evaluate", *weights, "--no-mediapipe", "--engine", "torch", "--fast", fast),
        *("--json", values, "--report", page),
    )

    assert result.exit_code == 0, result.output
    written = json.loads(values.read_text(encoding="utf-8"))
    assert [(each["way"], each["estimator"], each["loops"]) for each in written["tips"]] == [
        (way, name, loops)
        for way in ("fresh", "tracked")
        for name in ("careful", "single")
        for loops in ("gate 0.5", "all 4")
    ]
    assert {each["frames"] for each in written["tips"]} == {12}
    goals = {goal["what"]: goal for goal in written["goals"]}
    fresh = goals["fast clips, both tips within 0.1: fresh detections"]
    assert fresh["met"] is False, "weights that have learned nothing"
    assert "Measured finger tips in clips" in page.read_text(encoding="utf-8")
    assert "both tips within 0.1" in result.stdout


def test_hands_in_motion_are_followed_in_measured_clips(
    shared_data: Path, weights: list[Path], hand_bundle: Path, tmp_path: Path
) -> None:
    fast = tmp_path / "fast"
    fast.mkdir()
    for name in ("rotation_2.mp4", "rotation_2.txt"):
        shutil.copy(shared_data / "clips" / "fast" / name, fast)
    values, page = tmp_path / "values.json", tmp_path / "page.html"

    result = run("evaluate", *weights, "--motion", fast, "--json", values, "--report", page)

    assert result.exit_code == 0, result.output
    written = json.loads(values.read_text(encoding="utf-8"))
    clips = {row["follower"]: row["measures"] for row in written["motion"]["clips"]}
    assert list(clips) == ["careful", "careful, recorded", "single", "single, recorded", "MediaPipe VIDEO"]
    assert {each["whole"] for each in clips.values()} == {50}
    assert clips["MediaPipe VIDEO"]["tips_within"] > 0.8
    assert clips["MediaPipe VIDEO"]["tracks"] is None
    goals = {goal["what"]: goal["met"] for goal in written["goals"]}
    assert goals["fast clips: both tips within 0.1"] is False, "weights that have learned nothing"
    assert goals["rendered: frames with a ghost, %"] is None
    assert "Hands in motion" in page.read_text(encoding="utf-8")
    heads = next(line for line in result.stdout.splitlines() if "motion, by kind of clip" in line)
    assert "joints within 0.15" in heads, "a table that is folded is not Markdown"


def test_other_conditions_need_clips_with_measured_tips(weights: list[Path], tmp_path: Path) -> None:
    result = run("evaluate", weights[0], "--motion", tmp_path / "none", "--motion-harder", "--no-mediapipe")

    assert result.exit_code == 2
    assert "--motion-harder needs clips with measured tips" in result.stderr


def test_a_report_needs_hands_of_ours(rhd_folder: Path, weights: list[Path], tmp_path: Path) -> None:
    result = run("evaluate", weights[0], "--rhd", rhd_folder, "--report", tmp_path / "page.html")

    assert result.exit_code == 2
    assert "a report needs --stereo" in result.stderr


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(
    stereo_hands: Path, weights: list[Path], tmp_path: Path, option: str
) -> None:
    for path in (tmp_path / "nowhere" / "file", tmp_path):
        result = run("evaluate", weights[0], "--stereo", stereo_hands, "--no-mediapipe", option, path)

        assert result.exit_code == 2
        assert f"cannot write {path}" in result.stderr
        assert result.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_loses_nothing_that_was_measured(stereo_hands: Path, weights: list[Path]) -> None:
    result = run("evaluate", weights[0], "--stereo", stereo_hands, "--no-mediapipe", "--json", "/dev/full")

    assert result.exit_code == 1
    assert "PA-MPJPE" in result.stdout
    assert "cannot write /dev/full: No space left on device" in result.stderr


def test_a_missing_package_is_told_before_the_work(
    stereo_hands: Path, weights: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else found(name)
    )

    result = run(
        *("evaluate", weights[0], "--stereo", stereo_hands, "--no-mediapipe"),
        *("--report", tmp_path / "page.html"),
    )

    assert result.exit_code == 1
    assert result.stderr.strip() == (
        "error: `evaluate` needs matplotlib, which is not installed; "
        "run: pip install 'handtrack-sigma[train]'"
    )


def test_videos_without_a_hand_give_no_set(
    stereo_scene: StereoScene, tmp_path: Path, hand_bundle: Path
) -> None:
    for number in (0, 1):
        write_video(stereo_scene.folder / f"cam{number}.mp4", 2)

    result = run("stereo", stereo_scene.folder, "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert "in none of 2 frames" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_without_calibration_is_told_in_one_line(tmp_path: Path) -> None:
    result = run("stereo", tmp_path, "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert "c0.dat is missing" in result.stderr


def test_real_views_give_hands_and_a_sheet(shared_data: Path, tmp_path: Path, hand_bundle: Path) -> None:
    real = shared_data / "stereo"
    folder = tmp_path / "cut"
    folder.mkdir()
    for path in real.glob("*.dat"):
        shutil.copy(path, folder)
    for name in ("cam0.mp4", "cam1.mp4"):
        cut_video(real / name, folder / name, range(218, 220))  # an open hand

    result = run("stereo", folder, "--out", tmp_path / "out", "--sheet", tmp_path / "sheet.png")

    assert result.exit_code == 0, result.output
    assert "2 frames, the hand in both views in 2" in result.stdout
    assert (tmp_path / "sheet.png").is_file()
    hands = StereoHands(tmp_path / "out")
    assert len(hands) >= 2
    assert {hands[i].handedness for i in range(len(hands))} == {"right"}


def test_finders_race_on_validation_pictures(
    made_data: MadeData, weights: list[Path], hand_bundle: Path, tmp_path: Path
) -> None:
    values, page, sheets = tmp_path / "values.json", tmp_path / "page.html", tmp_path / "sheets"

    result = run(
        *("evaluate", weights[0], "--finding", made_data.root, "--finding-labels", made_data.labels),
        *("--splits", made_data.splits, "--finding-limit", "1", "--finder", "palm"),
        *("--json", values, "--report", page, "--sheets", sheets),
    )

    assert result.exit_code == 0, result.output
    heads = next(line for line in result.stdout.splitlines() if "hands found, % (count)" in line)
    names = [cell.strip() for cell in heads.split("|")[4:-1]]
    roles = ("candidates", "stills", "first frame", "first second")
    assert names == ["MediaPipe IMAGE", *(f"palm, {role}" for role in roles)]
    assert "labels (favour MediaPipe), hand of 5 % of the height" in result.stdout
    assert "false hands, per 100 pictures" in result.stdout
    written = json.loads(values.read_text(encoding="utf-8"))["finding"]
    assert [cost["finder"] for cost in written["costs"]] == names
    assert {cost["time"]["count"] for cost in written["costs"]} == {2 * 5 + 3 * 2}
    assert "Hands found in single pictures" in page.read_text(encoding="utf-8")
    assert list(sheets.glob("finding_*.jpg")), "no network finds a hand in a white block"


def test_hands_are_looked_for_in_whole_photos(
    made_data: MadeData, weights: list[Path], hand_bundle: Path, tmp_path: Path
) -> None:
    made_data.splits.write_text("validation_sources: [one_hand]\n")
    values, page = tmp_path / "values.json", tmp_path / "page.html"

    result = run(
        *("evaluate", *weights, "--images", made_data.root, "--labels", made_data.labels, "--photos"),
        *("--splits", made_data.splits, "--limit", "1", "--json", values, "--report", page),
    )

    assert result.exit_code == 0, result.output
    rows = json.loads(values.read_text(encoding="utf-8"))["photos"]
    assert [row["viewer"] for row in rows if row["source"] is None] == ["careful", "single", "MediaPipe full"]
    assert {row["found"] for row in rows} == {0}, "no network finds a hand in a white block"
    assert "hands in whole photos" in result.stdout
    assert "Hands in whole photos" in page.read_text(encoding="utf-8")


def test_finders_race_without_mediapipe(made_data: MadeData, weights: list[Path], hand_bundle: Path) -> None:
    # A few pictures: each is looked at some thirty times.
    made_data.splits.write_text("validation_sources: [one_hand]\n")

    result = run(
        *("evaluate", weights[0], "--finding", made_data.root, "--finding-labels", made_data.labels),
        *("--splits", made_data.splits, "--finding-limit", "1", "--no-mediapipe"),
    )

    assert result.exit_code == 0, result.output
    heads = next(line for line in result.stdout.splitlines() if "hands found, % (count)" in line)
    names = {cell.split(",")[0].strip() for cell in heads.split("|")[4:-1]}
    assert names == {"own", "palm"}

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.geometry import palm_scale
from handtrack.study.datasets.sample import project
from handtrack.study.evaluation.metrics import aligned_errors_mm
from handtrack.study.evaluation.stereo import SeenHand, StereoHand, find_stereo_hands
from handtrack.study.evaluation.stereo_set import INDEX, StereoHands, save_stereo_hands
from handtrack.study.evaluation.stereo_sheet import write_stereo_sheet
from tests.handtrack.study.evaluation.conftest import StereoScene


@pytest.fixture
def kept(stereo_scene: StereoScene) -> list[StereoHand]:
    def perfect(view: int):
        frames = iter(stereo_scene.joints)
        camera = stereo_scene.rig.cameras[view]
        return lambda image: [SeenHand(camera.project(next(frames)), "left")]

    hands, _ = find_stereo_hands(stereo_scene.folder, stereo_scene.rig, (perfect(0), perfect(1)))
    del hands[4]  # so that numbers of hands and of frames differ
    hands[1].known[20] = False
    return hands


@pytest.fixture
def saved(tmp_path: Path, stereo_scene: StereoScene, kept: list[StereoHand]) -> Path:
    folder = tmp_path / "hands"
    save_stereo_hands(folder, stereo_scene.folder, stereo_scene.rig, kept)
    return folder


def test_each_view_of_each_hand_is_a_sample(saved: Path, stereo_scene: StereoScene) -> None:
    dataset = StereoHands(saved)

    assert len(dataset) == 10
    for index in range(len(dataset)):
        sample = dataset[index]
        assert sample.joints_3d is not None
        assert sample.camera is not None
        frame = (0, 1, 2, 3, 5)[index // 2]
        assert sample.handedness == "left"
        assert aligned_errors_mm(sample.joints_3d, stereo_scene.joints[frame]).max() < 0.1
        assert project(sample.joints_3d, sample.camera) == pytest.approx(sample.joints_2d, abs=0.01)
        inside = (sample.joints_2d >= 0).all() and (
            sample.joints_2d < [sample.image.shape[1], sample.image.shape[0]]
        ).all()
        assert inside
        # The videos' frames are uniform, and brighter from one to the next.
        assert sample.image.mean() == pytest.approx(20 * frame, abs=5)


def test_both_views_show_one_hand_from_two_sides(saved: Path) -> None:
    dataset = StereoHands(saved)
    first, second = dataset[0].joints_3d, dataset[1].joints_3d
    assert first is not None
    assert second is not None

    assert aligned_errors_mm(first, second).max() < 0.1
    assert np.abs((first - first[0]) - (second - second[0])).max() > 0.02


def test_joints_are_metres_of_a_hand_with_a_palm_of_90_mm(saved: Path) -> None:
    dataset = StereoHands(saved)

    palms = [palm_scale(sample.joints_3d) for i in range(10) if (sample := dataset[i]).joints_3d is not None]

    assert np.median(palms) == pytest.approx(0.09, abs=1e-4)


def test_unknown_joints_have_an_infinite_spread(saved: Path) -> None:
    dataset = StereoHands(saved)

    assert [np.flatnonzero(np.isinf(dataset[i].spread)).tolist() for i in range(4)] == [[], [], [20], [20]]


def test_saving_again_replaces_the_set(
    saved: Path, stereo_scene: StereoScene, kept: list[StereoHand]
) -> None:
    save_stereo_hands(saved, stereo_scene.folder, stereo_scene.rig, kept[:2])

    assert len(StereoHands(saved)) == 4


def test_a_folder_without_an_index_is_not_a_set(saved: Path) -> None:
    (saved / INDEX).unlink()

    with pytest.raises(SourceError, match="handtrack stereo"):
        StereoHands(saved)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "other"}', '{"format": "handtrack-stereo-1"}'])
def test_a_damaged_index_is_named(saved: Path, content: str) -> None:
    (saved / INDEX).write_text(content)

    with pytest.raises(SourceError, match=INDEX):
        StereoHands(saved)


def test_a_damaged_hand_is_named(saved: Path) -> None:
    index = json.loads((saved / INDEX).read_text())
    index["hands"][0]["views"][0]["joints_3d"].pop()
    (saved / INDEX).write_text(json.dumps(index))

    with pytest.raises(SourceError, match="hand 0"):
        StereoHands(saved)[0]


def test_a_missing_picture_is_named(saved: Path) -> None:
    (saved / "0000-1.jpg").unlink()

    with pytest.raises(SourceError, match=r"0000-1\.jpg"):
        StereoHands(saved)[1]


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, stereo_scene: StereoScene, kept: list[StereoHand]
) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SourceError, match="cannot write"):
        save_stereo_hands(tmp_path / "file" / "out", stereo_scene.folder, stereo_scene.rig, kept)


def test_the_sheet_shows_both_views_of_the_frames(tmp_path: Path, saved: Path) -> None:
    write_stereo_sheet(tmp_path / "sheet.png", StereoHands(saved), frames=3)

    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    cells = [sheet[:240, x : x + 240] for x in range(0, 6 * 242, 242)]
    # Joints are drawn in strong colours, the frames themselves are grey.
    assert all((np.ptp(cell.astype(int), axis=2) > 60).sum() > 100 for cell in cells)


def test_a_sheet_that_cannot_be_written_is_told(tmp_path: Path, saved: Path) -> None:
    with pytest.raises(SourceError, match="cannot write the sheet"):
        write_stereo_sheet(tmp_path / "nowhere" / "sheet.png", StereoHands(saved))

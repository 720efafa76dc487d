"""Folders of photos through the whole of `process`, with the real tracker."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from handtrack import HandTracker, load_settings
from handtrack.cli import app
from handtrack.processing import process_source
from handtrack.sessions import read_session


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """Eight photos of hands of different persons, each before a face without hands; all of one size."""
    folder = tmp_path_factory.mktemp("photos")
    hands = sorted((shared_data / "images" / "hagrid").glob("*.jpg"))[::11][:8]
    faces = sorted((shared_data / "images" / "faces_utez").glob("*.jpg"))[::6][:8]
    if len(hands) + len(faces) < 16:
        pytest.skip("needs hagrid and faces_utez in ../shared/data/images")
    for number, file in enumerate(file for pair in zip(hands, faces, strict=True) for file in pair):
        image = cv2.imread(str(file))
        assert image is not None
        side = min(image.shape[:2])
        cv2.imwrite(str(folder / f"{number:02d}.png"), cv2.resize(image[:side, :side], (336, 336)))
    return folder


def test_every_photo_of_a_folder_gives_what_it_gives_alone(tmp_path, photos, hand_bundle):
    summary = process_source(photos, tmp_path / "s", load_settings())
    records = list(read_session(tmp_path / "s").records())
    files = sorted(photos.iterdir())
    assert len(records) == len(files) == 16
    with_hands = 0
    with HandTracker.load() as tracker:
        for record, file in zip(records, files, strict=True):
            image = cv2.imread(str(file))
            assert image is not None
            tracker.reset()
            alone = tracker.detect(image).hands
            assert len(record.hands) == len(alone), file.name
            for one, other in zip(record.hands, alone, strict=True):
                assert np.array_equal(one.joints_2d, other.joints_2d)
            with_hands += bool(alone)
    assert with_hands >= 6
    assert all(not record.hands for record in records[1::2]), "no hand on a face"
    assert f"hands in {with_hands} of 16 pictures" in str(summary)
    assert summary.tracked == with_hands


def test_one_photo_is_told_as_one(tmp_path, photos):
    summary = process_source(photos / "00.png", tmp_path / "s", load_settings())

    first, second, *_ = str(summary).splitlines()
    assert re.fullmatch(r"1 picture in \d+ ms", first)
    assert second == "hands in 1 of 1 picture, each seen by itself"
    told = CliRunner().invoke(app, ["show", str(tmp_path / "s")]).output
    assert re.search(r"frames +1 *\n", told)
    assert re.search(r"with a hand +1 frame \(100.0%\)", told)


def test_images_that_are_a_videos_are_followed_when_asked(tmp_path, counting_clip, hand_bundle):
    import av

    folder = tmp_path / "frames"
    folder.mkdir()
    with av.open(str(counting_clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == 10:
                break
            cv2.imwrite(str(folder / f"{number}.png"), frame.to_ndarray(format="bgr24"))
    arguments = ["process", str(folder), "--out", str(tmp_path / "s"), "--as-video", "--hands", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "100.0% of frames tracked" in result.output
    session = read_session(tmp_path / "s")
    assert session.manifest.source is not None
    assert not session.manifest.source.stills
    assert session.manifest.settings["tracker"]["max_hands"] == 1
    records = list(session.records())
    assert [record.detector_ran for record in records] == [True] + [False] * 9
    assert len({hand.track_id for record in records for hand in record.hands}) == 1

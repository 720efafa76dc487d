"""The verbs that set up what is needed: cameras, models."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from handtrack.sources.camera_list import CameraDescription
from tests.handtrack.cli.calling import failed_with_one_line, handtrack


def test_cameras_lists_index_name_and_id(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        CameraDescription(0, "Desk camera", "/dev/v4l/by-id/usb-" + "x" * 100, "V4L2"),
        CameraDescription(2, "Other", "id-2", "V4L2"),
    ]
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", lambda: found)

    result = handtrack("cameras")

    assert result.exit_code == 0
    assert "Desk camera" in result.stdout
    assert result.stdout.count("x") == 101  # in the heading too: the id is whole, over several lines
    assert "id-2" in result.stdout


def test_cameras_without_one_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", list)

    assert "no camera was found" in failed_with_one_line(handtrack("cameras"), 1)


def test_models_takes_the_users_file_and_prints_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hand_bundle: Path
) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))

    result = handtrack("models", "--from", hand_bundle)

    assert result.exit_code == 0
    assert Path(result.stdout.strip()) == tmp_path / "hand_landmarker.task"
    assert (tmp_path / "hand_landmarker.task").read_bytes() == hand_bundle.read_bytes()


def test_models_that_are_there_are_not_fetched_again(hand_bundle: Path) -> None:
    assert handtrack("models").stdout.strip() == str(hand_bundle)


def test_models_offline_is_one_line_with_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    line = failed_with_one_line(handtrack("models"), 1)

    assert "`handtrack models`" in line
    assert "`handtrack models --from FILE`" in line


def test_models_from_a_wrong_file_is_one_line(clip: Path) -> None:
    assert "is not a hand bundle" in failed_with_one_line(handtrack("models", "--from", clip), 1)

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from handtrack.detectors import bundle
from handtrack.detectors.bundle import DETECTOR_MODEL, LANDMARK_MODEL, WheelModel, read_model, wheel_models
from handtrack.errors import ModelError
from handtrack.study.evaluation import mediapipe_lite
from handtrack.study.evaluation.mediapipe_lite import LITE_MODELS, ensure_lite_bundle, lite_bundle_path

MEMBERS = {
    "mediapipe/modules/palm_detection/palm_detection_lite.tflite": b"    TFL3 palm",
    "mediapipe/modules/hand_landmark/hand_landmark_lite.tflite": b"    TFL3 hand",
}


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with two small models, which are taken for MediaPipe's own."""
    path = tmp_path / "mediapipe.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, model in MEMBERS.items():
            archive.writestr(member, model)
    small = {
        name: WheelModel(member, hashlib.sha256(model).hexdigest())
        for name, (member, model) in zip((DETECTOR_MODEL, LANDMARK_MODEL), MEMBERS.items(), strict=True)
    }
    monkeypatch.setattr(mediapipe_lite, "LITE_MODELS", small)
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path / "cache"))
    return path


def test_the_lite_models_are_fetched_once(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloads = []

    def download(folder: Path, progress: object) -> Path:
        downloads.append(folder)
        return wheel

    monkeypatch.setattr(bundle, "_download_wheel", download)

    path = ensure_lite_bundle()

    assert path == ensure_lite_bundle() == lite_bundle_path()
    assert len(downloads) == 1
    assert read_model(LANDMARK_MODEL, path) == b"    TFL3 hand"
    assert read_model(DETECTOR_MODEL, path) == b"    TFL3 palm"


def test_a_damaged_bundle_is_fetched_again(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bundle, "_download_wheel", lambda folder, progress: wheel)
    lite_bundle_path().parent.mkdir()
    lite_bundle_path().write_bytes(b"cut")

    assert read_model(LANDMARK_MODEL, ensure_lite_bundle()) == b"    TFL3 hand"
    assert "fetching the lite bundle again" in caplog.text


def test_other_models_are_refused(wheel: Path) -> None:
    with zipfile.ZipFile(wheel, "w") as archive:
        for member in MEMBERS:
            archive.writestr(member, b"    TFL3 other")

    with pytest.raises(ModelError, match="is not the file of mediapipe"):
        wheel_models(wheel, LITE_MODELS)


def test_a_wheel_without_them_is_refused(wheel: Path) -> None:
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mediapipe/__init__.py", b"")

    with pytest.raises(ModelError, match="is not a mediapipe"):
        wheel_models(wheel, LITE_MODELS)

"""The examination of a machine: what is found, what it means for running, what to do."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from handtrack import doctor
from handtrack.detectors import bundle
from handtrack.doctor import Finding, can_run, examine, render
from handtrack.engines import create_engine
from handtrack.model.weights_file import shipped_weights
from handtrack.sources.camera_list import CameraDescription


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


@pytest.fixture
def without_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every library loads; nothing slow is started."""
    monkeypatch.setattr(doctor, "_probe", lambda code: (True, [], []))


def versions(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str | None]) -> None:
    """Pretend that packages have other versions, or with None that they are not installed."""
    real = importlib.metadata.version

    def version(name: str) -> str:
        found = changed.get(name, real(name) if name not in changed else None)
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_this_machine_is_examined_for_real() -> None:
    found = by_name(examine())

    names = {name.lower() for name in found}
    assert {"torch", "mediapipe", "pyqt6", "screen", "cameras", "finder", "mediapipe's models"} <= names
    assert {found[name].state for name in ("python", "handtrack", "load cv2", "load PyQt6")} == {"ok"}


@pytest.mark.usefixtures("without_probes")
def test_missing_package_is_a_problem_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, {"openvino": None})

    findings = examine()

    assert not can_run(findings)
    assert by_name(findings)["openvino"] == Finding(
        "openvino", "problem", "not installed", "install again: pip install --force-reinstall handtrack-sigma"
    )


@pytest.mark.usefixtures("without_probes")
def test_package_of_an_extra_is_only_noted_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, {"open3d": None, "pyqt6": None})

    found = by_name(examine())

    assert found["open3d"].state == "note"
    assert found["pyqt6"] == Finding(
        "pyqt6", "note", "not installed; for the window", "pip install 'handtrack-sigma[window]'"
    )


@pytest.mark.usefixtures("without_probes")
def test_program_that_is_not_installed_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, {"handtrack-sigma": None})

    findings = examine()

    assert not can_run(findings)
    assert by_name(findings)["handtrack"].remedy == "pip install handtrack-sigma"


@pytest.mark.usefixtures("without_probes")
def test_opencv_packages_of_two_versions_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, {"opencv-python": "5.1.0.1", "opencv-contrib-python": "5.0.0.93"})

    found = by_name(examine())["OpenCV"]

    assert found.state == "problem"
    assert "opencv-python==5.1.0.1 opencv-contrib-python==5.1.0.1" in found.remedy


def test_library_that_does_not_load_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    error = "ImportError: libEGL.so.1: cannot open shared object file"
    monkeypatch.setattr(doctor, "_probe", lambda code: (False, [], ["Traceback", error]))

    findings = examine()

    assert not can_run(findings)
    assert error in by_name(findings)["load PyQt6"].detail
    assert "make system" in by_name(findings)["load PyQt6"].remedy


def test_library_that_only_the_view_needs_is_noted_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    error = "OSError: libusb-1.0.so.0: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(doctor, "_probe", lambda code: ("open3d" not in code, [], [error]))

    findings = examine()

    assert can_run(findings)
    found = by_name(findings)["load open3d"]
    assert found.state == "note"
    assert "libusb-1.0.so.0 is missing; run: sudo apt-get install libusb-1.0-0" in found.detail


def test_probe_that_crashes_does_not_take_the_doctor_with_it() -> None:
    succeeded, lines, errors = doctor._probe("import os; print('begun', flush=True); os.abort()")

    assert not succeeded
    assert lines == ["begun"]
    assert errors == ["it ended with code -6"]


@pytest.mark.usefixtures("without_probes")
def test_machine_without_a_screen_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    found = by_name(doctor._screen_and_opengl())

    assert found["screen"].state == "note"
    assert "handtrack process" in found["screen"].detail


def test_screen_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":76543")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")

    (finding,) = doctor._screen_and_opengl()

    assert finding.state == "note"
    assert "could not connect to display :76543" in finding.detail


def test_screen_without_opengl_still_shows_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":76543")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")  # Qt's platform that has no OpenGL

    found = by_name(doctor._screen_and_opengl())

    assert found["screen"].state == "ok"
    assert found["OpenGL"].state == "note"
    assert "drawn in software" in found["OpenGL"].detail


def test_cameras_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        CameraDescription(0, "Desk camera", "id-0", "V4L2"),
        CameraDescription(2, "Other", "id-2", "V4L2"),
    ]
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", lambda: found)
    monkeypatch.setattr("glob.glob", lambda pattern: [])

    assert doctor._cameras() == Finding("cameras", "ok", "0: Desk camera; 2: Other")


def test_camera_without_permission_is_told_with_the_group(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", list)
    monkeypatch.setattr("glob.glob", lambda pattern: ["/dev/video0"])
    monkeypatch.setattr("os.access", lambda path, mode: False)

    finding = doctor._cameras()

    assert "no permission for /dev/video0" in finding.detail
    assert "group video" in finding.remedy


def test_mediapipes_models_need_not_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))

    finding = doctor._mediapipe_models()

    assert finding.state == "ok"
    assert "not fetched; only tracker.detector palm or mediapipe" in finding.detail


def test_the_finder_is_there_and_a_missing_one_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._finder().state == "ok"
    monkeypatch.setattr("handtrack.detectors.own.SHIPPED_FINDER", "assets/weights/absent.onnx")

    finding = doctor._finder()

    assert finding.state == "problem"
    assert "absent.onnx" in finding.detail


def test_damaged_models_of_mediapipe_are_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    (tmp_path / "hand_landmarker.task").write_bytes(b"cut")

    finding = doctor._mediapipe_models()

    assert finding.state == "note"
    assert "hand_landmarker.task" in finding.detail


def test_unusable_models_of_mediapipe_are_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    models = dict.fromkeys(
        (bundle.DETECTOR_MODEL, bundle.LANDMARK_MODEL), b"\x00\x00\x00\x00TFL3 but no more"
    )
    with zipfile.ZipFile(tmp_path / "hand_landmarker.task", "w") as archive:
        for name, model in models.items():
            archive.writestr(name, model)

    finding = doctor._mediapipe_models()

    assert finding.state == "note"
    assert "OpenVINO cannot run the palm detector" in finding.detail


def test_missing_weights_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handtrack.model.weights_file.SHIPPED_WEIGHTS", "assets/weights/absent.safetensors")

    finding = doctor._weights()

    assert finding.state == "problem"
    assert "absent.safetensors" in finding.detail


def test_the_engine_is_named_with_its_time_and_a_slower_one_is_a_note(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    finding = doctor._engine()
    taken = create_engine("auto", shipped_weights()).name

    assert finding.state == "ok"
    assert re.match(
        rf"{taken}; a followed hand, as measured here: openvino-int8 [\d.]+ ms, openvino [\d.]+ ms",
        finding.detail,
    )

    monkeypatch.setitem(sys.modules, "openvino", None)
    finding = doctor._engine()

    assert finding.state == "note"
    assert finding.detail == "onnxruntime, which is slower"
    assert finding.remedy == "OpenVINO is missing: pip install openvino"


def test_table_shows_state_and_remedy_and_takes_brackets_as_text() -> None:
    console = Console(width=100)
    findings = [Finding("screen", "note", "none [red]", "log in"), Finding("python", "ok", "3.11")]

    with console.capture() as capture:
        console.print(render(findings))

    text = capture.get()
    assert "none [red]" in text
    assert "-> log in" in text
    assert text.index("screen") < text.index("python")

"""MediaPipe's hand models as the `.task` bundle that its HandLandmarker loads, in the user's cache folder.

Current mediapipe wheels ship no models. The last wheel that did, 0.10.21, is fetched by name through pip, and
its two model files (Apache-2.0) are stored in a bundle: an uncompressed zip whose entries begin at multiples
of 4 bytes, so that they can be mapped into memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from handtrack.errors import ModelError
from handtrack.reading import check_size
from handtrack.resources import cache_folder, written_whole

log = logging.getLogger(__name__)

BUNDLE_NAME = "hand_landmarker.task"
DETECTOR_MODEL = "hand_detector.tflite"
LANDMARK_MODEL = "hand_landmarks_detector.tflite"

_WHEEL_REQUIREMENT = "mediapipe==0.10.21"
_WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
_WHEEL_BYTES = 35_600_000  # for the progress only
_ZIP_HEADER_BYTES = 30  # of a local file header, before its name
_ALIGNMENT = 4
_ALIGNMENT_FIELD = 0xD935  # the zip extra field that Android's zipalign also uses for padding
_MOST_FILE_BYTES = 100_000_000  # a wheel has 36 MB
_MOST_MODEL_BYTES = 30_000_000  # the known ones have 8 MB together
_TRIAL_SECONDS = 120  # for what takes five
_BOTH_WAYS = (
    "connect to the internet and run `handtrack models`, or run `handtrack models --from FILE` "
    "with a hand_landmarker.task bundle or a mediapipe 0.10.21 wheel"
)


@dataclass(frozen=True, slots=True)
class WheelModel:
    """Where a model lies in the 0.10.21 wheel, and its pinned hash."""

    member: str
    sha256: str


_FULL_MODELS = {
    DETECTOR_MODEL: WheelModel(
        "mediapipe/modules/palm_detection/palm_detection_full.tflite",
        "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
    ),
    LANDMARK_MODEL: WheelModel(
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
    ),
}


def bundle_path() -> Path:
    """Where the hand bundle lies once it is there."""
    return cache_folder() / BUNDLE_NAME


def ensure_hand_bundle(progress: Callable[[float], None] | None = None) -> Path:
    """Path of the hand bundle, downloaded on first use (35 MB).

    progress: called with the fraction done in 0..1, about ten times a second; an exception that it raises
    cancels the download and leaves nothing behind.
    Raises ModelError in one line that says what is missing and both ways to supply it.
    """
    return ensure_bundle("hand", bundle_path(), _FULL_MODELS, progress)


def ensure_bundle(
    name: str,
    path: Path,
    models: Mapping[str, WheelModel],
    progress: Callable[[float], None] | None = None,
) -> Path:
    """Path of a bundle of models of the 0.10.21 wheel, by their names in it; as `ensure_hand_bundle`.

    name: what the log calls it.
    """
    if path.is_file():
        try:
            check_hand_bundle(path)
            return path
        except ModelError as error:
            log.warning("fetching the %s bundle again: %s", name, error)
    with _temporary_folder() as folder:
        write_bundle(wheel_models(_download_wheel(Path(folder), progress), models), path)
    if progress is not None:
        progress(1.0)
    return path


def install_bundle_from(source: Path) -> Path:
    """Take the hand bundle from a user's `.task` bundle or mediapipe 0.10.21 wheel; returns `bundle_path()`.

    Models that are not those of 0.10.21 must first find a hand. Raises ModelError when the file is neither,
    is damaged or finds none; an installed bundle then stays as it was.
    """
    models = wheel_models(source, _FULL_MODELS) if source.suffix == ".whl" else _read_models(source)
    if any(hashlib.sha256(models[name]).hexdigest() != known.sha256 for name, known in _FULL_MODELS.items()):
        _check_by_trial(models, source)
    path = bundle_path()
    write_bundle(models, path)
    return path


def _check_by_trial(models: dict[str, bytes], source: Path) -> None:
    """Raise ModelError unless MediaPipe finds a hand with the models, in a process that it may end."""
    with _temporary_folder() as folder:
        candidate = Path(folder) / BUNDLE_NAME
        write_bundle(models, candidate)
        command = [sys.executable, "-m", "handtrack.bundle_trial", str(candidate)]
        try:
            fits = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TRIAL_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired):
            fits = None
    if fits is None or fits.returncode != 0:
        raise ModelError(f"MediaPipe finds no hand with the models in {source}; {_BOTH_WAYS}")


def check_hand_bundle(path: Path) -> None:
    """Raise ModelError unless the file is a bundle with both models whole."""
    _read_models(path)


def read_model(name: str, bundle: Path | None = None) -> bytes:
    """Bytes of one TFLite model of a bundle (the installed one by default): DETECTOR_MODEL or LANDMARK_MODEL.

    Raises ModelError when the bundle is missing or damaged.
    """
    return _read_models(bundle or bundle_path())[name]


def _read_models(path: Path) -> dict[str, bytes]:
    return _read_members(path, {name: name for name in _FULL_MODELS}, f"a hand bundle ({BUNDLE_NAME})")


def wheel_models(path: Path, models: Mapping[str, WheelModel]) -> dict[str, bytes]:
    """The models of a mediapipe 0.10.21 wheel, by their names in a bundle. Raises ModelError."""
    members = {name: model.member for name, model in models.items()}
    found = _read_members(path, members, "a mediapipe 0.10.21 wheel")
    for name, model in models.items():
        if hashlib.sha256(found[name]).hexdigest() != model.sha256:
            raise ModelError(f"{model.member} in {path} is not the file of mediapipe 0.10.21; {_BOTH_WAYS}")
    return found


def _read_members(path: Path, members: dict[str, str], kind: str) -> dict[str, bytes]:
    """The named zip members, each a TFLite model; reading checks their CRC."""
    try:
        check_size(path, _MOST_FILE_BYTES)
        with zipfile.ZipFile(path) as archive:
            models = {name: _read_member(archive, member) for name, member in members.items()}
    except FileNotFoundError:
        raise ModelError(f"{path} does not exist; {_BOTH_WAYS}") from None
    except KeyError as error:
        raise ModelError(f"{path} is not {kind}: {error.args[0]}; {_BOTH_WAYS}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ModelError(f"{path} is not {kind} or is damaged: {error}; {_BOTH_WAYS}") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}; {_BOTH_WAYS}") from None
    for name, model in models.items():
        if model[4:8] != b"TFL3":
            raise ModelError(f"{path} is not {kind}: its {members[name]} is no TFLite model; {_BOTH_WAYS}")
    return models


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member of a zip that may state another size than it has. Raises ValueError."""
    member = archive.getinfo(name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in a way that bundles are not")
    with archive.open(member) as stream:
        data = stream.read(_MOST_MODEL_BYTES + 1)
    if len(data) > _MOST_MODEL_BYTES:
        raise ValueError(f"{name} is larger than {_MOST_MODEL_BYTES / 1e6:g} MB")
    return data


def _download_wheel(folder: Path, progress: Callable[[float], None] | None) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            "MediaPipe's hand models are missing and this Python has no pip to fetch them with: "
            f"install it (`python -m ensurepip`), then {_BOTH_WAYS}"
        )
    log.info("fetching %s for its hand models", _WHEEL_REQUIREMENT)
    # One wheel for every system: the models do not depend on the platform.
    command = [
        *(sys.executable, "-m", "pip", "download", _WHEEL_REQUIREMENT, "--no-deps", "--only-binary=:all:"),
        *("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--dest", str(folder)),
        *("--no-input", "--quiet", "--disable-pip-version-check", "--retries", "2"),
    ]
    errors = folder / "errors.txt"
    # pip keeps a growing download in its temporary folder: put that here, to see how far it is.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=environment
        )
        try:
            while process.poll() is None:
                if progress is not None:
                    progress(min(_downloaded_bytes(folder) / _WHEEL_BYTES, 0.99))
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or not wheels:
        reason = _pip_reason(errors)
        raise ModelError(
            f"MediaPipe's hand models are missing and could not be fetched ({reason}): {_BOTH_WAYS}"
        )
    if hashlib.sha256(wheels[0].read_bytes()).hexdigest() != _WHEEL_SHA256:
        raise ModelError(f"the downloaded {wheels[0].name} has a wrong SHA-256: {_BOTH_WAYS}")
    return wheels[0]


def _downloaded_bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # pip may take the file away while we look
            total = max(total, path.stat().st_size)
    return total


def _pip_reason(log_file: Path) -> str:
    lines = [line.strip() for line in log_file.read_text(encoding="utf-8", errors="replace").splitlines()]
    found = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return found[-1] if found else "pip failed"


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="handtrack-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ModelError(f"the hand models cannot be fetched, no temporary folder: {error}") from None


def write_bundle(models: dict[str, bytes], path: Path) -> None:
    """Write a bundle of models by their names in it, whole or not at all. Raises ModelError."""
    try:
        with written_whole(path) as stream, zipfile.ZipFile(stream, "w") as archive:
            for model_name, model in models.items():
                # Stored, and dated 1980-01-01 by default: equal models give equal files.
                entry = zipfile.ZipInfo(model_name)
                header = stream.tell() + _ZIP_HEADER_BYTES + len(model_name)
                entry.extra = _padding(header)
                archive.writestr(entry, model)
    except OSError as error:
        raise ModelError(
            f"the hand bundle cannot be written to {path}: {error.strerror or error}; "
            "make the folder writable, or name another one in the environment variable HANDTRACK_CACHE"
        ) from None


def _padding(offset: int) -> bytes:
    """A zip extra field that makes the data after it begin at a multiple of 4 bytes."""
    fixed = struct.calcsize("<HHH")
    fill = -(offset + fixed) % _ALIGNMENT
    return struct.pack("<HHH", _ALIGNMENT_FIELD, 2 + fill, _ALIGNMENT) + bytes(fill)

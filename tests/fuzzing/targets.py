"""The readers of files from outside, each as a function of the file's bytes.

A reader gives a value or one of the named errors, whose message is one line that can be shown. All else that
it raises is a fault. Every target comes with small real files to begin from.
"""

from __future__ import annotations

import contextlib
import functools
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.config import Settings
from handtrack.config_loading import load_typed
from handtrack.detectors import bundle
from handtrack.errors import HandtrackError
from handtrack.exports.hand_mesh import read_hand_mesh
from handtrack.hand import Frame, FrameResult, HandTruth, read_only
from handtrack.model.operating_table import OperatingTable
from handtrack.model.sigma_factors import SigmaFactors
from handtrack.model.weights_file import architecture_of, check_tensors, read_description, shipped_weights
from handtrack.resources import resource_path
from handtrack.sessions import SessionRecorder, read_session
from handtrack.sessions.manifest import read_manifest
from handtrack.sources.truth_file import ClipTruth, read_truth, write_truth
from tests.handtrack.exports.rigs import rigged_hand

_LONGEST_MESSAGE: Final = 4000


@dataclass(frozen=True, slots=True)
class Target:
    """A reader. one_input: reads a file of these bytes. corpus: real files."""

    one_input: Callable[[bytes], None]
    corpus: Callable[[], list[bytes]]


@functools.cache
def _folder() -> Path:
    """A folder of this process."""
    keeper = tempfile.TemporaryDirectory(prefix="handtrack-fuzzing-")
    _KEEPERS.append(keeper)
    return Path(keeper.name)


_KEEPERS: Final[list[tempfile.TemporaryDirectory[str]]] = []


def _written(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


@contextlib.contextmanager
def _a_value_or_a_named_error() -> Iterator[None]:
    try:
        yield
    except HandtrackError as error:
        message = str(error)
        assert message.strip()
        assert len(message.splitlines()) == 1
        assert len(message) < _LONGEST_MESSAGE


def read_settings(data: bytes) -> None:
    """A file of settings."""
    with _a_value_or_a_named_error():
        load_typed(Settings, [_written("settings.yaml", data)])


def read_override(data: bytes) -> None:
    """A setting on the command line."""
    with _a_value_or_a_named_error():
        load_typed(Settings, [], [data.decode("utf-8", errors="surrogateescape")])


def read_weights(data: bytes) -> None:
    """A weights file, as far as it is read before there is a network."""
    path = _written("mine.safetensors", data)
    with _a_value_or_a_named_error():
        description = read_description(path)
        architecture_of(path, description)
        OperatingTable.from_metadata(description)
        with contextlib.suppress(ValueError):  # `StatedSigma` words it
            SigmaFactors.from_metadata(description)
        check_tensors(path)


def read_truth_file(data: bytes) -> None:
    """The truth of a clip."""
    with _a_value_or_a_named_error():
        read_truth(_written("clip.truth.arrow", data))


def read_bundle(data: bytes) -> None:
    """A hand bundle."""
    with _a_value_or_a_named_error():
        bundle.check_hand_bundle(_written("hand.task", data))


def read_session_manifest(data: bytes) -> None:
    """The manifest of a session."""
    _written("session.yaml", data)
    with _a_value_or_a_named_error():
        read_manifest(_folder())


def read_session_table(data: bytes) -> None:
    """A session whose table is the data."""
    folder = _folder() / "session"
    if not folder.is_dir():
        _recorded(folder)
        (folder / "hands.parquet").unlink()
    (folder / "hands.arrows").write_bytes(data)
    with _a_value_or_a_named_error():
        len(read_session(folder))


def read_mesh(data: bytes) -> None:
    """A hand mesh that a person names."""
    with _a_value_or_a_named_error():
        read_hand_mesh(_written("hand.glb", data))


def _settings_files() -> list[bytes]:
    names = ("configs/default.yaml", "configs/training/splits.yaml")
    rare = b'? a\n: !!timestamp 2026-01-01\nb: &x {<<: {c: 1e3}}\nd: [!!binary aGk=, 0x1f, 1:30, "\\x41"]\n'
    return [*(resource_path(name).read_bytes() for name in names), rare]


def _overrides() -> list[bytes]:
    return [b"tracker.max_hands=1", b"camera.device=HD Webcam", b'camera.fourcc=""', b"tracker={lift: 2}"]


def _weights_files() -> list[bytes]:
    """The shipped metadata over the first tensors of the shipped weights."""
    content = shipped_weights().read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    tensors = sorted((entry["data_offsets"][1], name) for name, entry in header.items() if name[0] != "_")
    end, _ = next(entry for entry in tensors if entry[0] > 100)
    kept = {name for last, name in tensors if last <= end} | {"__metadata__"}
    small = json.dumps({name: header[name] for name in header if name in kept}).encode()
    return [struct.pack("<Q", len(small)) + small + content[8 + length : 8 + length + end]]


def _truth_files() -> list[bytes]:
    random = np.random.default_rng(0)
    hand = HandTruth(
        read_only(random.random((21, 2)), np.float32),
        read_only(random.random((21, 3)), np.float32),
        read_only(np.ones(21, bool)),
        "left",
    )
    path = _folder() / "real.truth.arrow"
    write_truth(path, ClipTruth((64, 48), np.array([0, 33], np.int64), ((hand,), ())))
    return [path.read_bytes()]


def _bundles() -> list[bytes]:
    files = []
    for packed in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = _folder() / "real.task"
        with zipfile.ZipFile(path, "w", packed) as archive:
            for name in (bundle.DETECTOR_MODEL, bundle.LANDMARK_MODEL):
                archive.writestr(name, b"\x1c\0\0\0TFL3 a model")
        files.append(path.read_bytes())
    return files


def _recorded(folder: Path) -> None:
    """A closed session of three frames."""
    with SessionRecorder(folder, settings=Settings()) as recorder:
        for index in range(3):
            frame = Frame(read_only(np.zeros((48, 64, 3), np.uint8)), index / 30, index)
            recorder.write(FrameResult(frame, (), True, 0.5, 4, {"total": 1.0}))


def _recorded_file(name: str) -> list[bytes]:
    with tempfile.TemporaryDirectory(prefix="handtrack-fuzzing-") as folder:
        session = Path(folder) / "session"
        _recorded(session)
        return [(session / name).read_bytes()]


TARGETS: Final = {
    "settings": Target(read_settings, _settings_files),
    "override": Target(read_override, _overrides),
    "weights": Target(read_weights, _weights_files),
    "truth": Target(read_truth_file, _truth_files),
    "bundle": Target(read_bundle, _bundles),
    "manifest": Target(read_session_manifest, lambda: _recorded_file("session.yaml")),
    "mesh": Target(read_mesh, lambda: [json.dumps(rigged_hand()).encode()]),
    "table": Target(read_session_table, lambda: _recorded_file("hands.arrows")),
}
"""Every target by its name."""

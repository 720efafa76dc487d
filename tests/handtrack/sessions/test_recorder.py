from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from handtrack.config import Settings
from handtrack.errors import SessionError
from handtrack.hand import Frame, FrameResult, Hand, read_only
from handtrack.sessions import SessionRecorder, read_session, summarise
from handtrack.sessions.manifest import read_manifest
from handtrack.sessions.video import picture_times
from handtrack.skeleton import JOINT_NAMES

REPOSITORY = Path(__file__).resolve().parents[3]


def assert_same_hand(found: Hand, expected: Hand) -> None:
    for name in Hand.__slots__:
        value, wanted = getattr(found, name), getattr(expected, name)
        if name == "trace":
            assert len(value) == len(wanted)
            for step, wanted_step in zip(value, wanted, strict=True):
                assert step.exit_probability == wanted_step.exit_probability
                for array in ("joints_2d", "joints_3d", "sigma_2d", "sigma_3d"):
                    np.testing.assert_array_equal(getattr(step, array), getattr(wanted_step, array))
        elif isinstance(wanted, np.ndarray):
            np.testing.assert_array_equal(value, wanted)
            assert (value.dtype, value.flags.writeable) == (wanted.dtype, False)
        else:
            assert value == wanted, name


def with_missing_values(hand: Hand) -> Hand:
    joints, sigma = hand.joints_2d.copy(), hand.sigma_2d.copy()
    joints[4], sigma[4] = np.nan, np.inf
    return replace(hand, joints_2d=read_only(joints), sigma_2d=read_only(sigma), score=float("nan"))


def test_what_is_recorded_is_read_back_exactly(tmp_path, settings, make_hand, make_result):
    results: list[FrameResult] = [
        make_result(index, tuple(make_hand(7 * index + slot, 1 + index % 4) for slot in range(index % 3)))
        for index in range(30)
    ]
    results.append(replace(make_result(30, (make_hand(500),)), timings={}))
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for number, result in enumerate(results):
            recorder.write(result, dropped=number // 4)

    session = read_session(tmp_path / "s")
    records = list(session.records())

    assert session.whole
    assert len(session) == len(results)
    for number, (record, result) in enumerate(zip(records, results, strict=True)):
        assert (record.index, record.timestamp, record.size) == (
            result.frame.index,
            result.frame.timestamp,
            result.frame.size,
        )
        assert (record.detector_ran, record.gate_threshold, record.max_iterations, record.timings) == (
            result.detector_ran,
            result.gate_threshold,
            result.max_iterations,
            result.timings,
        )
        assert record.dropped == number // 4
        assert len(record.hands) == len(result.hands)
        for found, expected in zip(record.hands, result.hands, strict=True):
            assert_same_hand(found, expected)


def test_joints_that_are_not_numbers_survive(tmp_path, settings, make_hand, make_result):
    hand = with_missing_values(make_hand(3))
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        recorder.write(make_result(0, (hand,)))

    found = read_session(tmp_path / "s").record(0).hands[0]

    np.testing.assert_array_equal(found.joints_2d, hand.joints_2d)
    np.testing.assert_array_equal(found.sigma_2d, hand.sigma_2d)
    assert np.isnan(found.score)


def test_frames_without_hands_are_rows_with_empty_hand_columns(recorded):
    table = read_session(recorded).table
    empty = table.filter(pa.compute.is_null(table["track_id"]))

    assert sorted(set(table["frame_index"].to_pylist())) == list(range(40))
    assert empty["frame_index"].to_pylist() == list(range(0, 40, 3))
    for name in ("handedness", "joints_2d", "joints_3d", "sigma_3d", "trace_joints_3d", "crop_x"):
        assert empty[name].null_count == empty.num_rows
    assert empty["timestamp"].null_count == 0


def test_the_stream_and_the_parquet_table_hold_the_same(recorded):
    with pa.ipc.open_stream(recorded / "hands.arrows") as stream:
        rows = stream.read_all()
        metadata = stream.schema.metadata

    table = pq.read_table(recorded / "hands.parquet")

    assert table.equals(rows)
    assert metadata[b"format"] == b"handtrack-session"
    assert metadata[b"format_version"] == b"2"
    assert yaml.safe_load(metadata[b"joint_names"]) == list(JOINT_NAMES)
    assert b"metres" in metadata[b"units"]
    assert table.schema.field("sigma_3d").metadata[b"unit"] == b"m"


def test_the_manifest_tells_what_is_recorded_and_at_close_how_much(
    tmp_path, settings, make_result, make_hand
):
    folder = tmp_path / "s"
    recorder = SessionRecorder(folder, settings=settings, weights_sha256="cd" * 32)
    before = read_manifest(folder)
    recorder.write(make_result(0, size=(33, 25)))
    during = read_manifest(folder)
    recorder.write(make_result(6, (make_hand(1), make_hand(2)), size=(33, 25)), dropped=5)
    recorder.close(ended="stopped")
    after = read_manifest(folder)

    assert (before.status, before.frames, before.video) == ("recording", None, None)
    assert before.settings == settings.model_dump(mode="json")
    assert before.weights_sha256 == "cd" * 32
    assert before.created.utcoffset() == timedelta(0)
    assert during.video is not None
    assert during.video.model_dump() == {"frame_width": 33, "frame_height": 25, "width": 34, "height": 26}
    assert (after.status, after.frames, after.hands, after.dropped, after.ended) == (
        "complete",
        2,
        2,
        5,
        "stopped",
    )
    assert after.duration == pytest.approx(0.2)


@pytest.mark.parametrize("size", [(64, 48), (63, 47), (65, 2), (2, 31), (1, 1)])
def test_every_frame_size_can_be_recorded(tmp_path, settings, make_result, size):
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for index in range(3):
            recorder.write(make_result(index, size=size))

    images = [frame.result().frame.image for frame in read_session(tmp_path / "s").frames()]

    for index, image in enumerate(images):
        assert image.shape == (size[1], size[0], 3)
        assert image.mean() == pytest.approx(20 + 3 * index, abs=3)


def test_frames_of_other_sizes_come_back_in_their_own_size(tmp_path, settings, make_result):
    sizes = [(61, 41), (200, 90), (30, 77), (16, 16)]
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for index, size in enumerate(sizes):
            recorder.write(make_result(index, size=size))

    images = [frame.result().frame.image for frame in read_session(tmp_path / "s").frames()]

    assert [(image.shape[1], image.shape[0]) for image in images] == sizes
    for index, image in enumerate(images):
        assert image.mean() == pytest.approx(20 + 3 * index, abs=3)


def test_a_larger_frame_begins_a_new_part_and_no_picture_is_reduced(tmp_path, settings):
    random = np.random.default_rng(0)
    sizes = [(2, 2), (64, 48), (40, 40), (48, 64), (64, 64), (64, 48)]
    images = [
        np.repeat(np.repeat(random.integers(0, 256, (h // 2, w // 2, 1), np.uint8), 2, 0), 2, 1)
        for w, h in sizes
    ]
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for index, image in enumerate(images):
            frame = Frame(read_only(np.repeat(image, 3, 2)), index / 30, index)
            recorder.write(FrameResult(frame, (), False, 0.5, 4))

    found = [frame.image for frame in read_session(tmp_path / "s").frames()]

    for picture, wanted in zip(found, images, strict=True):
        image = np.zeros(0) if picture is None else picture
        assert image.shape[:2] == wanted.shape[:2]
        # Of noise nothing would be left in half the size: there the mean error is 64 levels.
        assert np.abs(image[..., :1].astype(float) - wanted).mean() < 16
    assert sorted(path.name for path in (tmp_path / "s").glob("*.mkv")) == [
        "video.mkv",
        "video_2.mkv",
        "video_3.mkv",
    ]
    assert summarise(tmp_path / "s").pictures == len(sizes)


def test_the_video_has_the_exact_times_of_capture(tmp_path, settings, make_result):
    times = [0.0, 0.0334, 0.5, 0.501, 0.5011, 0.49, 2.25]
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for index, time_s in enumerate(times):
            recorder.write(make_result(index, timestamp=1000 + time_s))

    session = read_session(tmp_path / "s")

    # Two frames within one millisecond, and a clock that falls back, still get times of their own.
    wanted = [0, 33, 500, 501, 502, 503, 2250]
    assert [record.video_time_ms for record in session.records()] == wanted
    assert set(wanted) <= set(picture_times(session.video))
    assert [record.timestamp for record in session.records()] == [1000 + time_s for time_s in times]
    assert all(frame.image is not None for frame in session.frames())


def test_a_recording_can_be_read_while_it_goes_on(tmp_path, settings, make_hand, make_result):
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for index in range(10):
            recorder.write(make_result(index, (make_hand(index),)))
        time.sleep(recorder.seconds_until_flush())
        recorder.flush_if_due()

        session = read_session(tmp_path / "s")

        assert session.manifest.status == "recording"
        assert not session.whole
        assert [frame.record.index for frame in session.frames()] == list(range(10))


def test_a_program_that_ends_in_the_middle_still_closes_the_session(tmp_path, settings, make_result):
    def interrupted_program() -> None:
        with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
            recorder.write(make_result(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_program()

    session = read_session(tmp_path / "s")
    assert session.whole
    assert session.manifest.ended == "ended by KeyboardInterrupt"
    assert (tmp_path / "s" / "hands.parquet").is_file()


def test_a_closed_recorder_takes_no_more(tmp_path, settings, make_result):
    recorder = SessionRecorder(tmp_path / "s", settings=settings)
    recorder.write(make_result(0))
    recorder.close()
    recorder.close()

    with pytest.raises(SessionError, match="has ended"):
        recorder.write(make_result(1))


def test_a_session_without_frames_is_a_session(tmp_path, settings):
    with SessionRecorder(tmp_path / "s", settings=settings):
        pass

    session = read_session(tmp_path / "s")

    assert (len(session), session.whole, session.manifest.frames) == (0, True, 0)


def test_a_table_that_cannot_be_made_costs_only_itself(tmp_path, settings, make_result, monkeypatch, caplog):
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "ParquetWriter", refuse)
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        recorder.write(make_result(0))

    session = read_session(tmp_path / "s")

    assert (session.manifest.status, len(session), session.whole) == ("complete", 1, True)
    assert "hands.parquet could not be made: No space left on device" in caplog.text
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == [
        "hands.arrows",
        "session.yaml",
        "video.mkv",
    ]


def test_an_output_folder_with_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(SessionError, match="exists and is not empty; name a new folder"):
        SessionRecorder(tmp_path, settings=Settings())

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_used(tmp_path, make_result):
    with SessionRecorder(tmp_path, settings=Settings()) as recorder:
        recorder.write(make_result(0))

    assert len(read_session(tmp_path)) == 1


@pytest.mark.parametrize("below", ["file", "file/session"])
def test_an_output_folder_that_cannot_be_made_is_refused(tmp_path, below):
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(SessionError, match=r"the output folder .* (is a file|cannot be written)"):
        SessionRecorder(tmp_path / below, settings=Settings())

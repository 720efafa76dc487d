"""The formats of numbers, read back by pandas, pyarrow, numpy and the json of Python."""

from __future__ import annotations

import json

import numpy as np
import pandas
import pyarrow.parquet as pq
import pytest

from handtrack.exports import export_session
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES


@pytest.fixture(params=["csv", "parquet"])
def table(request, moving, tmp_path):
    """What pandas reads of the session in long form."""
    path = tmp_path / f"hands.{request.param}"
    assert export_session(moving, request.param, path) == ()
    return getattr(pandas, f"read_{request.param}")(path)


def test_long_form_is_read_back_exactly(table, moving):
    hands = moving.hands
    assert len(table) == JOINT_COUNT * len(hands)
    for name, values in {
        "x_m": hands.joints_3d[..., 0],
        "z_m": hands.joints_3d[..., 2],
        "y_px": hands.joints_2d[..., 1],
        "sigma_m": hands.sigma_3d,
        "sigma_px": hands.sigma_2d,
    }.items():
        np.testing.assert_array_equal(table[name].to_numpy(np.float32).reshape(-1, JOINT_COUNT), values)
    np.testing.assert_array_equal(table["timestamp_s"].to_numpy()[::JOINT_COUNT], hands.timestamp)
    np.testing.assert_array_equal(table["score"].to_numpy()[::JOINT_COUNT], hands.score)
    assert list(table["handedness"][::JOINT_COUNT]) == list(hands.handedness)
    assert list(table["joint_name"][:JOINT_COUNT]) == list(JOINT_NAMES)


def test_units_stand_in_the_header_of_csv(moving, tmp_path):
    export_session(moving, "csv", tmp_path / "hands.csv")
    header = (tmp_path / "hands.csv").read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
    assert {"timestamp_s", "x_px", "sigma_px", "x_m", "sigma_m", "wrist_z_m"} <= set(header)


def test_parquet_says_units_and_axes_of_each_column(moving, tmp_path):
    export_session(moving, "parquet", tmp_path / "hands.parquet")
    field = pq.read_schema(tmp_path / "hands.parquet").field("z_m")
    assert field.metadata[b"unit"] == b"m"
    assert b"z away from the camera" in field.metadata[b"description"]


def test_one_track_alone(moving, tmp_path):
    export_session(moving, "csv", tmp_path / "left.csv", track=7)
    assert set(pandas.read_csv(tmp_path / "left.csv")["track_id"]) == {7}


def test_npz_has_every_array_exactly(moving, tmp_path):
    export_session(moving, "npz", tmp_path / "hands.npz")
    with np.load(tmp_path / "hands.npz", allow_pickle=False) as found:
        for name, values in moving.hands.as_dict().items():
            np.testing.assert_array_equal(found[name], values)
        assert list(found["joint_names"]) == list(JOINT_NAMES)
        assert len(found["frame_timestamp"]) == len(moving)


def test_json_lines_have_every_frame_to_a_micrometre(moving, tmp_path):
    export_session(moving, "jsonl", tmp_path / "hands.jsonl")
    lines = (tmp_path / "hands.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(moving)
    for line, record in zip(lines, moving.records(), strict=True):
        frame = json.loads(line)
        assert frame["timestamp_s"] == record.timestamp
        assert len(frame["hands"]) == len(record.hands)
        for said, hand in zip(frame["hands"], record.hands, strict=True):
            assert (said["track_id"], said["loops"]) == (hand.track_id, hand.iterations)
            np.testing.assert_allclose(said["joints_m"], hand.joints_3d, atol=1e-6)
            np.testing.assert_allclose(said["joints_px"], hand.joints_2d, atol=1e-3)


def test_json_has_null_where_a_place_is_not_known(moving, tmp_path):
    from dataclasses import replace

    import pyarrow as pa

    table = moving.table
    at = table.schema.get_field_index("wrist_position")
    nothing = pa.nulls(len(table), table.schema.field(at).type)
    placeless = replace(moving, table=table.set_column(at, table.schema.field(at), nothing))
    export_session(placeless, "jsonl", tmp_path / "hands.jsonl")
    first = json.loads((tmp_path / "hands.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["hands"][0]["wrist_position_m"] is None
    assert export_session(placeless, "glb", tmp_path / "hands.glb")[0].endswith(
        "the wrist stays at the origin"
    )


def test_smoothed_both_ways_is_calmer_and_as_true(tmp_path):
    """A hand that stands still before a noise of its sigma."""
    from dataclasses import replace

    from handtrack.config import load_settings
    from handtrack.hand import read_only
    from handtrack.sessions import SessionRecorder
    from tests.handtrack.exports.conftest import hand_in_motion
    from tests.handtrack.sessions.conftest import result_of

    random, still = np.random.default_rng(0), hand_in_motion(0, "right", 1)
    with SessionRecorder(tmp_path / "noisy", settings=load_settings()) as recorder:
        for index in range(60):
            noise = random.normal(0, still.sigma_3d[:, None], (JOINT_COUNT, 3))
            joints = read_only(still.joints_3d + noise, np.float32)
            recorder.write(result_of(index, (replace(still, joints_3d=joints, raw_joints_3d=joints),)))
    for name, smooth in (("plain", False), ("smooth", True)):
        export_session(tmp_path / "noisy", "npz", tmp_path / f"{name}.npz", smooth=smooth)
    with np.load(tmp_path / "plain.npz") as plain, np.load(tmp_path / "smooth.npz") as smooth:
        off_plain = np.abs(plain["joints_3d"] - still.joints_3d).mean()
        off_smooth = np.abs(smooth["joints_3d"] - still.joints_3d).mean()
    assert off_smooth < 0.75 * off_plain

"""Hands in motion, read back by trimesh, pygltflib, bvhio, ezc3d, Rerun and PyAV."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from handtrack.exports import export_session
from handtrack.sessions import Session
from handtrack.skeleton import BONES, JOINT_COUNT, JOINT_NAMES
from tests.handtrack.exports.conftest import FRAMES, LOST

bvhio = pytest.importorskip("bvhio", reason="needs the extra test")
ezc3d = pytest.importorskip("ezc3d", reason="needs the extra c3d")
pygltflib = pytest.importorskip("pygltflib", reason="needs the extra gltf")
trimesh = pytest.importorskip("trimesh", reason="needs the extra test")


def of_track(session: Session, track: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames (T,), and seconds (T,) and joints (T, 21, 3) in metres from the camera of one track."""
    hands = session.hands
    hands = hands[hands.track_id == track]
    joints = hands.joints_3d.astype(float) + hands.wrist_position[:, None]
    return hands.frame, hands.timestamp - session.table["timestamp"][0].as_py(), joints


# glTF


def animated(path: Path) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """(name of a hand and its node, what moves) -> times and values."""
    file = pygltflib.GLTF2().load_binary(str(path))
    blob = file.binary_blob()

    def values(number: int) -> np.ndarray:
        accessor = file.accessors[number]
        view = file.bufferViews[accessor.bufferView]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor.type]
        found = np.frombuffer(blob, np.float32, accessor.count * width, view.byteOffset)
        return found.reshape(-1, width).astype(float)

    owner = {child: node.name for node in file.nodes for child in node.children or ()}
    (animation,) = file.animations
    return {
        (
            f"{owner.get(channel.target.node, '')}/{file.nodes[channel.target.node].name}",
            channel.target.path,
        ): (
            values(animation.samplers[channel.sampler].input)[:, 0],
            values(animation.samplers[channel.sampler].output),
        )
        for channel in animation.channels
    }


@pytest.mark.parametrize(("track", "name"), [(3, "right_3"), (7, "left_7")])
def test_glb_moves_every_joint_to_a_micrometre(moving, tmp_path, track, name):
    assert export_session(moving, "glb", tmp_path / "hands.glb") == ()
    found = animated(tmp_path / "hands.glb")
    _, seconds, joints = of_track(moving, track)
    for joint, joint_name in enumerate(JOINT_NAMES):
        times, places = found[f"{name}/{joint_name}", "translation"]
        np.testing.assert_allclose(times, seconds, atol=1e-6)
        np.testing.assert_allclose(places, joints[:, joint] * (1, -1, -1), atol=1e-6)


def test_glb_rods_reach_from_joint_to_joint(moving, tmp_path):
    export_session(moving, "glb", tmp_path / "hands.glb")
    found = animated(tmp_path / "hands.glb")
    _, _, joints = of_track(moving, 3)
    for parent, child in BONES:
        bone = f"right_3/{JOINT_NAMES[parent]}_to_{JOINT_NAMES[child]}"
        (_, start), (_, turn), (_, scale) = (
            found[bone, what] for what in ("translation", "rotation", "scale")
        )
        matrices = np.stack(
            [trimesh.transformations.quaternion_matrix(q[[3, 0, 1, 2]])[:3, :3] for q in turn]
        )
        ends = start + np.einsum("tij,tj->ti", matrices, scale * (0, 1, 0))
        np.testing.assert_allclose(ends, joints[:, child] * (1, -1, -1), atol=1e-5)
        assert ((turn[1:] * turn[:-1]).sum(axis=1) > 0).all()  # players take the shorter way


def test_glb_hides_a_hand_while_it_is_not_seen(moving, tmp_path):
    export_session(moving, "glb", tmp_path / "hands.glb")
    times, scale = animated(tmp_path / "hands.glb")["/right_3", "scale"]
    seen = scale[np.searchsorted(times, np.arange(FRAMES) / 30 + 1e-4, side="right") - 1, 0]
    np.testing.assert_array_equal(seen, [index not in LOST for index in range(FRAMES)])
    assert animated(tmp_path / "hands.glb")["/left_7", "scale"][1][0, 0] == 0


def test_trimesh_sees_both_hands_as_solids_in_place(moving, tmp_path):
    export_session(moving, "glb", tmp_path / "hands.glb")
    scene = trimesh.load(tmp_path / "hands.glb")
    assert len(scene.graph.nodes_geometry) == 2 * (JOINT_COUNT + len(BONES))
    starts = [of_track(moving, track)[2][0] * (1, -1, -1) for track in (3, 7)]
    low, high = np.min(starts, axis=(0, 1)), np.max(starts, axis=(0, 1))
    np.testing.assert_allclose(scene.bounds, [low - 0.0045, high + 0.0045], atol=1e-4)
    for ball in (mesh for name, mesh in scene.geometry.items() if "joint" in name):
        # Its faces look outwards.
        assert (np.einsum("ij,ij->i", ball.face_normals, ball.triangles_center) > 0).all()


# BVH


@pytest.mark.parametrize(("track", "first"), [(3, 0), (7, 10)])
def test_bvh_puts_every_joint_within_a_tenth_of_a_millimetre(moving, tmp_path, track, first):
    notes = export_session(moving, "bvh", tmp_path / "hand.bvh", track=track)
    file = bvhio.readAsBvh(str(tmp_path / "hand.bvh"))
    root = bvhio.readAsHierarchy(str(tmp_path / "hand.bvh"))
    frames, _, joints = of_track(moving, track)

    assert file.FrameTime == pytest.approx(1 / 30, abs=1e-5)
    assert file.FrameCount == FRAMES - first
    assert "is right_3" in notes[0] or "is left_7" in notes[0]
    tips = {joint.Name: np.array(joint.EndSite) for joint, *_ in file.Root.layout() if not joint.Children}
    for frame, expected in zip(frames, 100 * joints * (1, -1, -1), strict=True):
        root.loadPose(int(frame) - first)
        found = {joint.Name: joint for joint, *_ in root.layout()}
        for number, name in enumerate(JOINT_NAMES):
            if name in found:
                place = np.array(found[name].PositionWorld)
            else:
                # The reader turns each joint so that its bone points up.
                last = JOINT_NAMES[number - 1]
                up = np.array(found[last].UpWorld)
                place = np.array(found[last].PositionWorld) + np.linalg.norm(tips[last]) * up
            np.testing.assert_allclose(place, expected[number], atol=0.01, err_msg=f"{name} of frame {frame}")


def test_bvh_stays_in_the_last_pose_where_the_hand_is_lost(moving, tmp_path):
    export_session(moving, "bvh", tmp_path / "hand.bvh", track=3)
    rows = np.loadtxt((tmp_path / "hand.bvh").read_text().split("Frame Time")[1].splitlines()[1:])
    assert rows.shape == (FRAMES, 66)
    np.testing.assert_array_equal(rows[LOST.start : LOST.stop], rows[[LOST.start - 1] * len(LOST)])
    assert not np.array_equal(rows[LOST.stop], rows[LOST.start])


@pytest.mark.parametrize("track", [3, 7])
def test_bvh_rests_as_a_flat_hand_with_its_palm_forward(moving, tmp_path, track):
    export_session(moving, "bvh", tmp_path / "hand.bvh", track=track)
    found = {
        joint.Name: np.array(joint.Offset)
        for joint, *_ in bvhio.readAsBvh(str(tmp_path / "hand.bvh")).Root.layout()
    }
    assert found["index_pip"] == pytest.approx([0, np.linalg.norm(found["index_pip"]), 0], abs=1e-4)
    assert found["middle_mcp"][1] > 5  # centimetres
    # With the palm toward +z and fingers up, a right hand's thumb is at +x.
    assert np.sign(found["thumb_cmc"][0]) == (1 if track == 3 else -1)


def test_bvh_tells_which_hand_it_has_and_which_it_leaves_out(moving, tmp_path):
    notes = export_session(moving, "bvh", tmp_path / "hand.bvh")
    assert notes[0] == "the hand is left_7, from 0.33 s of the session on"
    assert notes[1].endswith("joints lie 0.0 mm from the recorded ones on average")
    assert notes[2] == "a BVH file has one hand; others are written with --track: 3 (right)"


def test_bvh_of_bones_that_change_keeps_their_directions_and_tells_how_far_off_joints_are(tmp_path):
    """Every other frame the hand is estimated a tenth larger."""
    from dataclasses import replace

    from handtrack.config import load_settings
    from handtrack.hand import read_only
    from handtrack.sessions import SessionRecorder
    from tests.handtrack.exports.conftest import hand_in_motion
    from tests.handtrack.sessions.conftest import result_of

    with SessionRecorder(tmp_path / "session", settings=load_settings()) as recorder:
        for index in range(9):
            hand = hand_in_motion(0, "right", 1)
            size = 1.1 if index % 2 else 1.0
            joints = read_only(size * hand.joints_3d, np.float32)
            recorder.write(result_of(index, (replace(hand, joints_3d=joints),)))
    notes = export_session(tmp_path / "session", "bvh", tmp_path / "hand.bvh")
    far = np.linalg.norm(hand.joints_3d[1:], axis=1).mean()
    assert f"lie {1000 * 0.1 * far * 4 / 9:.1f} mm from" in notes[1]
    rows = np.loadtxt((tmp_path / "hand.bvh").read_text().split("Frame Time")[1].splitlines()[1:])
    np.testing.assert_allclose(rows, rows[[0] * 9], atol=1e-3)


# C3D


def test_c3d_has_labelled_points_in_millimetres_with_z_up(moving, tmp_path):
    export_session(moving, "c3d", tmp_path / "hands.c3d")
    file = ezc3d.c3d(str(tmp_path / "hands.c3d"))
    points, residuals = file["data"]["points"], file["data"]["meta_points"]["residuals"]
    labels = file["parameters"]["POINT"]["LABELS"]["value"]

    assert file["parameters"]["POINT"]["UNITS"]["value"] == ["mm"]
    assert file["parameters"]["POINT"]["RATE"]["value"][0] == pytest.approx(30)
    assert points.shape == (4, 2 * JOINT_COUNT, FRAMES)
    frames, _, joints = of_track(moving, 3)
    x, y, z = (1000 * joints[..., axis] for axis in range(3))
    for number, name in enumerate(JOINT_NAMES):
        at = labels.index(f"right_3_{name}")
        expected = np.stack([x[:, number], z[:, number], -y[:, number]])
        np.testing.assert_allclose(points[:3, at, frames], expected, atol=0.01)
        np.testing.assert_allclose(residuals[0, at, frames], np.linspace(1, 5, JOINT_COUNT)[number], atol=0.2)
        assert np.isnan(points[:3, at, LOST.start : LOST.stop]).all()


# Rerun


def test_rerun_reads_every_joint_at_its_time(moving, tmp_path):
    rerun_chunk = pytest.importorskip("rerun.chunk", reason="needs the extra rerun, which takes 500 MB")
    export_session(moving, "rrd", tmp_path / "hands.rrd")
    reader = rerun_chunk.RrdReader(tmp_path / "hands.rrd")
    assert [entry.application_id for entry in reader.recordings()] == ["handtrack"]
    times, places = [], []
    for chunk in reader.stream():
        if str(chunk.entity_path) == "/hands/right_3/joints" and not chunk.is_static:
            batch = chunk.to_record_batch()
            times += batch["time"].cast("int64").to_pylist()
            places += batch["Points3D:positions"].to_pylist()
    order = np.argsort(times)
    _, seconds, joints = of_track(moving, 3)
    np.testing.assert_allclose(np.array(times)[order] / 1e9, seconds, atol=1e-6)
    np.testing.assert_allclose(np.array(places)[order], joints, atol=1e-6)


# MP4


def test_mp4_has_every_picture_at_its_time_with_the_hands_drawn(moving, tmp_path):
    export_session(moving, "mp4", tmp_path / "hands.mp4")
    with av.open(str(tmp_path / "hands.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(FRAMES) / 30, abs=0.001)
    assert (frames[0].width, frames[0].height) == (640, 480)
    plain = next(moving.frames()).image
    drawn = frames[0].to_ndarray(format="bgr24")
    x, y = moving.hands[0].joints_2d[0, 8].astype(int)
    assert np.abs(drawn[y, x].astype(int) - plain[y, x]).max() > 60
    assert np.abs(drawn[5, 5].astype(int) - plain[5, 5]).max() < 12

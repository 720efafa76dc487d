"""A person's own hand mesh in a GLB: where its bones and its surface are, and what is refused as one."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.errors import ConfigError, ExportError
from handtrack.exports import export_session
from handtrack.sessions import Session
from handtrack.skeleton import WRIST
from tests.handtrack.cli.calling import failed_with_one_line, handtrack
from tests.handtrack.exports.rigs import PNG, bone_names, rigged_hand, written

pygltflib = pytest.importorskip("pygltflib", reason="needs the extra gltf")
trimesh = pytest.importorskip("trimesh", reason="needs the extra test")

XR_HANDS = Path(__file__).resolve().parents[4] / "shared" / "data" / "meshes" / "xr_hands"


class Played:
    """A GLB as a player shows it at a key frame: bones by their hierarchy, points by their bones."""

    def __init__(self, path: Path, frame: int) -> None:
        self.file = pygltflib.GLTF2().load_binary(str(path))
        self._blob = self.file.binary_blob()
        self._moved: dict[tuple[int, str], np.ndarray] = {}
        (animation,) = self.file.animations
        for channel in animation.channels:
            values = self.values(animation.samplers[channel.sampler].output)
            if channel.target.path != "scale":  # which hides hands that are not seen
                self._moved[channel.target.node, channel.target.path] = values[frame]
        self._owner = {child: n for n, node in enumerate(self.file.nodes) for child in node.children or ()}

    def values(self, number: int) -> np.ndarray:
        accessor = self.file.accessors[number]
        dtype = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}[accessor.componentType]
        width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor.type]
        begin = self.file.bufferViews[accessor.bufferView].byteOffset
        return np.frombuffer(self._blob, dtype, accessor.count * width, begin).reshape(-1, width)

    def world(self, number: int) -> np.ndarray:
        node = self.file.nodes[number]
        x, y, z, w = self._moved.get((number, "rotation"), node.rotation or (0, 0, 0, 1))
        matrix = trimesh.transformations.quaternion_matrix((w, x, y, z))
        matrix[:3, :3] *= np.array(node.scale or (1, 1, 1))
        matrix[:3, 3] = self._moved.get((number, "translation"), node.translation or (0, 0, 0))
        above = self._owner.get(number)
        return matrix if above is None else self.world(above) @ matrix

    def bones(self, skin: int) -> dict[str, np.ndarray]:
        return {self.file.nodes[n].name: self.world(n) for n in self.file.skins[skin].joints}

    def surface(self, skin: int) -> Any:
        """The mesh of a skin, carried by its bones."""
        (node,) = (node for node in self.file.nodes if node.skin == skin)
        (part,) = self.file.meshes[node.mesh].primitives
        inverse = self.values(self.file.skins[skin].inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
        carried = np.stack(list(self.bones(skin).values())) @ inverse
        points = np.column_stack([self.values(part.attributes.POSITION), np.ones(self._count(part))])
        bones, weights = (
            self.values(part.attributes.JOINTS_0),
            self.values(part.attributes.WEIGHTS_0).astype(float),
        )
        moved = np.einsum("vk,vkij,vj->vi", weights, carried[bones], points)[:, :3]
        return trimesh.Trimesh(moved, self.values(part.indices).reshape(-1, 3), process=False)

    def _count(self, part: Any) -> int:
        return int(self.file.accessors[part.attributes.POSITION].count)


def recorded(session: Session, track: int, frame: int) -> np.ndarray:
    hands = session.hands[session.hands.track_id == track]
    return (hands.joints_3d[frame].astype(float) + hands.wrist_position[frame]) * (1, -1, -1)


@pytest.mark.parametrize(("track", "frame"), [(3, 0), (3, 9), (7, 0), (7, 25)])
def test_every_bone_begins_at_its_joint_on_both_sides(moving, tmp_path, track, frame):
    mesh = written(tmp_path, rigged_hand())
    (note,) = export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=mesh, track=track)
    assert "joints lie 0.0 mm off" in note
    bones = Played(tmp_path / "hands.glb", frame).bones(0)
    joints = recorded(moving, track, frame)
    for joint, name in bone_names().items():
        np.testing.assert_allclose(bones[name][:3, 3], joints[joint], atol=1e-5)


def test_bones_that_lie_beside_each_other_hang_on_their_fingers(moving, tmp_path):
    """As in WebXR's generic hands, whose bones are all on one level."""
    said = rigged_hand()
    for node in said["nodes"]:
        node["children"] = []
    (note,) = export_session(
        moving, "glb", tmp_path / "hands.glb", hand_mesh=written(tmp_path, said), track=3
    )
    assert "joints lie 0.0 mm off" in note
    bones = Played(tmp_path / "hands.glb", 12).bones(0)
    for joint, name in bone_names().items():
        np.testing.assert_allclose(bones[name][:3, 3], recorded(moving, 3, 12)[joint], atol=1e-5)


@pytest.mark.parametrize("track", [3, 7])
def test_the_surface_goes_with_the_bones_and_looks_outwards(moving, tmp_path, track):
    mesh = written(tmp_path, rigged_hand())
    export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=mesh, track=track)
    surface = Played(tmp_path / "hands.glb", 12).surface(0)
    joints = recorded(moving, track, 12)
    middles = surface.vertices.reshape(-1, 8, 3).mean(axis=1)
    np.testing.assert_allclose(middles, joints, atol=1e-5)
    # The rig's hand is as large as the recorded one, and its boxes have sides of 8 mm.
    assert surface.volume == pytest.approx(len(joints) * 0.008**3, rel=0.01)


def test_the_wrist_turns_as_the_palm_does(moving, tmp_path):
    """The recorded hand turned by a quarter: every bone turns with it."""
    mesh = written(tmp_path, rigged_hand())
    export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=mesh, track=3)
    wrist = Played(tmp_path / "hands.glb", 5).bones(0)["Wrist_R"][:3, :3]
    palm = recorded(moving, 3, 5)
    toward = palm[9] - palm[WRIST]
    rest = np.array(rigged_points()[9]) - rigged_points()[WRIST]
    turned = wrist @ rest
    np.testing.assert_allclose(turned / np.linalg.norm(turned), toward / np.linalg.norm(toward), atol=1e-3)


def rigged_points() -> np.ndarray:
    from tests.handtrack.exports.conftest import joints_of

    return joints_of(0.3, "right") * (1, -1, -1)


def test_materials_and_pictures_come_along(moving, tmp_path):
    mesh = written(tmp_path, rigged_hand())
    export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=mesh)
    file = Played(tmp_path / "hands.glb", 0).file
    (material,), (image,) = file.materials, file.images
    assert material.pbrMetallicRoughness.roughnessFactor == 0.6
    assert material.extensions in (None, {})
    view = file.bufferViews[image.bufferView]
    assert file.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength] == PNG
    assert len(file.meshes) == len(file.skins) == 2  # a right and a left hand
    assert trimesh.load(tmp_path / "hands.glb").geometry


def test_a_glb_and_pictures_beside_it_are_read_too(moving, tmp_path):
    said = rigged_hand()
    (tmp_path / "a skin.png").write_bytes(PNG)
    said["images"] = [{"uri": "a%20skin.png"}]
    plain = written(tmp_path, said)
    binary = tmp_path / "hand.glb"
    pygltflib.GLTF2().load(str(plain)).save(str(binary))
    for mesh in (plain, binary):
        export_session(moving, "glb", tmp_path / "out.glb", hand_mesh=mesh, force=True)
        assert Played(tmp_path / "out.glb", 0).file.images[0].mimeType == "image/png"


@pytest.mark.skipif(not XR_HANDS.is_dir(), reason="needs the hand meshes of the data folder")
@pytest.mark.parametrize("name", ["hand_r", "Hand_Nails_R", "Hand_Glove_R"])
@pytest.mark.parametrize("track", [3, 7])
def test_rigs_of_others_enclose_the_recorded_joints(moving, tmp_path, name, track):
    export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=XR_HANDS / f"{name}.gltf", track=track)
    for frame in (0, 12):
        played = Played(tmp_path / "hands.glb", frame)
        joints = recorded(moving, track, frame)
        at = {bone: matrix[:3, 3] for bone, matrix in played.bones(0).items()}
        np.testing.assert_allclose(at["Index_Distal_R"], joints[7], atol=1e-3)
        np.testing.assert_allclose(at["Wrist_R"], joints[WRIST], atol=1e-5)
        surface = played.surface(0)
        assert surface.volume > 0
        # No joint is far from the flesh.
        assert surface.nearest.vertex(joints)[0].max() < 0.025


Change = Callable[[dict[str, Any]], object]


def renamed(said: dict[str, Any]) -> None:
    for node in said["nodes"]:
        node["name"] = node["name"].replace("Index", "Finger2")


def with_wrong_number(said: dict[str, Any]) -> None:
    said["accessors"][0]["count"] = 10**9


def in_a_circle(said: dict[str, Any]) -> None:
    said["nodes"][4]["children"] = [0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said.pop("skins"), "'skins'|no skins"),
        (lambda said: said["nodes"].pop(), "no mesh with bones"),
        (renamed, "not known by their names"),
        (lambda said: said["nodes"][1].update(name="Index_Proximal_L"), "name of one joint"),
        (lambda said: said.update(extensionsRequired=["KHR_draco_mesh_compression"]), "without compression"),
        (lambda said: said["asset"].update(version="1.0"), "not of version 2"),
        (with_wrong_number, "beyond its data"),
        (lambda said: said["bufferViews"][0].update(byteLength=10**9), "beyond its data"),
        (lambda said: said["accessors"][0].update(byteOffset=-12), "beyond its data"),
        (lambda said: said["accessors"][5].update(count="many"), "cannot be used"),
        (lambda said: said["buffers"][0].update(uri="../secret.bin"), "not below its folder"),
        (lambda said: said["buffers"][0].update(uri="https://example.org/hand.bin"), "not below its folder"),
        (lambda said: said["images"][0].update(uri="/etc/passwd"), "not below its folder"),
        (lambda said: said["images"][0].update(uri="data:,hello"), "neither PNG nor JPEG|cannot be used"),
        (lambda said: said["materials"][0]["pbrMetallicRoughness"].update(baseColorTexture=7), "be used"),
        (lambda said: said["meshes"][0]["primitives"][0].update(mode=1), "not made of triangles"),
        (lambda said: said["skins"][0]["joints"].append(0), "bones"),
    ],
)
def test_a_mesh_that_cannot_be_used_is_named_and_nothing_is_written(moving, tmp_path, change: Change, words):
    said = rigged_hand()
    change(said)
    mesh = written(tmp_path, said)
    with pytest.raises(ExportError, match=words) as caught:
        export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=mesh)
    assert str(mesh) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "hands.glb").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"glTF", b"not JSON", b"[]", b"{}", b"[" * 100_000, b'{"asset": {"version": 2}}', b"\xff" * 50],
)
def test_what_is_no_gltf_is_refused_in_one_sentence(moving, tmp_path, content):
    (tmp_path / "hand.glb").write_bytes(content)
    with pytest.raises(ExportError, match=r"hand\.glb cannot be used"):
        export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=tmp_path / "hand.glb")


def test_a_large_file_a_device_and_none_are_refused(moving, tmp_path):
    with (tmp_path / "large.glb").open("wb") as file:
        file.truncate(10**9)
    os.mkfifo(tmp_path / "pipe.glb")
    for name in ("large.glb", "pipe.glb", "none.glb"):
        with pytest.raises(ExportError, match=f"{name} cannot be used"):
            export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=tmp_path / name)


def test_bones_that_hang_on_each_other_in_a_circle_end(moving, tmp_path):
    said = rigged_hand()
    in_a_circle(said)
    export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=written(tmp_path, said), track=3)
    wrist = Played(tmp_path / "hands.glb", 0).bones(0)["Wrist_R"][:3, 3]
    np.testing.assert_allclose(wrist, recorded(moving, 3, 0)[WRIST], atol=1e-5)


def test_a_chunk_that_says_more_than_there_is_is_refused(moving, tmp_path):
    data = b"glTF" + struct.pack("<II", 2, 100) + struct.pack("<II", 10**9, 0x4E4F534A) + b'{"asset"'
    (tmp_path / "hand.glb").write_bytes(data)
    with pytest.raises(ExportError, match="cannot be used"):
        export_session(moving, "glb", tmp_path / "hands.glb", hand_mesh=tmp_path / "hand.glb")


def test_only_a_glb_takes_a_mesh(moving, tmp_path):
    mesh = written(tmp_path, rigged_hand())
    with pytest.raises(ConfigError, match="a glb alone"):
        export_session(moving, "csv", tmp_path / "hands.csv", hand_mesh=mesh)
    out = ("--out", tmp_path / "hands.glb", "--hand-mesh", tmp_path / "none.gltf")
    line = failed_with_one_line(handtrack("export", moving.folder, "--to", "glb", *out), 1)
    assert "none.gltf" in line
    done = handtrack("export", moving.folder, "--to", "glb", "--out", tmp_path / "a.glb", "--hand-mesh", mesh)
    assert done.exit_code == 0, done.stderr

"""The hand mesh: how it is fetched and checked, and that what is made of it is whole."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.body import mesh as mesh_module
from handtrack.study.synthesis.body.bones import BONE_COUNT, BONE_NAMES, LEVELS, PARENTS
from handtrack.study.synthesis.body.mesh import HandMesh, fetch_mesh, hand_mesh, mesh_path, vertex_normals

MEMBER = "package/dist/profiles/generic-hand/right.glb"
MESH = b"glTF, as it were"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """An empty cache folder, save for tests of the real mesh."""
    folder = tmp_path / "cache"
    if "right_hand" not in request.fixturenames:
        monkeypatch.setenv("HANDTRACK_CACHE", str(folder))
    return folder


def package(folder: Path, member: str = MEMBER) -> Path:
    """A small npm package with something in the place of the mesh."""
    path = folder / "assets.tgz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo(member)
        entry.size = len(MESH)
        archive.addfile(entry, io.BytesIO(MESH))
    return path


@pytest.fixture
def small_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package that passes for the real one."""
    path = package(tmp_path)
    monkeypatch.setattr(mesh_module, "_PACKAGE_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(mesh_module, "_MESH_SHA256", hashlib.sha256(MESH).hexdigest())
    return path


def fake_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an npm that runs a shell script first in the path."""
    if sys.platform == "win32":
        pytest.skip("needs shell scripts")
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_mesh_is_taken_from_a_package_and_nothing_else_of_it(small_package: Path, own_cache: Path) -> None:
    assert fetch_mesh(small_package) == mesh_path()

    assert mesh_path().read_bytes() == MESH
    assert [path.name for path in own_cache.iterdir()] == [mesh_path().name]


def test_mesh_is_fetched_by_name_once_and_mended_when_damaged(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    script = f'echo "$2" >> {calls}\nwhile [ $# -gt 1 ]; do shift; done\ncp {small_package} "$1/a.tgz"'
    fake_npm(tmp_path / "bin", monkeypatch, script)

    fetch_mesh()
    fetch_mesh()
    assert calls.read_text().split() == ["@webxr-input-profiles/assets@1.0.20"]

    mesh_path().write_bytes(b"half a me")
    fetch_mesh()
    assert mesh_path().read_bytes() == MESH
    assert len(calls.read_text().split()) == 2


def test_package_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"assets\.tgz is not @webxr.*wrong SHA-256"):
        fetch_mesh(package(tmp_path))
    assert not mesh_path().exists()


def test_package_whose_mesh_is_another_is_refused(
    small_package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mesh_module, "_MESH_SHA256", "0" * 64)

    with pytest.raises(SourceError, match=r"right\.glb in .* has a wrong SHA-256"):
        fetch_mesh(small_package)


def test_package_without_the_mesh_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = package(tmp_path, "package/readme.md")
    monkeypatch.setattr(mesh_module, "_PACKAGE_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())

    with pytest.raises(SourceError, match=r"cannot be read \(.*right\.glb.*npm pack"):
        fetch_mesh(path)


def test_missing_package_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.tgz does not exist: install Node\.js") as caught:
        fetch_mesh(tmp_path / "none.tgz")
    assert "\n" not in str(caught.value)


def test_machine_without_npm_is_told_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceError, match=r"no npm to fetch it: install Node\.js .*, or give the file"):
        fetch_mesh()


def test_npm_without_network_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_npm(tmp_path / "bin", monkeypatch, "echo 'npm error network ENOTFOUND' >&2; exit 1")

    with pytest.raises(SourceError, match=r"could not be fetched \(npm error network ENOTFOUND\)") as caught:
        fetch_mesh()
    assert "\n" not in str(caught.value)


def test_cache_that_cannot_be_written_is_one_clear_line(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path / "file"))

    with pytest.raises(SourceError, match=r"cannot be written to .*HANDTRACK_CACHE"):
        fetch_mesh(small_package)


def test_every_level_of_bones_hangs_on_the_ones_before() -> None:
    done = {0}
    for level in LEVELS:
        assert {PARENTS[bone] for bone in level} <= done
        done |= set(level.tolist())

    assert done | {BONE_NAMES.index("forearm")} == set(range(BONE_COUNT))


def test_hand_is_one_closed_skin_that_faces_outwards(right_hand: HandMesh) -> None:
    faces = right_hand.faces
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    forwards = {tuple(edge) for edge in edges.tolist()}

    assert len(forwards) == len(edges)
    assert {(b, a) for a, b in forwards} == forwards
    assert len(right_hand.rest) - len(edges) // 2 + len(faces) == 2  # Euler: a sphere, no holes, one piece

    a, b, c = (right_hand.rest[faces[:, k]].astype(np.float64) for k in range(3))
    assert np.einsum("ni,ni->", a, np.cross(b, c)) / 6 > 0
    normals = vertex_normals(right_hand.rest, faces, right_hand.gather)
    back = right_hand.surface.palmar < -0.9
    assert (normals[back, 2] > 0).mean() > 0.95


def test_bones_share_out_every_point(right_hand: HandMesh) -> None:
    assert right_hand.weights.min() >= -1e-12
    np.testing.assert_allclose(right_hand.weights.sum(axis=1), 1.0, atol=1e-9)


def test_arm_runs_on_far_below_the_wrist_and_is_widest_near_the_elbow(right_hand: HandMesh) -> None:
    def breadth(distance: float) -> float:
        ring = right_hand.rest[np.abs(right_hand.rest[:, 1] - distance) < 0.02]
        return float(np.ptp(ring[:, 0]))

    assert right_hand.rest[:, 1].max() > 0.5
    assert 0.045 < breadth(0.03) < 0.062
    assert breadth(0.03) < breadth(0.1) < breadth(0.2)


def test_hand_has_a_persons_size(right_hand: HandMesh) -> None:
    joints = {name: right_hand.joints[BONE_NAMES.index(name)] for name in BONE_NAMES}

    assert 0.18 < -right_hand.rest[:, 1].min() < 0.20
    assert 0.085 < np.linalg.norm(joints["middle_proximal"]) < 0.095
    assert joints["thumb_tip"][0] > joints["index_tip"][0] > joints["little_tip"][0]


def test_left_hand_is_the_same_mesh_turned_outwards_when_mirrored(right_hand: HandMesh) -> None:
    left = hand_mesh("left")

    assert left.handedness == "left"
    assert left.cage is right_hand.cage
    np.testing.assert_array_equal(left.faces_outwards, right_hand.faces[:, ::-1])

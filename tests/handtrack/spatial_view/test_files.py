"""Files that `view` makes of a session: read back by another library, and refused in a sentence."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from handtrack import open_session
from handtrack.config import load_settings
from handtrack.sessions import SessionRecorder
from handtrack.skeleton import HAND_COLOURS_RGB
from handtrack.spatial_view.hands import hands_of_session
from handtrack.spatial_view.skin import skin_hands
from tests.handtrack.cli.calling import failed_with_one_line, handtrack
from tests.handtrack.spatial_view.conftest import SIZE, placed_hand, record, result_at

SMALL = ("--size", "120x80", "--picture")


def loaded(path: Path) -> trimesh.Trimesh:
    found = trimesh.load(path, process=False)
    assert isinstance(found, trimesh.Trimesh)
    return found


def colours(mesh: trimesh.Trimesh) -> np.ndarray:
    assert isinstance(mesh.visual, trimesh.visual.ColorVisuals)
    return np.asarray(mesh.visual.vertex_colors)[:, :3].astype(int)


@pytest.mark.parametrize("kind", ["ply", "obj"])
def test_a_pose_is_read_back_as_it_was_with_both_colours(session, tmp_path, kind):
    out = tmp_path / f"pose.{kind}"
    done = handtrack("view", session, "--capture", out, "--at", "0.5s", "--skin")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [f"2 hands at 0.50 s: {out}"]
    hands = hands_of_session(open_session(session)).between(0.5, 0.5)
    found, expected = loaded(out), skin_hands(hands)
    np.testing.assert_allclose(found.triangles, expected.points[expected.triangles], atol=1e-6)
    sides = {tuple(colour) for colour in colours(found).tolist()}
    assert sides == set(HAND_COLOURS_RGB.values())


def test_bones_are_saved_where_no_skin_is_asked_for(session, tmp_path):
    for name, option in (("bones", []), ("skin", ["--skin"])):
        arguments = ["--capture", tmp_path / f"{name}.ply", *option]
        assert handtrack("view", session, *arguments).exit_code == 0
    bones, skin = (loaded(tmp_path / f"{name}.ply") for name in ("bones", "skin"))
    assert len(bones.vertices) != len(skin.vertices)
    assert (bones.extents < skin.extents).all()


def test_a_sweep_holds_a_pose_a_step_the_older_ones_darker(session, tmp_path):
    out = tmp_path / "sweep.ply"
    arguments = ["--sweep", out, "--from", "0.2", "--to", "0:01.9", "--step", "0.5"]
    done = handtrack("view", session, *arguments)
    assert done.exit_code == 0, done.stderr
    # At 0.2, 0.7, 1.2 (the right hand is not seen then) and 1.7 s.
    assert done.stdout.splitlines() == [f"7 poses from 0.20 to 1.70 s: {out}"]
    assert handtrack("view", session, "--capture", tmp_path / "one.ply", "--at", "0.2").exit_code == 0
    sweep, one = loaded(out), loaded(tmp_path / "one.ply")
    each = len(one.vertices) // 2
    assert len(sweep.vertices) == 7 * each
    brightness = colours(sweep).max(axis=1).reshape(7, each).max(axis=1)
    np.testing.assert_allclose(brightness[[0, -1]], [0.35 * 255, 255], atol=2)
    assert (np.diff(brightness.astype(int)) >= 0).all()


def test_a_picture_and_a_surface_have_their_sizes(session, tmp_path):
    picture, surface = tmp_path / "picture.png", tmp_path / "surface.png"
    options = ["--picture", picture, "--size", "320x200", "--surface", surface, "--at", "0.5"]
    done = handtrack("view", session, *options, "--trail", "index_tip", "--zoom", "2")
    assert done.exit_code == 0, done.stderr
    assert np.asarray(cv2.imread(str(picture))).shape == (200, 320, 3)
    assert np.asarray(cv2.imread(str(surface))).shape[1] == 3 * SIZE[0] + 24


def test_a_file_that_is_there_is_replaced_by_force_alone(session, tmp_path):
    for option, name in (
        ("--capture", "x.ply"),
        ("--sweep", "x.obj"),
        ("--picture", "x.png"),
        ("--surface", "y.png"),
    ):
        out = tmp_path / name
        out.write_text("precious", encoding="utf-8")
        line = failed_with_one_line(handtrack("view", session, option, out), 1)
        assert "exists" in line
        assert "--force" in line
        assert out.read_text(encoding="utf-8") == "precious"
    assert handtrack("view", session, "--capture", tmp_path / "x.ply", "--force").exit_code == 0
    assert (tmp_path / "x.ply").read_bytes()[:3] == b"ply"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--capture", "x.ply", "--at", "7"], 1, "--at 7 lies outside .*; give a moment from 0 to 1.97 s"),
        (["--sweep", "x.ply", "--from", "1", "--to", "3"], 1, "--to 3 lies outside"),
        (["--sweep", "x.ply", "--from", "1", "--to", "0.5"], 1, "has no length"),
        (["--capture", "x.stl"], 2, "end its name with .ply or .obj"),
        (["--picture", "x.png", "--trail", "index_top"], 2, "did you mean index_tip"),
        (["--picture", "x.png", "--size", "12"], 2, "write it as 1280x800"),
        (["--picture", "nowhere/x.png"], 1, "does not exist"),
        (["--from", "1"], 2, "--from and --to are of a sweep"),
    ],
)
def test_what_cannot_be_is_one_sentence(session, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    line = failed_with_one_line(handtrack("view", session, *arguments), code)
    assert line.startswith("error: ")
    assert re.search(words, line)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["soon", "-1", "1:2:3", "3.2m", ""])
def test_what_is_no_moment_is_wrong_usage(session, tmp_path, text):
    result = handtrack("view", session, "--picture", tmp_path / "x.png", f"--at={text}")
    assert result.exit_code == 2
    assert "3.2, 3.2s or 1:03.2" in " ".join(result.stderr.split())


def test_no_session_an_empty_one_and_one_without_hands_are_one_sentence(tmp_path):
    out = tmp_path / "x.png"
    folder = tmp_path / "nothing"
    folder.mkdir()
    line = failed_with_one_line(handtrack("view", folder, "--picture", out), 1)
    assert "is not a session" in line
    handless = record(tmp_path / "handless", hands=False)
    line = failed_with_one_line(handtrack("view", handless, "--picture", out), 1)
    assert "no hand in any frame" in line
    with SessionRecorder(tmp_path / "empty", settings=load_settings()):
        pass
    line = failed_with_one_line(handtrack("view", tmp_path / "empty", "--picture", out), 1)
    assert "holds no frame" in line


def test_a_session_without_places_is_shown_and_says_so(tmp_path):
    old = record(tmp_path / "old", places=False)
    done = handtrack("view", old, "--capture", tmp_path / "x.ply")
    assert done.exit_code == 0, done.stderr
    assert "placed by its joints for a field of view of 60 degrees" in done.stdout.splitlines()[0]


def test_a_moment_without_a_hand_names_the_nearest_with_one(tmp_path):
    with SessionRecorder(tmp_path / "gap", settings=load_settings()) as recorder:
        for index in range(10):
            recorder.write(result_at(index, *([placed_hand(index, "left", 7)] if index > 6 else [])))
    capture = ["view", tmp_path / "gap", "--capture", tmp_path / "x.ply"]
    line = failed_with_one_line(handtrack(*capture, "--at", "0"), 1)
    assert line == "error: no hand was seen at 0.00 s; the nearest is at --at 0.23"
    # Unsaid, it is the first with a hand; and a picture needs none.
    assert handtrack(*capture).exit_code == 0
    assert handtrack("view", tmp_path / "gap", *SMALL, tmp_path / "x.png", "--at", "0").exit_code == 0


def test_a_session_without_pictures_is_seen_but_has_no_surface_to_compare(tmp_path):
    folder = record(tmp_path / "plain", pictures=False)
    assert handtrack("view", folder, *SMALL, tmp_path / "x.png").exit_code == 0
    line = failed_with_one_line(handtrack("view", folder, "--surface", tmp_path / "y.png"), 1)
    assert "recorded without pictures" in line


def test_a_lost_video_leaves_the_hands(session, tmp_path):
    copy = Path(shutil.copytree(session, tmp_path / "copy"))
    (copy / "video.mkv").unlink()
    assert handtrack("view", copy, *SMALL, tmp_path / "x.png").exit_code == 0

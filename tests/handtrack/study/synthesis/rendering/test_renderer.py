from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.sample import project
from handtrack.study.synthesis.looks.solids import Material, box, cylinder
from handtrack.study.synthesis.rendering.renderer import (
    FIRST_THING_LABEL,
    SUPERSAMPLING,
    HandRenderer,
    SceneDescription,
    tiled_noise,
)
from tests.handtrack.study.synthesis.placed_hands import (
    CAMERA,
    SIZE,
    even,
    lamp_from,
    placed_hand,
    renderer_or_skip,
)

GREY = Material(np.full(3, 0.5), np.full(3, 0.5))


@pytest.fixture(scope="module")
def renderer() -> Iterator[HandRenderer]:
    with renderer_or_skip() as opened:
        yield opened


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    return (first & second).sum() / (first | second).sum()


@pytest.mark.parametrize("handedness", ["right", "left"])
def test_the_mask_is_the_hands_outline(renderer, handedness):
    hand = placed_hand(handedness)

    mask = renderer.render(SceneDescription((hand,), even()), CAMERA, SIZE).mask()

    outline = np.zeros(SIZE[::-1], np.uint8)
    corners = project(hand.vertices, CAMERA)[hand.mesh.faces]
    for triangle in np.round(corners * 16).astype(np.int32):
        cv2.fillConvexPoly(outline, triangle, 1, shift=4)
    assert overlap(mask, outline > 0) > 0.93


@pytest.mark.parametrize("handedness", ["right", "left"])
@pytest.mark.parametrize("yaw", [0.0, np.pi])
def test_depth_is_that_of_the_nearest_skin(renderer, handedness, yaw):
    hand = placed_hand(handedness, yaw=yaw)
    image = renderer.render(SceneDescription((hand,), even()), CAMERA, SIZE)

    palm = 0.5 * (hand.joints[0] + hand.joints[11])
    place = project(palm[None], CAMERA)
    near = np.linalg.norm(project(hand.vertices, CAMERA) - place, axis=1) < 2.0
    assert image.depth_at(place)[0] == pytest.approx(hand.vertices[near, 2].min(), abs=0.002)
    assert image.label_at(place)[0] == 1


def test_nothing_is_infinitely_far_and_beside_the_picture_too(renderer):
    image = renderer.render(SceneDescription((placed_hand(),), even()), CAMERA, SIZE)

    points = np.array([[0.0, 0.0], [-5.0, 10.0], [500.0, 10.0]])
    assert np.isinf(image.depth_at(points)).all()
    assert (image.label_at(points) == 0).all()


@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_a_turned_or_mirrored_crop_is_the_frame_seen_through_its_affine_map(renderer, mirror):
    scene = SceneDescription((placed_hand(),), lamp_from((0.4, -0.5, -1.0)))
    whole = renderer.render(scene, CAMERA, SIZE)
    turn = 0.7
    to_crop = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * 1.5
    to_crop[0] *= mirror
    shift = np.array([47.5, 47.5]) - to_crop @ (84.0, 54.0)
    affine = np.vstack([np.column_stack([to_crop, shift]), [0, 0, 1]])

    crop = renderer.render(scene, affine @ CAMERA, (96, 96))

    warped = cv2.warpAffine(whole.colour, affine[:2], (96, 96), flags=cv2.INTER_CUBIC)
    assert overlap(crop.mask(), warped[..., 3] > 0.5) > 0.96
    inside = cv2.erode(crop.mask().astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.abs(warped - crop.colour)[inside].mean() < 0.02


def test_a_mask_of_another_size_is_the_same_mask(renderer):
    image = renderer.render(SceneDescription((placed_hand(),), even()), CAMERA, SIZE)

    large = image.mask(0, (SIZE[0] * 3, SIZE[1] * 3))

    assert large.shape == (SIZE[1] * 3, SIZE[0] * 3)
    assert overlap(large[1::3, 1::3], image.mask()) > 0.97


def test_a_thing_before_the_hand_hides_it_and_one_behind_does_not(renderer):
    hand = placed_hand()
    palm = 0.5 * (hand.joints[0] + hand.joints[11])
    board = box(np.array([0.1, 0.1, 0.01]), GREY)
    place = project(palm[None], CAMERA)

    def seen(z: float) -> int:
        thing = board.placed(np.eye(3), palm * [1, 1, 0] + [0, 0, z])
        image = renderer.render(SceneDescription((hand,), even(), (thing,)), CAMERA, SIZE)
        return int(image.label_at(place)[0])

    assert seen(0.3) == FIRST_THING_LABEL
    assert seen(0.8) == 1


def test_two_hands_have_labels_of_their_own(renderer):
    near, far = placed_hand("right", away=0.5), placed_hand("left", away=0.9)

    image = renderer.render(SceneDescription((near, far), even()), CAMERA, SIZE)

    assert set(np.unique(image.labels)) == {0, 1, 2}
    assert image.mask(0).sum() > image.mask(1).sum() > 0


def test_the_side_that_faces_the_lamp_is_brighter(renderer):
    hand = placed_hand()
    left, right = (
        renderer.render(SceneDescription((hand,), lamp_from((x, 0.0, -0.3))), CAMERA, SIZE)
        for x in (-1.0, 1.0)
    )

    row = round(float(project(hand.joints[:1], CAMERA)[0, 1])) + 12  # the arm, which nothing shades
    columns = np.flatnonzero(left.mask()[row])
    west, east = columns[1:5], columns[-5:-1]
    assert left.colour[row, west, 1].mean() > 1.3 * right.colour[row, west, 1].mean()
    assert right.colour[row, east, 1].mean() > 1.3 * left.colour[row, east, 1].mean()


def test_what_stands_before_the_lamp_casts_a_shadow(renderer):
    hand = placed_hand()
    palm = 0.5 * (hand.joints[0] + hand.joints[11])
    lighting = lamp_from((0.8, 0.0, -1.0))
    rod = cylinder(0.02, 0.08, GREY).placed(np.eye(3), palm + 0.09 * lighting.key.direction)
    row, column = np.round(project(palm[None], CAMERA)[0]).astype(int)[::-1]

    lit = renderer.render(SceneDescription((hand,), lighting), CAMERA, SIZE)
    shaded = renderer.render(SceneDescription((hand,), lighting, (rod,)), CAMERA, SIZE)

    assert shaded.label_at(np.array([[column, row]]))[0] == 1
    assert shaded.colour[row, column, 1] < 0.5 * lit.colour[row, column, 1]


def test_without_light_the_hand_is_black_but_covers(renderer):
    image = renderer.render(SceneDescription((placed_hand(),), even(0.0)), CAMERA, SIZE)

    assert image.colour[..., :3].max() == pytest.approx(0.0, abs=1e-6)
    assert image.colour[..., 3].max() == 1.0


def test_a_scene_always_gives_the_same_picture_whatever_was_drawn_before(renderer):
    scene = SceneDescription((placed_hand(),), lamp_from((0.4, -0.5, -1.0)))
    first = renderer.render(scene, CAMERA, SIZE)
    thing = box(np.full(3, 0.1), GREY).placed(np.eye(3), np.array([0.0, 0.0, 0.4]))
    renderer.render(SceneDescription((placed_hand("left"),), even(), (thing,)), CAMERA, (64, 48))

    again = renderer.render(scene, CAMERA, SIZE)

    np.testing.assert_array_equal(first.colour, again.colour)
    np.testing.assert_array_equal(first.depth, again.depth)


def test_two_renderers_do_not_disturb_each_other(renderer):
    scene = SceneDescription((placed_hand(),), lamp_from((0.4, -0.5, -1.0)))
    first = renderer.render(scene, CAMERA, SIZE)
    with renderer_or_skip() as other:
        second = other.render(scene, CAMERA, SIZE)
        again = renderer.render(scene, CAMERA, SIZE)
    after = renderer.render(scene, CAMERA, SIZE)

    for image in (second, again, after):
        np.testing.assert_array_equal(first.colour, image.colour)


def test_dark_and_light_skin_differ_as_their_reflectance(renderer):
    light, dark = (
        renderer.render(SceneDescription((placed_hand(tone=tone, yaw=np.pi),), even()), CAMERA, SIZE)
        for tone in (1.0, 10.0)
    )

    assert light.colour[light.mask()].mean(axis=0)[1] > 4 * dark.colour[dark.mask()].mean(axis=0)[1]


def test_a_scene_without_hands_can_be_drawn(renderer):
    image = renderer.render(SceneDescription((), even()), CAMERA, SIZE)

    assert image.colour.shape == (SIZE[1], SIZE[0], 4)
    assert image.labels.shape == (SIZE[1] * SUPERSAMPLING, SIZE[0] * SUPERSAMPLING)
    assert not image.mask().any()


def test_noise_repeats_without_a_seam():
    noise = tiled_noise(64).astype(float)

    inner = np.abs(np.diff(noise, axis=0)).mean()
    seam = np.abs(noise[0] - noise[-1]).mean()
    assert seam < 1.3 * inner
    assert noise.mean() == pytest.approx(127.5, abs=2)


def test_without_opengl_one_sentence_says_so(monkeypatch):
    moderngl = pytest.importorskip("moderngl")

    def refuse(**_: object) -> None:
        raise Exception("requested backend cannot be loaded")

    monkeypatch.setattr(moderngl, "create_context", refuse)
    with pytest.raises(SourceError, match=r"OpenGL 3\.3 does not open .*cannot be loaded.*install Mesa"):
        HandRenderer()


def test_a_renderer_collected_in_another_thread_leaves_that_threads_own_alone(renderer):
    scene, small, large = SceneDescription((placed_hand(), placed_hand("left")), even()), (40, 30), SIZE
    left_over: list[HandRenderer] = []

    def draw(close: bool) -> None:
        drawing = renderer_or_skip()
        drawing.render(scene, CAMERA, small)
        drawing.render(scene, CAMERA, large)
        if close:
            drawing.close()
        left_over.append(drawing)

    before = renderer.render(scene, CAMERA, SIZE)
    for close in (True, False):
        thread = threading.Thread(target=draw, args=(close,))
        thread.start()
        thread.join()
    with renderer._gl:  # its context is the current one of this thread
        left_over.clear()
        gc.collect()
    after = renderer.render(scene, CAMERA, SIZE)
    np.testing.assert_array_equal(after.labels, before.labels)
    np.testing.assert_array_equal(after.colour, before.colour)


def test_without_moderngl_one_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(SourceError, match="without moderngl"):
        HandRenderer()


def test_a_shader_that_a_driver_refuses_is_named(monkeypatch, renderer):
    from handtrack.study.synthesis.rendering import graphics

    monkeypatch.setattr(graphics, "_source", lambda _name: "#version 330\nnonsense")
    with pytest.raises(SourceError, match=r"cannot compile skin\.frag"):
        graphics.ShaderProgram(renderer._gl, "skin.vert", "skin.frag")

"""Draws posed hands and things with OpenGL: colour, which hand each pixel shows, and depth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.looks.lighting import Lighting
from handtrack.study.synthesis.looks.photo_skin import Covering
from handtrack.study.synthesis.looks.placement import HandSurface
from handtrack.study.synthesis.looks.skin import SHEETS, Skin
from handtrack.study.synthesis.looks.skin_marks import SHEET_CORNER, SHEET_SIDE, flat_hand, paint_marks
from handtrack.study.synthesis.looks.solids import PATTERNS, Material, Thing
from handtrack.study.synthesis.rendering.graphics import (
    HandBuffers,
    ShaderProgram,
    ThingBuffers,
    open_context,
)
from handtrack.study.synthesis.rendering.projection import clip_from_camera, occluders, shadow_from_camera

if TYPE_CHECKING:
    import moderngl

SUPERSAMPLING: Final = 2
"""Samples along each side of a pixel."""
FIRST_THING_LABEL: Final = 128

_DEPTH_RANGE: Final = 8.0  # metres; as in the fragment shaders: alpha carries label + depth / range
_COARSE_PIXELS_PER_METRE: Final = 1100.0
"""Hands seen smaller than this are drawn from a quarter of the faces; outlines move by about 0.3 pixels."""
_SHADOW_PIXELS: Final = 256
_SHADOW_REACH: Final = 0.15  # metres about a hand's middle that its shadow map covers
_MOTTLE_PIXELS: Final = 256
_SHADOW_UNIT, _MOTTLE_UNIT, _SHEETS_UNIT, _PHOTO_UNIT, _RELIEF_UNIT = range(5)
_SKIN_COLOURS: Final = (
    "back_colour", "palm_colour", "knuckle_colour", "blood_colour", "nail_colour", "scatter",
)  # fmt: skip
_SKIN_NUMBERS: Final = (
    "nail_cover", "crease_depth", "crease_shade", "mottle", "hair", "roughness", "reflectance",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class SceneDescription:
    """All that is drawn before the background."""

    hands: tuple[HandSurface, ...]
    lighting: Lighting
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RenderedImage:
    """What the renderer saw.

    colour: (H, W, 4) float32, linear RGB times coverage, and coverage 0..1.
    labels: (S H, S W) uint8, S = SUPERSAMPLING times finer than the picture: 0 background, 1 + i skin of hand
    i, FIRST_THING_LABEL + k thing k.
    depth: (S H, S W) float32, distance along the camera's axis in metres, infinite where nothing was drawn.
    """

    colour: np.ndarray
    labels: np.ndarray
    depth: np.ndarray

    def mask(self, hand: int = 0, size: tuple[int, int] | None = None) -> np.ndarray:
        """Pixels (H, W) bool of which at least half shows the skin of a hand; size: (W, H) if another."""
        height, width = self.colour.shape[:2] if size is None else size[::-1]
        shown = (self.labels == 1 + hand).astype(np.float32)
        method = cv2.INTER_LINEAR if width > shown.shape[1] else cv2.INTER_AREA
        return cv2.resize(shown, (width, height), interpolation=method) >= 0.5

    def depth_at(self, points: np.ndarray) -> np.ndarray:
        """Distance (N,) of what is seen at points (N, 2) of the rendered picture; infinite off all things."""
        return _lookup(self.depth, points, np.inf)

    def label_at(self, points: np.ndarray) -> np.ndarray:
        """Label (N,) of what is seen at points (N, 2) of the rendered picture; 0 beside it."""
        return _lookup(self.labels, points, 0)


class HandRenderer:
    """Draws scenes, in the thread that made it; use it as a context manager, or call `close`.

    One that is never closed keeps what it holds until the process ends. Works on a GPU or on Mesa's CPU
    renderer; with the latter LP_NUM_THREADS=1 is best where several processes render side by side. Raises
    SourceError where no OpenGL 3.3 is to be had.
    """

    def __init__(self) -> None:
        self._gl = open_context()
        self._skin = ShaderProgram(self._gl, "skin.vert", "skin.frag")
        self._thing = ShaderProgram(self._gl, "thing.vert", "thing.frag")
        self._shadow = ShaderProgram(self._gl, "shadow.vert", "shadow.frag")
        for program in (self._skin, self._thing):
            program.set("shadow_map", _SHADOW_UNIT)
            program.set("mottle_noise", _MOTTLE_UNIT)
        for name, unit in (("marks_sheets", _SHEETS_UNIT), ("photo", _PHOTO_UNIT), ("relief", _RELIEF_UNIT)):
            self._skin.set(name, unit)
        self._skin.set("sheet_frame", (*SHEET_CORNER, SHEET_SIDE))
        self._shadow_map = self._gl.depth_texture((_SHADOW_PIXELS, _SHADOW_PIXELS))
        self._shadow_map.compare_func = "<="
        self._shadow_map.repeat_x = self._shadow_map.repeat_y = False
        self._shadow_frame = self._gl.framebuffer(depth_attachment=self._shadow_map)
        noise = tiled_noise(_MOTTLE_PIXELS)
        self._mottle = self._gl.texture(noise.shape[1::-1], 4, noise.tobytes())
        self._smooth(self._mottle)
        self._sheets: dict[str, moderngl.TextureArray] = {}
        self._photos: dict[str, tuple[moderngl.Texture, moderngl.Texture]] = {}
        self._hands: dict[tuple[int, str, str], HandBuffers] = {}
        self._things: list[ThingBuffers] = []
        self._frame: moderngl.Framebuffer | None = None
        self._frame_buffers: list[moderngl.Renderbuffer] = []

    def __enter__(self) -> HandRenderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def description(self) -> str:
        """Which OpenGL draws."""
        return f"{self._gl.info['GL_RENDERER']}, OpenGL {self._gl.info['GL_VERSION']}"

    def close(self) -> None:
        """Give back everything that the graphics driver holds."""
        self._gl.release()

    def render(self, scene: SceneDescription, camera: np.ndarray, size: tuple[int, int]) -> RenderedImage:
        """The scene through a pinhole camera (3, 3) in pixels of a picture of size (width, height).

        The camera may be any matrix [A | b; 0 0 1]: a crop of a picture, turned, scaled or mirrored, is drawn
        at its own resolution by the crop's affine map times the picture's camera.
        """
        with self._gl:  # another renderer of this thread may have drawn last
            return self._render(scene, camera, size)

    def _render(self, scene: SceneDescription, camera: np.ndarray, size: tuple[int, int]) -> RenderedImage:
        frame = self._sized_frame(size)
        hands = [self._hand_buffers(slot, hand) for slot, hand in enumerate(scene.hands)]
        things = [self._thing_buffers(slot, thing) for slot, thing in enumerate(scene.things)]
        self._gl.enable_only(self._gl.DEPTH_TEST)
        shadow = self._draw_shadows(scene, hands, things)

        frame.use()
        frame.clear(0.0, 0.0, 0.0, 0.0, depth=1.0, viewport=frame.viewport)
        self._shadow_map.use(_SHADOW_UNIT)
        self._mottle.use(_MOTTLE_UNIT)
        for program in (self._skin, self._thing):
            program.set_matrix("clip_from_camera", clip_from_camera(camera, size))
            program.set_matrix("shadow_from_camera", shadow)
            _set_lighting(program, scene.lighting)
        self._draw_hands(scene.hands, hands, camera)
        for slot, (thing, buffers) in enumerate(zip(scene.things, things, strict=True)):
            _set_material(self._thing, thing.material)
            self._thing.set("thing_label", float(FIRST_THING_LABEL + slot))
            buffers.lit.render(vertices=buffers.corners)
        return _read(frame, size)

    def _draw_hands(
        self, hands: tuple[HandSurface, ...], buffers: list[HandBuffers], camera: np.ndarray
    ) -> None:
        self._gl.enable(self._gl.CULL_FACE)
        for slot, hand in enumerate(hands):
            self._skin.set("occluders", occluders(hand.joints))
            self._skin.set("hand_label", 1.0 + slot)
            _set_skin(self._skin, hand.skin)
            if hand.mesh.name not in self._sheets:
                self._sheets[hand.mesh.name] = self._painted_sheets(hand.mesh)
            self._sheets[hand.mesh.name].use(_SHEETS_UNIT)
            self._show_photo(hand.covering)
            # The picture's first row is the lowest of the framebuffer, so that outer faces turn clockwise.
            mirrored = (hand.mesh.handedness == "left") != (np.linalg.det(camera[:2, :2]) < 0)
            self._gl.front_face = "ccw" if mirrored else "cw"
            scale = float(np.linalg.norm(camera[0, :2])) / max(float(hand.joints[:, 2].min()), 1e-3)
            (buffers[slot].fine if scale > _COARSE_PIXELS_PER_METRE else buffers[slot].coarse).render()
        self._gl.disable(self._gl.CULL_FACE)

    def _draw_shadows(
        self, scene: SceneDescription, hands: list[HandBuffers], things: list[ThingBuffers]
    ) -> np.ndarray:
        """Fill the shadow map; its matrix (4, 4)."""
        joints = [hand.joints for hand in scene.hands]
        points = np.concatenate(joints) if joints else np.array([[0.0, 0.0, 0.5]])
        low, high = points.min(axis=0), points.max(axis=0)
        reach = max(_SHADOW_REACH, 0.6 * float(np.linalg.norm(high - low)) + 0.02)
        matrix = shadow_from_camera(scene.lighting.key.direction, (low + high) / 2, reach)
        self._shadow_frame.use()
        self._shadow_frame.clear(depth=1.0)
        if scene.lighting.key.colour.max() > 0.0:
            self._shadow.set_matrix("shadow_from_camera", matrix)
            self._gl.enable(self._gl.CULL_FACE)
            for hand in hands:
                self._gl.front_face = "cw" if hand.mesh.handedness == "left" else "ccw"
                hand.shadow.render()
            self._gl.disable(self._gl.CULL_FACE)
            for thing in things:
                thing.shadow.render(vertices=thing.corners)
        return matrix

    def _hand_buffers(self, slot: int, hand: HandSurface) -> HandBuffers:
        key = (slot, hand.mesh.name, hand.mesh.handedness)
        if key not in self._hands:
            self._hands[key] = HandBuffers(self._gl, self._skin, self._shadow, hand.mesh)
        self._hands[key].fill(hand.vertices, hand.normals)
        return self._hands[key]

    def _thing_buffers(self, slot: int, thing: Thing) -> ThingBuffers:
        while len(self._things) <= slot:
            self._things.append(ThingBuffers(self._gl, self._thing, self._shadow))
        self._things[slot].fill(thing)
        return self._things[slot]

    def _sized_frame(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        """A framebuffer with room for the picture, its viewport set; it only ever grows."""
        width, height = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
        if self._frame is None or width > self._frame.width or height > self._frame.height:
            room = (width, height)
            if self._frame is not None:
                room = (max(width, self._frame.width), max(height, self._frame.height))
                self._frame.release()
                for smaller in self._frame_buffers:
                    smaller.release()
            colour, depth = self._gl.renderbuffer(room, 4, dtype="f4"), self._gl.depth_renderbuffer(room)
            self._frame_buffers = [colour, depth]
            self._frame = self._gl.framebuffer([colour], depth)
        self._frame.viewport = (0, 0, width, height)
        return self._frame

    def _painted_sheets(self, mesh: HandMesh) -> moderngl.TextureArray:
        hand = flat_hand(mesh)
        pixels = np.concatenate([paint_marks(np.random.default_rng(sheet), hand) for sheet in range(SHEETS)])
        count, height, width, _ = pixels.shape
        sheets = self._gl.texture_array((width, height, count), 4, pixels.tobytes())
        sheets.repeat_x = sheets.repeat_y = False
        self._smooth(sheets)
        return sheets

    def _show_photo(self, covering: Covering | None) -> None:
        self._skin.set("has_photo", covering is not None)
        if covering is None:
            return
        photo = covering.photo
        key = f"{photo.name} {photo.nails}"
        if key not in self._photos:
            textures = [
                self._gl.texture(pixels.shape[1::-1], pixels.shape[2], pixels.tobytes())
                for pixels in (photo.colours, photo.relief)
            ]
            for texture in textures:
                self._smooth(texture)
            self._photos[key] = (textures[0], textures[1])
        for texture, unit in zip(self._photos[key], (_PHOTO_UNIT, _RELIEF_UNIT), strict=True):
            texture.use(unit)
        self._skin.set("photo_nails", photo.nails)
        self._skin.set("photo_skin", covering.skin)
        self._skin.set("photo_power", covering.skin_power)
        self._skin.set("photo_cloth", covering.cloth)
        self._skin.set("toned", covering.toned)
        self._skin.set("dyed", covering.dyed)
        self._skin.set("cloth_colour", covering.cloth_colour)
        self._skin.set("cuff", covering.cuff)
        self._skin.set("cloth_roughness", covering.cloth_roughness)

    def _smooth(self, texture: moderngl.Texture | moderngl.TextureArray) -> None:
        texture.build_mipmaps()
        texture.filter = (self._gl.LINEAR_MIPMAP_NEAREST, self._gl.LINEAR)


def tiled_noise(pixels: int) -> np.ndarray:
    """Four channels (pixels, pixels, 4) uint8 of cloudy noise that repeats without a seam, mean 128."""
    rng = np.random.default_rng(0)
    spectrum = np.fft.rfft2(rng.standard_normal((pixels, pixels, 4)), axes=(0, 1))
    frequency = np.hypot(np.fft.fftfreq(pixels)[:, None], np.fft.rfftfreq(pixels)[None]) * pixels
    falloff = np.where(frequency > 2.0, np.maximum(frequency, 1.0) ** -1.3, 0.0)
    noise = np.fft.irfft2(spectrum * falloff[..., None], s=(pixels, pixels), axes=(0, 1))
    noise /= noise.std(axis=(0, 1))
    return np.clip(noise * 48.0 + 127.5, 0.0, 255.0).astype(np.uint8)


def _read(frame: moderngl.Framebuffer, size: tuple[int, int]) -> RenderedImage:
    _, _, width, height = frame.viewport
    pixels = np.empty((height, width, 4), np.float32)
    frame.read_into(pixels, viewport=frame.viewport, components=4, dtype="f4")
    labels = pixels[..., 3].astype(np.uint8)
    depth = (pixels[..., 3] - labels) * np.float32(_DEPTH_RANGE)
    depth[labels == 0] = np.inf
    pixels[..., 3] = labels > 0
    return RenderedImage(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), labels, depth)


def _set_lighting(program: ShaderProgram, lighting: Lighting) -> None:
    program.set("ambient", lighting.ambient)
    program.set("key_direction", lighting.key.direction)
    program.set("key_colour", lighting.key.colour)
    # A shadow edge is as wide as the lamp is large, seen over a few centimetres.
    texel = 2 * _SHADOW_REACH / _SHADOW_PIXELS
    program.set("key_softness", float(np.clip(0.03 * math.tan(lighting.key.softness) / texel, 0.7, 6.0)))


def _set_skin(program: ShaderProgram, skin: Skin) -> None:
    program.set("sheet", float(skin.sheet % SHEETS))
    for name in _SKIN_COLOURS:
        program.set(name, getattr(skin, name))
    for name in _SKIN_NUMBERS:
        program.set(name, float(getattr(skin, name)))


def _set_material(program: ShaderProgram, material: Material) -> None:
    program.set("pattern", PATTERNS.index(material.pattern))
    for name in ("colour", "second_colour"):
        program.set(name, getattr(material, name))
    for name in ("pattern_size", "roughness", "reflectance", "metal", "glow"):
        program.set(name, float(getattr(material, name)))


def _lookup(image: np.ndarray, points: np.ndarray, outside: float) -> np.ndarray:
    fine = np.floor((np.asarray(points) + 0.5) * SUPERSAMPLING).astype(int)
    height, width = image.shape
    inside = (fine >= 0).all(axis=1) & (fine[:, 0] < width) & (fine[:, 1] < height)
    values = np.full(len(fine), outside, image.dtype)
    values[inside] = image[fine[inside, 1], fine[inside, 0]]
    return values

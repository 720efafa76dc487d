"""A glTF binary in the making: nodes, meshes, skins, and one animation."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

VERTICES: Final = 34962
INDICES: Final = 34963
_KINDS: Final = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
COMPONENTS: Final[dict[np.dtype[Any], int]] = {
    np.dtype(np.uint8): 5121,
    np.dtype(np.uint16): 5123,
    np.dtype(np.uint32): 5125,
    np.dtype(np.float32): 5126,
}
"""glTF's numbers of the types of numbers."""


class GltfFile:
    """A scene whose parts are added one after the other, then saved."""

    def __init__(self) -> None:
        import pygltflib as gltf

        self.gltf = gltf
        self.parts = gltf.GLTF2(
            asset=gltf.Asset(version="2.0", generator="handtrack"),
            scene=0,
            scenes=[gltf.Scene(nodes=[])],
            animations=[gltf.Animation(name="hands", channels=[], samplers=[])],
        )
        self._data = bytearray()

    def save(self, path: Path) -> None:
        """Write the file."""
        self.parts.buffers = [self.gltf.Buffer(byteLength=len(self._data))]
        self.parts.set_binary_blob(bytes(self._data))
        path.write_bytes(b"".join(self.parts.save_to_bytes()))

    def node(self, name: str, *, in_scene: bool = False, **values: Any) -> int:
        """Add a node; gives its number. in_scene: it stands in the scene itself, not below another one."""
        self.parts.nodes.append(self.gltf.Node(name=name, **values))
        number = len(self.parts.nodes) - 1
        if in_scene:
            self.parts.scenes[0].nodes.append(number)
        return number

    def animate(self, node: int, what: str, times: int, values: int, way: str = "LINEAR") -> None:
        """Move a node: its translation, rotation or scale, by accessors of moments and values."""
        gltf, animation = self.gltf, self.parts.animations[0]
        animation.samplers.append(gltf.AnimationSampler(input=times, output=values, interpolation=way))
        target = gltf.AnimationChannelTarget(node=node, path=what)
        animation.channels.append(gltf.AnimationChannel(sampler=len(animation.samplers) - 1, target=target))

    def accessor(
        self,
        values: np.ndarray,
        target: int | None = None,
        *,
        bounds: bool = False,
        normalized: bool | None = None,
    ) -> int:
        """Add numbers (N, ...), of a type of COMPONENTS; gives the number of their accessor.

        Matrices (N, 4, 4) are kept by columns, as glTF wants them.
        """
        shape = values.shape[1:]
        stored = values.transpose(0, 2, 1) if shape == (4, 4) else values
        accessor = self.gltf.Accessor(
            bufferView=self.view(np.ascontiguousarray(stored).tobytes(), target),
            componentType=COMPONENTS[values.dtype],
            count=len(values),
            type=_KINDS[shape],
            normalized=normalized,
        )
        if bounds:
            flat = values.reshape(len(values), -1)
            accessor.min, accessor.max = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        self.parts.accessors.append(accessor)
        return len(self.parts.accessors) - 1

    def view(self, data: bytes, target: int | None = None) -> int:
        """Add bytes; gives the number of their view."""
        self._data += b"\0" * (-len(self._data) % 4)
        view = self.gltf.BufferView(buffer=0, byteOffset=len(self._data), byteLength=len(data), target=target)
        self.parts.bufferViews.append(view)
        self._data += data
        return len(self.parts.bufferViews) - 1

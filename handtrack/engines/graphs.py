"""The network as graphs that run without torch: which there are, and what goes in and out.

One graph encodes; one stands for each loop, for a loop's number chooses its normalisation. Leaving the loop
so leaves out whole graphs. All values are float32 but for the crops; B is the batch.

crops: (B, 128, 128, 3) uint8 BGR. middle, refined: (B, 16, 16, C), fine: (B, 32, 32, 32), features with the
channels last, as convolutions run fastest on CPUs. presence, right, exit_probability: (B,), probabilities.
xy: (B, 21, 2), z: (B, 21), log_scale: (B, 21, 2), as in `handtrack.model.estimate.Estimate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from handtrack.model.architecture import Architecture
from handtrack.model.constants import CROP_PIXELS, FINE_CHANNELS
from handtrack.model.loop_slots import slot_count, slot_of
from handtrack.skeleton import JOINT_COUNT

ENCODE: Final = "encode"
MAPS: Final = ("middle", "fine")
ESTIMATE: Final = ("xy", "z", "log_scale")
REFINED: Final = "refined"


@dataclass(frozen=True, slots=True)
class GraphPlan:
    """One graph: its name, and its inputs and outputs in their order.

    loop, warm: which loop it is, counted from 0, and whether it begins from an estimate; loop is None for the
    encoder.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    loop: int | None = None
    warm: bool = False


def graph_plans(architecture: Architecture) -> tuple[GraphPlan, ...]:
    """All graphs of a network, the encoder first."""
    plans = [GraphPlan(ENCODE, ("crops",), (*MAPS, "presence", "right"))]
    kept = (REFINED,) if architecture.attention else ()
    outputs = (*ESTIMATE, "exit_probability", *kept)
    for slot in range(slot_count(architecture.loops)):
        warm = slot == architecture.loops
        loop = 0 if warm else slot
        inputs: tuple[str, ...] = ("middle",)
        if loop or warm:
            inputs = (*MAPS, *ESTIMATE)
        if loop:
            inputs += kept
        plans.append(GraphPlan(loop_graph(loop, warm, architecture.loops), inputs, outputs, loop, warm))
    return tuple(plans)


def loop_graph(loop: int, warm: bool, loops: int) -> str:
    """Name of the graph for a loop, counted from 0, of a network of so many loops."""
    slot = slot_of(loop, warm, loops)
    return "warm-start" if slot == loops else f"loop-{slot + 1}"


def value_shape(name: str, channels: int) -> tuple[int, ...]:
    """Shape of one hand's value that goes in or out. channels: of the architecture."""
    shapes: dict[str, tuple[int, ...]] = {
        "crops": (CROP_PIXELS, CROP_PIXELS, 3),
        "middle": (16, 16, channels),
        REFINED: (16, 16, channels),
        "fine": (32, 32, FINE_CHANNELS),
        "xy": (JOINT_COUNT, 2),
        "z": (JOINT_COUNT,),
        "log_scale": (JOINT_COUNT, 2),
    }
    return shapes.get(name, ())

"""The weights file of a run: the averaged network with all that is to be known of it, measured anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from handtrack.model import operating_table as operating
from handtrack.model import sigma_factors as sigma
from handtrack.model.checkpoint import save_weights
from handtrack.model.cost import network_cost
from handtrack.model.network import HandNetwork
from handtrack.study.training.calibration import sigma_factors
from handtrack.study.training.held_out import HeldOut
from handtrack.study.training.validation import hand_errors, measure, operating_table, predict

WEIGHTS_FILE: Final = "weights.safetensors"
LOG_FILE: Final = "log.jsonl"


def write_weights(
    folder: Path,
    network: HandNetwork,
    held_out: HeldOut,
    training: dict[str, Any],
    share: float,
    depth_doubt: float,
) -> dict[str, Any]:
    """Measure a network on held-out hands and write it, with a line in the run's log; returns the metadata.

    training: what the metadata says of the run. share: of the run that is done.
    depth_doubt: see `TrainingSettings`.
    """
    predictions = predict(network, held_out.real)
    exact = None if held_out.exact is None else predict(network, held_out.exact)
    factors = sigma_factors(predictions, exact, depth_doubt)
    errors = hand_errors(predictions)
    groups = network.head.selector.assignment().tolist()
    measures = measure(predictions, errors, factors, held_out.real.source)
    table = operating_table(predictions, errors, network_cost(network).mmac, held_out.real.source)
    metadata = {
        "training": training,
        "joint_groups": groups,
        sigma.METADATA_KEY: factors.to_metadata(),
        "validation": measures,
        operating.METADATA_KEY: table.to_metadata(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(folder / WEIGHTS_FILE, network, metadata)
    line = {"share": round(share, 4), "step": training["steps"], "groups": groups, **measures}
    with (folder / LOG_FILE).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    return metadata

"""Whether a machine of a cluster can do the work: same program, same weights, same files."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handtrack.errors import ModelError
from handtrack.model.weights_file import shipped_weights, weights_digest
from handtrack.sessions.folder import reason
from handtrack.version import __version__


@dataclass(frozen=True, slots=True)
class Fitness:
    """What all machines must have in common."""

    version: str
    weights_sha256: str

    def problem(self, answer: Any) -> str:
        """Why a worker that gave an answer to `fitness` cannot do the work; "" if it can."""
        if not isinstance(answer, dict):
            return f"cannot run handtrack {self.version} ({reason(answer)}); install it there"
        if answer["version"] != self.version:
            return f"has handtrack {answer['version']}, and here is {self.version}; install the same version"
        if answer["weights"] != self.weights_sha256:
            return f"has not the same weights ({answer['weights']}); put them at the same path there"
        if answer["folder"]:
            return f"{answer['folder']}; name one that all machines see and write"
        return ""


def fitness(seen: str, weights: str | None) -> dict[str, str]:
    """What this machine has: runs on each worker. seen: a file in the output folder. weights: their path."""
    try:
        digest = weights_digest(Path(weights) if weights else shipped_weights())
    except ModelError as error:
        digest = str(error)
    folder = ""
    try:
        if not Path(seen).is_file():
            folder = f"does not see the folder {Path(seen).parent}"
        else:
            with tempfile.TemporaryFile(dir=Path(seen).parent):
                pass
    except OSError as error:
        folder = f"cannot write {Path(seen).parent} ({reason(error)})"
    return {"version": __version__, "weights": digest, "folder": folder}

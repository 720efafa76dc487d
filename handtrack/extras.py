"""The extras of an installation: which package is in which, and the sentence that says what to install."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Final

from handtrack.errors import MissingPackageError

DISTRIBUTION: Final = "handtrack-sigma"
"""What the package index calls handtrack: `handtrack` is another project's there."""

EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "window": ("PyQt6", "pyqtgraph", "OpenGL"),
    "view": ("open3d",),
    "torch": ("torch",),
    "mediapipe": ("mediapipe",),
    "synthesis": ("moderngl", "pygltflib", "scipy"),
    "train": (
        "torch",
        "mediapipe",
        "moderngl",
        "pygltflib",
        "scipy",
        "onnx",
        "onnxscript",
        "matplotlib",
        "jinja2",
        "tensorboard",
    ),
    "onnxruntime": ("onnxruntime",),
    "streams": ("pythonosc", "websockets"),
    "cluster": ("distributed",),
    "heif": ("pillow_heif",),
    "people": ("anny",),
    "c3d": ("ezc3d",),
    "rerun": ("rerun",),
    "exports": ("pandas",),
}
"""What each extra brings that the rest does without, by the names that are imported."""


def installing(*extras: str) -> str:
    """The command that installs some extras."""
    return f"pip install '{DISTRIBUTION}[{','.join(extras)}]'"


def extra_of(module: str, preferred: str | None = None) -> str | None:
    """The extra that brings a module, the preferred one where that does; None where no extra does."""
    package = module.partition(".")[0]
    for extra in (preferred, *EXTRAS):
        if extra is not None and package in EXTRAS[extra]:
            return extra
    return None


def require(who: str, extra: str, *modules: str) -> None:
    """Look before the work whether these modules of an extra, or all of them, are installed.

    who: what needs them. Raises MissingPackageError with what to install.
    """
    absent = [module for module in modules or EXTRAS[extra] if importlib.util.find_spec(module) is None]
    if absent:
        raise MissingPackageError(_sentence(who, absent, extra))


def missing_package(error: ImportError, who: str, preferred: str | None = None) -> MissingPackageError | None:
    """The error to show where an import failed because an extra is not installed; else None.

    who: what needs the package. preferred: the extra to name where more than one brings it.
    """
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return None
    extra = extra_of(error.name, preferred)
    if extra is None:
        return None
    return MissingPackageError(_sentence(who, [error.name.partition(".")[0]], extra))


def _sentence(who: str, absent: Sequence[str], extra: str) -> str:
    *others, last = absent
    names, verb = (f"{', '.join(others)} and {last}", "are") if others else (last, "is")
    return f"{who} needs {names}, which {verb} not installed; run: {installing(extra)}"

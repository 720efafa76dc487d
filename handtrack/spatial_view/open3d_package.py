"""Open3D, or one sentence that says why not."""

from __future__ import annotations

import importlib.util
import platform
import re
import sys
from types import ModuleType
from typing import Any, Final

from handtrack.errors import ViewError
from handtrack.extras import installing

_DEBIAN: Final = {
    "libusb-1.0": "libusb-1.0-0",
    "libGL": "libgl1",
    "libEGL": "libegl1",
    "libX11": "libx11-6",
    "libidn2": "libidn2-0",
    "libudev": "libudev1",
    "libgomp": "libgomp1",
}
"""Packages of Debian and Ubuntu that hold what Open3D needs of a system."""


def load_open3d() -> Any:
    """The package. Raises ViewError with what is missing and what to do."""
    if importlib.util.find_spec("open3d") is None:
        raise ViewError(missing_package())
    _leave_out_the_browser()
    try:
        import open3d
    except (ImportError, OSError) as error:
        what = missing_library(str(error) or type(error).__name__)
        raise ViewError(f"Open3D, which `view` draws with, cannot be loaded: {what}") from None
    # It would talk of its own affairs on standard output.
    open3d.utility.set_verbosity_level(open3d.utility.VerbosityLevel.Error)
    return open3d


def _leave_out_the_browser() -> None:
    """Half of what Open3D imports is a web server, for a way of drawing that nothing here takes."""
    stand_in = ModuleType("open3d.visualization.draw_plotly")
    for name in ("get_plotly_fig", "draw_plotly", "draw_plotly_server"):
        setattr(stand_in, name, None)
    sys.modules.setdefault(stand_in.__name__, stand_in)


def missing_package() -> str:
    """What to say where Open3D is not installed."""
    if sys.platform == "linux" and platform.machine() != "x86_64":
        return (
            "`view` needs Open3D, which has no package for Linux on this processor; copy the session to "
            "another machine, or take `handtrack export DIR --to glb`"
        )
    return f"`view` needs Open3D, which is not installed; run: {installing('view')}"


def missing_library(text: str) -> str:
    """What to say of an error on loading Open3D: the library that is missing, and how to get it."""
    text = " ".join(text.split())
    found = re.search(r"(lib[\w.+-]+?\.so[\w.]*): cannot open shared object file", text)
    if found is None:
        return text
    name = found[1]
    package = next((each for prefix, each in _DEBIAN.items() if name.startswith(prefix)), None)
    remedy = (
        f"run: sudo apt-get install {package}"
        if package
        else "install the package of your system that has it"
    )
    return f"{name} is missing; {remedy}"

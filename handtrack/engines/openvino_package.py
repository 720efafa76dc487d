"""OpenVINO, kept from reporting its use."""

from __future__ import annotations

import sys
from types import ModuleType

from handtrack.errors import ModelError


def load_openvino() -> ModuleType:
    """The package. Its import alone would send an event to a statistics server: that is switched off here.

    Raises ModelError where it is missing.
    """
    reporting = "openvino_telemetry"
    if reporting not in sys.modules:
        sys.modules[reporting] = None  # type: ignore[assignment] # OpenVINO then takes its own silent stand-in
    try:
        import openvino
    except ImportError:
        raise ModelError("OpenVINO is missing: pip install openvino") from None
    return openvino

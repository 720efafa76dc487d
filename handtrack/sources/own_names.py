"""How sources that are no files are called."""

from typing import Final

CAMERA_PREFIX: Final = "camera:"
RENDERED: Final = "rendered"
RENDERED_PREFIX: Final = "rendered:"
DEMO_CLIP: Final = "demo"

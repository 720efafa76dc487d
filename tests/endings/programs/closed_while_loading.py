"""The window on a folder without images, closed while the tracker is somewhere in its loading."""

import random
import sys
from pathlib import Path

from handtrack.cli import main

empty = Path(sys.argv[3]) / "empty"
empty.mkdir()
sys.argv[1:] = ["run", str(empty), "--quit-after", f"{random.uniform(0.3, 3.5):.2f}"]
main()

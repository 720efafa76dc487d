"""`handtrack process` of a clip that never ends: it is played again and again."""

import sys

import handtrack.sources
from handtrack.cli import main

clip, _, folder = sys.argv[1:]
open_source = handtrack.sources.open_source
handtrack.sources.open_source = lambda spec, settings, *, realtime, loop: open_source(
    spec, settings, realtime=True, loop=True
)
sys.argv[1:] = ["process", clip, "--out", f"{folder}/session"]
main()

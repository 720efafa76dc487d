"""Print the mean loops of each minute: python examples/mean_loops_by_minute.py DIR."""

import sys

import numpy as np

import handtrack

session = handtrack.open_session(sys.argv[1])
minute = (session.positions()[session.hands.frame] // 60).astype(int)
for number in np.unique(minute):
    loops = session.hands.loops[minute == number]
    print(f"minute {number}: {loops.mean():.2f} loops, {len(loops)} hands")

"""Plot how fast the tip of the index finger moves: python examples/index_tip_speed.py DIR."""

import sys

import matplotlib.pyplot as plt
import numpy as np

import handtrack
from handtrack.sessions import smoothed

hands = smoothed(handtrack.open_session(sys.argv[1])).hands  # live, depth trembles
hands = hands[hands.track_id == hands.track_id[0]]  # one hand
tips = hands.joints_3d[:, 8] + hands.wrist_position  # metres from the camera
speed = np.linalg.norm(np.diff(tips, axis=0), axis=1) / np.diff(hands.timestamp)
plt.plot(hands.timestamp[1:] - hands.timestamp[0], speed)
plt.ylim(bottom=0)
plt.xlabel("seconds")
plt.ylabel("index tip, metres a second")
plt.savefig("index_tip_speed.png")

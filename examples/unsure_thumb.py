"""Save the pictures in which the thumb's tip was unsure: python examples/unsure_thumb.py DIR."""

import sys

import cv2

import handtrack

session = handtrack.open_session(sys.argv[1])
hands = session.hands
unsure = hands[hands.sigma_3d[:, 4] > 0.01]  # one standard deviation above a centimetre
for number, sigma in zip(unsure.frame, unsure.sigma_3d[:, 4], strict=True):
    print(f"frame {number}: {1000 * sigma:.1f} mm")
for number, frame in enumerate(session.frames()):  # pictures are decoded one after the other
    if number in unsure.frame and frame.image is not None:
        cv2.imwrite(f"unsure_{number}.png", frame.image)

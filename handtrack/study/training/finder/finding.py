"""How well a finder finds the hands of whole pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from handtrack.detectors.places import Place, read_places
from handtrack.detectors.scaling import resized
from handtrack.model.finder_network import FinderNetwork
from handtrack.model.network import normalise_crops
from handtrack.study.datasets.hand_rows import SIZE, TAUGHT, UP_X, UP_Y, X, Y
from handtrack.study.datasets.whole_pictures import WholePictures

_REACH = 0.5  # of a found hand from a true one, over its size
_FACTOR = 2.0  # of sizes at most
_FALSE_SHARE = 0.05  # of hand-free pictures in which a hand may be found
_MOST = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """threshold: score at which 5 % of the hand-free pictures show a hand. recall: there, and at one half.

    angle: median error of the direction of what is found, in degrees. size: median of the larger size over
    the smaller, less 1. by_source: recall at the threshold.
    """

    threshold: float
    recall: float
    recall_at_half: float
    recall_grey: float
    angle: float
    size: float
    by_source: dict[str, float]


@torch.inference_mode()
def measure_finding(
    network: FinderNetwork, pictures: WholePictures, empty: np.ndarray, pixels: int
) -> Finding:
    """Measure a network on pictures with hands, and on (N, P, P, 3) without."""
    network.eval()
    false = sorted((_best(_answers(network, each, pixels)) for each in empty), reverse=True)
    threshold = max(false[int(_FALSE_SHARE * len(false))], 0.02)
    scores, grey, angles, sizes, sources = [], [], [], [], []
    for index in range(len(pictures)):
        hands = pictures.hands[index]
        hands = hands[hands[:, TAUGHT] > 0]
        if not len(hands):
            continue
        picture = pictures.picture(index)
        scale = pixels / max(picture.shape[:2])
        found = read_places(_answers(network, picture, pixels), _MOST, 0.01)
        lines = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        found_grey = read_places(_answers(network, lines, pixels), _MOST, 0.01)
        for hand in hands:
            meant = _meant(hand, found, scale)
            scores.append(meant.score if meant else 0.0)
            matched = _meant(hand, found_grey, scale)
            grey.append(matched.score if matched else 0.0)
            sources.append(str(pictures.source[index]))
            if meant and np.isfinite(hand[UP_X]):
                turn = math.atan2(*meant.up) - math.atan2(hand[UP_X], hand[UP_Y])
                angles.append(abs(math.remainder(turn, 2 * math.pi)))
                sizes.append(abs(math.log(meant.size / (hand[SIZE] * scale))))
    score, source = np.array(scores), np.array(sources)
    return Finding(
        threshold,
        float((score >= threshold).mean()),
        float((score >= 0.5).mean()),
        float((np.array(grey) >= threshold).mean()),
        math.degrees(float(np.median(angles))) if angles else math.nan,
        math.expm1(float(np.median(sizes))) if sizes else math.nan,
        {
            name: round(float((score[source == name] >= threshold).mean()), 3)
            for name in np.unique(source).tolist()
        },
    )


def _answers(network: FinderNetwork, picture: np.ndarray, pixels: int) -> np.ndarray:
    """Answers (7, h, w) for a picture made as large as fits into the top left of a square."""
    scale = pixels / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    square = np.zeros((1, pixels, pixels, 3), np.uint8)
    square[0, : size[1], : size[0]] = resized(picture, size)
    answers: np.ndarray = network(normalise_crops(torch.from_numpy(square)))[0].numpy()
    return answers


def _best(answers: np.ndarray) -> float:
    found = read_places(answers, 1, 0.01)
    return found[0].score if found else 0.0


def _meant(hand: np.ndarray, found: list[Place], scale: float) -> Place | None:
    """The best answer that means the hand, of those for a picture scaled so."""
    size = hand[SIZE] * scale
    for place in found:
        near = np.hypot(*(place.middle - hand[[X, Y]] * scale)) < _REACH * size
        if near and 1 / _FACTOR < place.size / size < _FACTOR:
            return place
    return None

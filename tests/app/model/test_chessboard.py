from __future__ import annotations

import cv2
import numpy as np
import pytest

from app.model.chessboard import FEWEST, ChessboardError, ChessboardViews
from handtrack.geometry import Intrinsics

SLANTS = ((0.4, 0, 0), (-0.4, 0.1, 0.1), (0, 0.5, 0), (0.1, -0.5, -0.2), (0.3, 0.3, 0.4), (-0.3, -0.3, 0.2))


def photo(
    slant: tuple[float, float, float], degrees: float, size: tuple[int, int] = (960, 540)
) -> np.ndarray:
    """A camera of that field of view sees a board with 9 x 6 inner corners, squares of 20 mm."""
    square, edge = 40, 60
    board = np.full((7 * square + 2 * edge, 10 * square + 2 * edge), 255, np.uint8)
    for row in range(7):
        for column in range(row % 2, 10, 2):
            y, x = edge + row * square, edge + column * square
            board[y : y + square, x : x + square] = 0
    camera = Intrinsics.from_field_of_view(*size, degrees)
    rotation = cv2.Rodrigues(np.array(slant, np.float64))[0]
    middle = np.array([board.shape[1], board.shape[0]]) / 2
    scale = 0.02 / square
    to_space = np.array([[scale, 0, -middle[0] * scale], [0, scale, -middle[1] * scale], [0, 0, 1]])
    distance = 0.36 * camera.focal / size[0]
    plane = np.column_stack([rotation[:, :2], [0.01 * slant[1], 0.01 * slant[0], distance]])
    matrix = np.array([[camera.focal, 0, size[0] / 2], [0, camera.focal, size[1] / 2], [0, 0, 1]])
    seen = cv2.warpPerspective(board, matrix @ plane @ to_space, size, borderValue=200, flags=cv2.INTER_AREA)
    return cv2.cvtColor(cv2.GaussianBlur(seen, (3, 3), 0), cv2.COLOR_GRAY2BGR)


@pytest.mark.parametrize("degrees", [50.0, 78.0])
def test_the_field_of_view_of_the_camera_is_found(degrees):
    views = ChessboardViews()
    for slant in SLANTS:
        assert views.add(photo(slant, degrees)).shape == (54, 2)
    found = views.measure()
    assert found.degrees == pytest.approx(degrees, abs=1.0)
    assert 0 < found.rms < 0.5


def test_too_few_frames_and_frames_that_say_nothing_new_are_refused():
    views = ChessboardViews()
    views.add(photo(SLANTS[0], 60))
    with pytest.raises(ChessboardError, match="nearly a frame that was taken"):
        views.add(photo(SLANTS[0], 60))
    with pytest.raises(ChessboardError, match=f"{FEWEST} frames are needed"):
        views.measure()
    with pytest.raises(ChessboardError, match="another size"):
        views.add(photo(SLANTS[1], 60, (640, 480)))
    assert len(views) == 1


def test_a_picture_without_the_board_is_refused():
    with pytest.raises(ChessboardError, match="9 x 6 inner corners"):
        ChessboardViews().add(np.full((480, 640, 3), 128, np.uint8))

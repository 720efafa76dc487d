"""The page in a real browser: Chromium without a screen."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from handtrack.hand import FrameResult
from handtrack.skeleton import FINGER_COLOURS_RGB
from handtrack.streaming.streams import Streams
from tests.handtrack.streaming.conftest import deliver, port_of, wait_until

Open = Callable[..., Streams]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, or as playwright has fetched it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        try:
            made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except Error:
            pytest.skip(
                "needs a Chromium: install the package chromium, or call `playwright install chromium`"
            )
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that must not complain."""
    made = browser.new_page(viewport={"width": 960, "height": 640})
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield made
    made.close()
    assert [line for line in complaints if "WebSocket" not in line] == []


def shown(page: Page) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)


def pixels_of(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture - colour).max(axis=-1) < 12).sum())


def show_hands(page: Page, streams: Streams, result: FrameResult) -> None:
    page.goto(f"http://127.0.0.1:{port_of(streams)}/")
    wait_until(lambda: streams.reports()[0].clients == 1)
    deliver(streams, result)
    wait_until(lambda: page.evaluate("window.handtrack.frames === 1"))
    wait_until(lambda: page.evaluate("document.getElementById('said').textContent.includes('hands: 2')"))


def test_both_hands_are_drawn_in_the_colours_of_their_fingers(
    page: Page, open_streams: Open, results: list[FrameResult]
) -> None:
    streams = open_streams("ws://127.0.0.1:0")
    show_hands(page, streams, results[10])

    picture = shown(page)

    for finger, colour in FINGER_COLOURS_RGB.items():
        assert pixels_of(picture, colour) > 150, finger
    assert "frame 10" in page.inner_text("#said")


def test_dragging_turns_the_hands_and_a_double_click_turns_them_back(
    page: Page, open_streams: Open, results: list[FrameResult]
) -> None:
    streams = open_streams("ws://127.0.0.1:0")
    show_hands(page, streams, results[10])
    before = shown(page)

    page.mouse.move(480, 320)
    page.mouse.down()
    page.mouse.move(680, 380, steps=5)
    page.mouse.up()
    page.wait_for_timeout(100)
    turned = shown(page)
    page.mouse.dblclick(480, 320)
    page.wait_for_timeout(100)
    back = shown(page)

    above = slice(60, 600)  # the words count frames a second
    assert (np.abs(turned - before)[above].max(axis=-1) > 60).sum() > 2000
    assert (np.abs(back - before)[above].max(axis=-1) > 60).sum() == 0


def test_it_connects_again_by_itself(page: Page, open_streams: Open, results: list[FrameResult]) -> None:
    streams = open_streams("ws://127.0.0.1:0")
    port = port_of(streams)
    show_hands(page, streams, results[0])

    streams.close()
    wait_until(
        lambda: page.evaluate("document.getElementById('said').textContent.startsWith('not connected')")
    )
    again = open_streams(f"ws://127.0.0.1:{port}")
    wait_until(lambda: page.evaluate("window.handtrack.connected"))
    deliver(again, results[1])

    wait_until(lambda: page.evaluate("window.handtrack.frame && window.handtrack.frame.index === 1"))


def test_a_page_from_elsewhere_reads_nothing(page: Page, open_streams: Open) -> None:
    streams = open_streams("ws://127.0.0.1:0")
    page.goto("data:text/html,<p>elsewhere")

    ended = page.evaluate(
        """address => new Promise(tell => {
            const socket = new WebSocket(address);
            socket.onopen = () => tell("open");
            socket.onerror = () => tell("refused");
        })""",
        f"ws://127.0.0.1:{port_of(streams)}/stream",
    )

    assert ended == "refused"
    assert streams.reports()[0].clients == 0

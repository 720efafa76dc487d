"""Makes the picture of docs/streams.md: the page in a Chromium without a screen, playing the shipped clip."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from handtrack.config import load_settings
from handtrack.pipeline import Pipeline
from handtrack.sources import open_source
from handtrack.streaming import opened_streams
from handtrack.tracking import HandTracker

PICTURE = Path(__file__).parent / "pictures" / "streams_page.png"
FRAMES = 60


def main() -> None:
    """Make the picture."""
    settings = load_settings(overrides=['streaming.to=["ws://127.0.0.1:8765"]'])
    source = open_source("demo", settings, realtime=True, loop=True)
    with (
        sync_playwright() as playwright,
        opened_streams(settings.streaming) as streams,
        Pipeline(source, HandTracker.load, wait_for_tracking=False) as pipeline,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 960, "height": 560})
        page.goto("http://127.0.0.1:8765/")
        streams.attach(pipeline)
        while page.evaluate("window.handtrack.frames") < FRAMES:
            page.wait_for_timeout(20)
        page.mouse.move(480, 280)
        page.mouse.down()
        page.mouse.move(540, 310, steps=5)
        page.mouse.up()
        page.wait_for_timeout(1500)  # so that the view stands above the hand, and a whole second is counted
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()

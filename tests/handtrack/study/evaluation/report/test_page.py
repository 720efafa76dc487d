from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.comparison import MarkedNails
from handtrack.study.evaluation.contestants import Contestant
from handtrack.study.evaluation.evaluation import Evaluation, evaluate_comparisons
from handtrack.study.evaluation.measures.tips import TipMeasures
from handtrack.study.evaluation.report import page as page_module
from handtrack.study.evaluation.report.page import render_page, write_page
from tests.handtrack.study.evaluation.conftest import MakeSample
from tests.handtrack.study.evaluation.made import Named, made_comparison

OURS = Contestant(
    Named("ours"),
    NetworkCost(600_000, 60_000_000, (25_000_000, 20_000_000)),
    "ours.safetensors",
    "12ab34cd",
    1.0,
)
PEER = Contestant(Named("MediaPipe full"), NetworkCost(2_000_000, 300_000_000, (0,)))


@pytest.fixture
def evaluation(make_sample: MakeSample) -> Evaluation:
    samples = [make_sample(key=f"made/<{number}>") for number in range(3)]
    errors = [[12.0, 10.0], [16.0, 14.0], [30.0, 12.0]]
    exits = [[0.9, 0.9], [0.9, 0.9], [0.1, 0.9]]
    comparisons = [
        made_comparison(errors, exits, {"MediaPipe full": [8.0, 9.0, 7.0]}, name, samples)
        for name in ("stereo pair", "rendered hands")
    ]
    return evaluate_comparisons([OURS, PEER], comparisons, 0.5, notes=["MediaPipe lite is left out"])


class Checker(HTMLParser):
    """Collects texts and image sources, and refuses tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.sources.append(dict(attrs)["src"] or "")
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        self.text.append(" ".join(data.split()))


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def test_the_page_shows_everything_and_needs_nothing_else(evaluation: Evaluation) -> None:
    page = render_page(evaluation)

    checker = checked(page)

    assert all(source.startswith("data:image/jpeg;base64,") for source in checker.sources)
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(link.startswith(("#", "data:")) for link in links)
    assert "<script" not in page
    assert "<link" not in page

    text = checker.text
    assert "ours" in text
    assert any("12ab34cd" in each for each in text)
    assert "MediaPipe lite is left out" in text
    assert "real 3D, stereo pair: PA-MPJPE" in text
    assert "13.33 mm, 1.67 x its 8.00 mm" in text
    assert {"Stereo pair", "Rendered hands", "The gate", "Uncertainty", "By loops used"} <= set(text)
    assert page.count("<svg") == 2 * 4
    # Six hands in all, and those of each of two sets once more.
    assert len(checker.sources) == 12
    assert "1. 16.0 mm" in text
    # What comes from outside is text and nothing else.
    assert "made/&lt;0&gt;" in page
    assert "made/<0>" not in page


def test_a_network_of_one_loop_has_no_gate_to_show(make_sample: MakeSample) -> None:
    comparison = made_comparison([[12.0]], [[0.9]], {}, samples=[make_sample()])

    page = render_page(evaluate_comparisons([replace(OURS, cost=None)], [comparison], 0.5))

    assert "The gate" not in checked(page).text
    assert page.count("<svg") == 2  # no cost is known either


def test_collections_nails_and_tips_of_clips_are_shown(make_sample: MakeSample) -> None:
    samples = [make_sample(key=name, source=name) for name in ("anna", "bert")]
    nail = np.concatenate([samples[0].joints_2d[8] - 3, samples[0].joints_2d[8] + 3])[None]
    comparison = made_comparison(
        [[12.0, 10.0], [16.0, 14.0]], [[0.9, 0.9]] * 2, {"MediaPipe lite": [8.0, 9.0]}, samples=samples
    )
    peer = replace(comparison.scores[1], joints_2d=np.zeros((2, 1, 21, 2), np.float32))
    marked = replace(comparison.evaluated, nails={0: MarkedNails(nail, np.array([True]))})
    measured = comparison.scores[0].measured_percent.copy()
    measured[0, :, 8] = 3.0
    ours = replace(comparison.scores[0], measured_percent=measured)
    comparison = replace(comparison, evaluated=marked, scores=(ours, peer, comparison.scores[2]))
    tips = [TipMeasures("tracked", "ours", "gate 0.5", 200, 176, 0.52, 6.96, 2.57, 6.86)]

    evaluation = evaluate_comparisons([OURS, PEER], [comparison], 0.5, tips=tips, persons=["bert"])

    text = checked(render_page(evaluation)).text
    for what in (
        "In the image, by collection",
        "Finger tips inside the boxes of nails",
        "Sigma on people whom it was not fitted to",
        "What labels do to errors",
        "0.520",
        "6.86",
    ):
        assert what in text
    assert "8.00 % of 1 hands" not in text, "only the labelled validation has persons"
    assert {"100.0", "0.0"} <= set(text)
    only_tips = checked(render_page(evaluate_comparisons([OURS], [], 0.5, tips=tips))).text
    assert {"Goals", "0.520 of 200 frames"} <= set(only_tips)


def test_without_a_network_others_are_still_compared(evaluation: Evaluation) -> None:
    comparison = evaluation.comparisons[0]
    without = replace(comparison, scores=comparison.scores[1:])

    page = render_page(evaluate_comparisons([PEER], [without], 0.5))

    text = checked(page).text
    assert "Goals" not in text
    assert "MediaPipe full" in text
    assert "<img" not in page


def test_a_page_that_cannot_be_written_is_told(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "render_page", lambda evaluation: "<!DOCTYPE html> σ")
    write_page(tmp_path / "page.html", evaluation)
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "<!DOCTYPE html> σ"

    with pytest.raises(SourceError, match="cannot write"):
        write_page(tmp_path / "nowhere" / "page.html", evaluation)

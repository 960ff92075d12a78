"""The report is looked at in a browser: wide and narrow, light and dark."""

import itertools
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from k8s_sync import cli
from k8s_sync.model import SECOND
from k8s_sync.report.facts import End, Facts, Notice
from k8s_sync.report.page import render
from tests import browser
from tests.pure import sample
from tests.pure.test_report import conn, notices

CHROMIUM = browser.find()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium to look with: install chromium"
)
LOOKS = list(itertools.product((1280, 400), ("light", "dark")))

# All text that is shown, with its colour, the one behind it, and whether it sticks out.
TEXTS = """
(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = parse(getComputedStyle(element).backgroundColor);
      if (color.length === 3 || color[3] > 0.5) return color.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  const all = "p, td, th, dt, dd, h1, h2, h3, text, a, li, caption";
  for (const element of document.querySelectorAll(all)) {
    const box = element.getBoundingClientRect();
    if (!box.width || !element.textContent.trim()) continue;
    const style = getComputedStyle(element);
    if (style.clipPath !== "none") continue;
    const isSvg = element instanceof SVGElement;
    const color = parse(isSvg ? style.fill : style.color).slice(0, 3);
    found.push([element.textContent.trim().slice(0, 40), color, behind(element),
                box.left, box.right, isSvg ? parseFloat(style.fontSize) : 0]);
  }
  return found;
})()
"""

# Cells whose text sticks out, or that lie on the one before.
CRAMPED = """
[...document.querySelectorAll("td")].filter((cell) => {
  if (cell.scrollWidth > cell.clientWidth + 1) return true;
  const box = cell.getBoundingClientRect();
  const before = cell.previousElementSibling?.getBoundingClientRect();
  return before && before.right > box.left + 1
    && before.bottom > box.top + 1 && box.bottom > before.top + 1;
}).map((cell) => cell.textContent)
"""


@pytest_asyncio.fixture
async def page() -> AsyncIterator[browser.Page]:
    assert CHROMIUM
    async with browser.opened(CHROMIUM) as opened:
        yield opened


def crowd() -> Facts:
    """More workloads than there is room for, with names that are too long."""
    facts = Facts()
    dice = random.Random(1)  # noqa: S311 -- must be the same each time
    names = [f"Deployment/{'long-' * number}{number}" for number in range(40)]
    ends = [
        End("exact", "pod", f"team-{number % 17}", f"p{number}", name, "", "")
        for number, name in enumerate(names)
    ]
    doubt = End("ambiguous", "", "", "", "", "", "")
    for number in range(3000):
        time = sample.T + number * SECOND
        sizes = (int(dice.paretovariate(0.7)), int(dice.paretovariate(0.7)))
        one, other = dice.choice(ends), dice.choice([*ends, doubt])
        facts.at(time)
        facts.connection(time, one, other, sizes)
        if not number % 50:
            note = f"Odd::Kind_{'of_notice_' * (number % 9)}{number % 9}"
            facts.notice(Notice(time, note, "x" * number, one.party, other.party))
    return facts


@pytest.fixture(params=["few", "many"])
def report(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    out = tmp_path / "report.html"
    if request.param == "many":
        text = render(crowd(), None, title="many " + "long-" * 40, made=sample.T)
        out.write_text(text)
        return out
    logs = [str(conn(tmp_path)), str(notices(tmp_path))]
    arguments = [*logs, "--journal", sample.journal_file(tmp_path), "-o", str(out)]
    assert cli.main(["report", *arguments]) == 0
    return out


def contrast(one: list[float], other: list[float]) -> float:
    """The contrast of two colours, as WCAG 2 computes it."""

    def luminance(color: list[float]) -> float:
        parts = [value / 255 for value in color]
        parts = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in parts
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_it_can_be_read(
    page: browser.Page, report: Path, width: int, scheme: Any
) -> None:
    await page.show(report, width, scheme)
    assert await page.ask("document.documentElement.scrollWidth") <= width
    texts = await page.ask(TEXTS)
    assert len(texts) > 50
    for text, color, back, left, right, _ in texts:
        assert contrast(color, back) >= 4.5, (text, color, back)
        assert left >= -1, text
        assert right <= width + 1, text
    assert await page.ask(CRAMPED) == []
    # However much there is to say, one does not scroll for ever.
    assert await page.ask("document.documentElement.scrollHeight") < 30_000
    backs = {tuple(back) for _, _, back, *_ in texts}
    assert all((sum(back) > 3 * 128) == (scheme == "light") for back in backs)
    # Of the pictures for narrow and wide windows one is shown, for one measure.
    shown = await page.ask(
        "[...document.querySelectorAll('svg')].filter(x => x.getBoundingClientRect()"
        ".height > 0).map(x => x.getAttribute('class'))"
    )
    size = "wide" if width > 720 else "narrow"
    assert shown == [f"map {size}", f"map {size}", f"axis {size}"]
    assert page.complaints == []


async def test_bytes_or_connections(page: browser.Page, report: Path) -> None:
    await page.show(report, 1280, "light")
    shown = (
        "[...document.querySelectorAll('svg.map')]"
        ".filter(x => x.getBoundingClientRect().height > 0).map(x => x.dataset.measure)"
    )
    assert await page.ask(shown) == ["bytes", "bytes"]
    await page.ask("document.querySelector('[data-measure=connections]').click()")
    assert await page.ask(shown) == ["connections", "connections"]
    pressed = "document.querySelector('[aria-pressed=true]').dataset.measure"
    assert await page.ask(pressed) == "connections"
    assert page.complaints == []


async def test_names_in_the_maps_stay_apart(page: browser.Page, report: Path) -> None:
    for width in (1280, 400):
        await page.show(report, width, "dark")
        overlaps = await page.ask(
            """
            [...document.querySelectorAll("svg.map")].flatMap((map) => {
              const boxes = [...map.querySelectorAll("text")]
                .map((text) => [text.textContent, text.getBoundingClientRect()])
                .filter(([, box]) => box.height > 0);
              return boxes.flatMap(([name, box], at) => boxes.slice(at + 1)
                .filter(([, other]) => box.left < other.right && other.left < box.right
                  && box.top + 2 < other.bottom - 2 && other.top + 2 < box.bottom - 2)
                .map(([other]) => name + " / " + other));
            })
            """
        )
        assert overlaps == []


async def test_a_request_would_be_noticed(page: browser.Page, tmp_path: Path) -> None:
    """The test of the tests above: a page that loads something is complained of."""
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='http://127.0.0.1:9/x.png'><script>nothing()</script>")
    await page.show(bad, 400, "light")
    await page.ask("new Promise(done => setTimeout(done, 200))")
    assert any("127.0.0.1" in complaint for complaint in page.complaints)
    assert any("nothing" in complaint for complaint in page.complaints)

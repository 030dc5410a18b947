"""A real browser at a desk: Debian's Chromium, driven by Playwright, and axe-core looking on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.clients.programs import need

LAID_OUT = (360, 768, 1366)
"""Widths of a window in pixels, one for each way in which the style sheet lays pages out."""
WIDTHS = (320, *LAID_OUT, 1920)
"""Widths at which a page must not be too wide; 320 is 1280 at 400 %, WCAG 2.2, 1.4.10."""
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_OF_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules of these sets that colours decide: all that differs where a page is shown dark."""
_OF_LAYOUT = (*_OF_COLOUR, "target-size", "scrollable-region-focusable", "label", "link-name",
              "button-name")  # fmt: skip
"""The rules that places, sizes and what is hidden decide: all that differs at another width."""
SCRIPT_OR_NOT = pytest.mark.parametrize(
    "script",
    [
        pytest.param(True, id="script"),
        pytest.param(False, id="no script", marks=pytest.mark.thorough),
    ],
)
"""Whether JavaScript is on: everything can be done without it."""
BY_MOUSE = pytest.mark.thorough
"""What is done once more by mouse, where another test does it by keyboard alone."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(need("chromium")), args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def at_desk(
    browser: Browser, link: str, width: int = 1366, *, script: bool = True
) -> Iterator[Page]:
    """Open a desk by its one-time link, and come to its first page.

    What the page's own policy forbids, and every fault of its script, fails the test.

    Args:
        browser: the browser.
        link: the one-time link.
        width: of the window, in pixels.
        script: whether JavaScript is on.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: wrong.append(told.text) if "policy" in told.text else None)
    page.goto(link)
    page.wait_for_url(re.compile(r"/(\?.*)?$"))
    try:
        yield page
    finally:
        context.close()
    assert wrong == []


def faults(page: Page, widths: Sequence[int] = LAID_OUT) -> list[str]:
    """Return what is wrong with the page: looked at by axe-core, light and dark; too wide anywhere.

    It is not loaded again to be shown otherwise: its appearance depends on style sheets alone. So
    axe-core looks at everything once, and then again at what another width or the dark changes.

    Args:
        page: the page.
        widths: of the window, at which axe-core looks, the narrowest first.
    """
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if overflows(page):
            found.append(f"{width}: too wide")
        if width in widths:
            rules = _RULES if width == widths[0] else _OF_LAYOUT
            found += [f"{width}: {one}" for one in violations(page, rules)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in violations(page, _OF_COLOUR)]
    page.emulate_media(color_scheme="light")
    return found


def violations(page: Page, rules: Sequence[str] = _RULES) -> list[str]:
    """Return what axe-core finds wrong with the page as it is shown, by rules or sets of them."""
    session = page.context.new_cdp_session(page)
    # by the debugger, as the pages' policy rightly lets no script in
    if _told(session, "typeof axe") == "undefined":
        source = (need("axe") / "axe.min.js").read_text(encoding="utf-8")
        session.send("Runtime.evaluate", {"expression": source})
    # what is not wrong is not told in detail, which takes half the time
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    run = f"axe.run({options}).then(r => JSON.stringify(r.violations.map("
    run += "v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))))"
    found = json.loads(_told(session, run))
    session.detach()
    assert isinstance(found, list)
    return [str(one) for one in found]


def _told(session: CDPSession, expression: str) -> str:
    """Return the text that an expression, or the promise it gives, comes to."""
    answer = session.send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in answer, answer
    return str(answer["result"]["value"])


def overflows(page: Page) -> bool:
    """True when the page is wider than the window, so that it must be moved sideways."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )

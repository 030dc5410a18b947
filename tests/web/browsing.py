"""A real browser at a desk: Debian's Chromium, driven by Playwright, and axe-core looking on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.clients.programs import need

WIDTHS = (360, 768, 1366, 1920)
SCHEMES = ("light", "dark")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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
    browser: Browser, link: str, width: int = 1366, scheme: str = "light", *, script: bool = True
) -> Iterator[Page]:
    """Open a desk by its one-time link, and come to its first page.

    What the page's own policy forbids, and every fault of its script, fails the test.

    Args:
        browser: the browser.
        link: the one-time link.
        width: of the window, in pixels.
        scheme: ``light`` or ``dark``.
        script: whether JavaScript is on.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
    )  # type: ignore[arg-type]
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


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it is shown."""
    session = page.context.new_cdp_session(page)
    axe = (need("axe") / "axe.min.js").read_text(encoding="utf-8")
    # by the debugger, as the pages' policy rightly lets no script in
    session.send("Runtime.evaluate", {"expression": axe})
    run = f"axe.run({{runOnly: {_RULES}}}).then(r => JSON.stringify(r.violations.map("
    run += "v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))))"
    answer = session.send(
        "Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True}
    )
    assert "exceptionDetails" not in answer, answer
    import json

    found = json.loads(answer["result"]["value"])
    assert isinstance(found, list)
    return [str(one) for one in found]


def overflows(page: Page) -> bool:
    """True when the page is wider than the window, so that it must be moved sideways."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )

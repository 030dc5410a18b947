"""docs/instruments.md says what the toolkits say."""

from __future__ import annotations

import re
from pathlib import Path

from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.instruments import instruments_page
from xlassess.toolkits.load import all_toolkits

PAGE = Path(__file__).resolve().parents[1] / "docs" / "instruments.md"


def test_page__is_up_to_date() -> None:
    """Fails when a toolkit changed: run ``make docs``."""
    assert PAGE.read_text(encoding="utf-8") == instruments_page(all_toolkits())


def test_page__counts_sections_and_items(builtin_toolkit: Toolkit) -> None:
    overview, _, page = instruments_page([builtin_toolkit]).partition("\n## ")
    items = [len(section.items) for section in builtin_toolkit.all_sections]
    assert f"| {len(items)} | {sum(items)} |" in overview
    listed = re.findall(r"^\| .*? \| .+? \| (\d+) \| (?:\d+|no|none) \| .*\|$", page, re.M)
    assert [int(count) for count in listed] == [*items, sum(items)]


def test_page__gives_the_range_of_totals() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "section 6 to 24; grand total 36 to 144" in page

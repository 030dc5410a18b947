"""What is said when a report or an export was written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xlassess.console.out import Out
from xlassess.console.text import count, percent
from xlassess.desk.places import shown

if TYPE_CHECKING:
    from xlassess.desk.export import Exported
    from xlassess.desk.report import Reported


def reported(out: Out, result: Reported) -> None:
    """Say where the report is and on what it stands."""
    out.say(f"The report is in {shown(result.path)}.", style="head")
    share = result.returned / result.issued if result.issued else None
    out.say(f"It stands on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        has = "has" if result.with_queries == 1 else "have"
        out.say(f"{count(result.with_queries, 'workbook')} among them {has} open queries.")


def template_saved(out: Out, path: Path) -> None:
    """Say what to do with a copy of the template."""
    out.say(f"A copy of the template is in {shown(path)}.", style="head")
    out.say(f"Edit it in Word, then run: xlassess report --template {shown(path)}")
    out.say("What it may show is listed by: xlassess report --fields")


def fields(out: Out, described: Iterable[tuple[str, str]]) -> None:
    """List the fields a template may show."""
    out.table(("Field", "What it holds"), list(described), wraps=(1,))


_SHOWN = {
    "named": "Answers are shown with names.",
    "lettered": "Partners are shown as letters.",
    "aggregated": "Answers are shown in aggregate: no row stands for one respondent's answers.",
}


def exported(out: Out, result: Exported) -> None:
    """Say where the data are, how many rows there are, and how names are treated."""
    out.say(f"The data are in {shown(result.folder)}.", style="head")
    for path in result.files:
        out.say(path.name, indent=2)
    rows = ", ".join(f"{name} {number}" for name, number in result.rows.items())
    out.say(f"Rows: {rows}.")
    if result.fallback:
        out.say("Letters were asked for, but too few partners have answered for them to help.")
    out.say(_SHOWN[result.attribution])
    if result.removed:
        names = ", ".join(path.name for path in result.removed)
        out.say(f"Removed, because an earlier export left it there: {names}.")

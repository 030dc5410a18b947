"""Every kind of workbook that xlassess makes, once each, for tests that hold for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook as Book

from tests.consolidate.rounds import MADE_AT, Wish, a_round, over_rounds
from tests.factory import entries, issue
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import builtin_ids, find_toolkit

REGISTER = "register"
EDITED = ("bv-organisation", "working-better-together")
"""Toolkits that are also written out to be edited: a matrix, and one with views."""

ASKED = ("pat", "bv-organisation", "working-better-together", "melton-evaluation")
"""Toolkits about which a query workbook is made: statements, a matrix, views, free text."""

JOINT = ("plan", "progress", "workshop", "paper")
"""Joint workbooks, and the progress paper that comes of them."""

SEVERAL = "pat+melton-evaluation"
"""Toolkits that one assessment uses together, for a summary of several."""


TREND = ("pat", "bv-organisation")
"""Toolkits of which a summary of a third round is made: totals, and organisations by themselves."""


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook xlassess made, and the toolkits it is about; none for the register."""

    kind: str
    path: Path
    toolkits: tuple[Toolkit, ...] = ()

    @property
    def book(self) -> Book:
        """The workbook with its formulas, as openpyxl reads it; for tests that change nothing."""
        return _opened(self.path, values=False)

    @property
    def values(self) -> Book:
        """The workbook with the values that its formulas had when it was made."""
        return _opened(self.path, values=True)


@lru_cache(maxsize=2)
def _opened(path: Path, values: bool) -> Book:
    return openpyxl.load_workbook(path, data_only=values)


def kinds() -> tuple[str, ...]:
    """Return the name of every kind: a workbook and a summary per toolkit, the register.

    One more summary is of several toolkits; two toolkits are written out to be edited.
    """
    return (
        *(f"workbook-{name}" for name in builtin_ids()),
        *(f"summary-{name}" for name in (*builtin_ids(), SEVERAL)),
        *(f"trend-{name}" for name in TREND),
        "feedback-pat",
        "export-pat",
        *(f"toolkit-{name}" for name in EDITED),
        *(f"query-{name}" for name in ASKED),
        *(f"joint-{name}" for name in JOINT),
        "portfolio-pat",
        REGISTER,
    )


def make(kind: str, folder: Path) -> Made:
    """Make a workbook of this kind in a folder."""
    what, _, name = kind.partition("-")
    if kind == REGISTER:
        return Made(kind, _register(folder))
    if what == "joint":
        return Made(kind, _joint(name, folder))
    toolkits = tuple(find_toolkit(toolkit_id) for toolkit_id in name.split("+"))
    if what == "query":
        return Made(kind, _query(toolkits[0], folder), toolkits)
    if what == "toolkit":
        return Made(kind, _edited(toolkits[0], folder), toolkits)
    if what == "workbook":
        return Made(kind, issue(*toolkits).write(folder), toolkits)
    if what == "export":
        return Made(kind, _exported(toolkits, folder), toolkits)
    if what == "feedback":
        return Made(kind, _feedback(toolkits, folder), toolkits)
    if what == "trend":
        return Made(kind, _trend(toolkits, folder), toolkits)
    if what == "portfolio":
        return Made(kind, _portfolio(toolkits[0], folder), toolkits)
    return Made(kind, _summary(toolkits, folder), toolkits)


def _query(toolkit: Toolkit, folder: Path) -> Path:
    from tests.queried import came_back, issued_query, opened, spoil

    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    spoil(toolkit, given, book)
    path = folder / "query.xlsx"
    path.write_bytes(issued_query(workbook, came_back(workbook, book, folder))[1])
    return path


def _joint(name: str, folder: Path) -> Path:
    from tests import jointly

    data = {
        "plan": lambda: jointly.a_plan().data,
        "progress": lambda: jointly.a_progress().data,
        "workshop": lambda: jointly.a_workshop().data,
        "paper": jointly.a_paper,
    }[name]()
    path = folder / f"{name}.xlsx"
    path.write_bytes(data)
    return path


def _edited(toolkit: Toolkit, folder: Path) -> Path:
    from xlassess.toolkits.exchange.exchange import toolkit_book

    path = folder / "toolkit.xlsx"
    path.write_bytes(toolkit_book(toolkit))
    return path


def _summary(toolkits: tuple[Toolkit, ...], folder: Path) -> Path:
    from xlassess.consolidate import summarise, write_summary

    path = folder / "summary.xlsx"
    round_ = a_round(toolkits, 6, Wish(returned=5, gaps=0.06, query=(1,)))
    write_summary(summarise(round_, MADE_AT), path)
    return path


def _exported(toolkits: tuple[Toolkit, ...], folder: Path) -> Path:
    from xlassess.consolidate import summarise
    from xlassess.consolidate.export import export

    record = a_round(toolkits, 6, Wish(returned=5, gaps=0.06, query=(1,), talk=0.4))
    made, *_ = export(summarise(record, MADE_AT), "xlsx")
    path = folder / "export.xlsx"
    path.write_bytes(made.content)
    return path


def _feedback(toolkits: tuple[Toolkit, ...], folder: Path) -> Path:
    from xlassess.consolidate import feedback_page, own_answers, summarise

    path, record = folder / "feedback.xlsx", a_round(toolkits, 6, Wish(gaps=0.06))
    summary = summarise(record, MADE_AT)
    path.write_bytes(feedback_page(summary, next(own_answers(record, summary))))
    return path


def _trend(toolkits: tuple[Toolkit, ...], folder: Path) -> Path:
    from xlassess.consolidate import summarise, write_summary

    path = folder / "summary.xlsx"
    write_summary(summarise(over_rounds(toolkits), MADE_AT), path)
    return path


def _portfolio(toolkit: Toolkit, folder: Path) -> Path:
    from tests.consolidate.portfolios import a_line, a_portfolio, a_summary
    from xlassess.consolidate import portfolio_bytes

    worst = ({"1A", "2B"}, {"1A"}, {"1A", "3C"}, set())
    names = ("Safer Streets", "Town Centre", "Better Health", "Rural Transport")
    lines = [a_line(name, a_summary(one, toolkit)) for name, one in zip(names, worst, strict=True)]
    path = folder / "portfolio.xlsx"
    path.write_bytes(portfolio_bytes(a_portfolio([*lines, a_line("New", membership="proposed")])))
    return path


def _register(folder: Path) -> Path:
    from xlassess.assessment.settings import AssessmentFolder

    made = AssessmentFolder(folder / "assessment")
    made.create()
    return made.register_file

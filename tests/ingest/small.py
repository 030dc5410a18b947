"""A small toolkit with every kind of answer, and short ways to fill its workbook in."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl

from tests.factory import Entry, Workbook, a_context, entries, filled
from xlassess.ingest import Context, ReturnedFile, read_return
from xlassess.ingest.one import _read_bytes
from xlassess.model.answer import Return
from xlassess.model.toolkit import (
    ActionPlan,
    Choice,
    FollowUp,
    Item,
    Scale,
    Scoring,
    Section,
    Toolkit,
    View,
)

_ASKS = ("Which day?", "How many?", "At what cost?", "What share?")


def every_kind() -> Toolkit:
    """Return a toolkit with every kind of answer, views, levels, follow-up and action plan."""
    agreement = Scale(
        "Agreement",
        (
            Choice("strongly-agree", "Strongly agree", 4),
            Choice("agree", "Agree", 3),
            Choice("disagree", "Disagree", 2),
            Choice("strongly-disagree", "Strongly disagree", 1),
        ),
    )
    decided = Scale(
        "Yes or no",
        (Choice("yes", "Yes"), Choice("no", "No"), Choice("dont-know", "Don't know", apart=True)),
        ordinal=False,
    )
    follow = FollowUp(("no",), "What would it take?", required=True)
    return Toolkit(
        id="every-kind",
        version="1.0",
        title="Every kind of question",
        short="Kinds",
        publisher="Nobody in particular",
        year=2026,
        source="Made up for tests",
        rights="None reserved",
        about="A toolkit that asks for every kind of answer.",
        how="Answer as best you can.",
        scales={"agreement": agreement, "decided": decided},
        sections=(
            Section(
                "1",
                "1 Views",
                "How far partners agree",
                tuple(
                    Item(f"1{letter}", f"Partners agree on matter {letter}.", "agreement")
                    for letter in "ABCDEF"
                ),
            ),
            Section(
                "2",
                "2 Facts",
                "What is the case",
                (
                    Item("2.1", "Is there a plan?", "decided", follow_up=follow),
                    Item("2.2", _ASKS[0], "date"),
                    Item("2.3", _ASKS[1], "number", minimum=0, maximum=500),
                    Item("2.4", _ASKS[2], "money", minimum=0),
                    Item("2.5", _ASKS[3], "percent", minimum=0, maximum=1),
                    Item("2.10", "Is it written down?", "decided", evidence=True, required=False),
                ),
                form="checklist",
                scored=False,
            ),
            Section(
                "3",
                "3 Standpoints",
                "Seen from two sides",
                (
                    Item("3.1", "Is it done well?", "agreement", views=("in", "out")),
                    Item("3.2", "Is it done in time?", "agreement", views=("in", "out")),
                ),
                scored=False,
            ),
        ),
        closing=(
            Section(
                "4",
                "4 In your words",
                "Anything else",
                (
                    Item("4.1", "What went well?", "long-text"),
                    Item("4.2", "What is in the way?", "text", required=False),
                ),
                form="text",
                scored=False,
            ),
        ),
        scoring=Scoring("sum", "Made up for tests", scale="agreement"),
        action_plan=ActionPlan(
            "What is to be done.",
            horizons=(Choice("quick", "Quick win"), Choice("long", "Long term")),
            statuses=(Choice("not-started", "Not started"), Choice("done", "Done")),
            rows=5,
            proposal="What do you propose?",
        ),
        views=(View("in", "Seen from inside"), View("out", "Seen from outside")),
    )


def answers_with(workbook: Workbook, **typed: Any) -> list[Entry]:
    """Return an entry for every cell, with others where items are named.

    Names are item numbers with ``_`` for the point and a leading ``i``, and the field after two
    underscores: ``i1A="Yes"``, ``i2_1__comment=""``.
    """
    wanted = {_cell(name): value for name, value in typed.items()}
    given = list(entries(workbook.toolkit))
    unknown = wanted.keys() - {(entry.item, entry.field) for entry in given}
    assert not unknown, f"no such cells: {unknown}"
    return [
        replace(entry, typed=wanted.get((entry.item, entry.field), entry.typed)) for entry in given
    ]


def _cell(name: str) -> tuple[str, str]:
    item, _, field = name[1:].partition("__")
    return item.replace("_", "."), field.replace("_", ":") or "answer"


def returned(workbook: Workbook, **typed: Any) -> bytes:
    """Return the workbook filled in everywhere, with other contents where named."""
    return filled(workbook, answers_with(workbook, **typed))


def place(workbook: Workbook, item: str, field: str = "answer") -> Entry:
    """Return the entry (with sheet and cell) of an item's field."""
    for entry in entries(workbook.toolkit):
        if (entry.item, entry.field) == (item, field):
            return entry
    raise KeyError((item, field))


def reworked(data: bytes, work: Callable[[openpyxl.Workbook], object]) -> bytes:
    """Return the workbook after some work on it in openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    work(book)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def written(data: bytes, cells: Mapping[tuple[str, str], object]) -> bytes:
    """Return the workbook with these cells (sheet and A1 name) overwritten."""

    def write(book: openpyxl.Workbook) -> None:
        for (sheet, cell), value in cells.items():
            book[sheet][cell].value = value

    return reworked(data, write)


def read(data: bytes, folder: Path, *workbooks: Workbook, context: Context | None = None) -> Return:
    """Write bytes to a file, read it as a return of these workbooks, and give the return."""
    path = folder / "return.xlsx"
    path.write_bytes(data)
    return read_return(ReturnedFile(path, path.name), context or a_context(*workbooks))


def read_bytes(data: bytes, name: str, context: Context) -> Return:
    """Read bytes as a return that came under this name, without a file on disk."""
    return _read_bytes(data, ReturnedFile(Path(name), name), context)


def codes(ret: Return) -> list[str]:
    """Return the codes of a return's findings, in their order."""
    return [finding.code for finding in ret.findings]

"""What each verb says when it is done."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from xlassess.cli.output import Out, count, percent
from xlassess.services.opening import shown

if TYPE_CHECKING:
    from xlassess.services.consolidate import Consolidated
    from xlassess.services.generate import Generated
    from xlassess.services.init import Begun
    from xlassess.services.issuing import Outcome, Workbook


def begun(out: Out, result: Begun) -> None:
    """Say what a new assessment consists of and what to do next."""
    place = shown(result.root)
    there = "" if place == "." else f" -C {shlex.quote(place)}"
    out.say(f"A new assessment is ready{f' in {place}' if there else ''}.", style="head")
    out.gap()
    out.say("1. Fill in assessment.yaml: who, what for, which toolkits, by when.", indent=2)
    out.say("2. Fill in partners.xlsx: one row for each person who is asked.", indent=2)
    out.say(f"3. Run: xlassess generate{there}", indent=2)
    out.gap()
    out.say("Keep the file .secret with the folder: it seals the workbooks of this assessment.")


_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "outdated": (
        "Left as issued, although names, settings or the version of xlassess changed since",
        "They stay valid. To issue new ones in their place, under new references, run: "
        "xlassess generate --reissue",
    ),
    "questions": (
        "Left as issued, although their questions changed since",
        "They stay valid, under the questions they were issued with. To issue new ones in their "
        "place, under new references, run: xlassess generate --reissue",
    ),
    "kept": (
        "Left alone: the outbox holds a file of this name with other content",
        "If somebody filled it in, hand it to xlassess ingest. Then move it out of the outbox and "
        "run generate again.",
    ),
}


def generated(out: Out, result: Generated) -> None:
    """Say what is in the outbox, and what somebody has to decide."""
    fresh = result.having("new", "reissued")
    out.say(f"{_generated_head(result, len(fresh))}", style="head")
    kits = tuple(dict.fromkeys(book.toolkit for book in result.workbooks))
    outcomes = tuple(dict.fromkeys(book.outcome for book in result.workbooks))
    rows = [
        [kit, *(str(sum(_is(b, kit, o) for b in result.workbooks)) for o in outcomes)]
        for kit in kits
    ]
    names = {"questions": "questions changed", "kept": "left alone"}
    heads = ["Toolkit", *(names.get(outcome, outcome).capitalize() for outcome in outcomes)]
    out.gap()
    out.table(heads, rows, numbers=range(1, len(heads)))
    for outcome, (what, remedy) in _OUTCOMES.items():
        books = result.having(outcome)
        if books:
            out.heading(f"{what} ({count(len(books), 'workbook')})")
            out.some([f"{book.path.name}" for book in books])
            out.say(remedy)


def _is(book: Workbook, toolkit: str, outcome: Outcome) -> bool:
    return book.toolkit == toolkit and book.outcome == outcome


def _generated_head(result: Generated, fresh: int) -> str:
    outbox = shown(result.outbox)
    restored = len(result.having("restored"))
    if fresh:
        return f"{count(fresh, 'workbook')} issued in {outbox}."
    if restored:
        return f"{count(restored, 'workbook')} put back in {outbox}; none issued."
    return f"Nothing new to issue; {outbox} has {count(len(result.workbooks), 'workbook')}."


def consolidated(out: Out, result: Consolidated) -> None:
    """Say where the summary is and on what it stands."""
    out.say(f"The summary is in {shown(result.path)}.", style="head")
    share = result.returned / result.issued if result.issued else None
    out.say(f"It stands on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        out.say(
            f"{count(result.with_queries, 'workbook')} among them "
            f"{'has' if result.with_queries == 1 else 'have'} open queries: answers that are in "
            "doubt are left out until they are settled."
        )

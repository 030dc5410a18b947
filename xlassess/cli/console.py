"""What people and programs are told: the console, phrases that verbs share, and JSON.

The console is plain when it is not a terminal. JSON has a documented, stable shape
(docs/guide.md, "For other programs"): every document names it in ``format``; fields may be added
under the same number, and none is renamed or removed without raising it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import click

from xlassess.services.common.phrases import matter, visible
from xlassess.services.common.progress import Watch, silent

if TYPE_CHECKING:
    import rich.console

    from xlassess.assessment.settings import AssessmentFolder
    from xlassess.model.answer import Return
    from xlassess.model.assessment import Assessment
    from xlassess.model.finding import Finding
    from xlassess.services.common.offers import Offer
    from xlassess.services.common.other_round import OfOtherRound
    from xlassess.services.common.phrases import ToldMatter
    from xlassess.services.common.workbooks.asked import SaidWhy


_REISSUE = "To change it, issue them again: xlassess generate --reissue"
"""What to do where workbooks promised less than the settings would show."""

_SHOW_ALL = 'To show all returns now, and so give this away: add --anyway "REASON"'
"""What can be done where returns are held back."""


def clean(text: str) -> str:
    """Return text that cannot steer a terminal.

    Line breaks and tabs become spaces. Other control characters, and those that turn the
    direction of text, are shown as their escape.
    """
    if text.isprintable():  # most texts are, and looking at each character takes far longer
        return text
    return "".join(" " if char in _BREAKS else visible(char) for char in text)


_BREAKS = "\n\r\t\x0b\x0c\x85\u2028\u2029"

_WIDEST = 110
"""Lines longer than this tire the eye, however wide the terminal is."""

_NARROW = 24
"""A column of no more characters than this is shown unbroken on a narrow terminal."""

_MOST = 12
"""How many names a list shows before it only counts the rest."""

STYLES: Mapping[str, str] = {
    "refuse": "bold red",
    "query": "yellow",
    "note": "cyan",
    "good": "green",
    "quiet": "dim",
    "head": "bold",
}
"""Styles by meaning; each only repeats what the words say."""


class Console:
    """Writes to one stream.

    All text is made safe first, and none is read as markup.

    Args:
        stream: where to write; standard output by default.
        full: lists are written to their ends, however long.
    """

    def __init__(self, stream: TextIO | None = None, *, full: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._full = full
        self._fancy = self._stream.isatty()

    def heading(self, text: str) -> None:
        """Write a heading with an empty line above it."""
        self.gap()
        self.say(text, style="head")

    def gap(self) -> None:
        """Write an empty line."""
        self._line("")

    def say(self, text: str, *, indent: int = 0, style: str = "") -> None:
        """Write a paragraph; on a terminal its lines are wrapped and keep the indent."""
        if not self._fancy:
            self._line(" " * indent + clean(text))
            return
        from rich.padding import Padding
        from rich.text import Text

        body = Text(clean(text), style=STYLES.get(style, ""))
        self._rich().print(Padding(body, (0, 0, 0, indent)))

    def some(self, names: Sequence[str], rest: str, *, indent: int = 2) -> None:
        """Write a list of names: the first dozen, and where to see the others, unless all go.

        Args:
            names: the names.
            rest: the command that lists all.
            indent: how far in they stand.
        """
        most = len(names) if self._full else _MOST
        for name in names[:most]:
            self.say(name, indent=indent)
        if len(names) > most:
            self.say(f"and {len(names) - most} more. To see them all: {rest}", indent=indent)

    def matters(self, told: Iterable[ToldMatter], rest: str) -> None:
        """Write what people are told of, each with whom it concerns and what to do.

        Args:
            told: the matters.
            rest: the command that lists all names.
        """
        for one in told:
            if not (one.names or one.remedy):
                self.say(one.title)
                continue
            self.heading(one.title)
            self.some(one.names, rest)
            if one.remedy:
                said = f"{one.remedy.rstrip('.')}: {one.command}"
                self.say(said if one.command else one.remedy)

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        numbers: Sequence[int] = (),
        wraps: Sequence[int] = (0,),
        styles: Mapping[str, str] | None = None,
    ) -> None:
        """Write a table no wider than its contents, nor on a terminal than the terminal.

        Args:
            headers: the column headings.
            rows: the cells, one text for each heading.
            numbers: indices of columns set to the right.
            wraps: indices of columns that give way on a narrow terminal, besides those that
                are wide anyway.
            styles: style by cell text, where a text has one.
        """
        cells = [[clean(cell) for cell in row] for row in rows]
        if self._fancy:
            self._rich_table(headers, cells, numbers, wraps, styles or {})
        else:
            self._plain_table(headers, cells, numbers)

    def _rich_table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        numbers: Sequence[int],
        wraps: Sequence[int],
        styles: Mapping[str, str],
    ) -> None:
        from rich import box
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(
            box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
            header_style=STYLES["head"],
        )  # fmt: skip
        for index, header in enumerate(headers):
            longest = max(map(len, (header, *(row[index] for row in rows))))
            table.add_column(
                Text(header),
                justify="right" if index in numbers else "left",
                no_wrap=index not in wraps and longest <= _NARROW,
                overflow="fold",
            )
        for row in rows:
            table.add_row(*(Text(cell, STYLES.get(styles.get(cell, ""), "")) for cell in row))
        self._rich().print(Padding(table, (0, 0, 0, 2), expand=False))

    def _plain_table(
        self, headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]
    ) -> None:
        whole = [list(headers), *rows]
        widths = [max(len(row[index]) for row in whole) for index in range(len(headers))]
        for row in whole:
            cells = (
                cell.rjust(width) if index in numbers else cell.ljust(width)
                for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            self._line("  " + "  ".join(cells).rstrip())

    def _rich(self) -> rich.console.Console:
        import rich.console

        console = rich.console.Console(
            file=self._stream, highlight=False, markup=False, emoji=False
        )
        console.width = min(console.width, _WIDEST)
        return console

    def _line(self, text: str) -> None:
        click.echo(text, file=self._stream)


@contextmanager
def progress(label: str) -> Iterator[Watch]:
    """Show a progress bar on standard error while the work lasts; none when not on a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    import rich.console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=rich.console.Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def watch(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield watch


def show_offers(out: Console, offers: Sequence[Offer], *, over: bool = False) -> None:
    """Say what messages seem to ask for, with the commands that record it.

    Args:
        out: the console.
        offers: what is offered.
        over: the round is closed, so that nothing of it can be recorded any more.
    """
    if not offers:
        return
    out.heading(matter("offers", len(offers)))
    decide = "" if over else " Read the message, and decide."
    out.say(f"Nothing of it was recorded.{decide}")
    for one in offers:
        what, *said = one.lines
        out.gap()
        out.say(what, indent=2, style="query")
        for line in said:
            out.say(line, indent=4)
        if over:
            continue
        for command in one.commands:
            out.say(command, indent=4)
        out.say(f"If it is not: {one.away}", indent=4)


def show_said_why(out: Console, finding: Finding, said: Iterable[SaidWhy], *, indent: int) -> None:
    """Show the comments that may say why answers are missing, and how they are accepted as that.

    Args:
        out: the console.
        finding: the query about the missing answers.
        said: what comments say, of all queries of the return.
        indent: by how many characters.
    """
    for one in said:
        if one.finding != finding.number:
            continue
        for item, text in one.comments:
            out.say(f"The comment on {item} says: “{text}”", indent=indent)
        if one.whole:
            why = "The comment says why" if len(one.comments) == 1 else "The comments say why"
            command = f'xlassess waive {finding.number} --reason "{why}"'
            out.say(f"If that is the reason: {command}", indent=indent)


def offer_as_json(one: Offer) -> dict[str, Any]:
    """Return what a message seems to ask for."""
    return {
        "kind": one.hint.kind,
        "reference": one.issued.reference,
        "item": one.hint.item,
        "value": one.hint.label,
        "words": one.hint.words,
        "file": one.file,
        "sender": one.sender,
        "return": one.number or None,
        "message": one.event or None,
        "commands": list(one.commands),
    }


def show_ways(out: Console, one: OfOtherRound, path: str, indent: int) -> None:
    """Say what can be done with a file of another round."""
    for sentence, command in one.ways(path):
        out.say(f"{sentence}: {command}", indent=indent)


def leaving_out(numbers: Sequence[int]) -> str:
    """Return how to leave these returns out."""
    return f'xlassess set-aside {" ".join(map(str, numbers))} --reason "..."'


def choosing(reference: str, number: str = "RETURN") -> str:
    """Return how to decide which of several returns counts."""
    return f'xlassess choose {reference} {number} --reason "..."'


def show_promises(out: Console, promised: str, exposed: str, held: str) -> None:
    """Say, for any paper, what workbooks promised, what may show who it is, and what waits.

    Args:
        out: the console.
        promised: that workbooks promised less than the settings would show, or nothing.
        exposed: that letters hide too little, or nothing.
        held: that returns are held back because of an earlier paper, or nothing.
    """
    if promised:
        out.say(f"{promised} {_REISSUE}")
    if exposed:
        out.say(exposed, style="query")
    if held:
        out.say(f"{held} {_SHOW_ALL}")


def show_older(
    out: Console, folder: AssessmentFolder, assessment: Assessment | None = None
) -> None:
    """Name the older papers of the round that show more than is shown now, and say what to do."""
    from xlassess.services.common.showing_more import older_in_words, older_papers

    out.matters(older_in_words(older_papers(folder, assessment)), "xlassess status --full")


def dumps(value: dict[str, Any]) -> str:
    """Return JSON in ASCII, indented, so that nothing in it can steer a terminal."""
    return json.dumps(value, indent=2, ensure_ascii=True)


def put_right_as_json(ret: Return) -> list[dict[str, Any]]:
    """Return the values of a return that were put right."""
    return [
        {
            "item": value.item,
            "field": value.field,
            "sheet": value.sheet,
            "cell": value.cell,
            "before": value.before,
            "after": value.after,
            "how": value.how,
        }
        for value in ret.normalised
    ]


def finding_as_json(found: Finding) -> dict[str, Any]:
    """Return a finding: number, code, severity, where, what, what to do, and its waiver."""
    waiver = found.waiver
    return {
        "number": found.number,
        "code": found.code,
        "severity": found.severity,
        "sheet": found.sheet,
        "cells": [cell for cell in (found.cell, *found.cells) if cell],
        "item": found.item,
        "field": found.field,
        "message": found.message,
        "remedy": found.remedy,
        "waived": (
            {"by": waiver.by, "at": waiver.at.isoformat(), "reason": waiver.reason}
            if waiver
            else None
        ),
    }

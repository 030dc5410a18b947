"""The console: headings, sentences, tables and progress, plain when not on a terminal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from xlassess.services.common.progress import Watch, silent

if TYPE_CHECKING:
    import rich.console


_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of text; Unicode Standard Annex #9, table of types."""


def clean(text: str) -> str:
    """Return text that cannot steer a terminal.

    Line breaks and tabs become spaces. Other control characters, and those that turn the
    direction of text, are shown as their escape.
    """
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in "\n\r\t\x0b\x0c\x85\u2028\u2029":
        return " "
    if char in _TURNING or unicodedata.category(char) in ("Cc", "Cs"):
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char


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
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
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

    def some(self, names: Sequence[str]) -> None:
        """Write a list of names, and after the first dozen only how many more there are."""
        for name in names[:_MOST]:
            self.say(name, indent=2)
        if len(names) > _MOST:
            self.say(f"and {len(names) - _MOST} more", indent=2)

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

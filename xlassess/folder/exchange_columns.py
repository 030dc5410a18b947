"""What a table or form of a toolkit's workbook is: a block of columns on a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "names", "text", "lines", "number", "yes-no", "word"]
"""What a column takes: an id or code, several of them, a text, a text a line, a number, yes or
no, one of a few words."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or a row of a form.

    ``field`` is the field of the model, with a point before a part of it
    (``follow_up.ask``); ``about`` says what goes there; ``listed`` names a list to pick from.
    ``spare`` columns are left out where no row fills them.
    """

    field: str
    heading: str
    about: str
    kind: Kind = "text"
    width: float = 30.0
    listed: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A table, or (``form``) a list of fields with one entry each, on a sheet.

    ``title`` stands above it; ``loc`` is the place of its contents in a toolkit file.
    """

    sheet: str
    title: str
    about: str
    columns: tuple[Column, ...]
    loc: tuple[str, ...] = ()
    form: bool = False

    def column(self, field: str) -> Column:
        """Return the column of a field.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)

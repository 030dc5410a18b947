"""The register of partners: who is asked, as the coordinator entered it.

Headings may stand in any order, capitals and blanks do not matter, and further columns and
sheets are the coordinator's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import cast

from xlassess.assessment.register_sheet import (
    RegisterCell,
    RegisterSheet,
    RegisterSheetError,
    read_sheets,
)
from xlassess.assessment.slugs import slug
from xlassess.contract.layout import cell_name
from xlassess.files.problems import FileError, Problem, did_you_mean
from xlassess.model.assessment import LEVELS, Level, Respondent

SHEET = "Respondents"
HEADINGS = ("Partner", "Respondent", "Level", "E-mail", "Toolkits")
GUIDE = "how to"
"""The name, in small letters, of the sheet of a register that explains it."""

SINCE = "Since last round"
"""The heading under which a register of a later round says who stays, leaves or is new."""

COPIES, DELEGATE, AWAY = "Copies to", "Delegate", "Away until"
"""Columns that a register may have: who gets a copy of messages, who deals with them while
somebody is away, and the last day on which that is so."""

STAYING, LEAVING, NEW = "Staying", "Leaving", "New"
"""What may stand there; whoever is leaving is not asked."""

EXAMPLE = "Example:"
"""How the partner of an example row begins; such a row is to be overwritten."""

EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+\.[^@\s,;:<>()\[\]\"\\.]{2,}")
"""An e-mail address as people write it: one, without a display name."""

LONGEST = {"Partner": 120, "Respondent": 120, "E-mail": 254}
"""Most characters of a cell; that of addresses is RFC 3696's, erratum 1690."""

_ALSO = {
    "organisation": "Partner", "organization": "Partner", "partner organisation": "Partner",
    "name": "Respondent", "person": "Respondent", "email": "E-mail", "toolkit": "Toolkits",
    "e-mail address": "E-mail", "email address": "E-mail", "e-mails": "E-mail",
    "copy to": COPIES, "copies": COPIES, "cc": COPIES, "deputy": DELEGATE, "delegates": DELEGATE,
    "away": AWAY, "on leave until": AWAY, "leave until": AWAY,
}  # fmt: skip
_BY_HEADING = {
    heading.casefold(): heading for heading in (*HEADINGS, SINCE, COPIES, DELEGATE, AWAY)
} | _ALSO
_BY_LEVEL = {label.casefold(): code for code, label in LEVELS.items()} | {c: c for c in LEVELS}
_HEADING_ROWS = 20
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class RegisterError(FileError):
    """The register has problems; `problems` lists them all, with their cells."""


@dataclass(slots=True)
class _Reader:
    """One register being read: where its columns are, and what is wrong so far."""

    file: str
    toolkits: Mapping[str, str]
    columns: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    partners: dict[str, tuple[str, int]] = field(default_factory=dict)
    people: dict[str, tuple[str, int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def remark(
        self, row: int, heading: str, message: str, hint: str, *, missing: bool = False
    ) -> None:
        cell = cell_name(row, self.columns.get(heading, 0))
        self.problems.append(Problem(self.file, row + 1, message, hint, cell, missing=missing))


@dataclass(frozen=True, slots=True)
class RegisterRead:
    """What a register says: the respondents in its order, and what is worth a second look.

    ``remarks`` are sentences about rows that were left out, or may not be meant.
    """

    file: str
    respondents: tuple[Respondent, ...]
    remarks: tuple[str, ...] = ()


def read_register(source: bytes, name: str, toolkits: Sequence[str]) -> RegisterRead:
    """Return what a register says; the same bytes are not read once more by a process.

    Args:
        source: the bytes of the workbook.
        name: the file's name, as problems show it.
        toolkits: the ids of the assessment's toolkits.

    Raises:
        RegisterError: the register has problems; every one is listed, with its cell.
    """
    if len(source) > _KEPT_IN_MIND:
        return _read(source, name, tuple(toolkits))
    return _read_before(source, name, tuple(toolkits))


_KEPT_IN_MIND = 2_000_000
"""Registers of more bytes are read anew each time: tens of thousands of people take much memory."""


@lru_cache(maxsize=4)
def _read_before(source: bytes, name: str, toolkits: tuple[str, ...]) -> RegisterRead:
    return _read(source, name, toolkits)


def _read(source: bytes, name: str, toolkits: tuple[str, ...]) -> RegisterRead:
    reader = _Reader(name, {toolkit.casefold(): toolkit for toolkit in toolkits})
    try:
        sheets = read_sheets(source)
        sheet, header = _table(reader, sheets)
    except RegisterSheetError as error:
        problem = Problem(name, 0, error.message, error.hint, error.cell)
        raise RegisterError([problem]) from None
    if sheet.unseen and sheet.rows:
        reader.remarks.append(
            f"Rows of {name} that are hidden or crossed out cannot be told in this kind of file, "
            "and count like the others."
        )
    found = [
        _respondent(reader, index, row)
        for index, row in enumerate(_with_merged(reader, sheet, header))
        if index > header and _is_wanted(reader, sheet, index, row)
    ]
    if reader.problems:
        raise RegisterError(reader.problems)
    people = tuple(respondent for respondent in found if respondent is not None)
    reader.remarks += (*_other_lists(sheets, sheet), *_odd_people(people))
    return RegisterRead(name, people, tuple(reader.remarks))


def _other_lists(sheets: Mapping[str, RegisterSheet], taken: RegisterSheet) -> Iterator[str]:
    """A sentence for each further sheet on which people seem to be listed."""
    mine = next((name for name, sheet in sheets.items() if sheet is taken), "")
    for name, sheet in sheets.items():
        heads = [
            index
            for index, row in enumerate(sheet.rows[:_HEADING_ROWS])
            if {"Partner", "Respondent"} <= {_heading(cell) for cell in row}
        ]
        below = sheet.rows[heads[0] + 1 :] if heads else ()
        if sheet is not taken and any(cell.text for row in below for cell in row):
            yield (
                f"The sheet “{name}” has a list of people, too. Only the sheet “{mine}” was read: "
                "move rows there that are meant."
            )


def _odd_people(people: Sequence[Respondent]) -> Iterator[str]:
    """Sentences about rows that may hold something else than a respondent."""
    named = sum(bool(person.name) for person in people)
    for person in people:
        if person.name and not any(letter.isalpha() for letter in person.name):
            yield f"“{person.name}” ({person.partner}) is a number, not a name. Is it meant?"
        bare = not (person.name or person.email or person.level or person.toolkits)
        if bare and named > len(people) / 2:
            yield (
                f"“{person.partner}” stands alone in its row: a workbook is made for it. Delete "
                "the row if it is a remark."
            )


@dataclass(frozen=True, slots=True)
class RegisterTable:
    """A register as a table of texts: its headings, and the rows in which anything stands.

    ``plain`` says that it holds nothing that such a table would lose: rows that are hidden or
    crossed out, cells that are merged, and sheets of the coordinator's own.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    plain: bool


def register_table(source: bytes) -> RegisterTable | None:
    """Return a register as a table of texts, without examples; None where it is none.

    The columns that every register has come first, then the coordinator's own.

    Args:
        source: the bytes of the workbook.
    """
    reader = _Reader("", {})
    try:
        sheets = read_sheets(source)
        sheet, header = _table(reader, sheets)
    except RegisterSheetError:
        return None
    if reader.problems or not sheet.rows:
        return None
    named = sheet.rows[header]
    own = [place for place, cell in enumerate(named) if cell.text and _heading(cell) is None]
    known = [*HEADINGS, *(one for one in (SINCE, COPIES, DELEGATE, AWAY) if one in reader.columns)]
    places = [*(reader.columns.get(one) for one in known), *own]
    below = sheet.rows[header + 1 :]
    rows = [
        tuple(row[at].text if at is not None and at < len(row) else "" for at in places)
        for row in below
    ]
    marked = any(cell.struck or cell.fault for row in below for cell in row)
    others = [name for name, one in sheets.items() if one is not sheet and name.casefold() != GUIDE]
    return RegisterTable(
        headings=(*known, *(named[place].text for place in own)),
        rows=tuple(
            row for row in rows
            if any(row) and not row[0].casefold().startswith(EXAMPLE.casefold())
        ),
        plain=not (marked or sheet.hidden or sheet.merged or others),
    )  # fmt: skip


_SHARED = ("Partner", "Level", "Toolkits")
"""The columns in which a cell merged over several rows speaks for all of them; names and addresses
are one person's."""


def _with_merged(
    reader: _Reader, sheet: RegisterSheet, header: int
) -> Iterator[tuple[RegisterCell, ...]]:
    """Yield the rows, in each what is merged over it from a row above."""
    columns = {reader.columns[name]: name for name in HEADINGS if name in reader.columns}
    told: set[tuple[int, int]] = set()
    for index, row in enumerate(sheet.rows):
        cells = list(row)
        for column, name in columns.items():
            first = sheet.merged.get((index, column))
            if first is None or first[0] in (index, header) or first[0] < header:
                continue
            if first[1] != column or all(not cell.text for cell in row):
                continue
            merged, shared = sheet.rows[first[0]][column], name in _SHARED
            if shared:
                cells += [RegisterCell()] * (column + 1 - len(cells))
                cells[column] = merged
            if first not in told:
                told.add(first)
                rows = "each" if shared else f"row {first[0] + 1} only"
                reader.remarks.append(
                    f"{cell_name(*first)} is merged over several rows; “{merged.text}” ({name}) "
                    f"was taken for {rows}."
                )
        yield tuple(cells)


_TOTAL = re.compile(
    r"(?:grand |sub[- ]?)?totals?|sums?|counts?|number(?: of \w+)?|average|mean|all", re.IGNORECASE
)
_FIGURE = re.compile(r"[\d\s.,%()/-]*")


def _is_wanted(
    reader: _Reader, sheet: RegisterSheet, index: int, row: Sequence[RegisterCell]
) -> bool:
    """True for a row that names a respondent; tell of those that somebody might have meant."""
    cells = {heading: _cell(reader, row, heading) for heading in HEADINGS}
    filled = [cell for cell in cells.values() if cell.text or cell.fault]
    if not filled:
        return False
    who = ", ".join(cells[name].text for name in ("Partner", "Respondent") if cells[name].text)
    where = f"Row {index + 1} ({who})" if who else f"Row {index + 1}"
    if all(cell.struck for cell in filled):
        reader.remarks.append(f"{where} is crossed out and was left out.")
        return False
    if any(cell.struck for cell in filled):
        heading = next(name for name, cell in cells.items() if cell.struck)
        message = f"{where} is crossed out in part."
        hint = "Cross out the whole row to leave it out, or take the line through the text away."
        reader.remark(index, heading, message, hint)
    partner = cells["Partner"].text.rstrip(": =0123456789.,%")
    others = [cells[name].text for name in HEADINGS if name != "Partner"]
    if _TOTAL.fullmatch(partner) and all(_FIGURE.fullmatch(text) for text in others):
        reader.remarks.append(f"{where} looks like a total, not a person, and was left out.")
        return False
    if _is_leaving(reader, index, row):
        return False
    if index in sheet.hidden:
        reader.remarks.append(
            f"{where} is hidden, perhaps by a filter; it counts like the others. Delete the row "
            "if it is not meant."
        )
    return True


def _is_leaving(reader: _Reader, index: int, row: Sequence[RegisterCell]) -> bool:
    """True for somebody who answered in the round before and is not asked in this one."""
    said = _cell(reader, row, SINCE).text
    marks = {mark.casefold(): mark for mark in (STAYING, LEAVING, NEW)}
    if said and said.casefold() not in marks:
        message = f"'{said}' does not say who stays, leaves or is new."
        reader.remark(index, SINCE, message, did_you_mean(said, marks.values()))
    return marks.get(said.casefold()) == LEAVING


def _table(reader: _Reader, sheets: Mapping[str, RegisterSheet]) -> tuple[RegisterSheet, int]:
    """Return the sheet with the respondents and the row of its headings."""
    if not sheets:
        message = "The register cannot be read as a workbook or as a list."
        hint = "Open it, save it as an Excel workbook (.xlsx) without a password, and try again."
        reader.problems.append(Problem(reader.file, 0, message, hint))
        return RegisterSheet(()), 0
    for sheet in _likeliest(sheets):
        for index, row in enumerate(sheet.rows[:_HEADING_ROWS]):
            if any(_heading(cell) == "Partner" for cell in row):
                _take_headings(reader, index, row)
                return sheet, index
    message = "The register has no column headed 'Partner'."
    hint = f"Put the headings in one row: {', '.join(HEADINGS)}."
    reader.problems.append(Problem(reader.file, 1, message, hint))
    return RegisterSheet(()), 0


def _likeliest(sheets: Mapping[str, RegisterSheet]) -> Iterator[RegisterSheet]:
    """Yield the sheet named Respondents, then the others in their order."""
    names = sorted(sheets, key=lambda name: name.strip().casefold() != SHEET.casefold())
    yield from (sheets[name] for name in names)


def _heading(cell: RegisterCell) -> str | None:
    return _BY_HEADING.get(cell.text.casefold().rstrip(":* "))


def _take_headings(reader: _Reader, index: int, row: Sequence[RegisterCell]) -> None:
    others: list[tuple[int, str]] = []
    for column, cell in enumerate(row):
        heading = _heading(cell)
        if heading in reader.columns:
            reader.problems.append(
                Problem(
                    reader.file,
                    index + 1,
                    f"There are two columns for '{heading}'.",
                    "Rename or delete one of them.",
                    cell_name(index, column),
                )
            )
        elif heading:
            reader.columns[heading] = column
        elif cell.text:
            others.append((column, cell.text))
    _ask_about_similar(reader, index, others)


def _ask_about_similar(reader: _Reader, index: int, others: Sequence[tuple[int, str]]) -> None:
    """Ask about further columns whose headings are nearly those of columns that are not there."""
    wanted = [heading for heading in HEADINGS if heading not in reader.columns]
    if not wanted or not others:
        return
    from rapidfuzz import fuzz

    for missing in wanted:
        for column, text in others:
            if fuzz.ratio(text.casefold(), missing.casefold()) >= 75:
                message = f"There is no column headed '{missing}'. There is one headed '{text}'."
                hint = f"If you mean '{missing}', write that. If not, use a heading less like it."
                where = cell_name(index, column)
                reader.problems.append(Problem(reader.file, index + 1, message, hint, where))


def _cell(reader: _Reader, row: Sequence[RegisterCell], heading: str) -> RegisterCell:
    column = reader.columns.get(heading)
    return row[column] if column is not None and column < len(row) else RegisterCell()


def _respondent(reader: _Reader, index: int, row: Sequence[RegisterCell]) -> Respondent | None:
    texts = {heading: _text(reader, index, row, heading) for heading in HEADINGS}
    partner, name, email = texts["Partner"], texts["Respondent"], texts["E-mail"]
    if partner.casefold().startswith(EXAMPLE.casefold()):
        message = f"Row {index + 1} is still an example."
        hint = "Overwrite it with a respondent, or delete it."
        reader.remark(index, "Partner", message, hint, missing=True)
        return None
    if not partner:
        if not _cell(reader, row, "Partner").fault:
            message = f"Row {index + 1} names no partner."
            reader.remark(index, "Partner", message, "Enter the organisation, or clear the row.")
        return None
    further = {heading: _text(reader, index, row, heading) for heading in (COPIES, DELEGATE, AWAY)}
    email, *others = _addresses(reader, index, "E-mail", email) or [""]
    delegate = _addresses(reader, index, DELEGATE, further[DELEGATE])
    if len(delegate) > 1:
        message = "There is more than one address of a delegate."
        reader.remark(index, DELEGATE, message, f"Enter one. Others may stand under {COPIES}.")
    partner_id = slug(partner)
    respondent_id = f"{partner_id}_{slug(name)}" if name else partner_id
    _check_partner(reader, index, partner_id, partner)
    _check_person(reader, index, respondent_id, f"{partner}, {name}" if name else partner)
    return Respondent(
        id=respondent_id,
        partner_id=partner_id,
        partner=partner,
        name=name,
        email=email,
        level=_level(reader, index, texts["Level"]),
        toolkits=_toolkits(reader, index, texts["Toolkits"]),
        others=tuple(others),
        copies=tuple(_addresses(reader, index, COPIES, further[COPIES])),
        delegate=delegate[0] if delegate else "",
        away=_away(reader, index, further[AWAY]),
    )


def _addresses(reader: _Reader, index: int, heading: str, text: str) -> list[str]:
    """The addresses in a cell, each once; remark on what is none."""
    found = list(dict.fromkeys(one for one in re.split(r"\s*[,;]\s*", text) if one))
    wrong = [one for one in found if not EMAIL.fullmatch(one)]
    if not wrong:
        return found
    message = f"'{text}' is not an e-mail address."
    hint = (
        "Enter an address, such as name@organisation.example, several with semicolons between, or "
        "leave the cell empty."
    )
    reader.remark(index, heading, message, hint)
    return []


def _away(reader: _Reader, index: int, text: str) -> date | None:
    """The day until which somebody is on leave."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a day."
        reader.remark(index, AWAY, message, "Enter a day as a date, or as 2026-05-04.")
        return None


def _text(reader: _Reader, index: int, row: Sequence[RegisterCell], heading: str) -> str:
    cell = _cell(reader, row, heading)
    if cell.fault:
        message = f"The cell {cell.fault}."
        reader.remark(index, heading, message, "Enter the text itself, or clear the cell.")
    longest = LONGEST.get(heading, 2_000)
    if len(cell.text) > longest:
        message = f"The text has {len(cell.text)} characters; {longest} is the most."
        reader.remark(index, heading, message, "Shorten it.")
    if _UNSHOWABLE.search(cell.text):
        message = "The text has a character that cannot be displayed."
        reader.remark(index, heading, message, "Enter the text again.")
    return cell.text


def _check_partner(reader: _Reader, index: int, partner_id: str, partner: str) -> None:
    """Remark on a partner that is written otherwise than in an earlier row."""
    known, row = reader.partners.setdefault(partner_id, (partner, index))
    if known != partner:
        message = f"'{partner}' cannot be told apart from '{known}' in row {row + 1}."
        hint = (
            "If it is the same partner, write the name the same way in every row. If not, "
            "make the names clearly different."
        )
        reader.remark(index, "Partner", message, hint)


def _check_person(reader: _Reader, index: int, respondent_id: str, shown: str) -> None:
    known, row = reader.people.setdefault(respondent_id, (shown, index))
    if row == index:
        return
    if known.casefold() == shown.casefold():
        message = f"'{shown}' stands in row {row + 1} already."
        hint = (
            "Delete one of the two rows. To ask for several toolkits, put them in one row, "
            "with commas."
        )
        if "," not in shown:
            hint = "Delete one of the two rows, or give each respondent a name."
    else:
        message = f"'{shown}' cannot be told apart from '{known}' in row {row + 1}."
        hint = "Write one of the names in full, so that they differ by a letter or number."
    reader.remark(index, "Respondent", message, hint)


def _level(reader: _Reader, index: int, text: str) -> Level:
    code = _BY_LEVEL.get(text.casefold())
    if code is None:
        labels = [label for level, label in LEVELS.items() if level]
        message = f"'{text}' is not a level."
        reader.remark(index, "Level", message, did_you_mean(text, labels))
        return ""
    return cast("Level", code)


def _toolkits(reader: _Reader, index: int, text: str) -> tuple[str, ...]:
    named = [word for word in re.split(r"[\s,;/]+", text.casefold()) if word]
    if named == ["all"]:
        return ()
    for word in named:
        if word not in reader.toolkits:
            message = f"The assessment does not use a toolkit '{word}'."
            reader.remark(index, "Toolkits", message, did_you_mean(word, reader.toolkits.values()))
    return tuple(dict.fromkeys(reader.toolkits[w] for w in named if w in reader.toolkits))

"""What a return is read against: the assessment, and what is looked for in its workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from xlassess.contract.layout import (
    HEADERS,
    Column,
    Layout,
    Role,
    SectionLayout,
    TableLayout,
    layout,
)
from xlassess.contract.query_layout import last_time_layout, query_layout
from xlassess.ingest.reading.cells.grid import Cell
from xlassess.ingest.reading.cells.values import (
    FOR_TEXT,
    Parsed,
    brief,
    is_blank,
    key,
    queried,
    shown,
)
from xlassess.ingest.reading.printed import PrintedWorkbook
from xlassess.model.answer import Issued, Return
from xlassess.model.query import Query, Slot
from xlassess.model.record import EntryCopy, NoticeKind
from xlassess.model.toolkit import FREE_ANSWERS, Choice, Item, Toolkit

_NUMBERED = re.compile(r"(\d+)\s*[-.:)=]\s*(\D.*)")
_YES = "yes y true oui ja sí si sì sim tak"
_NO = "no n false non nein nee nej não nao nie"
_NOT_APPLICABLE = ("n/a", "na", "n.a", "not applicable")
_BETWEEN = re.compile(r"\s*(?:/|,|;|\n|&|\+|\bor\b|\band\b|\bto\b)\s*|\s+-\s+|(?<=\d)-(?=\d)")


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a scale, by every way of naming one that is certain."""

    labels: Mapping[str, str]
    certain: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, choices: tuple[Choice, ...]) -> Choices:
        """Work out the names of the choices; a name of two choices is certain for neither."""
        certain: dict[str, tuple[str, str]] = {}
        for names in (_numbers(choices), _remainders(choices), _yes_no(choices)):
            certain.update({name: way for name, way in names.items() if name not in certain})
        certain.update(
            {key(choice.label): (choice.code, "case, spaces or marks") for choice in choices}
        )
        return cls(
            {choice.label: choice.code for choice in choices},
            certain,
            {choice.code: choice.label for choice in choices},
        )

    @property
    def offered(self) -> str:
        """The labels in a row, for a sentence."""
        return ", ".join(self.labels)

    def names_one(self, text: object) -> bool:
        """True for a text that is one of the labels and nothing else."""
        return isinstance(text, str) and text != "" and self.read(text).value is not None

    def read(self, cell: Cell) -> Parsed:
        """Return the code of the choice a cell names."""
        if isinstance(cell, str) and cell in self.labels:
            return Parsed(self.labels[cell])
        text = key(shown(cell))
        for name in (text, text.removeprefix(FOR_TEXT)):
            if name in self.certain:
                code, how = self.certain[name]
                return Parsed(code, how)
        if isinstance(cell, str):
            return self._several(cell) or self._unknown(cell)
        return self._unknown(cell)

    def _several(self, cell: str) -> Parsed | None:
        parts = [key(part) for part in _BETWEEN.split(cell)]
        codes = {self.certain[part][0]: None for part in parts if part in self.certain}
        if len(codes) < 2 or not all(part in self.certain for part in parts):
            return None
        named = " and ".join(f"“{self.names[code]}”" for code in codes)
        return queried("C14", value=brief(cell), choices=named)

    def _unknown(self, cell: Cell) -> Parsed:
        suggestion = self._nearest(key(cell)) if isinstance(cell, str) else ""
        hint = f" Perhaps “{suggestion}” is meant." if suggestion else ""
        return queried("C01", value=brief(cell), suggestion=hint, choices=self.offered)

    def _nearest(self, text: str) -> str:
        """The one label that a text misspells, or an empty text.

        Never another choice, however near: who writes "Mostly agree" is not to be told that
        "Strongly agree" is meant.
        """
        near = [label for label in self.labels if _misspells(text, key(label))]
        return near[0] if len(near) == 1 else ""


_LETTERS_A_SLIP = 4
"""So many letters of a word allow for one slip of the keyboard: "Agre" may be "agree", but
"now" is not to become "no"."""


def _misspells(text: str, label: str) -> bool:
    """True when a text has the words of a label, some of them with a slip of the keyboard."""
    from rapidfuzz.distance import DamerauLevenshtein

    typed, meant = text.split(), label.split()
    return len(typed) == len(meant) and all(
        one == other
        or (
            one.isalpha()
            and DamerauLevenshtein.distance(one, other) <= len(other) // _LETTERS_A_SLIP
        )
        for one, other in zip(typed, meant, strict=True)
    )


def _numbers(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    """Leading numbers, provided that every substantive label has one of its own."""
    numbers: dict[str, tuple[str, str]] = {}
    for choice in choices:
        match = _NUMBERED.fullmatch(key(choice.label))
        if match:
            numbers[match[1]] = (choice.code, "number typed for its label")
        elif not choice.apart and not match:
            return {}
    unique = len(numbers) == sum(not choice.apart for choice in choices)
    return numbers if unique else {}


def _remainders(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    """Labels without the number they begin with, where no two are alike."""
    rest: dict[str, tuple[str, str]] = {}
    seen: list[str] = []
    for choice in choices:
        match = _NUMBERED.fullmatch(key(choice.label))
        if match:
            rest[match[2]] = (choice.code, "label typed without its number")
            seen.append(match[2])
    return rest if len(seen) == len(rest) else {}


def _yes_no(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    by_key = {key(choice.label): choice.code for choice in choices}
    names: dict[str, tuple[str, str]] = {}
    if "not applicable" in by_key or "n/a" in by_key:
        code = by_key.get("not applicable") or by_key["n/a"]
        names.update(dict.fromkeys(_NOT_APPLICABLE, (code, "abbreviation")))
    if "don't know" in by_key:
        code = by_key["don't know"]
        names.update(dict.fromkeys(("dont know", "do not know"), (code, "spelling")))
    if "yes" in by_key and "no" in by_key:
        for words, code in ((_YES, by_key["yes"]), (_NO, by_key["no"])):
            names.update(dict.fromkeys(words.split(), (code, "another word for it")))
    return names


@dataclass(frozen=True, slots=True)
class ItemLayout:
    """An item, where the layout puts it, and the columns in which it takes something.

    ``expected`` are the indices of all columns that hold something in its row as issued or
    filled in, ``looked_at`` those of which something is said if that changed. ``printed`` are the
    columns of its question, levels and guidance with their texts. ``labels`` are those of the
    choices that each of ``fields`` takes, by which most answers are told at once; None where it
    takes none.
    """

    item: Item
    section: SectionLayout
    table: TableLayout
    fields: tuple[Column, ...]
    expected: frozenset[int]
    looked_at: frozenset[int]
    printed: tuple[tuple[Column, str], ...]
    labels: tuple[Mapping[str, str] | None, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Everything the item takes."""
        return tuple(Slot(self.item.id, column.field) for column in self.fields)


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """Everything looked up while reading: items by number and by text, choices by name.

    ``ask`` is the heading over the questions; ``followed`` are the items that ask for more after
    some answers.
    """

    layout: Layout
    ask: str
    items: Mapping[str, ItemLayout]
    by_key: Mapping[str, str]
    by_ask: Mapping[str, tuple[str, ...]]
    by_number: Mapping[float, tuple[str, ...]]
    asks: frozenset[str]
    followed: frozenset[str]
    choices: Mapping[str, Choices]
    horizons: Choices
    statuses: Choices

    @classmethod
    def of(cls, toolkit: Toolkit, *, query: bool = False, beside: bool = False) -> ReadingPlan:
        """Work the plan out for the workbook of a toolkit, or for a query workbook about it.

        ``beside`` says that answers of last time stand beside its cells.
        """
        whole = query_layout(toolkit) if query else layout(toolkit)
        if beside and not query:
            whole = last_time_layout(toolkit)
        choices = {name: Choices.of(scale.choices) for name, scale in toolkit.scales.items()}
        items = {
            row.item.id: _item_layout(row.item, section, table, choices)
            for section in whole.sections
            for table in section.tables
            for row in table.rows
        }
        by_ask: dict[str, tuple[str, ...]] = {}
        for number, one in items.items():
            by_ask[one.item.ask] = (*by_ask.get(one.item.ask, ()), number)
        by_number: dict[float, tuple[str, ...]] = {}
        for name in items:
            if (value := _number(name)) is not None:
                by_number[value] = (*by_number.get(value, ()), name)
        plan = toolkit.action_plan
        return cls(
            layout=whole,
            ask=_heading_of_questions(whole),
            items=items,
            by_key={key(number): number for number in items},
            by_ask=by_ask,
            by_number=by_number,
            asks=frozenset(by_ask),
            followed=frozenset(name for name, one in items.items() if one.item.follow_up),
            choices=choices,
            horizons=Choices.of(plan.horizons if plan else ()),
            statuses=Choices.of(plan.statuses if plan else ()),
        )

    def entry(self, item: str, field: str) -> str:
        """Return the kind of answer of an item's field: a scale, or a free answer."""
        one = self.items[item]
        if len(one.fields) > 1:
            for column in one.fields:
                if column.field == field:
                    return column.takes(one.item)
        return one.item.answer

    def item_id(self, cell: Cell) -> str:
        """Return the number of the item a cell names, or an empty text.

        A cell that became a number names an item only if a single one has that number
        (3.1 may have been 3.1 or 3.10).
        """
        if isinstance(cell, str):
            return cell if cell in self.items else self.by_key.get(key(cell), "")
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return self.by_key.get(key(shown(cell)), "")
        same = self.numbered(cell)
        return same[0] if len(same) == 1 else ""

    def numbered(self, cell: Cell) -> tuple[str, ...]:
        """Return the items whose numbers equal the number in a cell; none for other cells."""
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return ()
        return self.by_number.get(cell, ())

    def item_beside(self, number: Cell, ask: Cell) -> tuple[str, bool]:
        """Return the item of a row by its number and its question, and whether they agree.

        The question decides where a program turned the number into another one (3.10 into
        3.1) or into a day, or where it was cleared. A number beside the question of another
        item agrees with nothing.
        """
        if isinstance(number, str) and number in self.items and self.items[number].item.ask == ask:
            return number, True  # as most rows are
        numbered = self.item_id(number)
        asked = self.by_ask.get(ask, ()) if isinstance(ask, str) else ()
        if not asked or numbered in asked:
            return numbered, True
        if len(asked) == 1 and _may_have_been(number, asked[0]):
            return asked[0], True
        return numbered, not numbered


def _heading_of_questions(whole: Layout) -> str:
    tables = (table for section in whole.sections for table in section.tables)
    columns = (column for table in tables for column in table.columns)
    return next((c.header for c in columns if c.role == "ask"), HEADERS["ask"])


def _item_layout(
    item: Item, section: SectionLayout, table: TableLayout, choices: Mapping[str, Choices]
) -> ItemLayout:
    fields = table.fields(item)
    taken = {column.index for column in fields}
    printed = {column.index for column in table.columns if not column.field}
    told = {column.index for column in table.columns if column.role in ("item", "ask", "level")}
    return ItemLayout(
        item,
        section,
        table,
        fields,
        expected=frozenset(taken | printed),
        looked_at=frozenset(taken | told),
        printed=tuple((c, _text_in(item, c)) for c in table.columns if c.role in _TEXTS),
        labels=tuple(
            choices[column.takes(item)].labels
            if column.field.startswith("answer")
            and column.takes(item) in choices.keys() - FREE_ANSWERS
            else None
            for column in fields
        ),
    )


_TEXTS: tuple[Role, ...] = ("ask", "level", "why")


def _text_in(item: Item, column: Column) -> str:
    """The question, the guidance or the level descriptor of an item that a column shows."""
    if column.role == "level":
        return item.levels.get(column.detail, "")
    return item.ask if column.role == "ask" else item.why


def _may_have_been(cell: Cell, item: str) -> bool:
    """True for what programs make of an item's number: an equal number, a day, or nothing."""
    if isinstance(cell, date):
        return _number(item) is not None
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return False
    number = _number(cell) if isinstance(cell, str) else cell
    return is_blank(cell) or (number is not None and number == _number(item))


def _number(item: str) -> float | None:
    try:
        return float(item)
    except ValueError:
        return None


MailClock = Literal["", "sender", "reader"]
"""By whose clock a message is dated: a mail server's, the sender's, or ours when we read it."""


@dataclass(frozen=True, slots=True)
class CoveringMail:
    """The e-mail message that a file came with: the sender's address, what it is about and says.

    ``received`` is when it was received, where that is known, and ``sent`` when it was sent by the
    sender's clock. ``clock`` says whose clock ``received`` is by, where it is no mail server's.
    """

    sender: str
    text: str
    received: datetime | None = None
    subject: str = ""
    sent: datetime | None = None
    clock: MailClock = ""


@dataclass(frozen=True, slots=True)
class MailNotice:
    """What a message that no person wrote says about one that was sent.

    ``ids`` are the Message-IDs of ours that it names, ``addresses`` whom it is about, ``until``
    the day until which somebody is away.
    """

    kind: NoticeKind
    ids: tuple[str, ...]
    addresses: tuple[str, ...]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class NoticedMail:
    """A message with such a notice: its hash, and the return it is where it belongs to nobody."""

    ret: Return
    notice: MailNotice
    sha256: str


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """A file to read: where it stands, and the name it came under (with the path in a zip).

    ``mail`` is the message it came with, if it came with one.
    """

    path: Path
    name: str
    mail: CoveringMail | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The assessment as returns are read against it; can be sent to worker processes.

    ``toolkits`` are keyed by question digest, ``issued``, ``queries`` (query workbooks) and
    ``entries`` (copies for typing in) by reference. ``secret`` is the assessment's and never
    shown. ``passwords`` are tried on files that need one to open; they are neither shown nor
    kept. ``printed`` is what workbooks hold as issued, by question digest; where it is not known,
    less is told of what was added. ``today`` is the day of receipt, before which no new deadline
    may lie; ``deadlines`` are those of the round's plan, by the number of the action. ``decided``
    are the rows of plan workbooks in which a decision stood when they were issued, by reference.
    ``beside`` is what workbooks show of last time beside their cells, by reference and item, as far
    as that is known. ``senders`` are the addresses of respondents, with the ids of whose they are.
    ``query_files`` is where query workbooks lie as they were issued, by reference.
    """

    assessment: str
    round: str
    secret: bytes = field(repr=False)
    toolkits: Mapping[str, Toolkit]
    issued: Mapping[str, Issued]
    queries: Mapping[str, Query] = field(default_factory=dict)
    passwords: tuple[str, ...] = field(default=(), repr=False)
    printed: Mapping[str, PrintedWorkbook] = field(default_factory=dict)
    today: date = date.min
    deadlines: frozenset[tuple[str, date]] = frozenset()
    entries: Mapping[str, EntryCopy] = field(default_factory=dict)
    senders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    decided: Mapping[str, frozenset[str]] = field(default_factory=dict)
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    query_files: Mapping[str, Path] = field(default_factory=dict)
    _plans: dict[tuple[str, bool, bool], ReadingPlan] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def plan(self, digest: str, *, query: bool = False, beside: bool = False) -> ReadingPlan:
        """Return the reading plan of the toolkit with this digest; worked out once.

        Args:
            digest: the digest of its questions.
            query: the plan for query workbooks is wanted.
            beside: that for workbooks with answers of last time beside their cells.

        Raises:
            KeyError: no such toolkit.
        """
        which = (digest, query, beside)
        if which not in self._plans:
            toolkit = self.toolkits[digest]
            self._plans[which] = ReadingPlan.of(toolkit, query=query, beside=beside)
        return self._plans[which]

"""Whose workbook it is, told before any answer is looked at.

Three places say it, in this order: the identity sheet, the document properties, and the
reference printed at the head of every sheet. The first two carry the seal. Where both are
gone, a printed reference is enough, because the ledger knows for whom it was issued; it is
said so in a note, since the seal could not be checked.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xlassess.assessment.register import HEADINGS, SHEET
from xlassess.contract.layout import CONTRACT_VERSION, FURTHER_KEYS, HEADERS, IDENTITY_KEYS
from xlassess.contract.own_files import OWN_FILE, OWN_FILES
from xlassess.contract.reference import PATTERN, find_references, is_valid
from xlassess.contract.seal import seal_holds
from xlassess.ingest.reading.cells.grid import Cell, Grid, Sheet
from xlassess.ingest.reading.cells.values import is_blank, is_heading, key, listed, shown, tidy
from xlassess.ingest.reading.printed import is_named
from xlassess.ingest.reading.reading_plan import Context
from xlassess.model.answer import ENTERED, Identity, Issued
from xlassess.model.assessment import Promise
from xlassess.model.catalogue import found
from xlassess.model.days import written_day
from xlassess.model.finding import ADDED, Finding
from xlassess.model.query import Query
from xlassess.model.record import EntryCopy

_ITEM = HEADERS["item"]
_HEAD_ROWS = 12
"""Rows at the head of a sheet in which a reference is looked for, down to the headings."""
_HEADING_WITHIN = 8
"""Columns in which the heading of the item numbers is looked for."""
_BARE_WITHIN = 2
"""Columns in which we print a reference alone in its cell."""
_MOST_KEYS_ROWS = 40
_KEYS = (*IDENTITY_KEYS, *FURTHER_KEYS)
_SMALL_PRINT = re.compile(rf"\w*\W*{PATTERN.pattern} ·")
"""The line at the head of every sheet: "Reference K7M4-9QX3 · Larkfield Council · ..."."""
_MOST_NAMED = 3
_RECOGNISED = 0.5
"""Share of a toolkit's questions that must be there to say whose questions they are."""


@dataclass(frozen=True, slots=True)
class IdentifiedWorkbook:
    """A workbook whose respondent and questions are known, and remarks about how.

    ``query`` is set for a query workbook; ``issued`` is then the workbook it asks about. In a copy
    for typing in, which ``entry`` is set for, it is the workbook that one stands for.
    """

    issued: Issued
    findings: tuple[Finding, ...] = ()
    query: Query | None = None
    entry: EntryCopy | None = None

    @property
    def as_printed(self) -> Issued:
        """The workbook with the reference that is printed in the file."""
        return replace(self.issued, reference=self.entry.reference) if self.entry else self.issued


@dataclass(frozen=True, slots=True)
class StatedIdentity:
    """What a workbook says about itself in one place."""

    identity: Identity
    reference: str
    seal: str


def identify(
    grid: Grid, properties: Mapping[str, str], context: Context
) -> IdentifiedWorkbook | Finding:
    """Return the issued workbook a file is, or why that cannot be told."""
    if no_return := _own_file(properties.get(OWN_FILE, "")):
        return no_return
    on_sheet = _claim(_as_recorded(_on_sheet(grid), context))
    in_properties = _claim(_as_recorded(properties, context))
    claims = [claim for claim in (on_sheet, in_properties) if claim]
    if len(claims) == 2 and claims[0] == claims[1]:
        claims.pop()  # the seal is checked once
    for claim in claims:
        if problem := _foreign(claim, context):
            return problem
    if len(claims) == 2:
        return found("I07", found=" and ".join(_named(claim) for claim in claims))
    references = _without_asked_about(_references(grid), context)
    if claims:
        own = claims[0].reference
        others = {
            one: names
            for one, names in references.items()
            if one != own and _claims(one, own, grid)
        }
        return _sealed(claims[0], others, context)
    return _by_reference(references or _references(grid, printed=False), grid, context)


def _own_file(marked: str) -> Finding | None:
    """Say of a workbook that is marked as one of ours, and is no return, what it is."""
    words = {str(kind): said for kind, said in OWN_FILES.items()}.get(marked)
    return found("I19", what=words[0], send=words[1]) if words else None


def _is_register(grid: Grid) -> bool:
    """True for a register of respondents, by its headings: people write registers themselves.

    On a sheet with the name that we give it, the first two say enough.
    """
    for sheet in grid.sheets:
        some = HEADINGS[:2] if key(sheet.name) == key(SHEET) else HEADINGS
        wanted = {key(heading) for heading in some}
        for row in sheet.rows[:_HEAD_ROWS]:
            if wanted <= {key(cell) for cell in row if isinstance(cell, str)}:
                return True
    return False


def _on_sheet(grid: Grid) -> dict[str, Cell]:
    """The identity sheet as a mapping, found by its keys on any sheet; empty if there is none."""
    for sheet in grid.sheets:
        if "seal" not in sheet.contents:
            continue
        pairs: dict[str, Cell] = {}
        for row in sheet.rows[:_MOST_KEYS_ROWS]:
            for name, value in itertools.pairwise(row):
                if name in _KEYS and isinstance(name, str):
                    pairs.setdefault(name, value)
        if "seal" in pairs and "digest" in pairs:
            return pairs
    return {}


def _as_recorded(said: Mapping[str, Cell], context: Context) -> dict[str, str]:
    """The texts of an identity sheet or of properties, with numbers of programs' making undone.

    Some make the number 1 of the version "1.0". The seal is over the text as issued, which is
    on record under the reference.
    """
    texts = {name: tidy(shown(value)) for name, value in said.items()}
    _, recorded = _on_record(texts.get("reference", ""), context)
    for name, value in said.items():
        issued = str(getattr(recorded, name, ""))
        if not is_blank(issued) and _is_number(issued, value):
            texts[name] = issued
    return texts


def _is_number(text: str, other: Cell) -> bool:
    if not isinstance(other, str | int | float):
        return False
    try:
        return float(text) == float(other)
    except ValueError:
        return False


def _claim(said: Mapping[str, str]) -> StatedIdentity | None:
    """Return a claim, if everything that the seal covers is there."""
    if any(not said.get(name) for name in IDENTITY_KEYS) or not said["contract"].isdecimal():
        return None
    identity = Identity(
        contract=int(said["contract"]),
        assessment=said["assessment"],
        round=said["round"],
        partner=said["partner"],
        respondent=said["respondent"],
        toolkit=said["toolkit"],
        version=said["version"],
        digest=said["digest"],
        of=said.get("of", ""),
        asks=said.get("asks", ""),
        promise=said.get("promise", ""),
        kind=said.get("kind", ""),
        given=said.get("given", ""),
        entered=said.get("entered", ""),
    )
    return StatedIdentity(identity, said["reference"], said["seal"])


def _foreign(claim: StatedIdentity, context: Context) -> Finding | None:
    """Refuse what is not of this assessment and round, or was tampered with."""
    identity = claim.identity
    if identity.contract > CONTRACT_VERSION:
        return found("I12", found=str(identity.contract), known=str(CONTRACT_VERSION))
    if identity.assessment != context.assessment:
        return found("I04", found=identity.assessment, expected=context.assessment)
    if identity.round != context.round:
        return found("I05", found=identity.round, expected=context.round, reference=claim.reference)
    if not seal_holds(identity, context.secret, claim.seal):
        return found("I06", reference=claim.reference)
    return None


def _named(claim: StatedIdentity) -> str:
    return f"{claim.reference} ({claim.identity.partner}, {claim.identity.respondent})"


def _references(grid: Grid, *, printed: bool = True) -> dict[str, list[str]]:
    """Every reference printed at the head of a sheet, with the sheets' names.

    A remark may mention the workbook of another; it does not make it theirs.

    Args:
        grid: the workbook.
        printed: only references that stand there as we print them count.
    """
    references: dict[str, list[str]] = {}
    for sheet in grid.sheets:
        for reference in find_references(_head(sheet, printed=printed)):
            references.setdefault(reference, []).append(sheet.name)
    return references


def _claims(reference: str, own: str, grid: Grid) -> bool:
    """True where a reference stands as that of a workbook, and not only in a remark.

    In small print it is one; alone in a cell, it is where we print it so, or on a sheet that does
    not bear the workbook's own.

    Args:
        reference: the reference.
        own: that of the sealed identity.
        grid: the workbook.
    """
    for sheet in grid.sheets:
        cells = [
            (column, cell)
            for row in sheet.rows[:_HEAD_ROWS]
            for column, cell in enumerate(row)
            if isinstance(cell, str) and _is_printed(cell)
        ]
        is_ours = any(own in cell and names_a_workbook(cell) for _, cell in cells)
        for column, cell in cells:
            if reference in find_references(cell) and (
                names_a_workbook(cell) or column < _BARE_WITHIN or not is_ours
            ):
                return True
    return False


def _without_asked_about(
    references: dict[str, list[str]], context: Context
) -> dict[str, list[str]]:
    """Leave out the workbook that another among them is about, and names as well.

    A query workbook is about the one it asks of, a copy for typing in about the one it stands for.
    """
    both: tuple[Mapping[str, Query | EntryCopy], ...] = (context.queries, context.entries)
    asked = {some[one].of for one in references for some in both if one in some}
    return {one: names for one, names in references.items() if one not in asked}


def _head(sheet: Sheet, *, printed: bool) -> str:
    """The texts above the headings of a sheet that may hold a reference, line by line."""
    rows = sheet.rows[:_HEAD_ROWS]
    # most cells are empty, or have no hyphen: the order of the tests decides how long this takes
    wanted = {
        cell
        for cell in set(itertools.chain.from_iterable(rows))
        if isinstance(cell, str) and "-" in cell and (not printed or _is_printed(cell))
    }
    if not wanted:
        return ""
    texts = [
        (at, cell)
        for at, row in enumerate(rows)
        if not wanted.isdisjoint(row)
        for cell in row
        if isinstance(cell, str) and cell in wanted
    ]
    above = rows[: texts[-1][0] + 1]
    headed = (at for at, row in enumerate(above) if _is_headed(row[:_HEADING_WITHIN], sheet))
    end = next(headed, len(above))
    return "\n".join(cell for at, cell in texts if at < end)


def _is_headed(cells: Sequence[Cell], sheet: Sheet) -> bool:
    """True for cells with the heading of item numbers; where none has it exactly, a retyped one."""
    if _ITEM in sheet.contents:
        return _ITEM in cells
    return any(is_heading(cell, _ITEM) for cell in cells)


def names_a_workbook(cell: str) -> bool:
    """True for the line in small print that says at the head of a sheet whose it is."""
    return "·" in cell and _SMALL_PRINT.match(cell.strip()) is not None


def _is_printed(cell: str) -> bool:
    """True for a cell that gives a reference as we print it: alone, or in the small print."""
    text = cell.strip() if "-" in cell else ""
    return is_valid(text) or names_a_workbook(text)


def _several(references: Mapping[str, list[str]], context: Context) -> Finding:
    told = []
    for reference, names in references.items():
        issued, _ = _on_record(reference, context)
        whose = f"that of {issued.who}" if issued else "not issued in this round"
        told.append(f"{reference} ({whose}) on {listed(names, most=3)}")
    return found("I08", found="; ".join(told))


def _sealed(
    claim: StatedIdentity, others: Mapping[str, list[str]], context: Context
) -> IdentifiedWorkbook | Finding:
    issued, identity = _on_record(claim.reference, context)
    if issued is None or identity is None:
        return found("I03", reference=claim.reference)
    stated = claim.identity.promise
    as_stated = identity if stated == identity.promise else replace(identity, promise=stated)
    if as_stated != claim.identity or not _is_promise(stated):
        record = f"{issued.partner}, {issued.respondent}"
        return found("I07", found=f"{_named(claim)}, while that reference went to {record}")
    if others:
        return _several({claim.reference: ["its sealed identity"], **others}, context)
    notes: tuple[Finding, ...] = ()
    if stated != identity.promise:
        notes = (
            found(
                "I13",
                reference=claim.reference,
                stated=str(Promise.read(stated)),
                recorded=str(issued.promise),
            ),
        )
    return _with_questions(issued, notes, context, claim.reference)


def _is_promise(text: str) -> bool:
    try:
        Promise.read(text)
    except ValueError:
        return False
    return True


def _on_record(reference: str, context: Context) -> tuple[Issued, Identity] | tuple[None, None]:
    """The workbook a reference stands for, or is a query about; and the identity of what has it.

    A copy for typing in stands for the workbook it was made of.
    """
    special = context.queries.get(reference) or context.entries.get(reference)
    issued = context.issued.get(special.of if special else reference)
    if issued is None:
        return None, None
    return issued, special.identity if special else issued.identity


def _by_reference(
    references: Mapping[str, list[str]], grid: Grid, context: Context
) -> IdentifiedWorkbook | Finding:
    if len(references) > 1:
        return _several(references, context)
    if not references:
        return _nameless(grid, context)
    reference = next(iter(references))
    issued, _ = _on_record(reference, context)
    if issued is None:
        return found("I03", reference=reference)
    if issued.identity.round != context.round:
        own = issued.identity.round
        return found("I05", found=own, expected=context.round, reference=reference)
    notes = [found("I09", reference=reference, respondent=issued.who)]
    if others := _names_others(grid, issued, context):
        names = {key(name) for name in others}
        theirs = [
            one
            for one in context.issued.values()
            if {key(one.who), key(one.respondent or one.partner)} & names
        ]
        to = asking_the_same(issued, theirs)
        named = "; ".join(others)
        notes.append(found("I18", reference=reference, respondent=issued.who, named=named, to=to))
    return _with_questions(issued, tuple(notes), context, reference)


def asking_the_same(issued: Issued, others: Iterable[Issued]) -> str:
    """The reference of the workbook of these that a return can be given to, for a command.

    It asks the same questions in the same round; of several the last one issued. Where there is
    none, somebody has to put one there.

    Args:
        issued: the workbook that the return is of.
        others: those of whoever it may be of instead.
    """
    mine = issued.identity
    same = [
        one
        for one in others
        if (one.identity.digest, one.identity.round) == (mine.digest, mine.round)
        and one.reference != issued.reference
    ]
    return max(same, key=lambda one: one.issued_at).reference if same else ADDED["to"]


def _names_others(grid: Grid, issued: Issued, context: Context) -> list[str]:
    """Who is named at the head of sheets, if that is somebody else.

    That is beside the reference, or alone in a cell by the name of another respondent.
    """

    def is_mine(said: str) -> bool:
        return key(said) == key(issued.who) or is_named(said, issued)

    others = {key(one.respondent or one.partner): one.who for one in context.issued.values()}
    others = {
        name: who
        for name, who in others.items()
        if name not in (key(issued.respondent), key(issued.partner))
    }
    named: dict[str, None] = {}
    for sheet in grid.sheets:
        for row in sheet.rows[:_HEAD_ROWS]:
            for column, cell in enumerate(row):
                if column < _BARE_WITHIN and isinstance(cell, str) and key(cell) in others:
                    named[others[key(cell)]] = None
                if isinstance(cell, str) and names_a_workbook(cell):
                    said = tidy(cell.split("·")[1])
                    named.update({said: None} if said and not is_mine(said) else {})
    return list(named)[:_MOST_NAMED]


def _with_questions(
    issued: Issued, findings: tuple[Finding, ...], context: Context, reference: str
) -> IdentifiedWorkbook | Finding:
    query, entry = context.queries.get(reference), context.entries.get(reference)
    identity = issued.identity
    if identity.digest not in context.toolkits:
        return found(
            "I10",
            reference=issued.reference,
            toolkit=identity.toolkit,
            version=identity.version,
        )
    later = _later_edition(issued, context)
    if later:
        note = found("I11", toolkit=identity.toolkit, version=identity.version, later=later)
        findings = (*findings, note)
    if entry:
        said = found(ENTERED, by=entry.by, day=written_day(entry.day), source=entry.source)
        # Nothing of last time stands in it, whatever the workbook shows that it stands for.
        plain = replace(issued, identity=replace(identity, given=""))
        return IdentifiedWorkbook(plain, (said, *findings), entry=entry)
    return IdentifiedWorkbook(issued, findings, query)


def _later_edition(issued: Issued, context: Context) -> str:
    """The reference of a later workbook of the same respondent with other questions."""
    mine = issued.identity
    for other in context.issued.values():
        theirs = other.identity
        if (
            (theirs.partner, theirs.respondent, theirs.round, theirs.toolkit)
            == (mine.partner, mine.respondent, mine.round, mine.toolkit)
            and theirs.digest != mine.digest
            and other.issued_at > issued.issued_at
        ):
            return other.reference
    return ""


def _nameless(grid: Grid, context: Context) -> Finding:
    """Tell a stranger's file from one of ours that lost every mark, or is no return."""
    if _is_register(grid) and (register := _own_file("register")):
        return register
    texts = frozenset[Cell]().union(*(sheet.contents for sheet in grid.sheets))
    for digest, toolkit in context.toolkits.items():
        asks = context.plan(digest).asks
        if asks and len(asks & texts) >= _RECOGNISED * len(asks):
            return found("I02", toolkit=toolkit.title)
    return found("I01")

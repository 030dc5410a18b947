"""The portfolio of a programme: its workbook and its report, over every partnership."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.rounds import has_rounds
from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.slugs import slug
from xlassess.consolidate import (
    Portfolio,
    PortfolioLine,
    PortfolioOrder,
    can_order_by_total,
    peers_of,
    portfolio,
    portfolio_actions,
    portfolio_bytes,
    portfolio_parts,
    summarise,
)
from xlassess.consolidate.report import peers_in_word, portfolio_in_word
from xlassess.ledger import Ledger
from xlassess.model.days import local_day
from xlassess.model.errors import UsageError, XlassessError
from xlassess.model.record import Output
from xlassess.services.common.phrases import what_is_wrong
from xlassess.services.common.workbooks.outbox import keep_before, make_room, sha256_of, write_whole
from xlassess.services.papers.consolidate import output_from, present_round
from xlassess.services.programmes.programme import (
    PartnershipStanding,
    programme_status,
)
from xlassess.version import __version__

WORKBOOK, REPORT = "portfolio.xlsx", "portfolio.docx"
"""The names of the two papers, in the folder output of the programme."""

PEERS = "peers"
"""The folder there for the pages of single partnerships."""


@dataclass(frozen=True, slots=True)
class PortfolioWritten:
    """A portfolio that was written: where, and what it says.

    ``edited`` is where the paper that was there is kept, if it was another.
    """

    path: Path
    portfolio: Portfolio
    edited: Path | None = None

    @property
    def left_out(self) -> tuple[PortfolioLine, ...]:
        """The partnerships whose assessment could not be used."""
        return tuple(line for line in self.portfolio.lines if line.unusable)


def consolidate_programme(
    folder: ProgrammeFolder, *, now: datetime, order: PortfolioOrder = "register"
) -> PortfolioWritten:
    """Write the portfolio's workbook: a line for each partnership, and what they share.

    Args:
        folder: the programme.
        now: the time the portfolio says it was made, in UTC; decides what is overdue.
        order: what partnerships are ordered by.

    Raises:
        UsageError: there is no programme, or no two partnerships could be ordered as asked.
        XlassessError: its register cannot be used.
        OSError: the workbook cannot be written.
    """
    made = portfolio_of(folder, now=now, order=order)
    return _written(folder.output / WORKBOOK, portfolio_bytes(made), made)


def report_programme(
    folder: ProgrammeFolder, *, now: datetime, order: PortfolioOrder = "register"
) -> PortfolioWritten:
    """Write the portfolio as a Word report; otherwise as `consolidate_programme`."""
    made = portfolio_of(folder, now=now, order=order)
    return _written(folder.output / REPORT, portfolio_in_word(made), made)


@dataclass(frozen=True, slots=True)
class PeersWritten:
    """Pages that tell partnerships how they stand among their peers.

    ``pages`` are where they are; ``without`` are the partnerships that have none, because too few
    others can be compared with them.
    """

    pages: tuple[Path, ...]
    without: tuple[str, ...]


def report_peers(folder: ProgrammeFolder, *, now: datetime) -> PeersWritten:
    """Write a page for each partnership: how it stands among others, none of which is named.

    Raises:
        UsageError: there is no programme.
        XlassessError: its register cannot be used.
        OSError: a page cannot be written.
    """
    made = portfolio_of(folder, now=now)
    pages, without = [], []
    for line in made.with_figures:
        peers = peers_of(made, line.name)
        if not peers:
            without.append(line.name)
            continue
        path = folder.output / PEERS / f"{slug(f'{line.name} {line.entry.folder}')}.docx"
        pages.append(_written(path, peers_in_word(made, line, peers), made).path)
    return PeersWritten(tuple(pages), tuple(without))


def _written(path: Path, content: bytes, made: Portfolio) -> PortfolioWritten:
    make_room(path)
    kept = keep_before(path, sha256_of(content), (), made.made_at)
    write_whole(path, content)
    return PortfolioWritten(path, made, kept)


def portfolio_of(
    folder: ProgrammeFolder, *, now: datetime, order: PortfolioOrder = "register"
) -> Portfolio:
    """Return the portfolio, and record in each assessment that it was written from it.

    It is recorded before anybody can read it, as any paper is: what later papers may show depends
    on it.

    Raises:
        UsageError: there is no programme, or no two partnerships could be ordered as asked.
        XlassessError: its register cannot be used.
    """
    stands = programme_status(folder, today=local_day(now))
    places = {id(entry): place for place, entry in enumerate(stands.programme.partnerships)}
    ordered = sorted(stands.lines, key=lambda line: places[id(line.entry)])
    told = [_told(line, now) for line in ordered]
    if order == "total" and not can_order_by_total(one.line for one in told):
        raise UsageError(
            "No two partnerships here have a grand total over the same questions, so they cannot "
            "be ordered by it.",
            "Most publications give no total. Leave --order out, or order by name or due.",
        )
    lines = [_recorded(one, now) for one in told]
    return portfolio(stands.programme, now, f"xlassess {__version__}", lines, order)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a partnership, and what is to be recorded in its assessment before it is."""

    line: PortfolioLine
    folder: AssessmentFolder | None = None
    output: Output | None = None


def _told(stands: PartnershipStanding, now: datetime) -> _Told:
    """Say of one partnership what its own summary says, of the last round that was held."""
    present = stands.status.assessment if stands.status else None
    line = PortfolioLine(
        stands.entry, stands.name, checklist=stands.checklist, evaluated=stands.evaluated,
        due=stands.due, marking=present.marking if present else "",
        under_way=present.round if present and stands.under_way else "",
    )  # fmt: skip
    if stands.is_out:
        state = "is not set up yet" if stands.unfilled else "cannot be used"
        why = f"its assessment {state}. {stands.trouble or stands.faults[0]}"
        return _Told(replace(line, why=why, unusable=True))
    if stands.place is None:
        return _Told(replace(line, why="there is no assessment of it here."))
    held = _round_to_tell(stands, local_day(now))
    if not held or stands.entry.is_over:
        return _Told(line)
    try:
        return _with_figures(line, stands.place, held, now)
    except Exception as error:
        return _Told(_without(line, error))


def _without(line: PortfolioLine, error: Exception) -> PortfolioLine:
    """Say why nothing is told of a partnership."""
    message = what_is_wrong(error)[0][0]
    return replace(
        line, parts=(), actions=None, round="", why=message,
        unusable=not isinstance(error, XlassessError),
    )  # fmt: skip


def _recorded(told: _Told, now: datetime) -> PortfolioLine:
    """Record in its assessment what a partnership's line stands on; without it nothing is told."""
    if told.folder is None or told.output is None:
        return told.line
    try:
        with Ledger(told.folder.ledger, lambda: now) as ledger:
            ledger.record_output(told.line.round, told.output)
    except Exception as error:
        return _without(told.line, error)
    return told.line


def _round_to_tell(stands: PartnershipStanding, today: date) -> str:
    """The last round that was held and has answers, or else the last one that has some."""
    back = [one for one in stands.rounds if one.returned]
    held = [one for one in back if one.is_held(today)]
    return (held or back)[-1].name if back else ""


def _with_figures(line: PortfolioLine, place: Path, round_name: str, now: datetime) -> _Told:
    folder = AssessmentFolder(place, round_name if has_rounds(place) else "")
    record = present_round(folder)
    summary = summarise(record, now)
    full = replace(
        line,
        round=round_name,
        parts=portfolio_parts(summary),
        actions=portfolio_actions(summary),
        marking=record.assessment.marking,
    )
    return _Told(full, folder, output_from(record, summary, "portfolio"))

"""A made-up programme: twelve partnerships of one council, with three toolkits, in two rounds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from pathlib import Path

from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.starter import choose_toolkits, enter, register_book
from xlassess.contract.layout import layout
from xlassess.demo.answers import entries_of_round
from xlassess.demo.filling import fill_in, fill_in_rows
from xlassess.demo.partnership import ASSESSMENT, made_up_person
from xlassess.demo.run import INBOX, MARK, PARTNERSHIPS, clear
from xlassess.demo.scripts.all_toolkits import SCRIPTS
from xlassess.demo.scripts.script import Cell, Script
from xlassess.ledger import Ledger
from xlassess.model.assessment import Attribution, Level, Respondent
from xlassess.model.programme import Partnership
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import open_folder
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.workbooks.asked import toolkits_of
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.plans.plan import plan
from xlassess.services.programmes.portfolio import (
    PortfolioWritten,
    consolidate_programme,
    report_programme,
)
from xlassess.services.programmes.programme import ProgrammeStatus, programme_status
from xlassess.services.setup.rounds import begin_round, close_round
from xlassess.workers import Workers

TOLD = datetime(2026, 4, 20, 9, tzinfo=timezone.utc)
"""When the papers on all partnerships are written."""

_HEAD = """\
# Made by xlassess demo --programme.
title: Partnerships of Thornmere Borough Council
committee: Policy, Finance and Administration Committee
marking: OFFICIAL
review_years: 3
shared:
  coordinator: {{name: {who.name}, email: {who.email}, phone: {phone}}}
  purpose: The council evaluates each partnership that it takes part in every three years.
  marking: OFFICIAL
partnerships:
"""


@dataclass(frozen=True, slots=True)
class MadeUpPartnership:
    """One partnership of the story: its line in the register, and how its rounds go.

    ``mood`` is how much better or worse it is seen than the toolkit's script has it, ``moves`` how
    far that changes in its second round. ``missing`` do not answer in the last round. ``plans``
    says that actions are agreed in the first round.
    """

    entry: Partnership
    toolkit: str = ""
    years: tuple[int, ...] = (2023, 2026)
    people: int = 4
    mood: float = 0.0
    moves: float = 0.0
    missing: int = 0
    plans: bool = False
    attribution: Attribution = "named"


def _entry(
    folder: str, name: str, purpose: str, lead: str, budget: str = "", *, statutory: bool = False
) -> Partnership:
    place = f"{PARTNERSHIPS}/{folder}" if folder else ""
    return Partnership(place, name, purpose, lead, statutory, budget)


_COUNCIL, _COUNTY = "Thornmere Borough Council", "Vale County Council"

STORY: tuple[MadeUpPartnership, ...] = (
    MadeUpPartnership(
        _entry("safety", "Thornmere Community Safety Partnership", "Less crime, and less fear "
               "of it", "Vale Police", "GBP 120,000 a year", statutory=True),
        "pat", mood=0.05, plans=True,
    ),
    MadeUpPartnership(
        _entry("health", "Vale Health and Wellbeing Partnership", "Longer lives in good health",
               _COUNTY, "GBP 2.1 million a year", statutory=True),
        "pat", people=5, mood=-0.12, moves=0.2,
    ),
    MadeUpPartnership(
        _entry("homes", "Thornmere Homelessness Forum", "Nobody has to sleep rough", _COUNCIL),
        "pat", people=5, mood=-0.05, attribution="aggregated",
    ),
    MadeUpPartnership(
        _entry("skills", "Vale Skills Partnership", "Training that leads to local jobs",
               "Thornmere College", "GBP 60,000 a year"),
        "pat", mood=0.15, moves=-0.22, missing=2,
    ),
    MadeUpPartnership(
        _entry("town", "Thornmere Town Centre Partnership", "A busy town centre", _COUNCIL,
               "GBP 45,000 a year"),
        "melton-evaluation", mood=0.12, plans=True,
    ),
    MadeUpPartnership(
        _entry("tourism", "Vale Tourism Partnership", "Visitors who stay longer",
               "Vale Tourism Ltd"),
        "melton-evaluation", mood=-0.2,
    ),
    MadeUpPartnership(
        _entry("transport", "Rural Transport Partnership", "A bus for every village", _COUNTY,
               "GBP 310,000 a year"),
        "melton-evaluation", years=(2020, 2022), mood=-0.1,
    ),
    MadeUpPartnership(
        _entry("climate", "Vale Climate Partnership", "Carbon neutral by 2035", _COUNTY),
        "melton-evaluation", mood=-0.02, moves=0.15, attribution="aggregated", people=5,
    ),
    MadeUpPartnership(
        _entry("early-help", "Early Help Partnership", "Help for families before a crisis",
               _COUNTY, statutory=True),
        "rochford-hallmarks", people=3, mood=0.1,
    ),
    MadeUpPartnership(
        _entry("sport", "Thornmere Sport Partnership", "More people who move", "Vale Leisure",
               "GBP 20,000 a year"),
        "melton-evaluation", mood=-0.15, missing=1,
    ),
    MadeUpPartnership(
        replace(
            _entry("", "Market Towns Alliance", "One voice for five towns", "Not settled yet"),
            membership="proposed", checklist=date(2026, 2, 11),
        ),
    ),
    MadeUpPartnership(
        replace(
            _entry("", "Vale Broadband Partnership", "Fast connections for farms", _COUNTY),
            membership="left", evaluated=date(2021, 6, 30), decided=date(2024, 7, 3),
            decision="Leave: its work is done",
        ),
    ),
)  # fmt: skip
"""Twelve partnerships: ten with an assessment, one proposed, one left."""

_PEOPLE: tuple[tuple[str, str, Level], ...] = (
    (_COUNCIL, "Ruth Adeyemi", "senior"),
    (_COUNTY, "Helen Marsh", "board"),
    ("Vale Police", "Karen Doyle", "senior"),
    ("Voluntary Action Thornmere", "Sam Pryce", "front"),
    ("Thornmere and Vale Health Trust", "Peter Lindqvist", "senior"),
)


@dataclass(frozen=True, slots=True)
class ProgrammePlayed:
    """A programme that was played: where, whether an earlier demo gave way, and what came of it."""

    root: Path
    replaced: bool
    workbooks: int
    status: ProgrammeStatus
    workbook: PortfolioWritten
    report: PortfolioWritten


def run_programme(
    root: Path,
    *,
    story: Sequence[MadeUpPartnership] = STORY,
    workers: Workers = 1,
    watch: Watch = silent,
) -> ProgrammePlayed:
    """Play a programme in this folder, which must be new, empty, or an earlier demo.

    Args:
        root: the folder.
        story: the partnerships to play.
        workers: who reads what comes back.
        watch: told how many rounds of how many are played.

    Raises:
        UsageError: the folder holds something else.
        OSError: a file cannot be written.
    """
    replaced = clear(root)
    (root / MARK).write_text("Made by xlassess demo, which may replace what it made here.\n")
    folder = ProgrammeFolder(root)
    who = ASSESSMENT.coordinator
    head = _HEAD.format(who=who, phone=json.dumps(who.phone))
    folder.register_file.write_text(head, encoding="utf-8")
    total, done, filled = sum(len(one.years) for one in story if one.toolkit), 0, 0
    for one in story:
        folder.add(one.entry)
        for count in _played(folder, one, workers) if one.toolkit else ():
            filled += count
            done += 1
            watch(done, total)
    return ProgrammePlayed(
        root=root,
        replaced=replaced,
        workbooks=filled,
        status=programme_status(folder, today=TOLD.date()),
        workbook=consolidate_programme(folder, now=TOLD),
        report=report_programme(folder, now=TOLD),
    )


def _played(folder: ProgrammeFolder, one: MadeUpPartnership, workers: Workers) -> Iterator[int]:
    """Play the rounds of a partnership; yield how many workbooks came back in each."""
    place = folder.root / one.entry.folder
    people = [made_up_person(*each) for each in _PEOPLE[: one.people]]
    first = one.years[0]
    shared = replace(folder.programme().shared, round=str(first), return_by=date(first, 3, 27))
    folder.begin_assessment(place, shared, one.entry.name)
    assessment = AssessmentFolder(place)
    text = assessment.settings_file.read_text(encoding="utf-8")
    own = choose_toolkits(enter(text, {"attribution": one.attribution}), [one.toolkit])
    assessment.settings_file.write_text(own, encoding="utf-8")
    assessment.register_file.write_bytes(register_book(people))
    for number, year in enumerate(one.years):
        if number:
            close_round(assessment, now=_moment(year, 1, 20))
            begin_round(assessment, str(year), date(year, 3, 27), now=_moment(year, 2, 20))
            assessment = open_folder(place)
        last = number == len(one.years) - 1
        answering = people[: -one.missing or None] if last else people
        yield _asked(assessment, one, year, answering, workers)
        if one.plans and not number:
            _agreed(assessment, year, workers)


def _moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=timezone.utc)


def _asked(
    folder: AssessmentFolder,
    one: MadeUpPartnership,
    year: int,
    people: Sequence[Respondent],
    workers: Workers,
) -> int:
    """Issue workbooks, have them filled in by these people, and read what comes back."""
    issued = generate(folder, now=_moment(year, 3, 2))
    (toolkit,) = toolkits_of(folder, folder.assessment()).values()
    entries = entries_of_round(toolkit, _script(one, year), people, f"{one.entry.folder} {year}")
    inbox = folder.root / INBOX / str(year)
    inbox.mkdir(parents=True)
    places = layout(toolkit)
    for book in issued.workbooks:
        if (one.toolkit, book.respondent) in entries:
            filled = entries[one.toolkit, book.respondent]
            data = fill_in(book.path.read_bytes(), places, filled, _moment(year, 3, 16))
            (inbox / book.path.name).write_bytes(data)
    ingest(folder, [inbox], now=_moment(year, 3, 30), workers=workers)
    return len(entries)


def _script(one: MadeUpPartnership, year: int) -> Script:
    """What is said in this partnership: the toolkit's script, seen more or less kindly."""
    script = SCRIPTS[one.toolkit]
    # Not for secrets: a fixed seed makes the demo the same every time.
    chance = random.Random(f"{one.entry.folder}")  # noqa: S311
    mood = one.mood + (one.moves if year == one.years[-1] else 0.0)
    standing = {
        name: min(1.0, max(0.0, share + mood + chance.gauss(0, 0.12)))
        for name, share in script.standing.items()
    }
    known = dict(script.known) | {"D1": one.entry.name}
    return replace(
        script, standing=standing, divided={}, plans=(), proposals=(), known=known, known_by={},
        boxes={}, closing={}, good={}, evidence={},
    )  # fmt: skip


def _agreed(folder: AssessmentFolder, year: int, workers: Workers) -> None:
    """Agree two actions, one of which is not done in time."""
    at = _moment(year, 4, 20)
    plan(folder, now=at)
    with Ledger(folder.ledger) as ledger:
        asked = ledger.toolkits()
        (issued,) = ledger.joint(str(year))
    questions = asked[issued.identity.digest]
    blank = (folder.outbox / "plan" / issued.file_name).read_bytes()
    filled = fill_in_rows(blank, layout(questions), _decided(questions, year), at)
    inbox = folder.root / INBOX / f"plan {year}"
    inbox.mkdir()
    (inbox / issued.file_name).write_bytes(filled)
    ingest(folder, [inbox], now=at.replace(day=27), workers=workers)


def _decided(questions: Toolkit, year: int) -> Mapping[str, Mapping[str, Cell]]:
    """What is decided on the first two rows of a plan workbook."""
    rows = [item.id for item in questions.items()][:2]
    deadlines = (date(year + 1, 3, 31), date(year + 5, 3, 31))
    actions = ("Publish what was decided within a week", "Agree a joint budget for three years")
    return {
        row: {
            "decision": "Adopt", "wording": action, "owner": _COUNCIL, "deadline": deadline,
            "measure": "Told to the board",
        }
        for row, action, deadline in zip(rows, actions, deadlines, strict=False)
    }  # fmt: skip

"""Playing several rounds of one partnership: what is found, agreed, done, and found again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from importlib import resources
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.starter import enter
from xlassess.contract.layout import layout
from xlassess.demo.answers import EntriesByPerson, entries_of_round, made_up_entries
from xlassess.demo.filling import fill_in_rows
from xlassess.demo.partnership import ASSESSMENT
from xlassess.demo.returns import RETURNED
from xlassess.demo.run import INBOX, OWN_TOOLKIT, Partners, change_register, clear, set_up
from xlassess.demo.scripts.script import Cell
from xlassess.demo.scripts.three_rounds import (
    FIRST_VERSION,
    TOOLKIT,
    YEARS,
    DemoYear,
    Entered,
    people_of,
)
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued
from xlassess.model.toolkit import Item, Toolkit
from xlassess.services.common.opening import open_folder
from xlassess.services.common.progress import Watch, silent
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import Consolidated, consolidate
from xlassess.services.papers.feedback import feedback
from xlassess.services.papers.report import report
from xlassess.services.plans.follow_up import PaperWritten, progress, progress_paper
from xlassess.services.plans.plan import plan
from xlassess.services.plans.workshop import workshop
from xlassess.services.setup.rounds import begin_round, close_round

MOST_ROUNDS = len(YEARS)
"""How many rounds there is a story for."""


@dataclass(frozen=True, slots=True)
class RoundPlayed:
    """A round that was played: what happened in it, and what came of it."""

    name: str
    happened: str
    partners: int
    consolidated: Consolidated
    agreed: int
    paper: PaperWritten


@dataclass(frozen=True, slots=True)
class RoundsPlayed:
    """Rounds that were played: where, each of them, and whether an earlier demo gave way."""

    root: Path
    partnership: str
    replaced: bool
    rounds: tuple[RoundPlayed, ...]
    outbox: Path


def run_rounds(root: Path, *, rounds: int = MOST_ROUNDS, watch: Watch = silent) -> RoundsPlayed:
    """Play several rounds in this folder, which must be new, empty, or an earlier demo.

    Args:
        root: the folder.
        rounds: how many, at most as many as there is a story for.
        watch: told how many workbooks of a round are filled in.

    Raises:
        UsageError: the folder holds something else.
        OSError: a file cannot be written.
    """
    replaced = clear(root)
    first = YEARS[0]
    settings = replace(
        ASSESSMENT, round=first.name, return_by=date(first.year, 3, 27), purpose=first.purpose
    )
    folder = set_up(root, (TOOLKIT,), settings)
    played = []
    for number, year in enumerate(YEARS[:rounds]):
        if number:
            folder = _begun(folder, year)
        played.append(_Year(folder, year, number).played(watch))
        if number + 1 < rounds:
            close_round(folder, now=_moment(year.year + 1, 2, 27))
    return RoundsPlayed(root, settings.partnership, replaced, tuple(played), folder.outbox)


def _moment(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=timezone.utc)


def _begun(before: AssessmentFolder, year: DemoYear) -> AssessmentFolder:
    """Begin the next round: its settings, its register and its version of the toolkit."""
    root = before.root
    wanted = date(year.year, 3, 27)
    begun = begin_round(before, year.name, wanted, now=_moment(year.year, 2, 28))
    text = begun.settings.read_text(encoding="utf-8")
    begun.settings.write_text(enter(text, {"purpose": year.purpose}), encoding="utf-8")
    change_register(begun.register, year.leaving, year.joining)
    own = root / OWN_TOOLKIT
    own.parent.mkdir(exist_ok=True)
    own.write_text(_toolkit_text(year), encoding="utf-8")
    return open_folder(root)


def _toolkit_text(year: DemoYear) -> str:
    """The toolkit as it stands in a round: all changes up to then, each a version of its own."""
    text = (resources.files("xlassess.builtin_toolkits") / f"{TOOLKIT}.yaml").read_text("utf-8")
    (first,) = re.findall(r'^version: "(\d+\.\d+)"$', text, re.MULTILINE)
    edition, _, number = first.partition(".")
    changed = YEARS.index(year)
    changes = {f'version: "{first}"': f'version: "{edition}.{int(number) + changed}"'}
    for each in YEARS[: changed + 1]:
        changes |= each.reworded
    for old, said in changes.items():
        new = said.replace(FIRST_VERSION, first)
        if text.count(old) != 1:
            raise ValueError(f"the toolkit has {text.count(old)} times: {old}")
        text = text.replace(old, new)
    return text


class _Year:
    """One round at work, from the workbooks that go out to the papers on what was done."""

    def __init__(self, folder: AssessmentFolder, year: DemoYear, number: int) -> None:
        self._folder, self._year, self._number = folder, year, number
        self._inbox = folder.root / INBOX / year.name
        self._people = people_of(number)

    def played(self, watch: Watch) -> RoundPlayed:
        """Play the round, and return what came of it."""
        folder, year = self._folder, self._year.year
        self._asked(watch)
        self._joint("workshop", self._year.workshop, _moment(year, 4, 9))
        self._joint("plan", self._year.decided, _moment(year, 4, 17))
        told = _moment(year, 5, 4)
        summary = consolidate(folder, now=told)
        report(folder, None, None, now=told)
        feedback(folder, now=told)
        for said, at in zip(
            self._year.reports, (_moment(year, 9, 1), _moment(year + 1, 2, 1)), strict=False
        ):
            self._joint("progress", said, at)
            paper = progress_paper(folder, now=at.replace(day=15))
        with Ledger(folder.ledger) as ledger:
            agreed = ledger.plans()[self._year.name].actions
        return RoundPlayed(
            name=self._year.name,
            happened=self._year.happened,
            partners=len({one.partner_id for one in self._people}),
            consolidated=summary,
            agreed=len(agreed),
            paper=paper,
        )

    def _asked(self, watch: Watch) -> None:
        """Issue everybody's workbook, have them filled in, and read what comes back."""
        year = self._year.year
        issued = generate(self._folder, now=_moment(year, 3, 2))
        self._inbox.mkdir(parents=True)
        partners = Partners(
            self._folder,
            issued,
            self._entries,
            {} if self._number else RETURNED,
            _moment(year, 3, 9, 10),
        )
        for name, data in partners.files(watch):
            (self._inbox / name).write_bytes(data)
        # In the first round, as in the demo of one, reminders were needed.
        received = _moment(year, 3, 26 if self._number else 30, 16)
        ingest(self._folder, [self._inbox], now=received)

    def _entries(self, toolkits: Mapping[str, Toolkit]) -> EntriesByPerson:
        if not self._number:
            return made_up_entries(toolkits)
        people = [one for one in self._people if one.partner not in self._year.silent]
        return entries_of_round(toolkits[TOOLKIT], self._year.script, people, self._year.name)

    def _joint(self, kind: str, said: Entered, at: datetime) -> None:
        """Issue joint workbooks, have them filled in, and read them a week later."""
        _ISSUING[kind](self._folder, now=at)
        inbox = self._inbox / f"{kind} {at:%Y-%m}"
        inbox.mkdir()
        for issued, questions in self._out(kind):
            rows = _rows(questions, said)
            blank = (self._folder.outbox / kind / issued.file_name).read_bytes()
            if rows:
                saved = fill_in_rows(blank, layout(questions), rows, at.replace(hour=15))
                (inbox / issued.file_name).write_bytes(saved)
        ingest(self._folder, [inbox], now=at.replace(day=at.day + 7))

    def _out(self, kind: str) -> list[tuple[Issued, Toolkit]]:
        """The joint workbooks of a kind that wait in the outbox, with their questions."""
        with Ledger(self._folder.ledger) as ledger:
            asked = ledger.toolkits()
            return [
                (one, asked[one.identity.digest])
                for one in ledger.joint(self._year.name)
                if (self._folder.outbox / kind / one.file_name).is_file()
            ]


def _rows(questions: Toolkit, said: Entered) -> dict[str, dict[str, Cell]]:
    """What is entered into a joint workbook, by the number of its rows."""
    numbers = {_about(item): item.id for item in questions.items()}
    return {
        numbers[about]: {
            name: numbers.get(str(value), value) if name == "into" else value
            for name, value in row.items()
        }
        for about, row in said.items()
        if about in numbers
    }


def _about(item: Item) -> str:
    """What a row is about: the item it answers, with C before it where nobody proposed anything."""
    asked = item.short.partition("/")[0]
    concern = item.id.rpartition("/")[2].startswith("C")
    return f"C{asked}" if concern and asked else asked or item.id


_ISSUING: Mapping[str, Callable[..., object]] = {
    "workshop": workshop, "plan": plan, "progress": progress,
}  # fmt: skip

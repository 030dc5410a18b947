"""What the words of a toolkit's first page are written from, and the sentences they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from xlassess.consolidate.figures.overview import Overview, is_achieving
from xlassess.consolidate.figures.plan_counts import PlanCounts
from xlassess.consolidate.figures.points import Ranking
from xlassess.consolidate.figures.privacy.attribution import Participants
from xlassess.consolidate.figures.thresholds import SPEAKS_FOR_ALL, enough_answers
from xlassess.consolidate.figures.trend import Trend
from xlassess.consolidate.figures.values import (
    Body,
    CompletedChecklist,
    ItemFigures,
    OverallFigures,
    PlannedAction,
    PlanningScenario,
    RegisterEntry,
    ScoreRow,
    SectionFigures,
)
from xlassess.consolidate.wording.terms import day
from xlassess.model.assessment import Assessment
from xlassess.model.record import HeldBack
from xlassess.model.toolkit import Toolkit
from xlassess.score import Agreement
from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences of the Summary page."""
    return Words("summary.j2")


def promise_in_words(participants: Participants) -> str:
    """Return that workbooks promised less than the settings would show; empty if none did."""
    return words().say("promised", participants)


def exposed_in_words(participants: Participants) -> str:
    """Return which toolkits so few partners were asked that letters hide nobody; or nothing."""
    return words().say("exposed", participants.exposed)


def letters_told_in_words(participants: Participants) -> str:
    """Return, for the coordinator, that letters do not hide everybody; empty where they do.

    Papers themselves do not say who came late: it would tell where to look.
    """
    late = participants.late
    told = words().say("late", late, day(late.since)) if late else ""
    return " ".join(filter(None, (exposed_in_words(participants), told)))


def held_in_words(participants: Participants) -> str:
    """Return that returns are held back for the sake of an earlier output; empty if none are."""
    told = dict.fromkeys(_held(each, participants.minimum) for each in participants.held.values())
    return " ".join(told)


def _held(held: HeldBack, minimum: int) -> str:
    return words().say("held", held, day(held.since), minimum)


@dataclass(frozen=True, slots=True)
class NarrativeFacts:
    """What a narrative is told from.

    ``by_few`` are the items that somebody judges worst, but too few for a concern; ``areas`` the
    judgements of areas as a whole that are a concern; ``too_few`` the items on which too few could
    say, ``in_doubt`` those on which answers under a query leave too few. ``agreed`` is how far the
    agreed actions have come that answer this toolkit, None where none does; ``kept`` what came of
    those of earlier rounds. ``settled`` are the items that the agreed plan answers or declines,
    ``judged`` those a workshop agreed on. ``waiting`` is how many proposals and concerns the agreed
    plan does not settle.
    """

    assessment: Assessment
    toolkit: Toolkit
    participants: Participants
    entries: Sequence[RegisterEntry]
    rows: Sequence[ScoreRow]
    sections: Sequence[SectionFigures]
    overall: Sequence[OverallFigures]
    items: Sequence[ItemFigures]
    success: Agreement | None
    whole: Overview
    strong: Ranking
    weak: Ranking
    differing: Ranking
    by_few: Sequence[ItemFigures]
    areas: Sequence[ItemFigures]
    too_few: Sequence[ItemFigures]
    in_doubt: Sequence[ItemFigures]
    bodies: Sequence[Body]
    checklists: Sequence[CompletedChecklist]
    planning: PlanningScenario
    actions: Sequence[PlannedAction]
    partners_asked: int
    partners_heard: int
    received: datetime | None
    agreed: PlanCounts | None = None
    kept: tuple[str, ...] = ()
    trend: Trend | None = None
    settled: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    waiting: int = 0

    @property
    def asked_about(self) -> frozenset[str]:
        """The questions that the summary puts to the committee as concerns, decided on or not."""
        shown = self.weak.shown if self.says_something else ()
        return frozenset(item.item.id for item in shown)

    @property
    def withheld(self) -> bool:
        """True when so few returned that nothing may be shown."""
        return self.participants.withholds(len(self.rows))

    @property
    def speaks_for_all(self) -> bool:
        """True when enough returned to say something of the partnership."""
        return len(self.rows) >= SPEAKS_FOR_ALL

    @property
    def few_of_many(self) -> bool:
        """True when fewer than half of those asked have answered."""
        return not enough_answers(len(self.rows), len(self.entries))

    @property
    def achieves(self) -> bool:
        """False where too many say that the partnership does not reach its aims."""
        return is_achieving(self.toolkit, self.success, len(self.rows))

    @property
    def hidden(self) -> int:
        """How many of the items that count are withheld."""
        return sum(item.scored and item.withheld for item in self.items)

    @property
    def says_something(self) -> bool:
        """True when there is anything to read and it may be shown."""
        return bool(self.rows) and not self.withheld

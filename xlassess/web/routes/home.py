"""Where the round stands: the response rate, what needs a person first, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.responses import RedirectResponse, Response

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event
from xlassess.services import status as service
from xlassess.services.next_steps import StepKind
from xlassess.services.setup.rounds import RoundLine, rounds
from xlassess.services.status import NextReview, Rate, Status
from xlassess.web.request.page import PageLink, page
from xlassess.web.request.visit import Visit
from xlassess.web.unsettled import KINDS


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """Something that is open: what, how many, and the page for it, if there is one."""

    told: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class HomeView:
    """What the first page shows."""

    return_by: date | None
    closed: Event | None
    asked: int
    rates: tuple[Rate, ...]
    states: tuple[tuple[str, int], ...]
    matters: tuple[OpenMatter, ...]
    steps: tuple[PageLink, ...]
    reviews: tuple[NextReview, ...]
    remarks: tuple[str, ...]
    rounds: tuple[tuple[PageLink, RoundLine], ...]
    people: str
    next_round: str
    closing: str
    return_date: str
    settings: str

    @property
    def issued(self) -> int:
        """How many workbooks were issued."""
        return sum(rate.issued for rate in self.rates)

    @property
    def answered(self) -> int:
        """How many of them came back."""
        return sum(rate.answered for rate in self.rates)

    @property
    def share(self) -> float | None:
        """The response rate over all toolkits; None when nothing was issued."""
        return self.answered / self.issued if self.issued else None


_PAGE_OF: dict[str, str] = {
    **dict.fromkeys(KINDS, "settle"), "awaited": "register", "not issued": "send",
    "reports": "follow-up", "overdue": "follow-up", "unexplained": "follow-up",
    "unsettled": "plan",
}  # fmt: skip
"""The page on which each open matter is dealt with; it is linked to where it is there."""

_NARROWED: dict[str, dict[str, str]] = {
    **{kind: {"kind": kind} for kind in KINDS}, "awaited": {"some": "awaited"},
}  # fmt: skip
"""What such a page is narrowed down to."""


def show(visit: Visit) -> Response:
    """Show where the round stands; where there is no assessment, the page that begins one."""
    if not AssessmentFolder(visit.desk.root).settings_file.exists():
        return RedirectResponse(visit.desk.pages["begin"], 303)
    found = visit.status
    view = HomeView(
        return_by=found.assessment.return_by,
        closed=found.closed,
        asked=len(found.lines),
        rates=found.rates,
        states=tuple(_states(found)),
        matters=tuple(
            OpenMatter(told, visit.at(_PAGE_OF.get(kind, ""), **_NARROWED.get(kind, {})))
            for kind, told in found.told.items()
        ),
        steps=tuple(_steps(visit, found)),
        reviews=found.reviews,
        remarks=found.remarks,
        rounds=tuple(_rounds(visit)) if len(visit.rounds) > 1 else (),
        people="" if found.closed else visit.at("people"),
        next_round=visit.at("round"),
        closing=visit.at("closing"),
        return_date=visit.at("return-date"),
        settings=visit.at("settings"),
    )
    return page(visit, "home.html", "Where the round stands", view)


def _states(found: Status) -> Iterator[tuple[str, int]]:
    """Yield how many workbooks are in each state, in the order in which a workbook goes on."""
    for state in service.LINE_STATES:
        if lines := found.having(state):
            yield state, len(lines)


def _rounds(visit: Visit) -> Iterator[tuple[PageLink, RoundLine]]:
    for line in rounds(visit.folder):
        here = line.name == visit.assessment.round
        yield PageLink(line.name, visit.at("home", round=line.name), here), line


_STEP_PAGES: dict[StepKind, tuple[str, dict[str, str]]] = {
    "people": ("people", {}), "write": ("send", {}), "send": ("send", {}),
    "ask": ("settle", {"kind": "queries"}), "send queries": ("messages", {"kind": "query"}),
    "remind": ("messages", {"kind": "reminder"}), "receive": ("receive", {}),
    "summary": ("summary", {}), "workshop": ("workshop", {}), "plan": ("plan", {}),
    "decide": ("plan", {}), "progress": ("follow-up", {}), "feedback": ("papers", {}),
    "close": ("closing", {}),
}  # fmt: skip
"""The page on which each step is done."""


def _steps(visit: Visit, found: Status) -> Iterator[PageLink]:
    """Yield what to do next, each with the page on which it is done."""
    for step in visit.desk.known.steps(visit.folder, found, visit.today):
        name, more = _STEP_PAGES[step.kind]
        yield PageLink(step.told, visit.at(name, **more))

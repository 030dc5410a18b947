"""The summary of one round as plain values: everything its workbook shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from xlassess.consolidate.figures.privacy.attribution import Participants, Person
from xlassess.consolidate.figures.trend import Trend
from xlassess.model.answer import Value
from xlassess.model.assessment import Assessment
from xlassess.model.plan import AgreedAction, AgreedPlan, Judgement
from xlassess.model.toolkit import Band, Choice, Item, Scale, Scenario, Section, Toolkit
from xlassess.score import Agreement, Scorecard

Standing = Literal[
    "Returned", "Query open", "Nil return", "Declined", "Blank", "Refused", "Overdue", "Awaited"
]
"""What has become of an issued workbook by the day of the summary.

Blank: it came back without a single answer, which is no response."""

STILL_OUT: tuple[Standing, ...] = ("Blank", "Overdue", "Awaited")
"""Workbooks of which answers are still wanted, and no file was refused."""

NoScenario = Literal["", "divided", "small", "few", "silent", "gaps", "unseen", "withheld"]
"""Why no scenario is suggested: views are divided, too few returned, fewer than half of those asked
did, totals are missing, or what each return says may not be seen."""

Counting = Literal["yes", "apart", "no"]
"""Whether an answer counts towards a score, is counted apart, or does neither."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One issued workbook in the register of responses.

    ``remarks`` are the findings in words; ``put_right`` is how many values the reader put
    right. ``answered`` of ``asked`` required answers were given.
    """

    person: Person
    part: str
    standing: Standing
    received_at: datetime | None
    late: bool
    answered: int
    asked: int
    queries: int
    notes: int
    put_right: int
    remarks: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over respondents: how many, mean, lowest and highest.

    For shares ``mean`` is the share over all answers together, ``low`` and ``high`` are the
    shares of single returns. All are None without answers and where ``withheld``; ``secondary``
    says that it is not withheld for itself, but because it would give others away.
    """

    n: int = 0
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    withheld: bool = False
    secondary: bool = False

    @property
    def spread(self) -> float | None:
        """Highest less lowest."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True)
class SectionFigures:
    """One section from one view, over all returns.

    ``number`` is its place among the sections that count, the same for every view. ``key`` names
    it in formulas; ``name`` is its short name, with the view. ``asked`` is the
    choices asked of one respondent. ``scales`` has how often each choice was picked over all
    returns, by scale; ``given`` counts them all, those counted apart included. ``favourable``
    is how many of the ``answered`` on the scored scale speak for the section, ``flagged`` how
    many answers are flagged. ``levels`` maps labels of organisational levels to their figures.
    """

    section: Section
    number: int
    view: str
    key: str
    field: str
    name: str
    asked: int
    score: Figure
    band: Band | None
    scales: Mapping[str, Mapping[str, int]]
    answered: int
    given: int
    favourable: int
    flagged: int
    significance: Figure
    levels: Mapping[str, Figure]

    @property
    def numbered(self) -> str:
        """Its number and name."""
        return f"{self.number}  {self.name}"


@dataclass(frozen=True, slots=True)
class OverallFigures:
    """The score over all sections from one view, over returns that answer all that is scored."""

    view: str
    name: str
    score: Figure
    band: Band | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item in one answer field, over all returns.

    ``favour`` is where the answers stand from the worst (0) to the best (1): the mean's place
    between the scale's ends, or the share of favourable answers where choices have no score.
    ``compared`` says that respondents judge the same thing, so that they can agree.
    """

    item: Item
    section: Section
    key: str
    field: str
    view: str
    scale_id: str
    scale: Scale
    scored: bool
    agreement: Agreement
    favour: float | None
    reading: str
    split_success: bool
    withheld: bool
    levels: Mapping[str, Figure]
    levels_differ: bool
    compared: bool

    @property
    def name(self) -> str:
        """The item's short name, or its question, with the view."""
        name = self.item.short or self.item.ask
        return f"{name}, {self.view[:1].lower()}{self.view[1:]}" if self.view else name


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The scores of one return.

    ``doubtful`` are the items and answer fields without an answer that are under a query: they
    were not left out.
    """

    person: Person
    card: Scorecard
    doubtful: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What stands in a cell, and what it was given to; equal ones of many returns are one object.

    ``typed`` is what stood there before it was put right. In an aggregated summary there is no
    sheet or cell.
    """

    part: str
    section: str
    section_name: str
    item: str
    key: str
    field: str
    counts: Counting
    choice: str
    score: float | None
    typed: str
    value: Value
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class DataRow:
    """One answer, and whose it is; the person's file is the one it was read from.

    In an aggregated summary a row is how often one choice was picked (``times``), by nobody.
    """

    person: Person | None
    answer: GivenAnswer
    times: int = 1


@dataclass(frozen=True, slots=True)
class DataRows(Collection[DataRow]):
    """The rows of data, made anew each time they are read: kept, they would be most of a summary.

    ``total`` is how many there are.
    """

    total: int
    made: Callable[[], Iterator[DataRow]] = field(compare=False, repr=False)

    def __len__(self) -> int:
        return self.total

    def __iter__(self) -> Iterator[DataRow]:
        return self.made()

    def __contains__(self, row: object) -> bool:
        return any(row == each for each in self)


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment, piece of evidence or free-text answer, with who gave it (where shown)."""

    part: str
    section: str
    item: str
    question: str
    kind: str
    text: str
    answer: str
    person: Person | None
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action of a partner's action plan; ``order`` is its horizon's place, soonest first.

    ``deadline_said`` is what the partner wrote where it is no day and was accepted as it is.
    """

    part: str
    order: int
    item: str
    action: str
    horizon: str
    owner: str
    deadline: date | None
    measure: str
    status: str
    closed: bool
    overdue: bool
    person: Person | None
    sheet: str
    cell: str
    deadline_said: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A strength, concern or difference: what, and the figures that say so.

    ``what`` is the statement, with its number after it; empty for a remark on the list, and
    ``unnamed`` then how many points it stands for that the list does not name. ``in_report``
    stands in place of ``why`` where there are no sheets to point to, if it is not empty; with
    neither ``what`` nor ``why`` the point stands there alone. ``item``
    is the number of the statement, where it is one.
    """

    what: str
    why: str
    unnamed: int = 0
    in_report: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class PlanningScenario:
    """The scenario gone by, what the toolkit's rule suggests, and why another was chosen.

    ``because`` is empty where nobody chose; then both are the same. Either may be None.
    ``why_none`` says why nothing is suggested.
    """

    scenario: Scenario | None
    suggested: Scenario | None
    because: str = ""
    why_none: NoScenario = ""


@dataclass(frozen=True, slots=True)
class PictureTitles:
    """The message of each picture, which is its title; empty where no rule gives one.

    ``means`` is about the means of sections, ``answers`` and ``items`` about how answers fall on
    a scale (by its id), by section and by item.
    """

    means: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    flags: str = ""
    significance: str = ""
    levels: str = ""


@dataclass(frozen=True, slots=True)
class Narrative:
    """The words of a toolkit's Summary page.

    ``reading`` is the finding in one sentence a chair can read out, ``more`` what goes with it.
    ``decisions`` is what the committee is asked to decide. A list of points begins with a remark
    (a `Point` without ``what``) where items stand level or none is named. ``unsure`` tells
    how many could not say; ``context`` and ``caution`` what it rests on, ``rests`` the former
    without what the head of a page says. ``scenario_rule`` is when the scenario applies,
    ``scenario_here`` what meets that here. ``titles`` are those of the pictures. ``trend`` is what
    moved since the round before; empty in a first one. ``decisions_in_report`` and
    ``trend_in_report`` are the same for readers who have no sheets to look at. ``pressing`` are
    the places of the decisions in the order in which they have a claim to room on the page.
    """

    context: str
    rests: str
    reading: str
    more: tuple[str, ...]
    strengths_title: str
    strengths: tuple[Point, ...]
    concerns_title: str
    concerns: tuple[Point, ...]
    differences_title: str
    disagreements: tuple[Point, ...]
    levels_title: str
    levels: tuple[Point, ...]
    unsure: tuple[str, ...]
    scenario: str
    scenario_rule: str
    scenario_here: str
    scenario_advice: str
    decisions: tuple[str, ...]
    caution: str
    titles: PictureTitles = PictureTitles()
    trend_title: str = ""
    trend: tuple[str, ...] = ()
    decisions_in_report: tuple[str, ...] = ()
    pressing: tuple[int, ...] = ()
    trend_in_report: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """A fact that one return gives on a page of details: what was asked, the answer, by whom."""

    item: str
    ask: str
    answer: str
    by: str


@dataclass(frozen=True, slots=True)
class Body:
    """One organisation as its own returns judge it.

    ``below`` are the numbers of the questions that at least one of its returns marks as below
    what is acceptable. Of ``questions`` they answer ``asked``, ``apart`` of them two levels or more
    apart; ``differs`` says that this is so on a good part of them.
    """

    name: str
    returns: int
    below: tuple[str, ...]
    questions: int
    asked: int
    apart: int
    differs: bool


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One question of a checklist with what was answered, and what was written beside it.

    ``doubtful`` says that there is a query on it, and no answer for that reason.
    """

    section: str
    item: str
    ask: str
    short: str
    answer: str
    remark: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """One line below a checklist, such as the decision or a sign-off.

    ``answer`` is what stands there, empty while open; ``choices`` are what it may be then, each
    with what it means, none for free text.
    """

    short: str
    answer: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CompletedChecklist:
    """One completed checklist.

    ``title`` is what it is about, ``by`` who filled it in (where shown). ``settle`` are the lines
    answered "no" or "don't know", ``missing`` those without an answer that another answer, or
    the checklist as a whole, calls for. ``closing`` are the sections below it, each with its name:
    the decision, then the sign-offs in their order; what the answers given lead past is left out.
    ``of`` is the organisation, ``by`` that and who filled it in, as far as they are shown.
    ``ended`` says that the decision given calls for nothing further, as one to decline does.
    """

    title: str
    by: str
    lines: tuple[ChecklistLine, ...]
    settle: tuple[ChecklistLine, ...]
    missing: tuple[ChecklistLine, ...]
    closing: tuple[tuple[str, tuple[ClosingLine, ...]], ...]
    of: str = ""
    ended: bool = False

    @property
    def decision(self) -> ClosingLine | None:
        """The first line below the checklist, which is the decision on it; None without one."""
        return self.closing[0][1][0] if self.closing else None

    @property
    def decided(self) -> bool:
        """True once the decision is given."""
        return self.decision is not None and self.decision.answer != ""


@dataclass(frozen=True, slots=True)
class ToolkitResults:
    """One toolkit (in one version) of the summary.

    ``key`` names it in formulas and on the Data sheet, ``label`` in words. ``issued`` and
    ``returned`` count workbooks (of the latter, those that count), ``partners_asked`` and
    ``partners_heard`` organisations. ``rows`` is empty where single returns are not shown.
    ``success`` is the distribution of answers to the success statement, ``planning`` the
    scenario that action planning goes by. ``bodies`` stand side by side where each judges itself;
    ``checklists`` are completed ones, each for itself; ``details`` are facts, not opinions.
    ``trend`` sets the round beside those before it; None in a first round. ``asked_about`` are the
    questions that the summary puts to the committee as concerns. ``waiting`` is how many proposals
    and such concerns the agreed plan does not settle; 0 where none was agreed.
    """

    key: str
    label: str
    digest: str
    toolkit: Toolkit
    issued: int
    partners_asked: int
    partners_heard: int
    entries: tuple[RegisterEntry, ...]
    rows: tuple[ScoreRow, ...]
    sections: tuple[SectionFigures, ...]
    overall: tuple[OverallFigures, ...]
    items: tuple[ItemFigures, ...]
    levels: tuple[str, ...]
    success: Agreement | None
    planning: PlanningScenario
    narrative: Narrative
    returned: int
    bodies: tuple[Body, ...] = ()
    checklists: tuple[CompletedChecklist, ...] = ()
    details: tuple[Detail, ...] = ()
    trend: Trend | None = None
    asked_about: frozenset[str] = frozenset()
    waiting: int = 0

    @property
    def nil_returns(self) -> int:
        """Workbooks of which it is recorded that there is nothing to report."""
        return self.standing("Nil return")

    @property
    def declined(self) -> int:
        """Workbooks of which it is recorded that the respondent does not take part."""
        return self.standing("Declined")

    @property
    def back(self) -> int:
        """Workbooks that came back: returns that count, and nil returns."""
        return self.returned + self.nil_returns

    @property
    def response_rate(self) -> float | None:
        """Those that came back, over workbooks issued; None where none was."""
        return self.back / self.issued if self.issued else None

    def standing(self, *wanted: Standing) -> int:
        """How many workbooks stand in one of these ways."""
        return sum(entry.standing in wanted for entry in self.entries)

    @property
    def scored_choices(self) -> tuple[Choice, ...]:
        """The choices of the scale that is scored, with those counted apart."""
        scale = self.toolkit.scales.get(self.toolkit.scoring.scale)
        return scale.choices if scale else ()


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding about a return, as far as it may be told.

    ``message`` may quote the partner, so that without names it is the kind of finding alone.
    ``standing`` says whether it is still a query, was waived or settled, or is only a note.
    """

    part: str
    person: Person
    code: str
    severity: str
    title: str
    message: str
    standing: Literal["open", "waived", "note", "refusal"]
    item: str
    field: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class FileUsed:
    """A received file: its name as it may be shown, SHA-256, size in bytes, and its fate."""

    code: str
    name: str
    sha256: str
    size: int
    state: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class PutRight:
    """A value that was put right: of which return and file, where, before, after, and how."""

    code: str
    file: str
    where: str
    before: str
    after: str
    how: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of one round, ready to be written.

    ``live`` says that figures are written as formulas over the Data sheet. ``waivers`` has a
    sentence for each query that was waived, ``decisions`` one for each decision about a return;
    ``put_right`` and ``findings`` are empty where single returns are not shown. ``noted`` is
    number and hash of the last event in the ledger, by which it can be told later that none
    before it was changed. ``actions`` are what respondents propose; ``agreed`` is the plan that
    came of it, once there is one: it then stands as the action plan. ``judgements`` are what
    workshops agreed on, beside the answers. ``followed`` are the agreed actions of this round's
    plan and of those before. ``typed_in`` says which returns somebody typed in for
    their respondents, out of how many; empty where none was.
    """

    assessment: Assessment
    made_at: datetime
    program: str
    participants: Participants
    parts: tuple[ToolkitResults, ...]
    data: DataRows
    remarks: tuple[CommentRow, ...]
    actions: tuple[PlannedAction, ...]
    files: tuple[FileUsed, ...]
    live: bool
    waivers: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    put_right: tuple[PutRight, ...] = ()
    noted: str = ""
    findings: tuple[FindingRow, ...] = ()
    agreed: AgreedPlan | None = None
    judgements: tuple[Judgement, ...] = ()
    followed: tuple[AgreedAction, ...] = ()
    typed_in: str = ""

    @property
    def issued(self) -> int:
        """Workbooks issued, over all toolkits."""
        return sum(part.issued for part in self.parts)

    @property
    def back(self) -> int:
        """Workbooks that came back, nil returns among them, over all toolkits."""
        return sum(part.back for part in self.parts)

    @property
    def with_queries(self) -> int:
        """Returns with open queries, over all toolkits."""
        return sum(part.standing("Query open") for part in self.parts)

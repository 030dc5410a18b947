"""A toolkit: a published instrument as plain, frozen values.

The dataclasses are also the shape of a toolkit file: pydantic checks a YAML file against
them at the file boundary (`xlassess.toolkits.load`), so a field here is a field there.
The rules and numbers of the built-in toolkits come from the publications named in each
toolkit's ``source``; the sentences are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

FREE_ANSWERS = ("text", "long-text", "date", "number", "money", "percent")
"""Answer kinds that are typed in rather than chosen from a response scale."""

WIDE_ANSWERS = ("text", "long-text")
"""Free answers that need the wide column of a sheet."""

Form = Literal["statements", "matrix", "checklist", "text"]
"""How a section is laid out: statements with guidance, a maturity matrix with its level
descriptors side by side, a compact yes/no list, or free text with room to write."""

Subject = Literal["partnership", "organisation", "proposal"]
"""What a respondent judges: the partnership they all belong to, the respondent's own
organisation, or a proposal that one council decides on. Only judgements of the same thing can
agree or disagree."""

Rule = Literal["sum", "mean", "levels", "share", "none"]
"""Scoring rules: total of scores, mean of scores, distribution over levels, share of yes,
nothing scored."""

_STRICT: Any = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed answer of a response scale.

    ``code`` is neutral and never shown; ``label`` is what people pick. ``score`` is None
    where the publication gives none. ``apart`` marks "don't know" and "not applicable":
    counted apart, never as a low score. ``about`` explains the choice in one sentence.
    """

    __pydantic_config__ = _STRICT
    code: str
    label: str
    score: float | None = None
    apart: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A response scale: its choices in the order they are offered, best or most first.

    ``ordinal`` says that the choices (without those counted apart) form an order, so that
    agreement may be computed over them.
    """

    __pydantic_config__ = _STRICT
    title: str
    choices: tuple[Choice, ...]
    ordinal: bool = True
    addition: str = ""
    """Filled in where the scale is ours and not the publication's; says so to the reader."""

    def by_code(self, code: str) -> Choice:
        """Return the choice with this code.

        Raises:
            KeyError: no such choice.
        """
        for choice in self.choices:
            if choice.code == code:
                return choice
        raise KeyError(code)

    @property
    def substantive(self) -> tuple[Choice, ...]:
        """The choices that are answers proper: without "don't know" and "not applicable"."""
        return tuple(choice for choice in self.choices if not choice.apart)


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of a score, both ends included, with its reading in one sentence."""

    __pydantic_config__ = _STRICT
    low: float
    high: float
    name: str
    reading: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the comment of an item must say when one of the choices ``when`` is picked."""

    __pydantic_config__ = _STRICT
    when: tuple[str, ...]
    ask: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """When an item is to be answered: where another item has one of these choices."""

    __pydantic_config__ = _STRICT
    item: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One standpoint from which every item of a section is judged (say: internally)."""

    __pydantic_config__ = _STRICT
    id: str
    label: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question or statement, named by its published number.

    ``answer`` is the id of a scale or one of `FREE_ANSWERS`. ``levels`` maps choice codes to
    descriptors (maturity matrices). ``views`` names the standpoints of the toolkit the item
    is judged from; empty means a single answer. ``weighs`` names the section whose
    significance this item states. ``short`` is a short name of up to seven words. An item with
    ``only_when`` is wanted there and nowhere else; items with the same name in ``ranks`` make a
    ranking, in which each number is given once. ``follows`` names the item of an earlier version
    that this one may be compared with, as ``VERSION/ITEM``; an item that is not ``comparable`` is
    compared with none of an earlier version. A date that is ``past`` is that of something done: one
    that is still to come is asked about.
    """

    __pydantic_config__ = _STRICT
    id: str
    ask: str
    answer: str
    short: str = ""
    why: str = ""
    prompts: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    comment: bool = True
    evidence: bool = False
    follow_up: FollowUp | None = None
    required: bool = True
    weighs: str = ""
    minimum: float | None = None
    maximum: float | None = None
    past: bool = False
    only_when: Condition | None = None
    ranks: str = ""
    follows: str = ""
    comparable: bool = True

    @property
    def is_free(self) -> bool:
        """True when the answer is typed in rather than chosen from a scale."""
        return self.answer in FREE_ANSWERS

    @property
    def is_wide(self) -> bool:
        """True when the answer is free text, which needs a wide cell."""
        return self.answer in WIDE_ANSWERS

    @property
    def answer_fields(self) -> tuple[str, ...]:
        """The names of the answers asked for: ``answer``, or ``answer:VIEW`` per view."""
        return tuple(map(answer_field, self.views)) or (answer_field(),)


def answer_field(view: str = "") -> str:
    """Return the name of the answer from a view: ``answer``, or ``answer:VIEW``."""
    return f"answer:{view}" if view else "answer"


@dataclass(frozen=True, slots=True)
class Section:
    r"""A group of items on one sheet.

    ``tab`` is the sheet's name (at most 31 characters, none of ``[]:*?/\``). ``scored``
    is False for details pages and closing questions. ``bands`` read a section's score where
    the publication gives bands.
    """

    __pydantic_config__ = _STRICT
    id: str
    tab: str
    title: str
    items: tuple[Item, ...]
    short: str = ""
    about: str = ""
    form: Form = "statements"
    scored: bool = True
    bands: tuple[Band, ...] = ()

    @property
    def name(self) -> str:
        """The short name, or the title where there is none."""
        return self.short or self.title


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scoring rule, with its source (document and page or heading).

    ``scale`` is the scale whose items are scored. ``overall`` says that a grand total over
    sections is given, read by ``bands``; where it is not, ``no_overall_because`` says why.
    ``flagged`` are choice codes that make an item a matter to act on, named
    ``flagged_as`` ("area for development"). ``success`` is the id of the overall success
    statement.
    """

    __pydantic_config__ = _STRICT
    rule: Rule
    source: str
    scale: str = ""
    overall: bool = False
    bands: tuple[Band, ...] = ()
    no_overall_because: str = ""
    flagged: tuple[str, ...] = ()
    flagged_as: str = ""
    success: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way the assessment may end, with when it applies and what to plan then.

    ``weakest`` and ``overall`` are positions of the worst section band and of the grand
    total's band (0 is the best) up to which the scenario is suggested; None is no limit.
    ``weakest`` holds for the mean and for every single return: one that sees a section worse
    is a reason for a closer look.
    """

    __pydantic_config__ = _STRICT
    id: str
    title: str
    when: str
    advice: str
    weakest: int | None = None
    overall: int | None = None


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """The action-planning sheet: its horizons and states, and how the assessment ends.

    ``rows`` is how many actions one respondent can enter. ``proposal`` asks for the
    one-page proposal to the management team.
    """

    __pydantic_config__ = _STRICT
    about: str
    horizons: tuple[Choice, ...]
    statuses: tuple[Choice, ...]
    rows: int = 20
    scenarios: tuple[Scenario, ...] = ()
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Toolkit:
    """A published instrument: sections of items, response scales, scoring rules.

    ``year`` is None where the publication bears no date. ``subject`` says what a respondent
    judges, and so whether answers can be set against one another. ``review_years`` is after how
    many years the publication asks for the next review, where it does.
    """

    __pydantic_config__ = _STRICT
    id: str
    version: str
    title: str
    short: str
    publisher: str
    year: int | None
    source: str
    rights: str
    about: str
    how: str
    scales: Mapping[str, Scale]
    sections: tuple[Section, ...]
    scoring: Scoring
    action_plan: ActionPlan | None = None
    closing: tuple[Section, ...] = ()
    views: tuple[View, ...] = ()
    subject: Subject = "partnership"
    review_years: int | None = None

    def next_review(self, after: date) -> date | None:
        """Return the day by which the toolkit asks for the next review; None if it asks for none.

        Args:
            after: the day of this one.
        """
        return years_later(after, self.review_years)

    @property
    def all_sections(self) -> tuple[Section, ...]:
        """Sections and closing sections, in the order of their sheets."""
        return self.sections + self.closing

    @property
    def scored_sections(self) -> tuple[Section, ...]:
        """The sections whose items are scored."""
        return tuple(section for section in self.sections if section.scored)

    def items(self) -> Iterator[Item]:
        """Yield every item, in the order of the sheets."""
        for section in self.all_sections:
            yield from section.items

    def item(self, item_id: str) -> Item:
        """Return the item with this number.

        Raises:
            KeyError: no such item.
        """
        for item in self.items():
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def section_of(self, item_id: str) -> Section:
        """Return the section that holds the item with this number.

        Raises:
            KeyError: no such item.
        """
        for section in self.all_sections:
            if any(item.id == item_id for item in section.items):
                return section
        raise KeyError(item_id)

    @property
    def standpoints(self) -> tuple[str, ...]:
        """From where items may be answered, in order: plainly (empty), then from each view."""
        return "", *(view.id for view in self.views)

    def view(self, view_id: str) -> View:
        """Return the view with this id.

        Raises:
            KeyError: no such view.
        """
        for view in self.views:
            if view.id == view_id:
                return view
        raise KeyError(view_id)

    def is_scored(self, section: Section, item: Item) -> bool:
        """True when the item's answer counts towards its section's score."""
        return section.scored and item.answer == self.scoring.scale


def years_later(day: date, years: int | None) -> date | None:
    """Return the same day so many years later; 28 for 29 February, and None for None."""
    if years is None:
        return None
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if is_leap_day else day.day)

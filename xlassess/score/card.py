"""The scorecard: the scores of one return, by its toolkit's own rule.

Rules that hold for every toolkit: a missing answer is never a zero; a section total is given
only when every scored item of the section is answered, and a grand total only when every
scored item is; "don't know" and "not applicable" are counted apart; views are scored apart.
The rule of each toolkit and its source stand in the toolkit (`Scoring.source`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xlassess.model.answer import PROPOSAL, Answer
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Band, Choice, Item, Section, Toolkit, answer_field
from xlassess.score.bands import band_of

_Place = tuple[str, str]
"""An item and one of its answer fields."""

_Given = Mapping[_Place, Choice | None]
"""The choice made in each place that was answered; None where the answer is free."""


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The score of one section in one return, from one view.

    ``view`` is the view's id, empty for toolkits without views. ``asked`` is how many answers
    count towards the score, ``answered`` how many of them are substantive and ``apart`` how
    many are "don't know" or "not applicable". ``counts`` says how often each choice of the
    scoring scale was picked. ``score`` is the total, mean or share by the toolkit's rule, None
    where the rule gives none or the answers do not suffice. ``significance`` is what the
    respondent says the section weighs.
    """

    section: str
    view: str
    asked: int
    answered: int
    apart: int
    counts: Mapping[str, int]
    score: float | None = None
    band: Band | None = None
    significance: float | None = None

    @property
    def complete(self) -> bool:
        """True when every answer that counts is given and substantive."""
        return self.answered == self.asked

    @property
    def missing(self) -> int:
        """How many answers were not given at all."""
        return self.asked - self.answered - self.apart


@dataclass(frozen=True, slots=True)
class Overall:
    """The score over all sections from one view; None with gaps or where the rule has none."""

    view: str
    asked: int
    answered: int
    score: float | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class Flag:
    """An answer that makes its item a matter to act on (`Scoring.flagged`)."""

    section: str
    item: str
    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The scores of one return.

    ``overall`` has one entry per view where the toolkit gives a score over all sections, and is
    empty where it does not. ``success`` is the choice made on the overall success statement.
    ``asked`` and ``answered`` count the required answers of the whole workbook.
    """

    toolkit: str
    sections: tuple[SectionScore, ...]
    overall: tuple[Overall, ...]
    success: Choice | None
    flagged: tuple[Flag, ...]
    asked: int
    answered: int

    def section(self, section_id: str, view: str = "") -> SectionScore:
        """Return the score of a section from a view.

        Raises:
            KeyError: the toolkit scores no such section or view.
        """
        for score in self.sections:
            if (score.section, score.view) == (section_id, view):
                return score
        raise KeyError((section_id, view))


def scorecard(toolkit: Toolkit, answers: Iterable[Answer]) -> Scorecard:
    """Score one return's answers by the toolkit's rule.

    Args:
        toolkit: the instrument the answers were given to.
        answers: everything read from the return; comments, evidence and the proposal of the
            action plan are passed over.

    Raises:
        XlassessError: an answer's value is no choice of its item's scale, an item is unknown,
            or an item is answered twice. The reader of returns lets none of these through.
    """
    return ScoringPlan.of(toolkit).card(answers)


@dataclass(frozen=True, slots=True)
class _ScoredSection:
    """A section from one view: the places that count, and where it is said what it weighs."""

    section: Section
    view: str
    places: tuple[_Place, ...]
    weighed: _Place | None


@dataclass(frozen=True, slots=True)
class ScoringPlan:
    """What a toolkit scores, worked out once for thousands of returns.

    ``choices`` has the choices of every place by code, None where the answer is free;
    ``required`` are the required places, ``flagged`` those whose answers may be flagged, with
    their section.
    """

    toolkit: Toolkit
    choices: Mapping[_Place, Mapping[str, Choice] | None]
    sections: tuple[_ScoredSection, ...]
    required: tuple[_Place, ...]
    flagged: tuple[tuple[str, _Place], ...]
    known: _Known = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, toolkit: Toolkit) -> ScoringPlan:
        """Prepare the scoring of a toolkit's returns."""
        scales = {
            name: {choice.code: choice for choice in scale.choices}
            for name, scale in toolkit.scales.items()
        }
        places = [(item, field) for item in toolkit.items() for field in item.answer_fields]
        return cls(
            toolkit=toolkit,
            choices={
                (item.id, field): None if item.is_free else scales[item.answer]
                for item, field in places
            },
            sections=tuple(
                _scored_section(toolkit, section, view)
                for section in reported_sections(toolkit)
                for view in section_views(toolkit, section)
            ),
            required=tuple((item.id, field) for item, field in places if item.required),
            flagged=tuple(
                (section.id, (item.id, field))
                for section in reported_sections(toolkit)
                for item in section.items
                if is_figured(toolkit, section, item)
                for field in item.answer_fields
            ),
        )

    def card(self, answers: Iterable[Answer]) -> Scorecard:
        """Score one return's answers; see `scorecard`."""
        toolkit, given = self.toolkit, self._given(answers)
        sections = tuple(_section_score(toolkit, each, given, self.known) for each in self.sections)
        return Scorecard(
            toolkit=toolkit.id,
            sections=sections,
            overall=_overall(toolkit, sections),
            success=given.get((toolkit.scoring.success, answer_field())),
            flagged=tuple(
                Flag(section, *place, choice.code)
                for section, place in self.flagged
                if (choice := given.get(place)) and choice.code in toolkit.scoring.flagged
            ),
            asked=len(self.required),
            answered=sum(place in given for place in self.required),
        )

    def _given(self, answers: Iterable[Answer]) -> dict[_Place, Choice | None]:
        given: dict[_Place, Choice | None] = {}
        for answer in answers:
            if not answer.field.startswith("answer") or answer.value == "":
                continue
            if answer.item == PROPOSAL:
                continue
            place = (answer.item, answer.field)
            if place not in self.choices:
                raise _unscorable(self.toolkit, answer, "is not asked in this toolkit")
            if place in given:
                raise _unscorable(self.toolkit, answer, "is answered twice in one return")
            choices = self.choices[place]
            if choices is not None and answer.value not in choices:
                raise _unscorable(
                    self.toolkit, answer, f"has the value {answer.value!r}, not a choice"
                )
            given[place] = None if choices is None else choices[str(answer.value)]
        return given


def _scored_section(toolkit: Toolkit, section: Section, view: str) -> _ScoredSection:
    field = answer_field(view)
    return _ScoredSection(
        section=section,
        view=view,
        places=tuple(
            (item.id, field)
            for item in section.items
            if counts_towards(toolkit, section, item) and field in item.answer_fields
        ),
        weighed=next(
            ((item.id, answer_field()) for item in toolkit.items() if item.weighs == section.id),
            None,
        ),
    )


def reported_sections(toolkit: Toolkit) -> tuple[Section, ...]:
    """The sections a scorecard reports on: those with answers that count."""
    return tuple(
        section
        for section in toolkit.sections
        if any(counts_towards(toolkit, section, item) for item in section.items)
    )


def counts_towards(toolkit: Toolkit, section: Section, item: Item) -> bool:
    """True when the item counts towards its section's score, or progress where none is scored."""
    if toolkit.scoring.rule == "none":
        return item.required or not item.is_free
    return toolkit.is_scored(section, item)


def is_figured(toolkit: Toolkit, section: Section, item: Item) -> bool:
    """True when an item is answered by a choice that counts in its section."""
    return counts_towards(toolkit, section, item) and not item.is_free


def figured_items(toolkit: Toolkit, section: Section, view: str = "") -> tuple[Item, ...]:
    """The items of a section that are answered by a choice that counts, from a view."""
    field = answer_field(view)
    return tuple(
        item
        for item in section.items
        if is_figured(toolkit, section, item) and field in item.answer_fields
    )


def section_views(toolkit: Toolkit, section: Section) -> tuple[str, ...]:
    """The views a section is scored from, in the toolkit's order; one empty view for none."""
    used = {
        view
        for item in section.items
        if counts_towards(toolkit, section, item)
        for view in item.views or ("",)
    }
    return tuple(view for view in toolkit.standpoints if view in used)


def affirmative(toolkit: Toolkit) -> Choice:
    """The choice a share is a share of: the first of the scoring scale, best or most first.

    Raises:
        KeyError: the toolkit names no scoring scale.
    """
    return toolkit.scales[toolkit.scoring.scale].substantive[0]


def _unscorable(toolkit: Toolkit, answer: Answer, problem: str) -> XlassessError:
    return XlassessError(
        f"Item {answer.item} ({answer.field}) {problem} (toolkit {toolkit.id} {toolkit.version}).",
        "Read the return again with the toolkit version it was issued with.",
    )


_Known = dict[tuple[object, ...], SectionScore]
"""Scores of sections worked out before: in thousands of returns, most are the same as others."""


def _section_score(
    toolkit: Toolkit, of: _ScoredSection, given: _Given, known: _Known
) -> SectionScore:
    answered = [given[place] for place in of.places if place in given]
    picked = [choice for choice in answered if choice is not None]
    proper = [choice for choice in picked if not choice.apart]
    apart = len(picked) - len(proper)
    score = _score(toolkit, proper, complete=len(proper) == len(of.places))
    weighed = given.get(of.weighed) if of.weighed else None
    weight = weighed.score if weighed else None
    counts = _counts(toolkit, picked)
    key = (of.section.id, of.view, len(answered), score, weight, *counts.items())
    if (same := known.get(key)) is not None:
        return same
    known[key] = SectionScore(
        section=of.section.id,
        view=of.view,
        asked=len(of.places),
        answered=len(answered) - apart,
        apart=apart,
        counts=counts,
        score=score,
        band=band_of(score, of.section.bands),
        significance=weight,
    )
    return known[key]


def _counts(toolkit: Toolkit, picked: list[Choice]) -> dict[str, int]:
    scale = toolkit.scales.get(toolkit.scoring.scale)
    counts = {choice.code: 0 for choice in scale.choices} if scale else {}
    for choice in picked:
        counts[choice.code] = counts.get(choice.code, 0) + 1
    return counts


def _score(toolkit: Toolkit, proper: list[Choice], *, complete: bool) -> float | None:
    """Score substantive answers by the toolkit's rule; None where they do not suffice."""
    rule = toolkit.scoring.rule
    if not proper or rule in ("levels", "none"):
        return None
    if rule == "share":
        good = affirmative(toolkit).code
        return sum(choice.code == good for choice in proper) / len(proper)
    scores = [choice.score for choice in proper if choice.score is not None]
    if len(scores) < len(proper):
        return None
    if rule == "mean":
        return sum(scores) / len(scores)
    return float(sum(scores)) if complete else None


def _overall(toolkit: Toolkit, sections: tuple[SectionScore, ...]) -> tuple[Overall, ...]:
    if not toolkit.scoring.overall or toolkit.scoring.rule in ("levels", "none"):
        return ()
    views = dict.fromkeys(score.view for score in sections)
    return tuple(_overall_from(toolkit, view, sections) for view in views)


def _overall_from(toolkit: Toolkit, view: str, sections: tuple[SectionScore, ...]) -> Overall:
    """Score all sections of a view together, from the choices made in them."""
    mine = [score for score in sections if score.view == view]
    scale = toolkit.scales[toolkit.scoring.scale]
    proper = [
        choice
        for choice in scale.substantive
        for score in mine
        for _ in range(score.counts[choice.code])
    ]
    asked = sum(score.asked for score in mine)
    total = _score(toolkit, proper, complete=len(proper) == asked)
    return Overall(view, asked, len(proper), total, band_of(total, toolkit.scoring.bands))

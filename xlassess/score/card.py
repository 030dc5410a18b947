"""The scorecard: the scores of one return, by its toolkit's own rule.

Rules that hold for every toolkit: a missing answer is never a zero; a section total is given
only when every scored item of the section is answered, and a grand total only when every
scored item is; "don't know" and "not applicable" are counted apart; views are scored apart.
The rule of each toolkit and its source stand in the toolkit (`Scoring.source`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlassess.model.answer import PROPOSAL, Answer
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Band, Choice, Item, Section, Toolkit, answer_field
from xlassess.score.bands import band_of

_Codes = Mapping[tuple[str, str], str]
"""Choice code (or, for free answers, some text) by item and answer field."""


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
    codes = _codes(toolkit, answers)
    sections = tuple(
        _section_score(toolkit, section, view, codes)
        for section in reported_sections(toolkit)
        for view in section_views(toolkit, section)
    )
    asked = [
        (item.id, field)
        for item in toolkit.items()
        if item.required
        for field in item.answer_fields
    ]
    return Scorecard(
        toolkit=toolkit.id,
        sections=sections,
        overall=_overall(toolkit, sections),
        success=_choice(toolkit, toolkit.scoring.success, codes),
        flagged=_flags(toolkit, codes),
        asked=len(asked),
        answered=sum(key in codes for key in asked),
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


def _codes(toolkit: Toolkit, answers: Iterable[Answer]) -> dict[tuple[str, str], str]:
    items = {item.id: item for item in toolkit.items()}
    codes: dict[tuple[str, str], str] = {}
    for answer in answers:
        if not answer.field.startswith("answer") or answer.value == "":
            continue
        if answer.item == PROPOSAL:
            continue
        item = items.get(answer.item)
        if item is None or answer.field not in item.answer_fields:
            raise _unscorable(toolkit, answer, "is not asked in this toolkit")
        if (answer.item, answer.field) in codes:
            raise _unscorable(toolkit, answer, "is answered twice in one return")
        if not item.is_free and answer.value not in _choices(toolkit, item):
            raise _unscorable(toolkit, answer, f"has the value {answer.value!r}, not a choice")
        codes[answer.item, answer.field] = str(answer.value)
    return codes


def _unscorable(toolkit: Toolkit, answer: Answer, problem: str) -> XlassessError:
    return XlassessError(
        f"Item {answer.item} ({answer.field}) {problem} (toolkit {toolkit.id} {toolkit.version}).",
        "Read the return again with the toolkit version it was issued with.",
    )


def _choices(toolkit: Toolkit, item: Item) -> dict[str, Choice]:
    return {choice.code: choice for choice in toolkit.scales[item.answer].choices}


def _choice(toolkit: Toolkit, item_id: str, codes: _Codes) -> Choice | None:
    code = codes.get((item_id, "answer"))
    if code is None:
        return None
    return _choices(toolkit, toolkit.item(item_id))[code]


def _section_score(toolkit: Toolkit, section: Section, view: str, codes: _Codes) -> SectionScore:
    field = answer_field(view)
    items = [
        item
        for item in section.items
        if counts_towards(toolkit, section, item) and field in item.answer_fields
    ]
    given = [(item, codes[item.id, field]) for item in items if (item.id, field) in codes]
    picked = [_choices(toolkit, item)[code] for item, code in given if not item.is_free]
    proper = [choice for choice in picked if not choice.apart]
    apart = len(picked) - len(proper)
    score = _score(toolkit, proper, complete=len(proper) == len(items))
    return SectionScore(
        section=section.id,
        view=view,
        asked=len(items),
        answered=len(given) - apart,
        apart=apart,
        counts=_counts(toolkit, picked),
        score=score,
        band=band_of(score, section.bands),
        significance=_significance(toolkit, section, codes),
    )


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
        return sum(choice.code == affirmative(toolkit).code for choice in proper) / len(proper)
    scores = [choice.score for choice in proper if choice.score is not None]
    if len(scores) < len(proper):
        return None
    if rule == "mean":
        return sum(scores) / len(scores)
    return float(sum(scores)) if complete else None


def _significance(toolkit: Toolkit, section: Section, codes: _Codes) -> float | None:
    for item in toolkit.items():
        if item.weighs == section.id:
            choice = _choice(toolkit, item.id, codes)
            return choice.score if choice else None
    return None


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


def _flags(toolkit: Toolkit, codes: _Codes) -> tuple[Flag, ...]:
    return tuple(
        Flag(section.id, item.id, field, codes[item.id, field])
        for section in reported_sections(toolkit)
        for item in section.items
        if counts_towards(toolkit, section, item) and not item.is_free
        for field in item.answer_fields
        if codes.get((item.id, field)) in toolkit.scoring.flagged
    )

"""What one respondent is told: their answers beside the spread of all, and where they stand apart.

A respondent's own answers are theirs, whatever is promised. How all answered is told as far as
the summary tells it, and as far as it does not tell the reader the answers of too few others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlassess.consolidate.figures.counted import favourable_codes
from xlassess.consolidate.figures.privacy.attribution import Participants, usable_returns
from xlassess.consolidate.figures.thresholds import (
    APART,
    APART_LEAST,
    APART_LISTED,
    DIGITS,
    favourable,
    has_scores,
)
from xlassess.consolidate.figures.values import (
    ItemFigures,
    SectionFigures,
    Summary,
    ToolkitResults,
)
from xlassess.consolidate.wording.terms import (
    NOTHING,
    WITHHELD,
    decimal,
    percent,
    short,
    words,
)
from xlassess.model.answer import Issued, Return
from xlassess.model.record import Round
from xlassess.model.toolkit import Choice, Scale
from xlassess.score import Scorecard, SectionScore, figured_items, score_range, scorecard

_AT_END = 1e-9
"""A share of the range below which a mean lies at its end: figures are sums of fractions."""


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """Everything one respondent is told, in words, whatever kind of file it is put into.

    ``apart`` are sentences on where they stand apart from the others, or why that is not said.
    ``sections`` are rows of name, own score, mean of all and returns; empty where there are no
    scores; ``figures`` says what these are. ``items`` are rows of number, question, own answer,
    how all answered, and how many.
    """

    issued: Issued
    title: str
    toolkit: str
    about: str
    note: str
    apart: tuple[str, ...]
    figures: str
    sections: tuple[tuple[str, str, str, str], ...]
    items: tuple[tuple[str, str, str, str, str], ...]
    afterwards: tuple[str, ...]


def own_answers(record: Round, summary: Summary) -> Iterator[OwnAnswers]:
    """Yield what is told for each return that counts; none for checklists, which are decisions.

    Args:
        record: the round.
        summary: its summary, which decides what is withheld.
    """
    for part, issued, ret in _to_be_told(record, summary):
        yield _Respondent(summary, part, issued, ret).told()


def whose_answers(record: Round, summary: Summary) -> tuple[Issued, ...]:
    """Return the workbooks about which `own_answers` tells, without working out what."""
    return tuple(issued for _, issued, _ in _to_be_told(record, summary))


def _to_be_told(record: Round, summary: Summary) -> Iterator[tuple[ToolkitResults, Issued, Return]]:
    usable = usable_returns(record)
    for part in summary.parts:
        if part.toolkit.subject == "proposal":
            continue
        for issued in record.issued:
            ret = usable.get(issued.reference)
            if issued.identity.digest == part.digest and ret is not None and ret.answers:
                yield part, issued, ret


@dataclass(frozen=True, slots=True)
class _Apart:
    """A question on which somebody stands apart: how far, as a share of the scale."""

    item: ItemFigures
    own: Choice
    distance: float
    others: int


class _Respondent:
    """One respondent and their return."""

    def __init__(self, summary: Summary, part: ToolkitResults, issued: Issued, ret: Return) -> None:
        self._summary, self._part, self._issued = summary, part, issued
        known = {item.id for item in part.toolkit.items()}
        given = [answer for answer in ret.answers if answer.item in known]
        self._card: Scorecard = scorecard(part.toolkit, given)
        self._own: Mapping[tuple[str, str], str] = {
            (answer.item, answer.field): str(answer.value)
            for answer in given
            if answer.field.startswith("answer")
        }

    @property
    def _shown(self) -> Participants:
        return self._summary.participants

    def told(self) -> OwnAnswers:
        """Return what this respondent is told."""
        assessment, say = self._summary.assessment, words().say
        scored = self._part.toolkit.scoring.rule != "none"
        return OwnAnswers(
            issued=self._issued,
            title=say("feedback_title"),
            toolkit=self._part.toolkit.title,
            about=say("feedback_for", assessment, self._issued.who, self._part.returned),
            note=say("feedback_note", self._shown),
            apart=tuple(self._apart_in_words()),
            figures=self._figures_in_words() if scored else "",
            sections=tuple(self._section_rows()) if scored else (),
            items=tuple(self._item_rows()),
            afterwards=tuple(words().paragraphs("feedback_next", assessment)),
        )

    def _figures_in_words(self) -> str:
        """What the figures of the sections are, which differs with the toolkit's rule."""
        toolkit = self._part.toolkit
        codes = set(favourable_codes(toolkit))
        scale = toolkit.scales.get(toolkit.scoring.scale)
        good = [choice.label for choice in scale.choices if choice.code in codes] if scale else []
        return words().say("feedback_figures", toolkit.scoring.rule, good)

    def _apart_in_words(self) -> Iterator[str]:
        say = words().say
        if self._part.toolkit.subject != "partnership":
            yield say("feedback_none", "alone")
            return
        apart = sorted(self._apart(), key=lambda each: -abs(each.distance))
        if not apart:
            enough = self._part.returned > APART_LEAST
            yield say("feedback_none", "" if enough else "few")
        for each in apart[:APART_LISTED]:
            way = "higher" if each.distance < 0 else "lower"
            others = say("feedback_others", way, each.others)
            name = f"{each.item.name} ({each.item.item.id})."
            yield say("feedback_apart", name, each.own.label, others)

    def _apart(self) -> Iterator[_Apart]:
        """The questions on which the respondent stands apart from the others, who are told."""
        for item in self._part.items:
            own = self._chosen(item)
            if own is None or own.apart or not item.scale.ordinal or not self._tells(item):
                continue
            places = _places(item.scale)
            counts = {c.code: item.agreement.counts[c.code] for c in item.scale.substantive}
            counts[own.code] -= 1
            others = sum(counts.values())
            if others < APART_LEAST or len(places) < 2:
                continue
            mean = sum(places[code] * count for code, count in counts.items()) / others
            distance = places[own.code] - mean
            if round(abs(distance) - APART, DIGITS) >= 0:
                yield _Apart(item, own, distance, others)

    def _chosen(self, item: ItemFigures) -> Choice | None:
        code = self._own.get((item.item.id, item.field))
        return item.scale.by_code(code) if code else None

    def _tells(self, item: ItemFigures) -> bool:
        """True where how all answered may be shown to this respondent.

        Who knows one of the answers reads those of the others from the rest.
        """
        if item.withheld or not item.compared:
            return False
        if self._shown.shows_rows:
            return True
        counts = dict(item.agreement.counts)
        own = self._chosen(item)
        if own is not None:
            counts[own.code] = counts.get(own.code, 0) - 1
        rest = [count for count in counts.values() if count > 0]
        return sum(rest) >= self._shown.minimum and len(rest) > 1

    def _section_rows(self) -> Iterator[tuple[str, str, str, str]]:
        compared = self._part.toolkit.subject == "partnership"
        for each in self._part.sections:
            try:
                own = self._card.section(each.section.id, each.view)
            except KeyError:
                continue
            figure = each.score
            hidden = figure.withheld or not self._tells_section(each, own)
            mean = WITHHELD if hidden else self._said(figure.mean)
            yield (
                each.numbered,
                self._own_score(own, each),
                mean if compared else NOTHING,
                str(figure.n),
            )

    def _tells_section(self, each: SectionFigures, own: SectionScore) -> bool:
        """True where a section's mean over all may be shown to this respondent.

        With its own score and how many answered, the reader knows the mean of the others: where
        an item is not told, or all others stand at an end of the range, so would be their answers.
        """
        if self._shown.shows_rows:
            return True
        figure = each.score
        asked = {item.id for item in figured_items(self._part.toolkit, each.section, each.view)}
        items = [one for one in self._part.items if one.item.id in asked and one.view == each.view]
        if figure.n - 1 < self._shown.minimum or not all(map(self._tells, items)):
            return False
        limits = score_range(self._part.toolkit, each.section)
        if limits is None or figure.mean is None or own.score is None:
            return True
        others = (figure.mean * figure.n - own.score) / (figure.n - 1)
        return all(abs(others - end) > _AT_END * (limits[1] - limits[0]) for end in limits)

    def _said(self, value: float | None) -> str:
        if value is None:
            return NOTHING
        share = self._part.toolkit.scoring.rule in ("share", "levels")
        return percent(value) if share else decimal(value)

    def _own_score(self, own: SectionScore, each: SectionFigures) -> str:
        rule = self._part.toolkit.scoring.rule
        if rule == "levels":
            good = favourable(self._part.toolkit.scales[self._part.toolkit.scoring.scale])
            count = sum(own.counts.get(choice.code, 0) for choice in good)
            return percent(count / own.answered) if own.answered else NOTHING
        if own.score is None:
            # No score, which says so beside the scores of other sections: it is not a low one.
            return words().say("feedback_gap", own.answered, each.asked)
        # A mean is written as that of all beside it; points are whole ones.
        return short(own.score) if rule == "sum" else self._said(own.score)

    def _item_rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        for item in self._part.items:
            own = self._chosen(item)
            counts = item.agreement.counts
            spread = " · ".join(
                f"{counts[choice.code]} “{choice.label}”"
                for choice in item.scale.choices
                if counts[choice.code]
            )
            told = self._tells(item)
            everybody = spread or NOTHING
            if not told:
                everybody = WITHHELD if item.compared else NOTHING
            n = str(sum(counts.values())) if told else NOTHING
            question = f"{item.item.ask} ({item.view})" if item.view else item.item.ask
            yield item.item.id, question, own.label if own else NOTHING, everybody, n


def _places(scale: Scale) -> dict[str, float]:
    """Where each choice stands from the worst (0) to the best (1), by its score or its order."""
    proper = scale.substantive
    if has_scores(scale):
        scores = {choice.code: choice.score or 0.0 for choice in proper}
        low, high = min(scores.values()), max(scores.values())
        return {code: (score - low) / (high - low) for code, score in scores.items()}
    last = max(len(proper) - 1, 1)
    return {choice.code: (last - place) / last for place, choice in enumerate(proper)}

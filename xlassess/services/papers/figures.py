"""The figures of a round for pages that show them: as plain values, worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import (
    AnswersBehind,
    SheetText,
    Summary,
    answers_behind,
    attribution_in_words,
    is_on_record,
    may_be_shown_as,
    sheets_of,
    summarise,
    talking_points,
)
from xlassess.consolidate.report import Drawn, Report, ReportToolkit, report_of
from xlassess.generate import workshop_questions
from xlassess.model.assessment import Attribution
from xlassess.model.plan import Judgement
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import files_stand, head_of
from xlassess.services.papers.consolidate import present_round


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the report: what it shows, its text to be read out, and how it looks as SVG."""

    caption: str
    alt: str
    svg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToolkitPictures:
    """The pictures of one toolkit: the chief one, where there is one, and what comes after it."""

    headline: Picture | None
    further: tuple[Picture, ...]
    trend: Picture | None

    def all(self) -> tuple[Picture, ...]:
        """Every picture, in the order of the report."""
        found = (self.headline, *self.further, self.trend)
        return tuple(one for one in found if one is not None)


@dataclass(frozen=True, slots=True)
class WithheldFigures:
    """How much is withheld of a toolkit: sections of so many, and items of so many."""

    label: str
    sections: tuple[int, int]
    items: tuple[int, int]


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """Everything that pages show of a round's answers.

    ``attribution`` is how they are shown, ``offered`` how they may be: as settings and promises
    have it, or in less. ``why`` says what is withheld and why, each a topic and a text.

    ``report`` is None, and all else empty, where nothing may be shown before it is written: figures
    over all, shown once before a late return and once after it, give that return away, so that
    what they stand on has to be on record. Its pictures stand apart. ``keys`` are the keys of its
    toolkits, in order.

    ``talks`` are the questions that a workshop talks over, toolkit by toolkit, and ``judged`` what
    it agreed on, without names: for whoever leads it and may see no more than such a paper tells.
    """

    attribution: Attribution
    offered: tuple[Attribution, ...]
    made_at: datetime
    why: tuple[tuple[str, str], ...] = ()
    withheld: tuple[WithheldFigures, ...] = ()
    report: Report | None = None
    keys: tuple[str, ...] = ()
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: tuple[ToolkitPictures, ...] = ()
    sheets: tuple[SheetText, ...] = ()
    behind: AnswersBehind | None = field(default=None, repr=False)
    talks: tuple[Toolkit, ...] = ()
    judged: tuple[Judgement, ...] = ()


def figures(
    folder: AssessmentFolder, shown: Attribution = "named", *, now: datetime,
    told_only: bool = False,
) -> RoundFigures:  # fmt: skip
    """Return the figures of the present round, as they may be shown.

    Args:
        folder: the assessment.
        shown: how answers are shown at most, where the settings would show more.
        now: the moment the figures speak of, in UTC; decides what is overdue.
        told_only: for whoever may see no single returns, though the settings would show them:
            figures are then shown only as they stand in a paper on record.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
    """
    plain = present_round(folder)
    record = plain if shown == "named" else present_round(folder, shown=shown)
    offered = may_be_shown_as(plain)
    if not is_on_record(record if told_only else plain):
        # Whoever may see rows can see everything; for others, looking must tell no more than
        # papers do.
        return RoundFigures("aggregated", offered, now)
    summary = summarise(record, now)
    found = _of(summary, offered)
    return _with_talks(found, summary) if told_only else found


def _of(summary: Summary, offered: tuple[Attribution, ...]) -> RoundFigures:
    report = report_of(summary)
    return RoundFigures(
        attribution=summary.participants.attribution,
        offered=offered,
        made_at=summary.made_at,
        why=tuple(attribution_in_words(summary.participants)),
        withheld=tuple(_withheld(summary)),
        report=replace(report, toolkits=tuple(map(_without_pictures, report.toolkits))),
        keys=tuple(part.key for part in summary.parts),
        sections={
            part.key: tuple(each.section.name for each in part.sections) for part in summary.parts
        },
        pictures=tuple(
            ToolkitPictures(
                _drawn(one.picture), tuple(p for each in one.further if (p := _drawn(each))),
                _drawn(one.trend_picture),
            )
            for one in report.toolkits
        ),
        sheets=sheets_of(summary),
        behind=answers_behind(summary),
    )  # fmt: skip


def _with_talks(found: RoundFigures, summary: Summary) -> RoundFigures:
    """Add what a workshop talks over, as this summary tells it."""
    tidy = summary.participants.tidy
    return replace(
        found,
        talks=tuple(
            workshop_questions(points, part.key, part.toolkit)
            for part in summary.parts
            if part.toolkit.subject != "proposal" and (points := talking_points(part))
        ),
        judged=tuple(
            replace(one, grounds=tidy(one.grounds), following=tidy(one.following))
            for one in summary.judgements
        ),
    )


def _drawn(picture: Drawn | None) -> Picture | None:
    return Picture(picture.caption, picture.alt, picture.svg()) if picture else None


def _without_pictures(toolkit: ReportToolkit) -> ReportToolkit:
    """A toolkit of the report without what draws its pictures, which holds every return."""
    return replace(toolkit, picture=None, further=(), trend_picture=None)


def _withheld(summary: Summary) -> Iterator[WithheldFigures]:
    for part in summary.parts:
        sections = sum(each.score.withheld for each in part.sections)
        items = sum(item.withheld for item in part.items)
        if sections or items:
            yield WithheldFigures(
                part.label, (sections, len(part.sections)), (items, len(part.items))
            )


def state_of(folder: AssessmentFolder) -> tuple[object, ...]:
    """Return what tells whether figures worked out before still hold.

    That is the last event on record, and what people wrote (`files_stand`).
    """
    return (head_of(folder), files_stand(folder))

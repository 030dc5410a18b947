"""One page for each respondent: your answers beside the spread of all.

A respondent's own answers are theirs, whatever is promised. How all answered is told as far as
the summary tells it, and as far as it does not tell the reader the answers of too few others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

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
    day,
    decimal,
    percent,
    short,
    words,
)
from xlassess.model.answer import Issued, Return
from xlassess.model.record import Round
from xlassess.model.toolkit import Choice, Scale
from xlassess.score import Scorecard, SectionScore, figured_items, score_range, scorecard
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, SheetWriter, WorkbookWriter

PAGE, ANSWERS = "Your page", "Your answers"

_AT_END = 1e-9
"""A share of the range below which a mean lies at its end: figures are sums of fractions."""
_PAGE_WIDTHS = {0: 54.0, 1: 19.0, 2: 14.0, 3: 12.0}
_ANSWER_WIDTHS = {0: 9.0, 1: 52.0, 2: 24.0, 3: 58.0, 4: 10.0}
_TITLE = formats.TITLE
_TEXT = formats.PLAIN.but(wrap=True, valign="top")
_MUTED = _TEXT.but(colour=palette.MUTED)
_HEADING = formats.HEADING


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """What one respondent is sent: whose workbook it is about, and the bytes."""

    issued: Issued
    content: bytes


@dataclass(frozen=True, slots=True)
class _Apart:
    """A question on which somebody stands apart: how far, as a share of the scale."""

    item: ItemFigures
    own: Choice
    distance: float
    others: int


def feedback_pages(record: Round, summary: Summary) -> Iterator[FeedbackPage]:
    """Yield a page for each return that counts; none for checklists, which are decisions.

    Args:
        record: the round.
        summary: its summary, which decides what is withheld.
    """
    usable = usable_returns(record)
    for part in summary.parts:
        if part.toolkit.subject == "proposal":
            continue
        for issued in record.issued:
            ret = usable.get(issued.reference)
            if issued.identity.digest == part.digest and ret is not None and ret.answers:
                yield FeedbackPage(issued, _Page(summary, part, issued, ret).written())


_MOST_READ = 1 << 16
"""Bytes within which the list of a page's sheets lies."""


def is_feedback_page(content: bytes) -> bool:
    """True for a page of ours, which is known by the name of its first sheet."""
    try:
        with ZipFile(BytesIO(content)) as package, package.open("xl/workbook.xml") as part:
            return f'<sheet name="{PAGE}"'.encode() in part.read(_MOST_READ)
    except (BadZipFile, KeyError):
        return False


class _Page:
    """One respondent's workbook being written."""

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
        self._row = 0

    @property
    def _shown(self) -> Participants:
        return self._summary.participants

    def written(self) -> bytes:
        """Return the bytes of the workbook; the same page, the same bytes."""
        assessment = self._summary.assessment
        book = WorkbookWriter({
            "title": f"{assessment.partnership}: {words().say('feedback_title')}",
            "subject": assessment.marking,
            "author": self._summary.program,
            "created": self._summary.made_at.replace(tzinfo=None),
        })  # fmt: skip
        self._page(book.sheet(PAGE, palette.NAVY))
        self._answers(book.sheet(ANSWERS, palette.BLUE))
        return book.close()

    def _page(self, sheet: SheetWriter) -> None:
        assessment, say = self._summary.assessment, words().say
        sheet.widths(_PAGE_WIDTHS)
        show(sheet)
        if assessment.marking:
            self._line(sheet, assessment.marking, _TEXT.but(bold=True))
        self._line(sheet, say("feedback_title"), _TITLE)
        who = self._issued.who
        self._line(sheet, self._part.toolkit.title, _TEXT.but(bold=True))
        self._line(sheet, say("feedback_for", assessment, who, self._part.returned), _TEXT)
        self._line(sheet, say("feedback_note", self._shown), _MUTED)
        self._heading(sheet, say("feedback_apart_title"))
        for text in self._apart_in_words():
            self._line(sheet, text, _TEXT)
        self._line(sheet, say("feedback_rule"), _MUTED)
        if self._part.toolkit.scoring.rule != "none" and self._part.sections:
            self._heading(sheet, say("feedback_sections_title"))
            self._sections(sheet)
        self._heading(sheet, say("feedback_next_title"))
        for text in words().paragraphs("feedback_next", assessment):
            self._line(sheet, text, _TEXT)
        self._set_page(sheet, landscape=False, single=True, last=(self._row - 1, 3))

    def _set_page(
        self, sheet: SheetWriter, *, landscape: bool, single: bool, last: tuple[int, int]
    ) -> None:
        assessment = self._summary.assessment
        set_page(
            sheet,
            PageSetup(
                left=f"{assessment.partnership}, {assessment.round}",
                right=day(self._summary.made_at),
                marking=assessment.marking,
                landscape=landscape,
                area=CellRange(0, 0, *last),
                single=single,
                repeat=None if single else (0, 0),
            ),
        )

    def _line(self, sheet: SheetWriter, text: str, look: CellFormat) -> None:
        """Write a paragraph over the columns of the page, which stay unmerged."""
        width = sheet.span_width(0, 3)
        lines = _wrapped(text, width, look)
        for line in lines:
            sheet.text(self._row, 0, line, look.but(wrap=False))
            sheet.height(self._row, 17.0 if look is not _TITLE else 28.0)
            self._row += 1

    def _heading(self, sheet: SheetWriter, text: str) -> None:
        sheet.height(self._row, 8.0)
        sheet.text(self._row + 1, 0, text, _HEADING)
        sheet.height(self._row + 1, 22.0)
        self._row += 2

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

    def _sections(self, sheet: SheetWriter) -> None:
        heads = words().headings("feedback_sections_heads")
        for column, text in enumerate(heads):
            sheet.text(self._row, column, text, formats.HEADER if not column else _HEAD_MIDDLE)
        first, rows = self._row, list(self._section_rows())
        for place, cells in enumerate(rows, first + 1):
            for column, text in enumerate(cells):
                sheet.text(place, column, text, formats.CELL if not column else formats.CELL_MIDDLE)
            sheet.height(place, 19.0)
        self._row = first + len(rows) + 1
        options = {
            "name": "Sections", "title": words().say("feedback_sections_title"), "style": None,
            "autofilter": False, "columns": [{"header": text} for text in heads],
        }  # fmt: skip
        sheet.raw.add_table(first, 0, first + max(len(rows), 1), 3, options)
        # Headings keep their look: a table writes its own over them.
        for column, text in enumerate(heads):
            sheet.text(first, column, text, formats.HEADER if not column else _HEAD_MIDDLE)

    def _section_rows(self) -> Iterator[tuple[str, str, str, str]]:
        compared = self._part.toolkit.subject == "partnership"
        for number, each in enumerate(self._part.sections, 1):
            try:
                own = self._card.section(each.section.id, each.view)
            except KeyError:
                continue
            figure = each.score
            hidden = figure.withheld or not self._tells_section(each, own)
            mean = WITHHELD if hidden else self._said(figure.mean)
            name = f"{number}  {each.name}"
            yield name, self._own_score(own, each), mean if compared else NOTHING, str(figure.n)

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
        return percent(own.score) if rule == "share" else short(own.score)

    def _answers(self, sheet: SheetWriter) -> None:
        heads = words().headings("feedback_items_heads")
        sheet.widths(_ANSWER_WIDTHS)
        show(sheet, (1, 0))
        rows = list(self._item_rows())
        options = {
            "name": "Answers", "title": self._part.toolkit.title, "style": None,
            "autofilter": True, "columns": [{"header": text} for text in heads],
        }  # fmt: skip
        sheet.raw.add_table(0, 0, max(len(rows), 1), len(heads) - 1, options)
        for column, text in enumerate(heads):
            sheet.text(0, column, text, formats.HEADER)
        sheet.height(0, 24.0)
        looks = (formats.CELL_MIDDLE, *(formats.CELL,) * 3, formats.CELL_MIDDLE)
        for row, cells in enumerate(rows, 1):
            for column, (text, look) in enumerate(zip(cells, looks, strict=True)):
                sheet.text(row, column, text, look)
            fitted = zip(cells, _ANSWER_WIDTHS.values(), looks, strict=True)
            sheet.fit(row, tuple(fitted), least=18.0)
        self._set_page(sheet, landscape=True, single=False, last=(max(len(rows), 1), 4))

    def _item_rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        for item in self._part.items:
            own = self._chosen(item)
            counts = item.agreement.counts
            spread = " · ".join(
                f"{counts[choice.code]} {choice.label}"
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


_HEAD_MIDDLE = formats.HEADER_MIDDLE


def _places(scale: Scale) -> dict[str, float]:
    """Where each choice stands from the worst (0) to the best (1), by its score or its order."""
    proper = scale.substantive
    if has_scores(scale):
        scores = {choice.code: choice.score or 0.0 for choice in proper}
        low, high = min(scores.values()), max(scores.values())
        return {code: (score - low) / (high - low) for code, score in scores.items()}
    last = max(len(proper) - 1, 1)
    return {choice.code: (last - place) / last for place, choice in enumerate(proper)}


def _wrapped(text: str, width: float, look: CellFormat) -> list[str]:
    """Part a paragraph into lines that fit a width, at the ends of words."""
    from xlassess.sheet import metrics

    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        measured = metrics.MeasuredText(longer, width, look.size, look.bold)
        if metrics.line_count(measured) == 1 or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines

"""Papers of a few pages in Word: a respondent's feedback page, and the progress paper.

They say what their workbooks say. Whatever people wrote stands in them as words and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.report.blocks import AUTHOR, fit, heading_row, table_of, unbroken
from xlassess.consolidate.report.styles import TABLE
from xlassess.consolidate.report.template import new_document, running, steady
from xlassess.consolidate.wording.agreed import (
    ProgressPaper,
    changes_in_words,
    count_lines,
    overdue_in_words,
    reading_in_words,
    said_of,
    state_in_words,
)
from xlassess.consolidate.wording.agreed import words as plan_words
from xlassess.consolidate.wording.own_answers import OwnAnswers
from xlassess.consolidate.wording.terms import day, words
from xlassess.model.assessment import Assessment
from xlassess.model.days import local_day, short_day
from xlassess.model.plan import AgreedAction, action_number
from xlassess.sheet.saved import PROPERTIES, beginning_of

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

_FEEDBACK = "Feedback page"
"""The category by which a page of ours is known."""

ENTRY = ("Table text",)
FIGURE = ("Table figure",)
"""The styles of the cells of a column: of texts, and of figures."""
_Styles = tuple[str, ...]


def is_feedback_in_word(content: bytes) -> bool:
    """True for a page of ours, whoever has changed it since."""
    return f">{_FEEDBACK}<" in beginning_of(content, PROPERTIES)


def feedback_in_word(summary: Summary, told: OwnAnswers) -> bytes:
    """Return one respondent's page as a Word file.

    Args:
        summary: the summary of the round.
        told: what this respondent is told.
    """
    say, heads = words().say, words().headings
    paper = _of_round(summary.assessment, told.title, summary.made_at)
    paper.text(told.title, "Title")
    paper.text(told.toolkit, "Subtitle")
    paper.text(told.about)
    paper.text(told.note, "Note")
    paper.text(say("feedback_apart_title"), "Heading 1")
    paper.texts(told.apart)
    paper.text(say("feedback_rule"), "Note")
    if told.sections:
        title = say("feedback_sections_title")
        paper.text(title, "Heading 1")
        paper.text(told.figures, "Note")
        widths = (86, 36, 24, 24)
        own = (ENTRY, FIGURE, FIGURE, FIGURE)
        paper.table(title, heads("feedback_sections_heads"), widths, own, told.sections)
    paper.text(say("feedback_next_title"), "Heading 1")
    paper.texts(told.afterwards)
    title = say("feedback_answers_title")
    paper.text(title, "Heading 1", new_page=True)
    looks = (FIGURE, ENTRY, ENTRY, ENTRY, FIGURE)
    paper.table(title, heads("feedback_items_heads"), (17, 57, 30, 47, 19), looks, told.items)
    return paper.written(_FEEDBACK, told.issued.reference)


def progress_in_word(paper: ProgressPaper) -> bytes:
    """Return the progress paper as a Word file; the same values always give the same bytes."""
    say, headings = plan_words().say, plan_words().headings
    counts, assessment = paper.counts, paper.assessment
    out = _of_round(assessment, say("progress_title", assessment), paper.made_at)
    out.text(say("progress_title", assessment), "Title")
    out.text(f"{assessment.partnership}, {day(paper.made_at)}", "Subtitle")
    read, *waits = reading_in_words(paper)
    out.text(read, "Lead")
    out.texts(waits)
    lines = [(label, str(n), str(counts.agreed)) for label, n in count_lines(counts)]
    heads = headings("progress_counts_heads")
    out.table(heads[0], heads, (122, 24, 24), (ENTRY, FIGURE, FIGURE), lines)
    out.text(say("progress_changed"), "Heading 1")
    first, *changes = changes_in_words(paper)
    out.text(first)
    out.texts(changes, "List Bullet")
    out.text(say("progress_overdue_title"), "Heading 1")
    out.texts(overdue_in_words(paper))
    title = say("progress_actions_title")
    out.text(title, "Heading 1")
    note = ("Table text", "Table note")
    rows = [_action(paper, one) for one in paper.actions]
    looks = (ENTRY, ENTRY, ENTRY, note, note, ENTRY)
    out.table(title, headings("progress_word_heads"), (20, 43, 27, 25, 19, 36), looks, rows)
    out.text(say("progress_rules_title"), "Heading 1")
    out.texts(plan_words().paragraphs("progress_rules"), "Note")
    return out.written("Progress paper")


def _action(paper: ProgressPaper, action: AgreedAction) -> tuple[str, ...]:
    """A row of the table of actions; what stands below in a cell comes after a line break."""
    say, today = plan_words().say, local_day(paper.made_at)
    late = say("progress_on_time", action, action.overdue(today))
    return (
        action_number(action, paper.assessment.round),
        action.action,
        action.owner,
        f"{short_day(action.deadline)}\n{say('progress_word_moved', action)}",
        f"{state_in_words(action)}\n{late}",
        said_of(action),
    )


def _of_round(assessment: Assessment, title: str, made_at: datetime) -> ShortPaper:
    """A paper about a round of an assessment, to be written."""
    whose = assessment.partnership
    return ShortPaper(whose, f"{whose}, {assessment.round}", assessment.marking, title, made_at)


@lru_cache(maxsize=1)
def _empty() -> bytes:
    """The bytes of a document with our page and styles and nothing else: they are set once."""
    out = io.BytesIO()
    new_document().save(out)
    return out.getvalue()


@lru_cache(maxsize=1)
def _style_ids() -> Mapping[str, str]:
    """The ids of our paragraph styles, by name."""
    import docx

    return {str(one.name): one.style_id for one in docx.Document(io.BytesIO(_empty())).styles}


class ShortPaper:
    """A short paper being written: paragraphs and tables, in our styles."""

    def __init__(self, whose: str, head: str, marking: str, title: str, made_at: datetime) -> None:
        import docx

        self._document: Document = docx.Document(io.BytesIO(_empty()))
        self._marking, self._made_at = marking, made_at
        self._title = fit(f"{whose}: {title}")
        running(self._document, fit(head), fit(marking), fit(title))

    def text(self, text: str, style: str = "Normal", *, new_page: bool = False) -> None:
        """Add a paragraph."""
        paragraph = self._document.add_paragraph(fit(text), style=style)
        if new_page:
            paragraph.paragraph_format.page_break_before = True

    def texts(self, texts: Iterable[str], style: str = "Normal") -> None:
        """Add a paragraph for each text."""
        for text in texts:
            self.text(text, style)

    def table(
        self,
        title: str,
        heads: Sequence[str],
        widths: Sequence[float],
        looks: Sequence[_Styles],
        rows: Sequence[Sequence[str]],
    ) -> None:
        """Add a table with a row of headings that is repeated on every page.

        Args:
            title: what is read out for the table.
            heads: the headings.
            widths: of the columns, in millimetres.
            looks: for each column the styles of the paragraphs in its cells.
            rows: the texts; a column of several styles has one line for each.
        """
        table = table_of(self._document, TABLE, widths, len(rows) + 1, title)
        cells = iter(table._cells)  # all at once: a table looks for each anew
        for head, look in zip(heads, looks, strict=True):
            centred = look == FIGURE
            style = "Table heading centred" if centred else "Table heading"
            self._fill(next(cells), (fit(head),), (style,))
        for row in rows:
            for text, look in zip(row, looks, strict=True):
                lines = text.split("\n") if len(look) > 1 else (text,)
                self._fill(next(cells), lines, look)
        heading, *others = table.rows
        heading_row(heading)
        for each in (heading, *others):
            unbroken(each)

    def _fill(self, cell: _Cell, lines: Sequence[str], look: _Styles) -> None:
        for place, (line, style) in enumerate(zip(lines, look, strict=True)):
            if place and not line:
                continue
            paragraph = cell.add_paragraph() if place else cell.paragraphs[0]
            # By its id: looking a style up by name takes longer than all the rest of a table.
            paragraph._p.style = _style_ids()[style]
            paragraph.add_run(fit(line))

    def written(self, category: str, keywords: str = "") -> bytes:
        """Return the bytes of the file; the same paper, the same bytes."""
        facts = self._document.core_properties
        facts.title, facts.subject = self._title, fit(self._marking)
        facts.author = facts.last_modified_by = AUTHOR
        facts.category, facts.comments, facts.revision = category, "", 1
        facts.keywords = keywords
        facts.created = facts.modified = self._made_at.replace(microsecond=0, tzinfo=None)
        out = io.BytesIO()
        self._document.save(out)
        return steady(out.getvalue())

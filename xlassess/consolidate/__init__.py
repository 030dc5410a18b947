"""From a round's returns to the summary workbook that a committee reads."""

from xlassess.consolidate.assemble import summarise
from xlassess.consolidate.feedback import FeedbackPage, feedback_pages, is_feedback_page
from xlassess.consolidate.figures.privacy.held_back import with_returns_held_back
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.summary.progress_paper import progress_paper_bytes
from xlassess.consolidate.summary.workbook import print_set, summary_bytes, write_summary
from xlassess.consolidate.wording.agreed import ProgressPaper
from xlassess.consolidate.wording.facts import exposed_in_words, held_in_words, promise_in_words
from xlassess.consolidate.wording.matters import matters_of, talking_points

__all__ = [
    "FeedbackPage",
    "ProgressPaper",
    "Summary",
    "exposed_in_words",
    "feedback_pages",
    "held_in_words",
    "is_feedback_page",
    "matters_of",
    "print_set",
    "progress_paper_bytes",
    "promise_in_words",
    "summarise",
    "summary_bytes",
    "talking_points",
    "with_returns_held_back",
    "write_summary",
]

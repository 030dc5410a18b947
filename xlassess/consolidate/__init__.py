"""From a round's returns to the summary workbook that a committee reads."""

from xlassess.consolidate.assemble import left_to_decide, summarise
from xlassess.consolidate.behind import AnsweredBy, AnswersBehind, GivenText, answers_behind
from xlassess.consolidate.feedback import feedback_page, is_feedback_page, is_page_of
from xlassess.consolidate.figures.portfolio import (
    Portfolio,
    PortfolioLine,
    PortfolioOrder,
    can_order_by_total,
    peers_of,
    portfolio,
    portfolio_actions,
    portfolio_parts,
)
from xlassess.consolidate.figures.privacy.attribution import applied_to, may_be_shown_as
from xlassess.consolidate.figures.privacy.held_back import (
    HeldBackError,
    is_on_record,
    with_returns_held_back,
)
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.summary.portfolio_workbook import portfolio_bytes
from xlassess.consolidate.summary.progress_paper import progress_paper_bytes
from xlassess.consolidate.summary.read_sheets import SheetLine, SheetText, TableText, sheets_of
from xlassess.consolidate.summary.workbook import (
    print_set,
    summary_bytes,
    write_summary,
    write_summary_to,
)
from xlassess.consolidate.wording.agreed import ProgressPaper
from xlassess.consolidate.wording.facts import (
    exposed_in_words,
    held_in_words,
    letters_told_in_words,
    promise_in_words,
)
from xlassess.consolidate.wording.matters import matters_of, talking_points
from xlassess.consolidate.wording.method_words import attribution_in_words
from xlassess.consolidate.wording.own_answers import own_answers, whose_answers

__all__ = [
    "AnsweredBy",
    "AnswersBehind",
    "GivenText",
    "HeldBackError",
    "Portfolio",
    "PortfolioLine",
    "PortfolioOrder",
    "ProgressPaper",
    "SheetLine",
    "SheetText",
    "Summary",
    "TableText",
    "answers_behind",
    "applied_to",
    "attribution_in_words",
    "can_order_by_total",
    "exposed_in_words",
    "feedback_page",
    "held_in_words",
    "is_feedback_page",
    "is_on_record",
    "is_page_of",
    "left_to_decide",
    "letters_told_in_words",
    "matters_of",
    "may_be_shown_as",
    "own_answers",
    "peers_of",
    "portfolio",
    "portfolio_actions",
    "portfolio_bytes",
    "portfolio_parts",
    "print_set",
    "progress_paper_bytes",
    "promise_in_words",
    "sheets_of",
    "summarise",
    "summary_bytes",
    "talking_points",
    "whose_answers",
    "with_returns_held_back",
    "write_summary",
    "write_summary_to",
]

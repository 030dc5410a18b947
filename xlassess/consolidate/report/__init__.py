"""Papers in Word: the report of a round, and short ones that say what their workbooks say.

`report_bytes` makes the report, `report_of` tells what it shows, and `field_lines` says what
templates of it may show.
"""

from xlassess.consolidate.report.docs import field_lines
from xlassess.consolidate.report.document import default_template, report_bytes, untouched
from xlassess.consolidate.report.drawing import Drawn
from xlassess.consolidate.report.fields import Report, ReportToolkit
from xlassess.consolidate.report.portfolio_papers import peers_in_word, portfolio_in_word
from xlassess.consolidate.report.short_papers import (
    feedback_in_word,
    is_feedback_in_word,
    progress_in_word,
)
from xlassess.consolidate.report.story import report_of

__all__ = [
    "Drawn",
    "Report",
    "ReportToolkit",
    "default_template",
    "feedback_in_word",
    "field_lines",
    "is_feedback_in_word",
    "peers_in_word",
    "portfolio_in_word",
    "progress_in_word",
    "report_bytes",
    "report_of",
    "untouched",
]

"""Papers in Word: the report of a round, and short ones that say what their workbooks say.

`report_bytes` makes the report, `field_lines` says what templates of it may show.
"""

from xlassess.consolidate.report.docs import field_lines
from xlassess.consolidate.report.document import default_template, report_bytes, untouched
from xlassess.consolidate.report.short_papers import (
    feedback_in_word,
    is_feedback_in_word,
    progress_in_word,
)

__all__ = [
    "default_template",
    "feedback_in_word",
    "field_lines",
    "is_feedback_in_word",
    "progress_in_word",
    "report_bytes",
    "untouched",
]

"""Stage: returned files to answers and findings.

What is handed over is collected (`collect`), and each file is guarded, read into cells,
identified, read and checked: in this process (`read_return`) or in worker processes that no
file can take the batch down with (`read_all`). What came in a query workbook is joined with the
return it asked about (`merge`).
"""

from xlassess.ingest.batch import read_all
from xlassess.ingest.intake.collect import collect, collect_each, head_of, origin_of
from xlassess.ingest.intake.mail import concerns
from xlassess.ingest.intake.mail_files import mail_kind
from xlassess.ingest.one import fingerprint, read_return
from xlassess.ingest.reading.merge import merge
from xlassess.ingest.reading.printed import PrintedWorkbook, read_printed
from xlassess.ingest.reading.reading_plan import (
    Context,
    CoveringMail,
    MailClock,
    MailNotice,
    NoticedMail,
    ReturnedFile,
)
from xlassess.ingest.reading.without_workbook.correction import corrected
from xlassess.ingest.reading.without_workbook.hints import (
    Hint,
    hint_reader,
    hints_in,
    says_another_answers,
)
from xlassess.ingest.reading.without_workbook.of_another import (
    OtherWorkbooks,
    hints_of_others,
    nil_returns_of,
)

__all__ = [
    "Context",
    "CoveringMail",
    "Hint",
    "MailClock",
    "MailNotice",
    "NoticedMail",
    "OtherWorkbooks",
    "PrintedWorkbook",
    "ReturnedFile",
    "collect",
    "collect_each",
    "concerns",
    "corrected",
    "fingerprint",
    "head_of",
    "hint_reader",
    "hints_in",
    "hints_of_others",
    "mail_kind",
    "merge",
    "nil_returns_of",
    "origin_of",
    "read_all",
    "read_printed",
    "read_return",
    "says_another_answers",
]

"""What happened, in the words of pages, and the last decision, which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlassess.ledger import Event, Ledger
from xlassess.ledger.tables.events import What
from xlassess.web.request.visit import Visit
from xlassess.web.settling import TAKEN_BACK, undo_key

EVENT_WORDS: Mapping[What, str] = {
    "toolkit kept": "Questions of a toolkit put on record", "issued": "Workbook written",
    "received": "File received", "came again": "The same file came again",
    "waived": "Query accepted as it is", "waiver revoked": "Query open again",
    "chosen": "Return chosen to count", "set aside": "Return left out",
    "reassigned": "Return counted for another workbook", "nil return": "Nothing to report",
    "declined": "Not taking part", "sent": "Recorded as sent", "reminded": "Recorded as reminded",
    "undone": "Taken back", "message begun": "Message handed to the mail server",
    "message ended": "What the mail server said", "mailbox read": "Mailbox read",
    "mail came": "Something came about a message", "corrected": "Answer corrected",
    "words came": "Message with a workbook that was read before",
    "message set aside": "Message put away", "consolidated": "Summary written",
    "query issued": "Query workbook written", "kept": "A file put on record",
    "reported": "Report written",
    "exported": "Data written", "opened": "Figures read by a program",
    "round closed": "Round closed", "round reopened": "Round opened again",
    "plan agreed": "Rows of the plan decided", "progress reported": "Progress reported",
    "plan written": "Plan workbook written", "progress written": "Progress paper written",
    "workshop written": "Workshop workbook written", "workshop held": "Workshop recorded",
    "feedback written": "Pages for respondents written",
    "entry made": "Copy made, to type answers in", "portfolio written": "Counted in a portfolio",
    "progress counted": "Counted in a progress paper",
    "settings changed": "Settings changed", "round begun": "Round begun",
}  # fmt: skip
"""What happened, as the page says it."""

_TOGETHER = 200
"""So many decisions that were made at once can be taken back at once."""


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The last thing on record, where it is a decision of the user: in words, when, and its key."""

    said: str
    at: datetime
    key: str


def last_decision(visit: Visit) -> LastDecision | None:
    """Return what the user decided last, as long as nothing else was recorded since.

    What was recorded at once, such as several queries accepted, is one decision.

    Args:
        visit: the request.
    """
    if not Ledger.is_at(visit.folder.ledger):
        return None
    with Ledger(visit.folder.ledger) as ledger:
        number = ledger.last_event()
        newest = ledger.events(number - 1, number) if number else ()
        # most pages are shown after something else: then nothing more is read
        if not newest or newest[-1].by != visit.user.name or not undo_key(newest[-1]):
            return None
        events = ledger.events(max(0, number - 2 * _TOGETHER), number)
    last = events[-1]
    together = [one for one in events if (one.at, one.by) == (last.at, last.by)]
    # a correction is read like a return, which is an event of its own
    made = [one for one in together if one.what != "received"]
    back = any(one.reason == TAKEN_BACK for one in made)
    if back or len({one.what for one in made}) != 1 or len(made) > _TOGETHER:
        return None
    key = _key(made)
    words = EVENT_WORDS.get(last.what, last.what)
    about = made[0].reference if len(made) == 1 else f"{len(made)} together"
    return LastDecision(f"{words} ({about})" if about else words, last.at, key) if key else None


def _key(made: Sequence[Event]) -> str:
    """The key of decisions that were made at once; the last one first, as they are undone."""
    keys = [undo_key(one) for one in reversed(made)]
    if not all(keys):
        return ""
    kind = keys[0].partition(":")[0]
    return f"{kind}:{','.join(one.partition(':')[2] for one in keys)}"

"""The demo as it would stand today: its days are moved, so that reminders and plans can be tried.

`run_demo` keeps the days that it has, and so makes the same files in every run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from xlassess.demo.answers import Entries, EntriesByPerson, made_up_entries
from xlassess.demo.partnership import ASSESSMENT, ISSUED, RECEIVED, TOOLKITS
from xlassess.demo.run import BEGUN, FIRST_SAVED, INBOX, MARK, Partners, clear, set_up
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.progress import Watch, silent
from xlassess.services.decide import Why, mark
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest


def run_as_of(root: Path, *, today: date, watch: Watch = silent) -> bool:
    """Play the demo up to what came back yesterday, four days after the return date.

    Workbooks are recorded as sent. What comes next is left to whoever tries it: queries, reminders,
    the summary, the plan.

    Args:
        root: the folder. An earlier demo there is left as it is, with all that was done in it;
            one that was broken off is made anew.
        today: the present day.
        watch: told how many workbooks are filled in.

    Returns:
        True where it was played; False where there is one.

    Raises:
        UsageError: the folder holds something else.
        OSError: a file cannot be written.
    """
    if (root / MARK).is_file() and not (root / BEGUN).exists():
        return False
    clear(root)
    (root / MARK).write_text("Made by xlassess desk --demo.\n", encoding="utf-8")
    (root / BEGUN).touch()
    moved = today - timedelta(days=1) - RECEIVED.date()
    return_by = ASSESSMENT.return_by + moved if ASSESSMENT.return_by else today
    assessment = replace(ASSESSMENT, return_by=return_by, round=str(return_by.year))
    folder = set_up(root, TOOLKITS, assessment)
    generated = generate(folder, now=ISSUED + moved)
    coordinator = assessment.coordinator.name
    books = [book.reference for book in generated.workbooks]
    mark(folder, books, "sent", Why(ISSUED + moved + timedelta(hours=2), by=coordinator))
    inbox = root / INBOX
    inbox.mkdir()

    def entries(toolkits: Mapping[str, Toolkit]) -> EntriesByPerson:
        return _moved(made_up_entries(toolkits), moved)

    partners = Partners(folder, generated, entries, first_saved=FIRST_SAVED + moved)
    for name, data in partners.files(watch):
        (inbox / name).write_bytes(data)
    ingest(folder, [inbox], now=RECEIVED + moved, by=coordinator)
    (root / BEGUN).unlink()
    return True


def _moved(entries: EntriesByPerson, by: timedelta) -> EntriesByPerson:
    """The same entries with every day moved."""
    return {
        key: Entries(
            {
                place: cell + by if isinstance(cell, date) else cell
                for place, cell in one.cells.items()
            },
            [
                plan._replace(deadline=(date.fromisoformat(plan.deadline) + by).isoformat())
                for plan in one.plans
            ],
            one.proposal,
        )
        for key, one in entries.items()
    }

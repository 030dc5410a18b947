"""Looking back: what happened, to one workbook down to the cell, and whether the records hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import Response

from xlassess.ledger import Event, Ledger
from xlassess.ledger.archive import kept_files
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import UsageError
from xlassess.model.record import ENTRY_SOURCES
from xlassess.services import decide
from xlassess.services.common.phrases import capital, named
from xlassess.services.enter import enter
from xlassess.services.history import (
    CellHistory,
    CellsHistory,
    History,
    Step,
    cells_history,
    history,
    now_told,
    told,
    why_told,
)
from xlassess.services.in_doubt import AnswerPlace, correctable
from xlassess.services.setup.change_settings import changed_in_words
from xlassess.web.happened import EVENT_WORDS, LastDecision, last_decision
from xlassess.web.jobs import Job, JobProgress
from xlassess.web.request.forms import Done, FieldError, FormErrors, refuse
from xlassess.web.request.page import PageLink, download, page
from xlassess.web.request.visit import Visit
from xlassess.web.settling import ONE_AT_A_TIME, WHO_SAID_SO, answers_given, missing_answer

_VERIFY = "verify"

_MOST = 100
"""So many events are on one page."""


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to a workbook, in words; ``kept`` is where its file is saved from."""

    step: Step
    told: str
    why: str
    moved: tuple[str, ...]
    kept: str
    ret: Return | None

    @property
    def event(self) -> Event:
        """The event on record."""
        return self.step.event


@dataclass(frozen=True, slots=True)
class HistoryView:
    """What happened to one workbook, the last first."""

    issued: Issued
    now: str
    events: tuple[HistoryEvent, ...]
    later: tuple[Issued, ...]
    cells: str
    settle: str
    here: str
    copy: str
    sources: tuple[tuple[str, str], ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class CellsView:
    """What stood in each cell of a workbook, return by return."""

    found: CellsHistory
    cells: tuple[CellHistory, ...]
    choices: tuple[PageLink, ...]
    history: str
    item: str
    here: str
    answers: tuple[AnswerPlace, ...]
    items: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LookBackView:
    """What happened last, page by page; what was checked last, and what is being checked."""

    events: tuple[tuple[Event, str, str, tuple[str, ...]], ...]
    before: str
    after: str
    here: str
    register: str
    undoing: str
    last: LastDecision | None
    checked: Job | None
    checking: JobProgress | None


def show(visit: Visit) -> Response:
    """Show what happened to the workbook that the address names, or else to all."""
    reference = visit.request.query_params.get("reference", "")
    return _workbook(visit, reference) if reference else _all(visit)


def _workbook(visit: Visit, reference: str) -> Response:
    with Ledger(visit.folder.ledger) as ledger:
        if ledger.book(reference) is None:
            raise _no_such()
    found = history(visit.folder, reference)
    view = HistoryView(
        issued=found.issued,
        now=now_told(found),
        events=tuple(_event(visit, found, step) for step in reversed(found.steps)),
        later=tuple(one for _, one in found.later),
        cells=visit.at("cells", reference=reference),
        settle=visit.at("settle"),
        here=visit.at("history", reference=reference),
        sources=tuple((code, capital(said)) for code, said in ENTRY_SOURCES.items()),
        copy=visit.at("copy", reference=reference) if copy_of(visit, reference) else "",
        closed=visit.status.closed is not None or bool(found.issued.identity.kind),
    )
    return page(visit, "history.html", f"History of {found.issued.reference}", view)


def _no_such() -> UsageError:
    return UsageError("There is no such workbook.", "Choose it in the register.")


def _event(visit: Visit, found: History, step: Step) -> HistoryEvent:
    ret = step.ret if step.event.what == "received" else None
    there = ret is not None and _may_be_given(visit, ret)
    return HistoryEvent(
        step=step,
        told=told(found, step, hashes=False),
        why=why_told(step),
        moved=tuple(_moved(step)),
        kept=visit.at("kept", number=str(ret.number)) if ret and there else "",
        ret=ret,
    )


def _moved(step: Step) -> Iterator[str]:
    for ret in step.moved:
        place = step.event.statuses[ret.number]
        yield f"{named(ret)} is now {place.state}, for {place.reference}"


def _all(visit: Visit) -> Response:
    """Show what happened last in the assessment, and whether the records hold."""
    events: tuple[Event, ...] = ()
    if Ledger.is_at(visit.folder.ledger):
        with Ledger(visit.folder.ledger) as ledger:
            number = ledger.last_event()
            at = visit.place(number, _MOST)
            events = ledger.events(number - at - _MOST, number - at)
    else:
        number = at = 0
    jobs = visit.jobs.of(visit.assessment.round, _VERIFY)
    now = next((job for job in jobs if job.state != "done"), None)
    view = LookBackView(
        events=tuple(
            (one, EVENT_WORDS.get(one.what, one.what), _theirs(visit, one), changed_in_words(one))
            for one in reversed(events)
        ),
        before=visit.at("history", at=str(at - _MOST)) if at else "",
        after=visit.at("history", at=str(at + _MOST)) if at + _MOST < number else "",
        here=visit.at("history"),
        register=visit.at("register"),
        undoing=visit.at("doubt"),
        last=last_decision(visit),
        checked=next((job for job in jobs if job.state == "done"), None),
        checking=visit.jobs.progress(now) if now else None,
    )
    return page(visit, "look_back.html", "Look back", view)


def _theirs(visit: Visit, event: Event) -> str:
    return visit.at("history", reference=event.reference) if event.reference else ""


def copy_of(visit: Visit, reference: str) -> Path | None:
    """The copy for typing in that was last made of a workbook, where its file is there."""
    with Ledger(visit.folder.ledger) as ledger:
        made = [one for one in ledger.entries() if one.of == reference]
    path = visit.folder.entries / made[-1].file_name if made else None
    return path if path and path.is_file() else None


def act(visit: Visit) -> Done:
    """Make a copy of a workbook to type answers in, or begin to check what is recorded.

    Raises:
        FormErrors: something is missing, or the check is going on already.
        UsageError: no copy can be made of this workbook.
    """
    if visit.form.text("what") != "enter":
        return _check(visit)
    reference = visit.request.query_params.get("reference", "")
    said = visit.form.text("source")
    source = next((one for one in ENTRY_SOURCES if one == said), None)
    if source is None:
        raise FormErrors(FieldError("source", "Choose how the answers came."))
    made = enter(visit.folder, reference, source, now=visit.now, by=visit.user.name)
    told = f"The copy is written: {made.path.name}. Save it below, fill it in, and read it."
    return Done(told, visit.at("history", reference=reference))


def correct(visit: Visit) -> Done:
    """Correct an answer of the return that counts, as the partner said it.

    Raises:
        FormErrors: something is missing, or another return counts meanwhile.
        UsageError: this cannot be its answer.
    """
    params = visit.request.query_params
    reference, item = params.get("reference", ""), params.get("item", "")
    with ONE_AT_A_TIME:
        return _corrected(visit, reference, item)


def _corrected(visit: Visit, reference: str, item: str) -> Done:
    found = cells_history(visit.folder, reference)
    if visit.form.text("counts") != str(found.counts):
        message = "Another return counts meanwhile, so nothing was done. This is how it stands."
        raise FormErrors(FieldError("", message))
    places = correctable(visit.folder, reference, item)
    filled = answers_given(visit, places)
    unsaid = visit.form.missing_reason("reason", WHO_SAID_SO)
    refuse(*missing_answer(places, filled), *unsaid)
    why = decide.Why(visit.now, visit.form.text("reason"), visit.user.name)
    decide.correct_all(visit.folder, reference, filled, why)
    return Done(f"Corrected: {', '.join(name for name, _ in filled)}.",
                visit.at("cells", reference=reference, item=item))  # fmt: skip


def _check(visit: Visit) -> Done:
    """Begin to check whether everything on record still is as it was recorded."""
    if any(not job.is_over for job in visit.jobs.of(visit.assessment.round, _VERIFY)):
        raise FormErrors(FieldError("", "The records are being checked already."))
    job = visit.start(_VERIFY)
    said = "The records are being checked. What was found will stand below."
    return Done(said, visit.at("history"), job.id, "The records were checked. The result is below.")


def cells(visit: Visit) -> Response:
    """Show what stood in each cell of a workbook, return by return.

    Raises:
        UsageError: there is no such workbook.
    """
    params = visit.request.query_params
    reference, item = params.get("reference", ""), params.get("item", "")
    found = cells_history(visit.folder, reference)
    changed = [one for one in found.cells if one.changed]
    some = params.get("show") == "changed"
    shown = changed if some else [one for one in found.cells if item in ("", one.item)]
    view = CellsView(
        found=found,
        cells=tuple(shown),
        choices=(
            PageLink(f"All: {len(found.cells)}", visit.at("cells", reference=reference),
                     not some and not item),
            PageLink(f"Changed: {len(changed)}",
                     visit.at("cells", reference=reference, show="changed"), some),
        ),
        history=visit.at("history", reference=reference),
        item=item,
        here=visit.at("cells", reference=reference, item=item),
        answers=() if visit.status.closed else correctable(visit.folder, reference, item),
        items={
            one.item: visit.at("cells", reference=reference, item=one.item) for one in found.cells
        },
    )  # fmt: skip
    return page(visit, "cells.html", f"Answers in {reference}", view)


def _may_be_given(visit: Visit, ret: Return) -> bool:
    """True where the file of a return is kept; a bucket is not asked for each line of a page."""
    place = visit.folder.files
    if not isinstance(place, Path):
        return bool(ret.sha256)
    with kept_files(place) as files:
        return files.at_hand(ret.sha256, place) is not None


def give(visit: Visit) -> Response:
    """Give out a file that came in, as it came.

    Raises:
        UsageError: there is no such return, or its file is not kept.
    """
    said = visit.request.query_params.get("number", "")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    with Ledger(visit.folder.ledger) as ledger:
        ret = ledger.numbered(number)
    room = Path(tempfile.mkdtemp())
    try:
        with kept_files(visit.folder.files) as files:
            kept = files.at_hand(ret.sha256, room) if ret else None
        if ret is None or kept is None:
            raise UsageError("There is no such file.", "Choose it in the history of its workbook.")
        name = ret.file.rpartition("/")[2]
        ending = "" if name.casefold().endswith(kept.suffix) else kept.suffix
        answer = download(kept, f"return {ret.number} {name}{ending}")
    except BaseException:
        shutil.rmtree(room)
        raise
    answer.background = BackgroundTask(shutil.rmtree, room)
    return answer

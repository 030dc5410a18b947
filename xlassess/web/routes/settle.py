"""What is to be settled, one thing after the other: each in its place, with what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from xlassess.ledger import Event
from xlassess.model.errors import UsageError
from xlassess.services import decide
from xlassess.services.common.phrases import CLOCKS, MATTERS, count, seeming, without_commands
from xlassess.services.common.workbooks.outbox import QUERIES
from xlassess.services.in_doubt import in_doubt
from xlassess.services.query import LETTER
from xlassess.web.happened import LastDecision, last_decision
from xlassess.web.jobs import Job, JobProgress
from xlassess.web.request.forms import Done, FieldError, FormErrors, refuse
from xlassess.web.request.page import PageLink, download, page
from xlassess.web.request.visit import Visit
from xlassess.web.settling import ONE_AT_A_TIME, PLAIN, WHYS, Case, settle, take_back, undo_key
from xlassess.web.unsettled import KINDS, Unsettled, who_of

_MOST = 100
"""So many are listed on one page."""

_QUERY = "query"
_UNDONE_AT_ONCE = 100
"""So many decisions can be undone by one click: the address names each."""

_MEANWHILE = (
    "Something was recorded about this meanwhile, so nothing was done now. This is how it stands."
)


@dataclass(frozen=True, slots=True)
class SettleView:
    """The list of what is to be settled: a page of it, by kind."""

    choices: tuple[PageLink, ...]
    lines: tuple[tuple[Unsettled, str], ...]
    number: int
    first: str
    before: str
    after: str
    here: str
    closed: bool
    asking: JobProgress | None
    asked: Job | None
    messages: str
    doubt: str
    undo: str
    back: str
    last: LastDecision | None


@dataclass(frozen=True, slots=True)
class DoubtView:
    """One thing to be settled, and where the others are; ``place`` counts from 1.

    ``query`` and ``letter`` are where the query workbook about it is saved from, ``copy`` the copy
    for typing in, ``kept`` the file that came in. ``decided`` are the decisions so far, each with
    what undoes it. ``came_again`` is what messages say with which a refused file came once more.
    """

    case: Case
    place: int
    number: int
    before: str
    after: str
    every: str
    here: str
    history: str
    undo: str
    back: str
    last: LastDecision | None
    closed: bool
    query: str
    letter: str
    copy: str
    kept: str
    decided: tuple[tuple[Event, str], ...]
    others: tuple[tuple[str, str], ...]
    came_again: tuple[str, ...] = ()

    @property
    def whys(self) -> Mapping[str, str]:
        """What stands above the field for the reason, by the button below it."""
        return WHYS

    @property
    def seeming(self) -> str:
        """What the message seems to ask for, in words."""
        return seeming(self.case.offer.hint) if self.case.offer else ""

    @property
    def clock(self) -> str:
        """By whose clock the message is dated, in words."""
        return CLOCKS.get(self.case.offer.clock, "") if self.case.offer else ""

    @property
    def remedy(self) -> str:
        """What is to be done, without commands: what they do is on the page."""
        return without_commands(self.case.doubt.finding.remedy) if self.case.doubt else ""


def show(visit: Visit) -> Response:
    """Show what is to be settled: all of it, or of one kind."""
    wanted = visit.request.query_params.get("kind", "")
    every = visit.unsettled
    lines = [one for one in every if wanted in ("", one.kind)]
    at, more = visit.place(len(lines), _MOST), {"kind": wanted} if wanted else {}
    left = at + _MOST < len(lines)
    jobs = visit.jobs.of(visit.assessment.round, _QUERY)
    under_way = next((job for job in jobs if job.state != "done"), None)
    view = SettleView(
        choices=tuple(_choices(visit, every, wanted)),
        lines=tuple((one, _to(visit, one)) for one in lines[at : at + _MOST]),
        number=len(lines),
        first=_to(visit, lines[0]) if lines else "",
        before=visit.at("settle", at=str(at - _MOST), **more) if at else "",
        after=visit.at("settle", at=str(at + _MOST), **more) if left else "",
        here=visit.at("settle", **more),
        closed=visit.status.closed is not None,
        asking=visit.jobs.progress(under_way) if under_way else None,
        asked=next((job for job in jobs if job.state == "done"), None),
        messages=visit.at("messages", kind="query"),
        doubt=visit.at("doubt"),
        undo=_after_done(visit, "undo"),
        back=_after_done(visit, "back"),
        last=last_decision(visit),
    )
    return page(visit, "settle.html", "What is to be settled", view)


def act_on_list(visit: Visit) -> Done:
    """Accept what was ticked as it is, or leave it out, or begin to write query workbooks for all.

    Raises:
        FormErrors: nothing was ticked, the reason is missing, or somebody else decided meanwhile.
    """
    if visit.form.text("what") == "ask":
        jobs = visit.jobs.of(visit.assessment.round, _QUERY)
        if not all(job.is_over for job in jobs):
            raise FormErrors(FieldError("", "Query workbooks are being written already."))
        job = visit.start(_QUERY)
        said = "The query workbooks are being written. Send them once they are: see below."
        over = "The query workbooks are written. Now send them: the link is below."
        return Done(said, visit.at("settle"), job.id, over)
    chosen = set(visit.form.all("one"))
    nothing = () if chosen else (FieldError("ones", "Choose at least one."),)
    refuse(*nothing, *visit.form.missing_reason("reason", "Reason"))
    with ONE_AT_A_TIME:
        ticked = [one for one in visit.unsettled if one.ticked in chosen and one.may_be_ticked]
        if len(ticked) < len(chosen):
            raise FormErrors(FieldError("ones", _MEANWHILE))
        said, key = _all_settled(visit, ticked)
    back = {name: text for name in ("kind", "at") if (text := _asked_for(visit, name))}
    undo = {"undo": key} if len(ticked) <= _UNDONE_AT_ONCE else {}
    return Done(said, visit.at("settle", **back, **undo))


def _all_settled(visit: Visit, ticked: Sequence[Unsettled]) -> tuple[str, str]:
    """Leave these files out, or accept these queries; return what was done, and what undoes it."""
    why = decide.Why(visit.now, visit.form.text("reason"), visit.user.name)
    files = [one.ret.number for one in ticked if one.ret]
    if visit.form.text("what") != "aside":
        if files:
            raise FormErrors(FieldError("ones", "Only queries are accepted. Tick no files."))
        there = [one.finding for one in ticked]
        decide.waive(visit.folder, there, why)
        said = f"Accepted as they are: {count(len(there), 'query', 'queries')}."
        return said, f"waived:{','.join(there)}"
    if len(files) < len(ticked):
        raise FormErrors(FieldError("ones", "Only files are left out. Tick no queries."))
    decide.set_all_aside(visit.folder, files, why)
    return f"Left out: {count(len(files), 'file')}.", f"set aside:{','.join(map(str, files))}"


def _asked_for(visit: Visit, name: str) -> str:
    return visit.request.query_params.get(name, "")


def _choices(visit: Visit, every: Sequence[Unsettled], wanted: str) -> Iterator[PageLink]:
    yield PageLink(f"All: {len(every)}", visit.at("settle"), not wanted)
    for kind in KINDS:
        number = sum(one.kind == kind for one in every)
        if number:
            title = f"{MATTERS[kind][0]}: {number}"
            yield PageLink(title, visit.at("settle", kind=kind), wanted == kind)


def _to(visit: Visit, one: Unsettled, **more: str) -> str:
    return visit.at("doubt", ref=one.reference, of=one.key, **more)


def show_one(visit: Visit) -> Response:
    """Show one thing in its place, and what can be done about it."""
    every = visit.unsettled
    case, place = _case(visit, every)
    here = visit.at("doubt", ref=case.reference, of=_key(visit))
    found, given = case.found, {"reference": case.reference}
    query = _query_file(visit, case)
    view = DoubtView(
        case=case,
        place=place,
        number=len(every),
        before=_to(visit, every[place - 2]) if place > 1 else "",
        after=_to(visit, every[place]) if place < len(every) else "",
        every=visit.at("settle"),
        here=here,
        history=visit.at("history", **given) if found else "",
        undo=_after_done(visit, "undo"),
        back=_after_done(visit, "back"),
        last=last_decision(visit),
        closed=visit.status.closed is not None,
        query=visit.at("query", **given) if query else "",
        letter=visit.at("query", letter="yes", **given) if query else "",
        copy=visit.at("copy", **given) if _copy_file(visit, case) else "",
        kept=visit.at("kept", number=str(case.returned)) if case.returned else "",
        decided=tuple(
            (one, undo_key(one) if one in found.in_force else "") for one in found.decided
        )
        if found
        else (),
        others=_others(visit, case),
        came_again=_came_again(visit, case),
    )
    return page(visit, "doubt.html", _title(case), view)


def _came_again(visit: Visit, case: Case) -> tuple[str, ...]:
    """What messages say with which a refused file came again: on record not with the file."""
    ret = case.ret
    told = visit.status.words.get(ret.number, ()) if ret else ()
    shown = [one.message for one in ret.findings] if ret else []
    return tuple(text for text in told if not any(text in one for one in shown))


_MOST_CHOSEN_FROM = 400
"""So many workbooks are listed to choose from; of more, one is named by its reference."""


def _others(visit: Visit, case: Case) -> tuple[tuple[str, str], ...]:
    """The workbooks that a return may belong to instead: by reference, with whose each is."""
    own = case.found.issued if case.found else None
    lines = [
        line for line in visit.status.lines
        if line.reference and (own is None or line.toolkit == own.identity.toolkit)
        and (own is None or line.reference != own.reference)
    ]  # fmt: skip
    if len(lines) > _MOST_CHOSEN_FROM:
        return ()
    return tuple(
        (line.reference, f"{who_of(line)}, {line.toolkit} ({line.state}), {line.reference}")
        for line in sorted(lines, key=who_of)
    )


def _after_done(visit: Visit, name: str) -> str:
    """What the address says after a form was carried out; nothing on any other page."""
    return visit.request.query_params.get(name, "") if visit.done else ""


def _title(case: Case) -> str:
    if case.doubt:
        return case.doubt.finding.kind.title
    return MATTERS[case.one.kind][0] if case.one else "This is settled"


def _key(visit: Visit) -> str:
    return visit.request.query_params.get("of", "")


def _case(visit: Visit, every: Sequence[Unsettled]) -> tuple[Case, int]:
    """Return what the address names, and its place in the list from 1; 0 where it is settled.

    Raises:
        UsageError: it names nothing of this round.
    """
    reference, key = visit.request.query_params.get("ref", ""), _key(visit)
    place = next((at for at, one in enumerate(every, 1) if one.is_at(reference, key)), 0)
    found = in_doubt(visit.folder, reference) if reference else None
    if not place and not found:
        raise UsageError("This is settled, or it was never here.", "Choose another in the list.")
    one = every[place - 1] if place else None
    return Case(one, found, found.doubt(key) if found else None), place


def act(visit: Visit) -> Done:
    """Carry out what was decided about one thing, and go on to the next.

    Raises:
        FormErrors: something is missing, or somebody else decided meanwhile.
    """
    what = visit.form.text("what")
    try:
        if what == "undo":
            with ONE_AT_A_TIME:
                take_back(visit, visit.form.text("undo"))
            return Done("It was taken back.", _back(visit))
        with ONE_AT_A_TIME:
            every = visit.unsettled
            case, place = _case(visit, every)
            if visit.form.text("mark") != case.mark:
                raise FormErrors(FieldError("", _MEANWHILE))
            done = settle(visit, case, what)
    except UsageError as wrong:
        told = " ".join(filter(None, (wrong.message, without_commands(wrong.remedy))))
        field = "" if what in PLAIN or what == "undo" else f"{what}-reason"
        raise FormErrors(FieldError(field, told)) from wrong
    here = {"ref": case.reference, "of": _key(visit)}
    if done.stays:
        return Done(done.said, visit.at("doubt", **here))
    more = {"undo": done.undo, "back": f"{here['ref']}/{here['of']}"} if done.undo else {}
    return Done(done.said, _next(visit, every, place, more))


def _back(visit: Visit) -> str:
    """The address of what a decision was about that was taken back."""
    reference, _, key = visit.form.text("back").partition("/")
    if not key:
        return visit.at(reference if reference in ("register", "history") else "settle")
    return visit.at("doubt", ref=reference, of=key)


def _next(visit: Visit, before: Sequence[Unsettled], place: int, more: dict[str, str]) -> str:
    """The address of what came next in the list, as far as it is still open.

    A decision may settle more than one thing, but only of the same workbook.
    """
    reference = before[place - 1].reference
    left = in_doubt(visit.folder, reference).open_keys if reference else frozenset()
    for one in before[place:]:
        if one.reference != reference or one.key in left or one.kind not in ("queries", "joint"):
            return _to(visit, one, **more)
    return visit.at("settle", **more)


def _query_file(visit: Visit, case: Case) -> Path | None:
    """The query workbook that was last written about a workbook, where its file is there."""
    if not case.found or not case.found.asked:
        return None
    path = visit.folder.outbox / QUERIES / case.found.asked[-1].file_name
    return path if path.is_file() else None


def _copy_file(visit: Visit, case: Case) -> Path | None:
    """The copy for typing in that was last made of a workbook, where its file is there."""
    if not case.found or not case.found.copies:
        return None
    path = visit.folder.entries / case.found.copies[-1].file_name
    return path if path.is_file() else None


def _named(visit: Visit) -> Case:
    return Case(None, in_doubt(visit.folder, visit.request.query_params.get("reference", "")), None)


def give_query(visit: Visit) -> Response:
    """Give out the query workbook about a workbook, or the letter that goes with it.

    Raises:
        UsageError: there is none.
    """
    path = _query_file(visit, _named(visit))
    if path and visit.request.query_params.get("letter"):
        path = path.with_suffix(LETTER)
    if path is None or not path.is_file():
        raise UsageError("There is no query workbook about this workbook.", "Write it first.")
    return download(path, path.name)


def give_copy(visit: Visit) -> Response:
    """Give out the copy of a workbook in which answers can be typed.

    Raises:
        UsageError: there is none.
    """
    path = _copy_file(visit, _named(visit))
    if path is None:
        raise UsageError("There is no copy of this workbook for typing in.", "Make it first.")
    return download(path, path.name)

"""Rows filled in on a page: what a workshop agrees, the plan, and what owners report of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from starlette.responses import Response

from xlassess.model.errors import UsageError
from xlassess.model.plan import DECISION, JointKind
from xlassess.services.common.phrases import count, planned
from xlassess.services.common.workbooks.joint import joint_folder
from xlassess.services.plans.fill_in import (
    FilledIn,
    JointForm,
    RowEntry,
    RowForm,
    fill_in_plan,
    fill_in_progress,
    fill_in_workshop,
    plan_form,
    progress_forms,
    workshop_forms,
    workshop_told,
)
from xlassess.web.jobs import JobProgress
from xlassess.web.kept import KEPT, done_beside, waiting_page
from xlassess.web.request.forms import Done, FieldError, FormErrors, day_typed
from xlassess.web.request.page import PageLink, download, page
from xlassess.web.request.visit import Visit

_MOST = 10
"""So many rows are filled in on one page."""

_DIVIDES = "~"
"""Stands between a row's number and the name of an entry in the name of a field."""


@dataclass(frozen=True, slots=True)
class EntryField:
    """One field of a row: its name in the form, what is entered, and what stands there."""

    name: str
    entry: RowEntry
    stands: str


@dataclass(frozen=True, slots=True)
class RowOnPage:
    """A row on the page: what it is about, whose it is, its fields, and what is in doubt.

    ``key`` stands for its number in the names of fields, which may have no blanks.
    """

    row: RowForm
    key: str
    owner: str
    fields: tuple[EntryField, ...]
    doubt: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """The rows on this page, and where the others are.

    ``begun`` says that there is anything to be filled in; ``left`` what became of workbooks that
    were not brought up to date. ``files`` are the workbooks, to be filled in in Excel. ``told`` is
    when figures on record are from, where nothing else is shown; None where none may be shown.
    """

    kind: JointKind
    begun: bool
    rows: tuple[RowOnPage, ...]
    entries: tuple[RowEntry, ...]
    choices: tuple[PageLink, ...]
    tasks: tuple[PageLink, ...]
    before: str
    after: str
    here: str
    job: JobProgress | None = None
    files: tuple[PageLink, ...] = ()
    left: str = ""
    paper: str = ""
    toolkits: tuple[PageLink, ...] = ()
    messages: tuple[PageLink, ...] = ()
    told: datetime | None = None


def show(visit: Visit) -> Response:
    """Show the plan: the rows that are not decided on, or all of them."""
    form = plan_form(visit.folder)
    jobs = visit.jobs.of(visit.assessment.round, "plan")
    job = jobs[0] if jobs else None
    left = job.came["outcome"] if job and job.came and job.came["left"] else None
    view = _view(visit, "plan", (form,) if form else ())
    view = replace(
        view,
        job=visit.jobs.progress(job) if job and job.state != "done" else None,
        files=_saved(visit, "plan") if form else (),
        left=planned(left) if left else "",
        paper=visit.at("sheet", sheet="Action plan") if form and form.agreed else "",
    )
    return page(visit, "plan.html", "Action plan", view)


def show_progress(visit: Visit) -> Response:
    """Show the agreed actions on which something is still to be done, to be reported on."""
    forms = progress_forms(visit.folder)
    jobs = visit.jobs.of(visit.assessment.round, "progress")
    job = jobs[0] if jobs else None
    view = replace(
        _view(visit, "follow-up", forms),
        job=visit.jobs.progress(job) if job and job.state != "done" else None,
        files=_saved(visit, "progress") if forms else (),
        left=_LEFT_OWNERS if job and job.came and job.came["left"] else "",
        messages=(
            PageLink("Messages with them", visit.at("messages", kind="progress")),
            PageLink("Reminders", visit.at("messages", kind="progress_reminder")),
        ),
    )
    return page(visit, "plan.html", "Progress on the plan", view)


_LEFT_OWNERS = "Some owners’ workbooks were left as they were, although something has changed"


def show_workshop(visit: Visit) -> Response:
    """Show what a workshop talks over, toolkit by toolkit, and what it agreed."""
    if visit.without_names:
        return _show_told(visit)
    forms = workshop_forms(visit.folder)
    chosen = _chosen(visit, forms)
    jobs = visit.jobs.of(visit.assessment.round, "workshop")
    job = jobs[0] if jobs else None
    view = replace(
        _view(visit, "workshop", (chosen,) if chosen else ()),
        job=visit.jobs.progress(job) if job and job.state != "done" else None,
        files=_saved(visit, "workshop") if forms else (),
        left=_LEFT if job and job.came and job.came["left"] else "",
        toolkits=_of_toolkits(visit, forms, chosen),
    )
    return page(visit, "plan.html", "Workshop on the findings", view)


def _show_told(visit: Visit) -> Response:
    """Show the same to whoever leads it and may see no names: as far as a paper has told it."""
    found = KEPT.of(visit.folder, "aggregated", visit.now, told_only=True)
    if found is None:
        return waiting_page(visit)
    forms = workshop_told(found.talks, found.judged)
    chosen = _chosen(visit, forms)
    view = replace(
        _view(visit, "workshop", (chosen,) if chosen else ()),
        toolkits=_of_toolkits(visit, forms, chosen),
        told=found.made_at if found.report else None,
    )
    return page(visit, "workshop_told.html", "Workshop on the findings", view)


def _of_toolkits(
    visit: Visit, forms: Sequence[JointForm], chosen: JointForm | None
) -> tuple[PageLink, ...]:
    return tuple(
        PageLink(form.title, visit.at("workshop", of=form.holder.id), form is chosen)
        for form in forms
    )


_LEFT = "Workshop workbooks left as they were, although answers have changed"


def _chosen(visit: Visit, forms: Sequence[JointForm]) -> JointForm | None:
    """The form that the address names; else the first one."""
    wanted = visit.request.query_params.get("of", "")
    return next((form for form in forms if form.holder.id == wanted), forms[0] if forms else None)


def act_on_workshop(visit: Visit) -> Done:
    """Record what a workshop agreed in the rows on the page, or write its workbooks.

    Raises:
        FormErrors: something is wrong with a row; nothing was recorded then.
    """
    if visit.form.text("what") in ("write", "replace"):
        job = visit.start("workshop", reissue=visit.form.text("what") == "replace")
        said = "What is worth talking over is being looked for. It will stand below."
        return Done(said, visit.at("workshop"), job.id, "Below stands what is worth talking over.")
    chosen = _chosen(visit, workshop_forms(visit.folder))
    typed, seen = _typed(visit)
    holder = chosen.holder.id if chosen else ""
    done = done_beside(
        fill_in_workshop, visit.folder, holder, typed, seen, now=visit.now, by=visit.user.name
    )
    return _done(visit, done, "workshop")


def _view(visit: Visit, name: str, forms: tuple[JointForm, ...]) -> PlanView:
    every = [(form, row) for form in forms for row in form.rows]
    lists = _LISTS[name](every)
    more = {"of": forms[0].holder.id} if name == "workshop" and forms else {}
    wanted = visit.request.query_params.get("show", "")
    wanted = wanted if wanted in lists else next(iter(lists))
    same = {**more, **({"show": wanted} if wanted != next(iter(lists)) else {})}
    _, listed = lists[wanted]
    first = visit.place(len(listed), _MOST)
    last = first + _MOST
    shown = listed[first:last]
    if typed := visit.form.all("row"):
        # What was filled in wrongly is shown again, wherever it would stand now.
        shown = [(form, row) for form, row in every if row.number in typed]
    return PlanView(
        kind=_KINDS[name],
        begun=bool(forms),
        rows=tuple(_shown(form, row) for form, row in shown),
        entries=forms[0].entries if forms else (),
        choices=tuple(
            PageLink(
                f"{title}: {_number(rows)}",
                visit.at(name, **more, **({"show": one} if one != next(iter(lists)) else {})),
                one == wanted,
            )
            for one, (title, rows) in lists.items()
        ),
        tasks=tuple(PageLink(title, visit.at(one), one == name) for one, title in _TASKS),
        before=visit.at(name, **same, at=str(first - _MOST)) if first and not typed else "",
        after=visit.at(name, **same, at=str(last)) if last < len(listed) and not typed else "",
        here=visit.at(name, **same, **({"at": str(first)} if first else {})),
    )


_Rows = list[tuple[JointForm, RowForm]]
_TASKS = (
    ("workshop", "Talk the findings over"), ("plan", "Agree the plan"),
    ("follow-up", "Report progress"),
)  # fmt: skip
_KINDS: Mapping[str, JointKind] = {
    "workshop": "workshop", "plan": "plan", "follow-up": "progress",
}  # fmt: skip
"""What kind of workbook each page fills in."""


def _number(rows: _Rows) -> int:
    """How many rows there are, but for empty ones to be added."""
    return sum(bool(row.said) or not row.added for _, row in rows)


def _lists(every: _Rows) -> dict[str, tuple[str, _Rows]]:
    """The lists that rows of the plan are shown in: by the address, with title and rows.

    Each row is in one of them, and in that of all. Rows for new actions that nobody has filled in
    are not counted.
    """
    lists: dict[str, tuple[str, _Rows]] = {
        "open": ("To decide", []), "decided": ("Decided", []),
        "left": ("Not asked of the committee", []), "new": ("New actions", []),
    }  # fmt: skip
    for form, row in every:
        if row.number in form.in_doubt:
            name = "open"
        elif row.added:
            name = "new"
        elif row.said.get(DECISION):
            name = "decided"
        else:
            name = "left" if row.optional else "open"
        lists[name][1].append((form, row))
    return {**lists, "all": ("All", every)}


def _by_group(every: _Rows) -> dict[str, tuple[str, _Rows]]:
    """The lists of a workshop: all questions, and those of each group."""
    groups = dict.fromkeys(row.heading for _, row in every)
    own = {
        str(at): (title, [(form, row) for form, row in every if row.heading == title])
        for at, title in enumerate(groups)
    }
    return {"all": ("All", every), **own} if len(own) > 1 else {"all": ("All", every)}


_LISTS: Mapping[str, Callable[[_Rows], dict[str, tuple[str, _Rows]]]] = {
    "plan": _lists, "workshop": _by_group, "follow-up": lambda every: {"all": ("All", every)},
}  # fmt: skip


def _key(number: str) -> str:
    """What stands for a row's number in the names of fields."""
    return number.replace(" ", "_")


def _shown(form: JointForm, row: RowForm) -> RowOnPage:
    return RowOnPage(
        row=row,
        key=_key(row.number),
        owner=form.holder.name if form.kind == "progress" else "",
        fields=tuple(
            EntryField(
                f"{_key(row.number)}{_DIVIDES}{one.name}",
                row.entry(one),
                row.said.get(one.name, ""),
            )
            for one in form.entries
        ),
        doubt=form.in_doubt.get(row.number, ""),
    )


def act(visit: Visit) -> Done:
    """Record what is decided in the rows on the page, or write the plan workbook.

    Raises:
        FormErrors: something is wrong with a row; nothing was recorded then.
    """
    if visit.form.text("what") in ("write", "replace"):
        job = visit.start("plan", reissue=visit.form.text("what") == "replace")
        said = "The rows of the plan are being written. They will stand below."
        return Done(said, visit.at("plan"), job.id, "The rows of the plan below are up to date.")
    typed, seen = _typed(visit)
    done = done_beside(fill_in_plan, visit.folder, typed, seen, now=visit.now, by=visit.user.name)
    return _done(visit, done, "plan")


def act_on_progress(visit: Visit) -> Done:
    """Record what is reported in the rows on the page, or write workbooks to report in.

    Raises:
        FormErrors: something is wrong with a row; nothing was recorded then.
    """
    if visit.form.text("what") in ("write", "replace"):
        said_day = visit.form.text("wanted_by")
        day = day_typed(said_day, "wanted_by") if said_day else None
        if day and day < visit.today:
            raise FormErrors(FieldError("wanted_by", "This day has passed. Enter a later one."))
        job = visit.start(
            "progress", return_by=day.isoformat() if day else "",
            reissue=visit.form.text("what") == "replace",
        )  # fmt: skip
        told = "A workbook is being written for each owner. They can be saved below."
        return Done(told, visit.at("follow-up"), job.id, "The owners’ workbooks are written.")
    typed, seen = _typed(visit)
    by_holder = {
        form.holder.id: {row.number: typed[row.number] for row in form.rows if row.number in typed}
        for form in progress_forms(visit.folder)
    }
    there = {number for some in by_holder.values() for number in some}
    by_holder[""] = {number: said for number, said in typed.items() if number not in there}
    done = done_beside(
        fill_in_progress, visit.folder, by_holder, seen, now=visit.now, by=visit.user.name
    )
    return _done(visit, done, "follow-up")


def _typed(visit: Visit) -> tuple[dict[str, Mapping[str, str]], dict[str, str]]:
    """What is typed in the rows of the form, and what each row said when it was shown."""
    numbers = visit.form.all("row")
    typed: dict[str, Mapping[str, str]] = {}
    for number in numbers:
        begins = f"{_key(number)}{_DIVIDES}"
        typed[number] = {
            name.removeprefix(begins): visit.form.text(name)
            for name in visit.form.fields
            if name.startswith(begins)
        }
    return typed, {number: visit.form.text(f"seen{_DIVIDES}{_key(number)}") for number in numbers}


def _done(visit: Visit, done: FilledIn, name: str) -> Done:
    if done.problems:
        raise FormErrors(*_errors(done, visit.form.all("row")))
    to = visit.request.url
    here = f"{to.path}?{to.query}" if to.query else visit.at(name)
    if not done.rows:
        return Done("Nothing was changed.", here)
    return Done(f"Recorded: {count(len(done.rows), 'row')}.", here)


def _errors(done: FilledIn, shown: Iterable[str]) -> Iterable[FieldError]:
    """What is wrong, at the field where it is; at the row where it is in none."""
    for one in done.problems:
        key = _key(one.number)
        field = f"{key}{_DIVIDES}{one.name}" if one.name else f"row{_DIVIDES}{key}"
        message = f"Row {one.number}: {one.message}"
        yield FieldError(field if one.number in shown else "", message)


def _files(visit: Visit, kind: JointKind) -> dict[str, Path]:
    """The workbooks of a kind in the outbox, by name."""
    found = sorted(joint_folder(visit.folder, kind).glob("*.xlsx"))
    return {path.name: path for path in found if path.is_file() and not path.is_symlink()}


def _saved(visit: Visit, kind: JointKind) -> tuple[PageLink, ...]:
    """Where the workbooks of a kind are saved from; of the plan's the one written last."""
    names = list(_files(visit, kind))
    if kind == "plan":
        return tuple(PageLink("the plan workbook", visit.at("plan-file")) for _ in names[-1:])
    return tuple(
        PageLink(name.removesuffix(".xlsx"), visit.at("plan-file", kind=kind, name=name))
        for name in names
    )


def give(visit: Visit) -> Response:
    """Give out a plan, progress or workshop workbook, to be filled in in Excel.

    Raises:
        UsageError: there is none.
    """
    asked = visit.request.query_params
    kinds: Mapping[str, JointKind] = {"workshop": "workshop", "progress": "progress"}
    kind = kinds.get(asked.get("kind", ""), "plan")
    files = _files(visit, kind)
    path = files.get(asked.get("name", "")) or (
        next(reversed(files.values()), None) if kind == "plan" else None
    )
    if path is None:
        raise UsageError("There is no such workbook in the outbox.", "Write it on the page Plan.")
    return download(path, path.name)

"""The plan: what was proposed is decided on, and owners' reports are entered, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.responses import Response

from xlassess.model.errors import UsageError
from xlassess.model.plan import DECISION
from xlassess.services.common.joint import joint_folder
from xlassess.services.common.phrases import count, planned
from xlassess.services.plans.fill_in import (
    FilledIn,
    JointForm,
    RowEntry,
    RowForm,
    fill_in_plan,
    fill_in_progress,
    plan_form,
    progress_forms,
)
from xlassess.web.forms import Done, FieldError, FormErrors
from xlassess.web.jobs import JobProgress
from xlassess.web.kept import done_beside
from xlassess.web.page import PageLink, download, page
from xlassess.web.visit import Visit

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
    """A row on the page: what it is about, whose it is, its fields, and what is in doubt."""

    row: RowForm
    owner: str
    fields: tuple[EntryField, ...]
    doubt: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """The rows on this page, and where the others are.

    ``begun`` says that there is anything to be filled in; ``left`` what became of the plan workbook
    where it was not brought up to date.
    """

    begun: bool
    rows: tuple[RowOnPage, ...]
    entries: tuple[RowEntry, ...]
    choices: tuple[PageLink, ...]
    tasks: tuple[PageLink, ...]
    before: str
    after: str
    here: str
    job: JobProgress | None = None
    file: str = ""
    left: str = ""
    paper: str = ""
    agree: bool = True


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
        file=visit.at("plan-file") if form and _file(visit) else "",
        left=planned(left) if left else "",
        paper=visit.at("sheet", sheet="Action plan") if form and form.agreed else "",
    )
    return page(visit, "plan.html", "Action plan", view)


def show_progress(visit: Visit) -> Response:
    """Show the agreed actions on which something is still to be done, to be reported on."""
    forms = progress_forms(visit.folder)
    view = replace(_view(visit, "follow-up", forms), agree=False)
    return page(visit, "plan.html", "Progress on the plan", view)


def _view(visit: Visit, name: str, forms: tuple[JointForm, ...]) -> PlanView:
    every = [(form, row) for form in forms for row in form.rows]
    lists = _lists(every) if name == "plan" else {"all": ("All", every)}
    wanted = visit.request.query_params.get("show", "")
    wanted = wanted if wanted in lists else next(iter(lists))
    more = {"show": wanted} if wanted != next(iter(lists)) else {}
    _, listed = lists[wanted]
    first = visit.place(len(listed), _MOST)
    last = first + _MOST
    shown = listed[first:last]
    if typed := visit.form.all("row"):
        # What was filled in wrongly is shown again, wherever it would stand now.
        shown = [(form, row) for form, row in every if row.number in typed]
    return PlanView(
        begun=bool(forms),
        rows=tuple(_shown(form, row) for form, row in shown),
        entries=forms[0].entries if forms else (),
        choices=tuple(
            PageLink(
                f"{title}: {len(rows)}",
                visit.at(name, **({"show": one} if one != next(iter(lists)) else {})),
                one == wanted,
            )
            for one, (title, rows) in lists.items()
        ),
        tasks=(
            PageLink("Agree the plan", visit.at("plan"), name == "plan"),
            PageLink("Report progress", visit.at("follow-up"), name != "plan"),
        ),
        before=visit.at(name, **more, at=str(first - _MOST)) if first and not typed else "",
        after=visit.at(name, **more, at=str(last)) if last < len(listed) and not typed else "",
        here=visit.at(name, **more, **({"at": str(first)} if first else {})),
    )


_Rows = list[tuple[JointForm, RowForm]]


def _lists(every: _Rows) -> dict[str, tuple[str, _Rows]]:
    """The lists that rows of the plan are shown in: by the address, with title and rows."""
    open_ones = [
        (form, row)
        for form, row in every
        if row.number in form.in_doubt or not (row.said.get(DECISION) or row.optional)
    ]
    added = [(form, row) for form, row in every if row.added]
    return {
        "open": ("To decide", open_ones), "new": ("New actions", added), "all": ("All", every),
    }  # fmt: skip


def _shown(form: JointForm, row: RowForm) -> RowOnPage:
    return RowOnPage(
        row=row,
        owner=form.holder.name if form.kind == "progress" else "",
        fields=tuple(
            EntryField(f"{row.number}{_DIVIDES}{one.name}", one, row.said.get(one.name, ""))
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
    """Record what is reported in the rows on the page.

    Raises:
        FormErrors: something is wrong with a row; nothing was recorded then.
    """
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
        begins = f"{number}{_DIVIDES}"
        typed[number] = {
            name.removeprefix(begins): visit.form.text(name)
            for name in visit.form.fields
            if name.startswith(begins)
        }
    return typed, {number: visit.form.text(f"seen{_DIVIDES}{number}") for number in numbers}


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
        field = f"{one.number}{_DIVIDES}{one.name}" if one.name else f"row{_DIVIDES}{one.number}"
        message = f"Row {one.number}: {one.message}"
        yield FieldError(field if one.number in shown else "", message)


def _file(visit: Visit) -> Path | None:
    """The plan workbook in the outbox, if it is there."""
    found = sorted(
        path for path in joint_folder(visit.folder, "plan").glob("*.xlsx")
        if path.is_file() and not path.is_symlink()
    )  # fmt: skip
    return found[-1] if found else None


def give(visit: Visit) -> Response:
    """Give out the plan workbook, to be filled in in Excel.

    Raises:
        UsageError: there is none.
    """
    if (path := _file(visit)) is None:
        raise UsageError("There is no plan workbook in the outbox.", "Write it on the page Plan.")
    return download(path, path.name)

"""Beginning and end: an assessment, the people who are asked, the next round, and its closing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event
from xlassess.model.assessment import LEVELS
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.phrases import count, listed
from xlassess.services.common.phrases import day as said_day
from xlassess.services.setup.fill_register import (
    RegisterChangedError,
    RegisterSays,
    RowFault,
    fill_register,
    register_says,
    take_register,
)
from xlassess.services.setup.init import (
    Begun,
    SettingsField,
    SettingsProblem,
    begin_named,
    begin_with,
    settings_fields,
)
from xlassess.services.setup.rounds import begin_round, change_return_date, reopen_round
from xlassess.services.setup.toolkits import (
    ListedToolkit,
    choices_in_words,
    rule_in_words,
    toolkit,
    toolkits,
)
from xlassess.web.jobs import JobProgress
from xlassess.web.request.forms import Done, FieldError, FormErrors, as_iso, day_typed, refuse
from xlassess.web.request.page import PageLink, page
from xlassess.web.request.visit import Visit

_SPARE = 5
"""So many empty rows stand below those that are filled in."""

_REGISTER_BYTES = 20 << 20

_NO_DAY = "Enter the day by which workbooks are wanted."


# ---- an assessment ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolkitChoice:
    """A toolkit that may be chosen, where its questions can be seen, and whether it is usual."""

    listed: ListedToolkit
    to: str
    usual: bool


@dataclass(frozen=True, slots=True)
class BeginView:
    """The form with which an assessment is begun."""

    root: str
    fields: Mapping[str, SettingsField]
    toolkits: tuple[ToolkitChoice, ...]
    here: str


def show(visit: Visit) -> Response:
    """Show the form with which an assessment is begun; where there is one, go to it."""
    root = visit.desk.root
    if AssessmentFolder(root).settings_file.exists():
        return RedirectResponse(visit.desk.pages["home"], 303)
    found = settings_fields(root)
    view = BeginView(
        root=root.name,
        fields=found,
        toolkits=tuple(
            ToolkitChoice(
                one, f"{visit.desk.pages['toolkit']}?id={one.toolkit.id}",
                one.toolkit.id in dict(found["toolkits"].choices[:1]),
            )
            for one in toolkits(root)
        ),
        here=visit.desk.pages["begin"],
    )  # fmt: skip
    return page(visit, "begin.html", "Begin an assessment", view)


def act(visit: Visit) -> Done:
    """Make an assessment as the form says.

    Raises:
        FormErrors: something is wrong with it; nothing was written.
    """
    said = {name: visit.form.text(name) for name in visit.form.fields}
    said["return_by"] = day = as_iso(said.get("return_by", ""))
    with suppress(ValueError):  # what is no day is told with the rest
        if day and date.fromisoformat(day) < visit.today:
            passed = "This day has passed. Enter a later one, or leave it empty."
            raise FormErrors(FieldError("return_by", passed))
    to, chosen = visit.desk.pages["people"], visit.form.all("toolkits")
    done: Begun | str | tuple[SettingsProblem, ...]
    if visit.desk.team:
        done = begin_named(visit.desk.root.parent, said, chosen)
        to = to.format(done)
    else:
        done = begin_with(visit.desk.root, said, chosen)
    if isinstance(done, tuple):
        raise FormErrors(*(FieldError(one.field, one.message) for one in done))
    return Done("The assessment has begun. Enter who is asked.", to)


@dataclass(frozen=True, slots=True)
class ToolkitView:
    """A toolkit with its questions; ``scales`` are their choices in words."""

    toolkit: Toolkit
    rule: str
    scales: Mapping[str, str]


def show_toolkit(visit: Visit) -> Response:
    """Show the questions of a toolkit.

    Raises:
        UsageError: there is no such toolkit.
    """
    wanted = visit.request.query_params.get("id", "")
    known = {one.toolkit.id for one in toolkits(visit.desk.root)}
    if wanted not in known:
        raise UsageError("There is no such toolkit.", "Choose one from the list.")
    found = toolkit(visit.desk.root, wanted)
    scales = {name: listed(choices_in_words(found, name), "or") for name in found.scales}
    view = ToolkitView(found, rule_in_words(found), scales)
    return page(visit, "toolkit.html", found.title, view)


# ---- who is asked -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeopleField:
    """A cell of the register on the page: its name in the form, and what stands there."""

    name: str
    heading: str
    stands: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleView:
    """What the register says, and its rows to be filled in, where that can be on a page."""

    says: RegisterSays
    rows: tuple[tuple[PeopleField, ...], ...]
    here: str


def show_people(visit: Visit) -> Response:
    """Show who is asked, to be filled in, or as a file says it."""
    says = register_says(visit.folder)
    typed = int(visit.form.text("rows") or 0) if visit.form.text("rows").isdecimal() else 0
    rows = [*says.rows, *((),) * _SPARE] if says.headings else []
    rows += [()] * (min(typed, _MOST_TYPED) - len(rows)) if rows else []
    view = PeopleView(
        says=says,
        rows=tuple(_fields(says.headings, place, row) for place, row in enumerate(rows)),
        here=visit.at("people"),
    )
    return page(visit, "people.html", "Who is asked", view)


_MOST_TYPED = 400
"""So many rows are read from a form at most."""

_LEVELS = tuple(label for code, label in LEVELS.items() if code)


def _fields(headings: tuple[str, ...], place: int, row: tuple[str, ...]) -> tuple[PeopleField, ...]:
    texts = (*row, *("",) * len(headings))
    return tuple(
        PeopleField(
            f"{place}~{column}", heading, texts[column],
            _LEVELS if heading == "Level" and texts[column] in ("", *_LEVELS) else (),
        )
        for column, heading in enumerate(headings)
    )  # fmt: skip


def act_on_people(visit: Visit) -> Done:
    """Write the register as the page has it, or make a file the register.

    Raises:
        FormErrors: something is wrong; the register stays as it was.
    """
    if visit.form.text("what") == "file":
        return _take(visit)
    says = register_says(visit.folder)
    number = visit.form.text("rows")
    rows = [
        tuple(visit.form.text(f"{place}~{column}") for column in range(len(says.headings)))
        for place in range(min(int(number), _MOST_TYPED) if number.isdecimal() else 0)
    ]
    if not says.headings or not any(any(row) for row in rows):
        raise FormErrors(FieldError("", "Enter at least one person, or one organisation."))
    seen = visit.form.text("seen")
    try:
        faults = fill_register(visit.folder, says.headings, rows, now=visit.now, seen=seen)
    except RegisterChangedError as changed:
        message = (
            f"{changed.message} Below stands what you typed: send it again to put it in place of "
            "theirs, or open the page anew to see what it says."
        )
        raise FormErrors(FieldError("", message)) from None
    if faults:
        raise FormErrors(*(_fault(one, says.headings) for one in faults))
    return _done(visit)


def _fault(one: RowFault, headings: tuple[str, ...]) -> FieldError:
    column = headings.index(one.heading) if one.heading in headings else 0
    return FieldError(f"{one.row}~{column}", f"Line {one.row + 1}: {one.message}")


def _take(visit: Visit) -> Done:
    files = [one for one in visit.form.files if one.field == "file"]
    if len(files) != 1:
        wrong = "Hand over one file only: the register." if files else "Choose a file."
        raise FormErrors(FieldError("file", wrong))
    (file,) = files
    if file.path.stat().st_size > _REGISTER_BYTES:
        raise FormErrors(FieldError("file", "This is too large to be a register."))
    seen, source = visit.form.text("seen"), file.path.read_bytes()
    try:
        said = take_register(visit.folder, source, file.name, now=visit.now, seen=seen)
    except RegisterChangedError as changed:
        message = (
            f"{changed.message} Nothing was replaced. {changed.remedy} To put your file in its "
            "place, choose it again."
        )
        raise FormErrors(FieldError("file", message)) from None
    if said.problems:
        raise FormErrors(*(FieldError("file", str(one)) for one in said.problems))
    return _done(visit)


def _done(visit: Visit) -> Done:
    says = register_says(visit.folder)
    people = count(len(says.respondents), "respondent")
    said = f"The register has {people} of {count(says.partners, 'partner')}."
    return Done(said, visit.at("people"))


# ---- the next round ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundView:
    """The form with which the next round is begun, and the rounds that there are."""

    rounds: tuple[PageLink, ...]
    here: str


def show_round(visit: Visit) -> Response:
    """Show the form with which the next round is begun."""
    links = tuple(PageLink(name, visit.at("home", round=name)) for name in visit.rounds)
    return page(visit, "round.html", "Begin the next round", RoundView(links, visit.at("round")))


def act_on_round(visit: Visit) -> Done:
    """Begin the next round.

    Raises:
        FormErrors: something is wrong with its name or its day.
    """
    name, day = visit.form.text("name"), visit.form.text("return_by")
    refuse(
        *(() if name else (FieldError("name", "Enter a name for the round, such as 2027."),)),
        *(() if day else (FieldError("return_by", _NO_DAY),)),
    )
    return_by = day_typed(day, "return_by")
    try:
        begun = begin_round(visit.folder, name, return_by, now=visit.now, by=visit.user.name)
    except UsageError as wrong:
        field = "return_by" if str(return_by) in wrong.message else "name"
        raise FormErrors(FieldError(field, f"{wrong.message} {wrong.remedy}")) from None
    people = count(begun.staying, "respondent")
    return Done(
        f"Round {begun.name} has begun with {people} of round {begun.follows}. Check who is asked.",
        f"{visit.desk.pages['people']}?{urlencode({'round': begun.name})}",
    )


# ---- the return date --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnDateView:
    """The form with which the return date is changed, and what it is now."""

    now: str
    here: str
    closed: bool


def show_return_date(visit: Visit) -> Response:
    """Show the form with which the return date is changed."""
    day = visit.assessment.return_by
    view = ReturnDateView(
        now=day.strftime("%d/%m/%Y") if day else "",
        here=visit.at("return-date"),
        closed=visit.status.closed is not None,
    )
    return page(visit, "return_date.html", "Change the return date", view)


def act_on_return_date(visit: Visit) -> Done:
    """Change the return date.

    Raises:
        FormErrors: it is no day, or one that has passed.
    """
    day = visit.form.wanted("return_by", _NO_DAY)
    return_by = day_typed(day, "return_by")
    try:
        change_return_date(visit.folder, return_by, now=visit.now, by=visit.user.name)
    except UsageError as wrong:
        message = " ".join(filter(None, (wrong.message, wrong.remedy)))
        raise FormErrors(FieldError("return_by", message)) from None
    told = f"Workbooks are wanted by {said_day(return_by)} now. Messages name the new day."
    return Done(told, visit.at("home"))


# ---- the end of a round -----------------------------------------------------

_CLOSE = "close"


@dataclass(frozen=True, slots=True)
class ClosingView:
    """What is still open, and the form with which the round is closed, or opened again."""

    closed: Event | None
    matters: tuple[str, ...]
    archive: str
    here: str
    job: JobProgress | None


def show_closing(visit: Visit) -> Response:
    """Show what is still open, and what closing the round does."""
    found = visit.status
    jobs = visit.jobs.of(visit.assessment.round, _CLOSE)
    under_way = next((job for job in jobs[:1] if job.state != "done"), None)
    view = ClosingView(
        closed=found.closed,
        matters=tuple(found.told.values()),
        archive=str(found.closed.details.get("archive", "")) if found.closed else "",
        here=visit.at("closing"),
        job=visit.jobs.progress(under_way) if under_way else None,
    )
    title = "This round is closed" if found.closed else "Close the round"
    return page(visit, "closing.html", title, view)


def act_on_closing(visit: Visit) -> Done:
    """Begin to close the round, or open it again.

    Raises:
        FormErrors: it is being closed already, or no reason is given for opening it again.
    """
    here = visit.at("closing")
    if visit.form.text("what") == "reopen":
        refuse(*visit.form.missing_reason("reason", "Why it is opened again"))
        reason = visit.form.text("reason")
        name = reopen_round(visit.folder, reason, now=visit.now, by=visit.user.name)
        return Done(f"Round {name} is open again. Its archive stays as it is.", here)
    if any(not job.is_over for job in visit.jobs.of(visit.assessment.round, _CLOSE)):
        raise FormErrors(FieldError("", "The round is being closed already."))
    job = visit.start(_CLOSE, reason=visit.form.text("reason"))
    said = "The round is being closed, and its archive written."
    return Done(said, here, job.id, "The round is closed, and its archive is written.")

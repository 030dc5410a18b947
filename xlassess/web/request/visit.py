"""One request: who asks, about which round, and what pages and actions are given to work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from xlassess.assessment.register import RegisterError
from xlassess.assessment.rounds import has_rounds, round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.assessment import Assessment
from xlassess.model.errors import XlassessError
from xlassess.model.record import Output
from xlassess.services.common.opening import open_folder
from xlassess.services.common.phrases import what_is_wrong
from xlassess.services.status import Status
from xlassess.web.faults import tell_fault
from xlassess.web.jobs import Job, Jobs
from xlassess.web.known import KnownRounds
from xlassess.web.request.forms import (
    MULTIPART,
    NUMBER,
    Done,
    FieldError,
    Form,
    FormErrors,
    Numbers,
    StillAtWorkError,
    read_form,
)
from xlassess.web.request.instead import PAGE_TITLES, on_pages, pages_named
from xlassess.web.request.page import PageLink, page
from xlassess.web.request.security import Session, User
from xlassess.web.unsettled import Unsettled

Endpoint = Callable[[Request], Awaitable[Response]]

DONE = "done"
"""The parameter of an address that names the form after which a page is shown."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a running desk has: the assessment's folder, its pages, and the forms it gave out.

    ``pages`` are the addresses of pages by their names, those in the menu with a title. ``team``
    says that several people use it, each with an account, who are logged out after ``idle``
    seconds without use. ``report`` is told of faults of ours.
    """

    root: Path
    menu: Sequence[tuple[str, str]]
    pages: Mapping[str, str]
    numbers: Numbers = field(default_factory=Numbers)
    known: KnownRounds = field(default_factory=KnownRounds)
    team: bool = False
    idle: int = 0
    report: Callable[[BaseException], None] = tell_fault


@dataclass(frozen=True)
class Visit:
    """One request for a page of an assessment, or for something to be done there.

    Services are called with `folder`, `now` and the name of `user`. The folder is opened when it is
    first asked for; what is wrong with it becomes a page.
    """

    desk: Desk
    session: Session
    request: Request
    now: datetime
    form: Form = field(default_factory=Form)

    @property
    def user(self) -> User:
        """Who decides what is decided."""
        return self.session.user

    @property
    def without_names(self) -> bool:
        """True for whoever may see figures over all, and neither names nor single returns."""
        return self.user.role == "facilitator"

    @property
    def today(self) -> date:
        """The present day where the desk stands."""
        return self.now.astimezone().date()

    @cached_property
    def folder(self) -> AssessmentFolder:
        """The assessment's folder, with the round that the address names, or the present one.

        Raises:
            XlassessError: it cannot be opened, or has no such round.
        """
        return open_folder(self.desk.root, self.request.query_params.get("round", ""))

    @cached_property
    def assessment(self) -> Assessment:
        """The settings of the round."""
        return self.folder.assessment()

    @property
    def status(self) -> Status:
        """Where the round stands now."""
        return self.desk.known.status(self.folder, self.today)

    @property
    def unsettled(self) -> tuple[Unsettled, ...]:
        """What is to be settled in the round now, one thing after the other."""
        return self.desk.known.unsettled(self.status)

    @cached_property
    def rounds(self) -> tuple[str, ...]:
        """The names of all rounds, the first one first."""
        root = self.desk.root
        return round_names(root) if has_rounds(root) else (self.assessment.round,)

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """What was written from the round so far, oldest first."""
        if not Ledger.is_at(self.folder.ledger):
            return ()
        with Ledger(self.folder.ledger) as ledger:
            return ledger.outputs(self.assessment.round)

    def at(self, name: str, /, **values: str) -> str:
        """Return the address of a page of this round; empty if there is no such page.

        Args:
            name: the page.
            values: what else the address says, such as a search.
        """
        path = self.desk.pages.get(name)
        said = {"round": self.assessment.round, **values}
        return f"{path}?{urlencode(said)}" if path else ""

    def doors(self, lines: Iterable[tuple[str, str]]) -> tuple[PageLink, ...]:
        """Return links to the pages on which what these lines say to do is done."""
        names = dict.fromkeys(name for line in lines for name in pages_named(line))
        return tuple(PageLink(PAGE_TITLES[name], self.at(name)) for name in names)

    @property
    def jobs(self) -> Jobs:
        """The jobs of the assessment."""
        return Jobs(self.desk.root)

    def start(
        self, work: str, files: Path | None = None, passwords: Sequence[str] = (), **given: Any
    ) -> Job:
        """Begin a job of this round, under the name of the user.

        Args:
            work: the kind of work, of those in `xlassess.web.work`.
            files: a folder with what it works on, which becomes the job's.
            passwords: for its process alone; they are not kept.
            given: what else it is given; plain values.
        """
        asked = Job("", work, self.assessment.round, self.user.name, self.now, given)
        return self.jobs.start(asked, files, passwords)

    def place(self, number: int, at_once: int) -> int:
        """Return where in a list its page begins, as the address says; else its beginning.

        Args:
            number: how many there are in all.
            at_once: how many are on one page.
        """
        said = self.request.query_params.get("at", "")
        at = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
        return at - at % at_once if at < number else 0

    @property
    def menu(self) -> tuple[PageLink, ...]:
        """The pages that the menu leads to; that of which the page is a part is ``here``."""
        here = f"{self.request.url.path}/"
        paths = ((name, title, self.desk.pages[name]) for name, title in self.desk.menu)
        return tuple(
            PageLink(title, self.at(name), here.startswith(f"{path.rstrip('/')}/")
                     and (name != "home" or self.request.url.path == path))
            for name, title, path in paths
        )  # fmt: skip

    @property
    def number(self) -> str:
        """A new number, for a form on the page."""
        return self.desk.numbers.new(self.session)

    @property
    def done(self) -> Done | None:
        """What was done with the form after which the page is shown."""
        return self.desk.numbers.done(self.session, self.request.query_params.get(DONE, ""))

    @property
    def told(self) -> ToldDone | None:
        """What is said above the page about the form after which it is shown.

        What a form only began is not called done before it is.
        """
        done = self.done
        if done is None or not done.job:
            return ToldDone("done", "Done.", done.said) if done else None
        job = self.jobs.find(done.job)
        if job is None or job.state == "done":
            return ToldDone("done", "Done.", done.over)
        if job.is_over:
            return ToldDone("note", "Not finished.", "What kept it from that is told below.")
        return ToldDone("note", "Begun.", done.said)


@dataclass(frozen=True, slots=True)
class ToldDone:
    """What is said above a page about what was done: how it looks, its first word, and the rest."""

    look: str
    head: str
    said: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be done: what is wrong and what to do, line by line.

    ``people`` is the address of the page on which the register is put right, where that helps;
    ``doors`` lead to the pages that the lines name. ``menu`` says that the page can have the menu.
    """

    lines: tuple[tuple[str, str], ...]
    fault: bool = False
    people: str = ""
    doors: tuple[PageLink, ...] = ()
    menu: bool = False


def shows(desk: Desk, show: Callable[[Visit], Response]) -> Endpoint:
    """Return the endpoint of a page.

    Args:
        desk: the desk.
        show: returns the page; run beside the server, because services wait for the disk.
    """

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_told, show, _visit(desk, request))

    return endpoint


def acts(
    desk: Desk, act: Callable[[Visit], Done], show: Callable[[Visit], Response], *,
    files: bool = False,
) -> Endpoint:  # fmt: skip
    """Return the endpoint of a form.

    Args:
        desk: the desk.
        act: carries it out, and says what was done. Where it raises, nothing counts as done.
        show: returns the page with the form, for what was filled in wrongly.
        files: whether files may come with it.
    """

    async def endpoint(request: Request) -> Response:
        visit = _visit(desk, request)
        try:
            async with _form(visit, files=files) as form:
                return await _once(act, show, replace(visit, form=form))
        except FormErrors as wrong:
            visit = replace(visit, form=Form(errors=wrong.errors))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there any more to read it
        except OSError as error:
            lines = (" ".join(filter(None, line)) for line in what_is_wrong(error))
            visit = replace(visit, form=Form(errors=tuple(FieldError("", one) for one in lines)))
        return await run_in_threadpool(_told, show, visit, 422)

    return endpoint


@asynccontextmanager
async def _form(visit: Visit, *, files: bool) -> AsyncIterator[Form]:
    """Read what was filled in; files are kept where the form is ours and was not carried out."""
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not files or kind != MULTIPART:
        yield await read_form(visit.request)
        return
    from xlassess.web.request.uploads import uploaded  # python-multipart, only where files come

    numbers, session = visit.desk.numbers, visit.session

    def wanted(number: str) -> bool:
        return numbers.is_ours(session, number) and numbers.done(session, number) is None

    async with uploaded(visit.request, visit.jobs, wanted) as form:
        yield form


async def _once(
    act: Callable[[Visit], Done], show: Callable[[Visit], Response], visit: Visit
) -> Response:
    """Carry a form out unless it was, and show what was done."""
    number, numbers = visit.form.text(NUMBER), visit.desk.numbers
    if not numbers.is_ours(visit.session, number):
        told = Trouble((("This form is not from this desk.", "Open the page again."),))
        return page(visit, "trouble.html", "This could not be done", told, 403)
    try:
        async with numbers.alone(number):
            done = numbers.done(visit.session, number)
            if done is None:
                came = await run_in_threadpool(_carried_out, act, show, visit, number)
                if isinstance(came, Response):
                    return came
                done = came
    except StillAtWorkError:
        remedy = "Wait a moment, then open the page again to see what came of it."
        told = Trouble((("This was sent before, and is still being done.", remedy),))
        return page(visit, "trouble.html", "This is still being done", told, 409)
    joint = "&" if "?" in done.to else "?"
    return RedirectResponse(f"{done.to}{joint}{urlencode({DONE: number})}", 303)


def _visit(desk: Desk, request: Request) -> Visit:
    return Visit(desk, request.scope["session"], request, datetime.now(timezone.utc))


def _carried_out(
    act: Callable[[Visit], Done], show: Callable[[Visit], Response], visit: Visit, number: str
) -> Done | Response:
    """Carry a form out; where that cannot be, return its page with what is wrong."""
    try:
        done = act(visit)
        # Here, and not where it is waited for: that may be broken off, and this is done.
        visit.desk.numbers.carried_out(number, done)
        return done
    except FormErrors as wrong:
        errors = wrong.errors
    except (XlassessError, OSError) as error:
        errors = tuple(
            FieldError("", " ".join(filter(None, on_pages(line)))) for line in what_is_wrong(error)
        )
    except Exception as fault:
        return _faulty(visit, fault)
    return _told(show, replace(visit, form=replace(visit.form, errors=errors)), 422)


def _told(show: Callable[[Visit], Response], visit: Visit, status: int = 0) -> Response:
    """Return a page; where that cannot be, one that says why and what to do."""
    try:
        answer = show(visit)
    except (XlassessError, OSError) as error:
        status = 409 if isinstance(error, XlassessError) else 500
        # Nothing can be shown before the register can be read: its own page leads out of that.
        menu = _has_settings(visit)
        people = visit.at("people") if isinstance(error, RegisterError) and menu else ""
        lines = what_is_wrong(error)
        doors = visit.doors(lines) if menu else ()
        told = Trouble(tuple(map(on_pages, lines)), people=people, doors=doors, menu=menu)
        return page(visit, "trouble.html", "This cannot be shown", told, status)
    except Exception as fault:
        return _faulty(visit, fault)
    answer.status_code = status or answer.status_code
    return answer


def _has_settings(visit: Visit) -> bool:
    """True where the settings of the round can be read, which the menu stands on."""
    try:
        return bool(visit.assessment and visit.rounds)
    except (XlassessError, OSError):
        return False


def _faulty(visit: Visit, fault: Exception) -> Response:
    """Return the page for a fault of ours; what it was is told where the desk runs."""
    visit.desk.report(fault)
    told = Trouble((), fault=True)
    return page(visit, "trouble.html", "Something went wrong", told, 500)

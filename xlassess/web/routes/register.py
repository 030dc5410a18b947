"""The register: who was asked, where each workbook stands, and what is done about many at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from xlassess.model.assessment import LEVELS
from xlassess.model.errors import UsageError
from xlassess.model.record import OutcomeKind
from xlassess.services import decide
from xlassess.services.common.phrases import (
    MATTERS,
    capital,
    count,
    matter,
    noticed,
    without_commands,
)
from xlassess.services.post.due import Ask
from xlassess.services.post.send import draft
from xlassess.services.status import LINE_STATES, OUT, Line, LineState, Rate, RateBy, Status
from xlassess.web.happened import LastDecision, last_decision
from xlassess.web.request.forms import Done, FieldError, FormErrors, refuse
from xlassess.web.request.page import PageLink, page
from xlassess.web.request.visit import Visit
from xlassess.web.unsettled import KINDS

_MOST = 100
"""So many workbooks, or partners, are on one page."""

_BOUNCED = ("no such address", "not delivered")


def _in_state(state: LineState) -> Callable[[Line], bool]:
    return lambda line: line.state == state


_SOME: dict[str, tuple[str, Callable[[Line], bool]]] = {
    "awaited": (MATTERS["awaited"][0], lambda line: line.state in OUT),
    "queries": ("With open queries", lambda line: bool(line.queries)),
    "bounced": (
        "Message did not arrive",
        lambda line: line.notice is not None and line.notice.kind in _BOUNCED,
    ),
    "away": ("On leave", lambda line: line.away is not None),
    **{
        state.replace(" ", "-"): (capital(state), _in_state(state))
        for state in LINE_STATES
        if state != "query open"  # they are among those with open queries
    },
}
"""What the register may be narrowed down to, by what stands in the address; with its words."""

_WAYS: tuple[tuple[RateBy, str], ...] = (
    ("toolkit", "Toolkit"), ("level", "Level"), ("partner", "Partner"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A workbook of the register; ``to`` is where its history is."""

    line: Line
    level: str
    notes: str
    to: str


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A page of the register, what it is narrowed down to, and where the rest is."""

    lines: tuple[RegisterLine, ...]
    number: int
    first: int
    choices: tuple[PageLink, ...]
    pressing: tuple[PageLink, ...]
    toolkits: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    some: str
    search: str
    toolkit: str
    level: str
    before: str
    after: str
    here: str
    everything: str
    response: str
    undoing: str
    last: LastDecision | None
    closed: bool
    empty: bool
    round: str


def show(visit: Visit) -> Response:
    """Show the register, narrowed down as the address says."""
    found = visit.status
    said = {name: visit.request.query_params.get(name, "") for name in _ASKED}
    near = [line for line in found.lines if _is_asked(line, said)]
    some = said["some"] if said["some"] in _SOME else ""
    lines = [line for line in near if not some or _SOME[some][1](line)]
    at, kept = visit.place(len(lines), _MOST), {name: text for name, text in said.items() if text}
    left = at + _MOST < len(lines)
    view = RegisterView(
        lines=tuple(_shown(visit, line) for line in lines[at : at + _MOST]),
        number=len(lines),
        first=at + 1,
        choices=tuple(_choices(visit, near, {**kept, "some": some})),
        pressing=tuple(_pressing(visit, found)),
        toolkits=tuple((rate.toolkit, rate.title) for rate in found.rates),
        levels=tuple((rate.toolkit, rate.title) for rate in found.rates_by("level")),
        some=some,
        search=said["q"],
        toolkit=said["toolkit"],
        level=said["level"],
        before=visit.at("register", at=str(at - _MOST), **kept) if at else "",
        after=visit.at("register", at=str(at + _MOST), **kept) if left else "",
        here=visit.at("register", **kept, **({"at": str(at)} if at else {})),
        everything=visit.at("register"),
        response=visit.at("response"),
        undoing=visit.at("doubt"),
        last=last_decision(visit),
        closed=found.closed is not None,
        empty=not found.lines,
        round=visit.assessment.round,
    )
    return page(visit, "register.html", "Register", view)


_ASKED = ("some", "q", "toolkit", "level")


def _is_asked(line: Line, said: dict[str, str]) -> bool:
    """True where a line is of the toolkit and level asked for, and has every word searched."""
    if said["toolkit"] not in ("", line.toolkit) or said["level"] not in ("", line.level):
        return False
    words = _plain(said["q"]).split()
    if not words:
        return True
    text = _plain(f"{line.partner} {line.respondent} {line.reference} {line.file}")
    return all(word in text for word in words)


def _plain(text: str) -> str:
    """Return a text in small letters without marks on them: who searches may not type these."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKD", text)
    return "".join(char for char in letters if not unicodedata.combining(char)).casefold()


def _choices(visit: Visit, near: Sequence[Line], kept: dict[str, str]) -> Iterator[PageLink]:
    """Yield what the list may be narrowed down to, as far as there is any."""
    chosen, rest = kept["some"], {name: text for name, text in kept.items() if name != "some"}
    yield PageLink(f"All: {len(near)}", visit.at("register", **rest), not chosen)
    for name, (title, belongs) in _SOME.items():
        number = sum(map(belongs, near))
        if number or name == chosen:
            to = visit.at("register", some=name, **rest)
            yield PageLink(f"{title}: {number}", to, name == chosen)


def _pressing(visit: Visit, found: Status) -> Iterator[PageLink]:
    """Yield what needs a person first."""
    for kind, number in found.matters.items():
        if kind in KINDS:
            yield PageLink(matter(kind, number), visit.at("settle", kind=kind))
    bounced = sum(map(_SOME["bounced"][1], found.lines))
    if bounced:
        title = f"{_SOME['bounced'][0]}: {count(bounced, 'workbook')}"
        yield PageLink(title, visit.at("register", some="bounced"))


def _shown(visit: Visit, line: Line) -> RegisterLine:
    notes = [f"{count(len(line.queries), 'open query', 'open queries')}"] if line.queries else []
    notes += [noticed(line.notice)] if line.notice else []
    to = visit.at("history", reference=line.reference) if line.reference else ""
    return RegisterLine(line, LEVELS.get(line.level, ""), "; ".join(notes), to)


@dataclass(frozen=True, slots=True)
class ResponseView:
    """Response rates by toolkit, level or partner: a page of them."""

    choices: tuple[PageLink, ...]
    heading: str
    rates: tuple[tuple[Rate, str], ...]
    before: str
    after: str
    register: str


def response(visit: Visit) -> Response:
    """Show response rates by toolkit, level or partner."""
    said = visit.request.query_params.get("by", "")
    by, heading = next((way for way in _WAYS if way[0] == said), _WAYS[0])
    rates = [rate for rate in visit.status.rates_by(by) if rate.issued]
    at = visit.place(len(rates), _MOST)
    left = at + _MOST < len(rates)
    view = ResponseView(
        choices=tuple(
            PageLink(title, visit.at("response", by=way), way == by) for way, title in _WAYS
        ),
        heading=heading,
        rates=tuple((rate, _theirs(visit, by, rate)) for rate in rates[at : at + _MOST]),
        before=visit.at("response", by=by, at=str(at - _MOST)) if at else "",
        after=visit.at("response", by=by, at=str(at + _MOST)) if left else "",
        register=visit.at("register"),
    )
    return page(visit, "response.html", "Response rate", view)


def _theirs(visit: Visit, by: RateBy, rate: Rate) -> str:
    """The address of the register narrowed down to what a rate is about."""
    name = "q" if by == "partner" else by
    return visit.at("register", **{name: rate.toolkit})


def act(visit: Visit) -> Done:
    """Record something about the workbooks that were ticked, or write to their respondents.

    Raises:
        FormErrors: none was ticked, or something is missing.
    """
    what, chosen = visit.form.text("what"), visit.form.all("book")
    step = _STEPS.get(what)
    if step is None:
        raise FormErrors(FieldError("", "Choose what is to be done."))
    none = () if chosen else (FieldError("books", "Choose at least one workbook."),)
    refuse(*none, *(visit.form.missing_reason("reason", "Reason") if what in _WITH_REASON else ()))
    try:
        said = step(visit, chosen)
    except UsageError as wrong:
        told = " ".join(filter(None, (wrong.message, without_commands(wrong.remedy))))
        raise FormErrors(FieldError("books", told)) from wrong
    kept = {
        name: text for name in (*_ASKED, "at") if (text := visit.request.query_params.get(name))
    }
    return Done(said, visit.at("register", **kept))


def _marked(what: decide.Mark, *, undone: bool) -> Callable[[Visit, Sequence[str]], str]:
    def mark(visit: Visit, chosen: Sequence[str]) -> str:
        why = decide.Why(visit.now, by=visit.user.name)
        done = decide.mark(visit.folder, chosen, what, why, undone=undone)
        return _told(what, len(done.books), undone=undone)

    return mark


def _told(what: str, number: int, *, undone: bool) -> str:
    head = "No longer recorded" if undone else "Recorded"
    return f"{head} as {what}: {count(number, 'workbook')}."


def _outcome(kind: OutcomeKind, *, undone: bool) -> Callable[[Visit, Sequence[str]], str]:
    def settle(visit: Visit, chosen: Sequence[str]) -> str:
        why = decide.Why(visit.now, visit.form.text("reason"), visit.user.name)
        done = decide.settle_all(visit.folder, chosen, kind, why, undone=undone)
        return _told(kind, len(done.books), undone=undone)

    return settle


def _drafts(visit: Visit, chosen: Sequence[str]) -> str:
    """Write reminders as drafts: nothing is sent by that, and nothing recorded."""
    made = draft(visit.folder, Ask("reminder", only=tuple(chosen), by_turn=True), now=visit.now)
    if not made.drafts:
        raise FormErrors(
            FieldError(
                "books",
                "None of these is to be reminded now. Reminders go to those whose workbook is "
                "recorded as sent and has not come back, and who are not on leave.",
            )
        )
    written = count(len(made.drafts), "reminder")
    out = made.composed
    left = (*out.no_address, *out.left, *out.away, *out.waiting)
    told = f" Left out: {'; '.join(left)}." if left else ""
    return f"Written into the folder {made.folder.name}: {written}. Nothing was sent.{told}"


_WITH_REASON = frozenset(("nil", "not-nil", "declined", "not-declined"))
_STEPS: dict[str, Callable[[Visit, Sequence[str]], str]] = {
    "sent": _marked("sent", undone=False),
    "not-sent": _marked("sent", undone=True),
    "reminded": _marked("reminded", undone=False),
    "not-reminded": _marked("reminded", undone=True),
    "nil": _outcome("nil return", undone=False),
    "not-nil": _outcome("nil return", undone=True),
    "declined": _outcome("declined", undone=False),
    "not-declined": _outcome("declined", undone=True),
    "drafts": _drafts,
}
"""What can be done about many workbooks at once."""

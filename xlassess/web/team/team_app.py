"""A team's desk put together: its doors, the list of assessments, and the desk over each."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from xlassess.web.app import PAGES, DeskPage
from xlassess.web.kept import rounds_known
from xlassess.web.request.forms import Numbers
from xlassess.web.request.page import team_page
from xlassess.web.request.security import STATIC, Session, User
from xlassess.web.request.visit import Desk, acts, shows
from xlassess.web.team.accounts import EVERY, IDLE_SECONDS, Accounts, LogIn
from xlassess.web.team.closed import closed_forms
from xlassess.web.team.doors import (
    INVITATION,
    LOG_IN,
    TEMPLATE,
    WHO,
    SessionEndedError,
    TeamGuard,
)
from xlassess.web.team.entering import Entrance
from xlassess.web.team.logs import TeamLog
from xlassess.web.team.own_account import ADDRESS, OwnAccount
from xlassess.web.team.places import AssessmentPlace, Places
from xlassess.web.team.proxy import PublicPlace
from xlassess.web.team.roles import IN_WORDS, may_act, may_open, menu_of
from xlassess.web.team.throttle import Throttle

Endpoint = Callable[[Request], Awaitable[Response]]

WITHIN = "/a/{assessment}"
"""Where the pages of one assessment are."""


BEGIN = "/begin"
"""Where an assessment is begun in the team's folder."""

_NEW = ".new"
"""Stands for the folder of an assessment that is not there yet; no folder has this name."""


@dataclass(frozen=True, slots=True)
class TeamDesk:
    """A team's desk: whose it is, where it is reached, and what it keeps in memory.

    Args:
        root: the team's folder.
        place: where it is reached.
        accounts: who may log in.
        log: told of each request.
    """

    root: Path
    place: PublicPlace
    accounts: Accounts
    log: TeamLog = field(default_factory=TeamLog)
    throttle: Throttle = field(default_factory=Throttle)
    numbers: Numbers = field(default_factory=Numbers)

    def app(self) -> ASGIApp:
        """Return the pages, with the guard before them."""
        places = Places(self.root.resolve(), self._desk)
        inside = [*self._of_assessments(places)]

        def known(path: str) -> bool:
            scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}
            return path in (ADDRESS, BEGIN) or any(
                one.matches(scope)[0] is Match.FULL
                for one in inside
                if "GET" in (one.methods or ())
            )

        entrance = Entrance(self.accounts, self.throttle, self.numbers, self.place, self.log, known)
        pages = Starlette(
            routes=[*_own(entrance), self._list(places), *self._beginning(), *inside],
            exception_handlers={404: _missing, 405: _missing, Exception: self._faulty},
        )  # fmt: skip
        with_session = _WithSession(pages)
        return TeamGuard(with_session, self.accounts, self.place, self.log, secrets.token_bytes(32))

    def _desk(self, place: AssessmentPlace) -> Desk:
        within = WITHIN.format(assessment=quote(place.key, safe=""))
        return Desk(
            root=place.root.resolve(),
            menu=tuple((one.name, one.title) for one in PAGES if one.title),
            pages={one.name: within + one.path for one in PAGES},
            numbers=self.numbers,
            known=rounds_known(),
            team=True,
            idle=IDLE_SECONDS,
            report=self.log.fault,
        )  # fmt: skip

    def _list(self, places: Places) -> Route:
        def listed(who: LogIn) -> Response:
            seen = [
                (places.named(place), role)
                for place in places.all() if (role := who.account.role_in(place.key))
            ]  # fmt: skip
            seen.sort(key=lambda one: (one[0].partnership.casefold(), one[0].key))
            return team_page("team_list.html", "Assessments", who=who.account, seen=seen,
                             within=WITHIN[:3], in_words=IN_WORDS,
                             begins=BEGIN if _may_begin(who) else "")  # fmt: skip

        async def endpoint(request: Request) -> Response:
            request.scope[TEMPLATE] = "/"
            return await run_in_threadpool(listed, request.scope[WHO])

        return Route("/", endpoint, methods=["GET"])

    def _beginning(self) -> list[Route]:
        """The page on which an assessment is begun, and the questions of toolkits beside it."""
        named = {one.name: one for one in PAGES}
        desk = Desk(
            root=self.root.resolve() / _NEW,
            menu=(),
            pages={"begin": BEGIN, "toolkit": f"{BEGIN}/toolkit", "home": "/",
                   "people": WITHIN.format(assessment="{}") + named["people"].path},
            numbers=self.numbers, team=True, idle=IDLE_SECONDS, report=self.log.fault,
        )  # fmt: skip

        async def answer(one: DeskPage, request: Request) -> Response:
            request.scope[TEMPLATE] = desk.pages[one.name]
            who: LogIn = request.scope[WHO]
            if not _may_begin(who):
                self.log.tell("refused", user=who.account.login, route=request.scope[TEMPLATE])
                return team_page("team_refused.html", "You may not open this page", 403,
                                 reason="begin", who=who.account)  # fmt: skip
            if request.method == "POST" and one.act:
                return await acts(desk, one.act, one.show)(request)
            return await shows(desk, one.show)(request)

        return [
            Route(desk.pages[name], partial(answer, named[name]),
                  methods=["GET", "POST"] if named[name].act else ["GET"])
            for name in ("begin", "toolkit")
        ]  # fmt: skip

    def _of_assessments(self, places: Places) -> list[Route]:
        """The pages of assessments; each looks who may open it before anything is read."""
        return [
            Route(WITHIN + one.path, partial(self._page, places, one), methods=["GET", "POST"])
            for one in PAGES
        ]

    async def _page(self, places: Places, one: DeskPage, request: Request) -> Response:
        """Answer a request for a page, or for what its form does, as far as the role allows."""
        request.scope[TEMPLATE] = WITHIN + one.path
        who: LogIn = request.scope[WHO]
        key = request.path_params["assessment"]
        role = who.account.role_in(key)
        desk = await run_in_threadpool(places.desk, key) if role else None
        if role is None or desk is None:
            return _nothing(who)
        asks = request.method in ("GET", "HEAD")
        if role == "facilitator" and one.name == "home" and asks:
            return RedirectResponse(desk.pages["summary"], 303)
        if not may_open(role, one.name) or not (asks or may_act(role)):
            self.log.tell("refused", user=who.account.login, route=request.scope[TEMPLATE])
            return team_page("team_refused.html", "You may not open this page", 403, reason="role",
                             who=who.account, first=desk.pages["home"])  # fmt: skip
        if not asks and one.act is None:
            answer = team_page("team_refused.html", "Nothing can be sent here", 405, reason="form",
                               who=who.account, first=desk.pages["home"])  # fmt: skip
            answer.headers["allow"] = "GET, HEAD"
            return answer
        request.scope["session"] = Session(User(who.account.name, role), request.scope["key"])
        desk = replace(desk, menu=menu_of(role, desk.menu))
        if not asks and one.act:
            return await acts(desk, one.act, one.show, files=one.files)(request)
        answer = await shows(desk, one.show)(request)
        return answer if role == "coordinator" else _narrowed(answer, role == "reader", who, desk)

    async def _faulty(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, SessionEndedError):
            self.log.fault(error)
        who: LogIn | None = request.scope.get(WHO)
        return team_page("team_refused.html", "Something went wrong", 500, reason="fault",
                         who=who.account if who else None)  # fmt: skip


def _narrowed(answer: Response, reads: bool, who: LogIn, desk: Desk) -> Response:
    """A page as somebody sees it who may change nothing.

    What is wrong with an assessment may quote its register, so that only its number is told to
    whoever may not see that.
    """
    if not reads and answer.status_code >= 400:
        return team_page(
            "team_refused.html", "This cannot be shown now", answer.status_code, reason="not now",
            who=who.account, first=desk.pages["summary"],
        )  # fmt: skip
    if isinstance(answer, HTMLResponse):
        answer.body = closed_forms(bytes(answer.body))
        answer.headers["content-length"] = str(len(answer.body))
    return answer


def _may_begin(who: LogIn) -> bool:
    """True for a coordinator of all assessments: one that is new is among them."""
    return who.account.roles.get(EVERY) == "coordinator"


def _own(entrance: Entrance) -> list[Route | Mount]:
    """The pages that are about no assessment."""
    account = OwnAccount(entrance)
    invitation = f"{INVITATION}{{token}}"
    return [
        Route(LOG_IN, entrance.show, methods=["GET"]),
        Route(LOG_IN, entrance.log_in, methods=["POST"]),
        Route("/log-out", entrance.show_log_out, methods=["GET"]),
        Route("/log-out", entrance.log_out, methods=["POST"]),
        Route(invitation, entrance.show_invitation, methods=["GET"]),
        Route(invitation, entrance.take_up, methods=["POST"]),
        Route(ADDRESS, account.show, methods=["GET"]),
        Route(ADDRESS, account.act, methods=["POST"]),
        Mount(STATIC.rstrip("/"), StaticFiles(packages=[("xlassess.web", "static")])),
    ]


async def _missing(request: Request, error: Exception) -> Response:
    del error
    return _nothing(request.scope.get(WHO))


def _nothing(who: LogIn | None) -> Response:
    """The answer where there is nothing, or nothing that somebody may know of: the same."""
    return team_page("team_refused.html", "There is no such page", 404, reason="missing",
                     who=who.account if who else None)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _WithSession:
    """Gives pages that are about no assessment the session that forms are signed for."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        who: LogIn | None = scope.get(WHO)
        if who is not None:
            scope["session"] = Session(User(who.account.name), scope["key"])
        await self.app(scope, receive, send)

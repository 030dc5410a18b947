"""Stands before the pages of a team's desk: host, https, forms of our own, and who is logged in."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xlassess.model.errors import XlassessError
from xlassess.web.request.forms import Form, FormErrors, read_form
from xlassess.web.request.page import team_page
from xlassess.web.request.security import HEADERS, STATIC, cookie_in, is_from_here
from xlassess.web.team.accounts import Accounts, LogIn
from xlassess.web.team.logs import TeamLog
from xlassess.web.team.proxy import PublicPlace

COOKIE = "__Host-xlassess"
"""The cookie: by its name, browsers take it only by https, for this host alone and for every path,
so that no other host of the same domain can plant one."""

LOG_IN, INVITATION, HEALTH = "/log-in", "/invitation/", "/healthz"

WHO, TEMPLATE = "log-in", "template"
"""What a request is given: whose it is, and for the log the pattern of its address."""

NEXT = "next"
"""The parameter that says which page is opened after log-in."""

_T = TypeVar("_T")
_SAFE = ("GET", "HEAD")
_HSTS = "max-age=31536000"
LOOK_SECONDS = 5.0
"""While something is told piece by piece, it is looked so often whether the session has ended."""

_LOOK_AT_ONCE = 8
"""So many requests at once are looked up in the accounts; others wait for their turn."""


@dataclass(slots=True)
class TeamGuard:
    """Lets requests through to the pages, or answers them itself.

    Args:
        app: the pages.
        accounts: who may log in, and who is.
        place: where the desk is reached.
        log: told of each request.
        boot: a secret of this run of the server. Forms that were opened before it was started
            count no more: whether they were carried out is not known.
    """

    app: ASGIApp
    accounts: Accounts
    place: PublicPlace
    log: TeamLog
    boot: bytes = field(repr=False)
    # Threads of their own: the file may be held by who writes to it, and pages may take long.
    looking: Executor = field(default_factory=partial(ThreadPoolExecutor, _LOOK_AT_ONCE))
    watching: Executor = field(default_factory=partial(ThreadPoolExecutor, 1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it; each answer is given the headers, and logged."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(
                    {**HEADERS, "strict-transport-security": _HSTS}
                )
            await send(message)

        try:
            await self._answer(scope, receive, with_headers)
        except XlassessError as error:  # the accounts cannot be read
            self.log.fault(error)
            answer = team_page("team_refused.html", "Something went wrong", 503, reason="fault")
            await answer(scope, receive, with_headers)
        finally:
            who: LogIn | None = scope.get(WHO)
            self.log.tell(
                "request", user=who.account.login if who else "-", method=_method(scope),
                route=scope.get(TEMPLATE, "-"), status=status,
                ms=round((time.monotonic() - began) * 1000, 1),
            )  # fmt: skip

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), str(scope["path"])
        if path == HEALTH:
            scope[TEMPLATE] = HEALTH
            await (await self._healthy())(scope, receive, send)
            return
        refused = self._refusal(scope, headers)
        if refused is not None:
            await refused(scope, receive, send)
            return
        value = cookie_in(headers, COOKIE)
        session = partial(self.accounts.session, value)
        who = await _beside(self.looking, session) if value else None
        if who is not None:
            scope[WHO] = who
            scope["key"] = hmac.new(self.boot, value.encode(), sha256).digest()
        elif path != LOG_IN and not path.startswith((STATIC, INVITATION)):
            await (await self._outside(Request(scope, receive), headers))(scope, receive, send)
            return
        if who is None:
            await self.app(scope, receive, send)
            return
        watched = _Watched(partial(_beside, self.looking, partial(session, in_use=False)), send)
        try:
            await self.app(scope, receive, watched)
        except Exception:
            if not watched.ended:
                raise

    async def _healthy(self) -> Response:
        """Whether the desk can be used, for whoever watches over it; it says nothing else."""
        try:
            await _beside(self.watching, self.accounts.check)
        except XlassessError:
            return PlainTextResponse("not usable", 503)
        return PlainTextResponse("ok")

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that no page may see; nothing if one may."""
        if not self.place.is_asked_for(headers):
            return team_page("team_refused.html", "You cannot open this page", 403, reason="host")
        if not self.place.came_by_https(headers):
            if scope["method"] in _SAFE:
                return RedirectResponse(f"{self.place.origin}/", 308)
            return team_page("team_refused.html", "You cannot open this page", 403, reason="http")
        if scope["method"] not in _SAFE and not is_from_here(headers, (self.place.origin,)):
            title = "This could not be done"
            return team_page("team_refused.html", title, 403, reason="elsewhere")
        return None

    async def _outside(self, request: Request, headers: Headers) -> Response:
        """Return the answer to a request for a page without a session."""
        if headers.get("sec-fetch-mode", "navigate") != "navigate":
            return PlainTextResponse("Log in again.", 401)
        if request.method not in _SAFE:
            typed = await _typed(request)
            return team_page("team_ended.html", "You are no longer logged in", 401, typed=typed)
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if headers.get("sec-fetch-site") == "cross-site":
            # A link in a message was followed: the cookie, which is for our own pages only, was not
            # sent along. From a page of ours it is.
            return team_page("team_entrance.html", "Opening the desk", 200, to=here)
        wanted = f"?{urlencode({NEXT: here})}" if here != "/" else ""
        return RedirectResponse(f"{LOG_IN}{wanted}", 303)


class SessionEndedError(Exception):
    """An answer is broken off, as the session of whoever asked has ended. It is no fault."""


@dataclass(slots=True)
class _Watched:
    """Sends an answer; one that is told piece by piece ends with the session."""

    session: Callable[[], Awaitable[LogIn | None]]
    send: Send
    ended: bool = False
    looked: float = field(default_factory=time.monotonic)

    async def __call__(self, message: Message) -> None:
        """Send a piece."""
        if message.get("more_body") and time.monotonic() - self.looked > LOOK_SECONDS:
            self.looked = time.monotonic()
            if await self.session() is None:
                self.ended = True
                await self.send({"type": "http.response.body", "body": b"", "more_body": False})
                raise SessionEndedError
        await self.send(message)


def _method(scope: Scope) -> str:
    """The method, of those there are: anything may stand in a request."""
    known = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
    return scope["method"] if scope["method"] in known else "-"


async def _beside(threads: Executor, look: Callable[[], _T]) -> _T:
    """Look something up beside the server, which goes on with other requests meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(threads, look)


_NEVER_SHOWN = frozenset(("current", "password", "again", "passwords"))
"""Fields with passwords: three words of one would be shown to whoever looks on."""


async def _typed(request: Request) -> tuple[str, ...]:
    """What somebody typed into a form that came too late, so that it is not lost."""
    try:
        form = await read_form(request)
    except FormErrors:
        form = Form()
    found = (
        text for name in form.fields if name not in _NEVER_SHOWN
        for text in form.all(name) if len(text.split()) > 1
    )  # fmt: skip
    return tuple(dict.fromkeys(text[:5000] for text in found))[:50]

"""Logging in and out, and taking up an invitation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xlassess.model.errors import UsageError
from xlassess.web.request.forms import NUMBER, FieldError, Form, FormErrors, Numbers, read_form
from xlassess.web.request.page import team_page
from xlassess.web.team.accounts import Account, Accounts, LogIn
from xlassess.web.team.doors import COOKIE, INVITATION, LOG_IN, NEXT, TEMPLATE, WHO
from xlassess.web.team.logs import TeamLog
from xlassess.web.team.passwords import AT_ONCE, SHORTEST
from xlassess.web.team.proxy import PublicPlace
from xlassess.web.team.throttle import Throttle

_MOST_LOGIN = 200


@dataclass(frozen=True, slots=True)
class Entrance:
    """What logging in and out works with.

    ``known`` says whether there is a page at an address; ``numbers`` are those of forms.
    """

    accounts: Accounts
    throttle: Throttle
    numbers: Numbers
    place: PublicPlace
    log: TeamLog
    known: Callable[[str], bool]
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def show(self, request: Request) -> Response:
        """Show the page on which people log in; who is logged in goes on."""
        request.scope[TEMPLATE] = LOG_IN
        to = self._next(request.query_params.get(NEXT, ""))
        if request.scope.get(WHO):
            return RedirectResponse(to, 303)
        told = next((one for one in ("out", "chosen") if one in request.query_params), "")
        return _form(to, told=told)

    async def log_in(self, request: Request) -> Response:
        """Let somebody in, if the password is theirs."""
        request.scope[TEMPLATE] = LOG_IN
        try:
            form = await read_form(request)
        except FormErrors as wrong:
            return _form("/", wrong.errors)
        to = self._next(form.text(NEXT))
        login, password = form.text("login")[:_MOST_LOGIN], "".join(form.all("password")[-1:])
        if missing := tuple(_missing(login, password)):
            return _form(to, missing, login)
        address = self.place.address(request.headers)
        if wait := self.throttle.begin(login, address):
            self.log.tell("log-in refused", reason="too many attempts", address=address)
            minutes = -(-wait // 60)
            said = f"There were too many attempts. Try again in {minutes} minutes."
            answer = _form(to, (FieldError("login", said),), login, 429)
            answer.headers["retry-after"] = str(wait)
            return answer
        account = await self.right(login, password)
        if account is None:
            self.log.tell("log-in refused", reason="wrong", address=address)
            return _form(to, (FieldError("login", _WRONG),), login)
        self.throttle.good(login, address)
        self.log.tell("log-in", user=account.login, address=address)
        return await self._let_in(request, account.login, to)

    async def right(self, login: str, password: str) -> Account | None:
        """Return the account that a password opens.

        Those who wait for their turn hold no thread meanwhile: pages need these.
        """
        async with self.turns:
            return await run_in_threadpool(self.accounts.right, login, password)

    async def _let_in(self, request: Request, login: str, to: str) -> Response:
        """Begin a session with a new value, and end the one that the browser had."""
        before: LogIn | None = request.scope.get(WHO)
        if before is not None:
            await run_in_threadpool(self.accounts.end, before.account.login, before.mark)
        browser = request.headers.get("user-agent", "")
        value = await run_in_threadpool(self.accounts.begin, login, browser)
        return with_cookie(RedirectResponse(to, 303), value)

    async def show_log_out(self, request: Request) -> Response:
        """Show the button that logs out: a link does not, as any page can have one."""
        request.scope[TEMPLATE] = "/log-out"
        return self._log_out_page(request)

    def _log_out_page(self, request: Request, status: int = 200) -> Response:
        who: LogIn = request.scope[WHO]
        number = self.numbers.new(request.scope["session"])
        return team_page("team_log_out.html", "Log out", status, who=who.account, number=number)

    async def log_out(self, request: Request) -> Response:
        """End the session."""
        request.scope[TEMPLATE] = "/log-out"
        who: LogIn = request.scope[WHO]
        try:
            form = await read_form(request)
        except FormErrors:
            form = Form()
        if not self.numbers.is_ours(request.scope["session"], form.text(NUMBER)):
            return self._log_out_page(request, 403)
        await run_in_threadpool(self.accounts.end, who.account.login, who.mark)
        self.log.tell("log-out", user=who.account.login)
        answer = RedirectResponse(f"{LOG_IN}?out", 303)
        answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        answer.headers["clear-site-data"] = '"cache"'
        return answer

    async def show_invitation(self, request: Request) -> Response:
        """Show the page on which somebody who was invited chooses a password."""
        request.scope[TEMPLATE] = f"{INVITATION}{{token}}"
        account = await run_in_threadpool(self.accounts.invited, request.path_params["token"])
        if account is None:
            return team_page("team_refused.html", "This link cannot be used", 404, reason="link")
        return team_page("team_invitation.html", "Choose a password", account=account,
                         shortest=SHORTEST)  # fmt: skip

    async def take_up(self, request: Request) -> Response:
        """Give somebody who was invited the password that they chose."""
        request.scope[TEMPLATE] = f"{INVITATION}{{token}}"
        token = request.path_params["token"]
        account = await run_in_threadpool(self.accounts.invited, token)
        if account is None:
            return team_page("team_refused.html", "This link cannot be used", 404, reason="link")
        try:
            password = chosen_password(await read_form(request))
            await run_in_threadpool(self.accounts.take_up, token, password)
        except FormErrors as wrong:
            return team_page("team_invitation.html", "Choose a password", 422, account=account,
                             shortest=SHORTEST, errors=wrong.errors)  # fmt: skip
        except UsageError as wrong:
            error = FieldError("password", wrong.message)
            return team_page("team_invitation.html", "Choose a password", 422, account=account,
                             shortest=SHORTEST, errors=(error,))  # fmt: skip
        self.log.tell("password chosen", user=account.login)
        return RedirectResponse(f"{LOG_IN}?chosen", 303)

    def _next(self, wanted: str) -> str:
        """Return the page that is opened after log-in: of those that there are, or the first."""
        return own_address(wanted, self.known)


_WRONG = "The name or the password is not right. Check both, and try again."


def _missing(login: str, password: str) -> Iterator[FieldError]:
    if not login:
        yield FieldError("login", "Enter the name that you log in with.")
    if not password:
        yield FieldError("password", "Enter your password.")


def _form(
    to: str, errors: tuple[FieldError, ...] = (), login: str = "", status: int = 0,
    told: str = "",
) -> Response:  # fmt: skip
    """The page on which people log in."""
    return team_page("team_log_in.html", "Log in", status or (422 if errors else 200),
                     errors=errors, login=login, to=to, out=told == "out",
                     chosen=told == "chosen")  # fmt: skip


def chosen_password(form: Form) -> str:
    """Return the password that somebody chose and typed twice.

    Raises:
        FormErrors: the two are not the same.
    """
    first, second = ("".join(form.all(name)[-1:]) for name in ("password", "again"))
    if not first:
        raise FormErrors(FieldError("password", "Enter the password that you want."))
    if first != second:
        raise FormErrors(FieldError("again", "This is not the same password. Type it again."))
    return first


def with_cookie(answer: Response, value: str) -> Response:
    """Return an answer that gives the browser the session's cookie."""
    # without an end: it goes when the browser is closed, if the session has not ended before
    answer.set_cookie(COOKIE, value, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def own_address(wanted: str, known: Callable[[str], bool]) -> str:
    """Return an address of ours that is written anew from what somebody gave; else the first page.

    Args:
        wanted: what was given.
        known: whether there is a page at a path.
    """
    if not re.fullmatch(r"/[!-~]{0,2000}", wanted) or wanted.startswith(("//", "/\\")):
        return "/"
    try:
        parts = urlsplit(wanted)
        said = urlencode(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not known(unquote(parts.path)):
        return "/"
    return f"{parts.path}?{said}" if said else parts.path

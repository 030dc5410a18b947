"""A person's own account: their password, and where they are logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xlassess.model.errors import UsageError
from xlassess.web.request.forms import NUMBER, FieldError, Form, FormErrors, read_form
from xlassess.web.request.page import team_page
from xlassess.web.team.accounts import LogIn
from xlassess.web.team.doors import TEMPLATE, WHO
from xlassess.web.team.entering import Entrance, chosen_password, with_cookie
from xlassess.web.team.passwords import SHORTEST

ADDRESS = "/account"


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as its owner sees it; ``here`` where it is that of this browser."""

    mark: str
    browser: str
    begun: datetime
    seen: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The page on which people see to their own account.

    Args:
        entrance: what logging in works with.
    """

    entrance: Entrance

    async def show(self, request: Request) -> Response:
        """Show the account of whoever is logged in."""
        request.scope[TEMPLATE] = ADDRESS
        return await run_in_threadpool(self._page, request)

    def _page(
        self, request: Request, status: int = 200, errors: tuple[FieldError, ...] = ()
    ) -> Response:
        who: LogIn = request.scope[WHO]
        return team_page(
            "team_account.html", "Your account", status, who=who.account, errors=errors,
            number=self.entrance.numbers.new(request.scope["session"]), shortest=SHORTEST,
            sessions=[_line(one, who) for one in self.entrance.accounts.sessions(
                who.account.login)],
            done=_DONE.get(request.query_params.get("done", ""), ""),
        )  # fmt: skip

    async def act(self, request: Request) -> Response:
        """Change the password, or end sessions."""
        request.scope[TEMPLATE] = ADDRESS
        who: LogIn = request.scope[WHO]
        try:
            form = await read_form(request)
            if not self.entrance.numbers.is_ours(request.scope["session"], form.text(NUMBER)):
                raise FormErrors(FieldError("", "This page was open too long. Do it again."))
            if form.text("what") == "password":
                return await self._change(request, who, form)
            if form.text("what") != "end":
                raise FormErrors(FieldError("", "Choose what to do."))
            return await self._end(who, form)
        except FormErrors as wrong:
            return await run_in_threadpool(self._page, request, 422, wrong.errors)

    async def _end(self, who: LogIn, form: Form) -> Response:
        accounts, login = self.entrance.accounts, who.account.login
        own = await run_in_threadpool(accounts.sessions, login)
        for one in own:
            if one.mark == form.text("mark"):
                await run_in_threadpool(accounts.end, login, one.mark)
        return RedirectResponse(f"{ADDRESS}?done=ended", 303)

    async def _change(self, request: Request, who: LogIn, form: Form) -> Response:
        """Change the password; every session ends, and this browser is given a new one."""
        entrance, login = self.entrance, who.account.login
        address = entrance.place.address(request.headers)
        current = "".join(form.all("current")[-1:])
        if not current:
            raise FormErrors(FieldError("current", "Enter the password that you have now."))
        password = chosen_password(form)
        if entrance.throttle.begin(login, address):
            raise FormErrors(FieldError("current", "There were too many attempts. Try later."))
        if await entrance.right(login, current) is None:
            raise FormErrors(FieldError("current", "This is not the password that you have now."))
        entrance.throttle.good(login, address)
        try:
            await run_in_threadpool(entrance.accounts.set_password, login, password)
        except UsageError as wrong:
            raise FormErrors(FieldError("password", wrong.message)) from None
        entrance.log.tell("password changed", user=login)
        browser = request.headers.get("user-agent", "")
        value = await run_in_threadpool(entrance.accounts.begin, login, browser)
        return with_cookie(RedirectResponse(f"{ADDRESS}?done=password", 303), value)


_DONE = {
    "password": "Your password is changed. You are logged out everywhere else.",
    "ended": "That browser is logged out.",
}


def _line(one: LogIn, who: LogIn) -> SessionLine:
    begun, seen = (datetime.fromtimestamp(each).astimezone() for each in (one.begun, one.seen))
    return SessionLine(one.mark, one.browser or "unknown browser", begun, seen,
                       one.mark == who.mark)  # fmt: skip

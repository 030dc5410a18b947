"""A team's desk for tests: two assessments, people in every role, and browsers of theirs."""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from xlassess.web.request.security import Role
from xlassess.web.team.accounts import Accounts
from xlassess.web.team.doors import COOKIE
from xlassess.web.team.logs import TeamLog
from xlassess.web.team.proxy import public_place
from xlassess.web.team.team_app import TeamDesk
from xlassess.web.team.throttle import Throttle

HOST = "desk.council.example"
PASSWORD = "lamp river orange"
PEOPLE: Mapping[str, tuple[str, Role]] = {
    "cora": ("Cora Coordinator", "coordinator"),
    "carl": ("Carl Coordinator", "coordinator"),
    "rea": ("Rea Reader", "reader"),
    "fay": ("Fay Facilitator", "facilitator"),
}
FROM_HERE = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "origin": "null"}
BY_PROXY = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"}


@dataclass
class Clock:
    """A clock that tests set."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Team:
    """A team's desk, what it wrote to its log, and the clock that it goes by."""

    root: Path
    accounts: Accounts
    clock: Clock
    told: io.StringIO
    app: ASGIApp

    def browser(self, **headers: str) -> Browser:
        """Return a browser that nobody has logged in with."""
        return Browser(self.app, {name.replace("_", "-"): text for name, text in headers.items()})

    def of(self, login: str) -> Browser:
        """Return a browser in which somebody is logged in, without the work of a password."""
        browser = self.browser()
        browser.cookies[COOKIE] = self.accounts.begin(login, "a browser")
        return browser

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was logged."""
        return [json.loads(line) for line in self.told.getvalue().splitlines()]


@dataclass
class Browser:
    """Asks as a browser does, through the proxy; it keeps its cookies."""

    app: ASGIApp
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, address: str, headers: Mapping[str, str] | None = None,
            **more: Any) -> httpx.Response:  # fmt: skip
        """Send one request; redirects are not followed."""
        return asyncio.run(self._ask(method, address, headers or {}, more))

    async def _ask(self, method: str, address: str, headers: Mapping[str, str],
                   more: Mapping[str, Any]) -> httpx.Response:  # fmt: skip
        sent = {"host": HOST, **BY_PROXY, **self.headers, **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            answer = await client.request(method, address, headers=sent, **more)
        for said in answer.headers.get_list("set-cookie"):
            name, _, value = said.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    def get(self, address: str, **headers: str) -> httpx.Response:
        """Return a page."""
        return self.ask("GET", address, {name.replace("_", "-"): v for name, v in headers.items()})

    def post(self, address: str, fields: Mapping[str, Any],
             headers: Mapping[str, str] = FROM_HERE) -> httpx.Response:  # fmt: skip
        """Send a form as a page of the desk does."""
        return self.ask("POST", address, headers, data=dict(fields))

    def log_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Log in on the page for that."""
        return self.post("/log-in", {"login": login, "password": password, **more})


def a_team(root: Path, *rounds: Path) -> Team:
    """Return a team's desk over copies of these assessments, with people in every role."""
    root.mkdir(exist_ok=True)
    for place in rounds:
        shutil.copytree(place, root / place.name)
    clock = Clock()
    accounts = Accounts(root, clock)
    accounts.create()
    for login, (name, role) in PEOPLE.items():
        accounts.add(login, name, role)
    return team_over(root, accounts, clock)


def team_over(root: Path, accounts: Accounts, clock: Clock, *, proxies: int = 1) -> Team:
    """Return a desk over a folder, as after it was started."""
    told = io.StringIO()
    place = public_place(HOST, proxies)
    desk = TeamDesk(root, place, accounts, TeamLog(told), Throttle(clock))
    return Team(root, accounts, clock, told, desk.app())


def number_in(answer: httpx.Response) -> str:
    """Return the number of the first form on a page."""
    found = re.search(r'name="number" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found.group(1)

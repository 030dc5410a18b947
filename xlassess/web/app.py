"""The desk put together: its pages, what is done on them, and the guard before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from xlassess.web.kept import rounds_known
from xlassess.web.known import KnownRounds
from xlassess.web.request.forms import Done
from xlassess.web.request.page import entrance_page, refusal_page
from xlassess.web.request.security import OPENING, STATIC, Guard, Sessions, User
from xlassess.web.request.visit import Desk, Visit, acts, shows
from xlassess.web.routes import (
    begin,
    history,
    home,
    messages,
    papers,
    plan,
    progress,
    receive,
    register,
    send,
    settings,
    settle,
    summary,
)


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page: its name, its address, what shows it, and what is done with the form on it.

    One with a ``title`` is in the menu, in the order of `PAGES`. ``files`` says that files may come
    with its form.
    """

    name: str
    path: str
    show: Callable[[Visit], Response]
    title: str = ""
    act: Callable[[Visit], Done] | None = None
    files: bool = False


PAGES: tuple[DeskPage, ...] = (
    DeskPage("home", "/", home.show, "Home"),
    DeskPage("begin", "/begin", begin.show, act=begin.act),
    DeskPage("toolkit", "/begin/toolkit", begin.show_toolkit),
    DeskPage("round", "/begin/round", begin.show_round, act=begin.act_on_round),
    DeskPage(
        "return-date", "/begin/return-date", begin.show_return_date, act=begin.act_on_return_date
    ),
    DeskPage("settings", "/begin/settings", settings.show, act=settings.act),
    DeskPage("closing", "/begin/closing", begin.show_closing, act=begin.act_on_closing),
    DeskPage("people", "/register/people", begin.show_people, act=begin.act_on_people, files=True),
    DeskPage("send", "/send", send.show, "Send", send.record),
    DeskPage("workbook", "/send/workbook", send.give),
    DeskPage("receive", "/receive", receive.show, "Receive", receive.take, files=True),
    DeskPage("messages", "/send/messages", messages.show, act=messages.act),
    DeskPage("draft-file", "/send/messages/file", messages.give),
    DeskPage("bundle", "/send/all", send.bundle),
    DeskPage("register", "/register", register.show, "Register", register.act),
    DeskPage("response", "/register/response", register.response),
    DeskPage("settle", "/settle", settle.show, "Settle", settle.act_on_list),
    DeskPage("doubt", "/settle/one", settle.show_one, act=settle.act),
    DeskPage("query", "/settle/query", settle.give_query),
    DeskPage("copy", "/settle/copy", settle.give_copy),
    DeskPage("summary", "/summary", summary.show, "Summary", summary.act),
    DeskPage("sheet", "/summary/sheet", summary.sheet),
    DeskPage("item", "/summary/item", summary.item),
    DeskPage("picture", "/summary/picture", summary.picture),
    DeskPage("data", "/summary/data", summary.data),
    DeskPage("plan", "/plan", plan.show, "Plan", plan.act),
    DeskPage("plan-file", "/plan/workbook", plan.give),
    DeskPage("workshop", "/plan/workshop", plan.show_workshop, act=plan.act_on_workshop),
    DeskPage("follow-up", "/plan/progress", plan.show_progress, act=plan.act_on_progress),
    DeskPage("papers", "/papers", papers.show, "Papers", papers.act),
    DeskPage("pages", "/papers/pages", papers.give_pages),
    DeskPage("paper", "/papers/file", papers.give),
    DeskPage("history", "/history", history.show, "Look back", history.act),
    DeskPage("cells", "/history/cells", history.cells, act=history.correct),
    DeskPage("kept", "/history/file", history.give),
    DeskPage("job", "/job", progress.show, act=progress.decide),
    DeskPage("job-events", "/job/events", progress.follow),
)
"""Every page of the desk."""


def create_app(
    root: Path, sessions: Sessions, user: User, known: KnownRounds | None = None
) -> ASGIApp:
    """Return the desk for an assessment's folder.

    Args:
        root: the folder.
        sessions: the browsers that were let in.
        user: who is let in by the one-time link.
        known: where its rounds stand, as far as that was worked out.
    """
    desk = Desk(
        root=root.resolve(),
        menu=tuple((one.name, one.title) for one in PAGES if one.title),
        pages={one.name: one.path for one in PAGES},
        known=known or rounds_known(),
    )

    async def enter(request: Request) -> Response:
        value = sessions.enter(request.path_params["token"], user)
        return entrance_page(sessions.cookie, value) if value else refusal_page("link")

    async def missing(request: Request, error: Exception) -> Response:
        del request, error
        return refusal_page("missing")

    routes = [
        Route(f"{OPENING}{{token}}", enter, methods=["GET"]),
        Mount(STATIC.rstrip("/"), StaticFiles(packages=[("xlassess.web", "static")])),
        *(Route(one.path, shows(desk, one.show), methods=["GET"]) for one in PAGES),
        *(Route(one.path, acts(desk, one.act, one.show, files=one.files), methods=["POST"])
          for one in PAGES if one.act),
    ]  # fmt: skip
    pages = Starlette(routes=routes, exception_handlers={404: missing, 405: missing})
    return Guard(pages, sessions)

"""A desk for tests: over a small round, and a client that was let in as a browser is.

``a_desk`` answers without a network, which is quick. ``running`` serves it to a real browser.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from starlette.types import ASGIApp

from tests.services.post.test_offers import handed
from tests.services.small import LATER, a_folder, answer, made_once, unclear_pair
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services.ingest import ingest
from xlassess.web.app import create_app
from xlassess.web.request.security import Sessions, User

PORT = 8765
FROM_HERE = {"sec-fetch-site": "same-origin", "origin": "null"}
"""What a browser says of a form that a page of the desk sent."""

T = TypeVar("T")


@made_once
def a_round(root: Path) -> AssessmentFolder:
    """Return a round of three people: one answered, one left a doubt, one is awaited."""
    folder = a_folder(root / "small")
    inbox = root / "inbox"
    answer(folder, "Ada Ash", inbox / "ada.xlsx")
    answer(folder, "Abe Ash", inbox / "abe.xlsx", ("Agree", "<b>Perhaps</b>", "Agree"))
    ingest(folder, [inbox], now=LATER, workers=1)
    return folder


@made_once
def a_doubtful_round(root: Path) -> AssessmentFolder:
    """Return a round with something of most kinds to be settled.

    Ada sent two files, and which is the later one is not clear; Abe left a doubt; of Bea an answer
    is missing, and her message asks for a correction; and there is a file of nobody.
    """
    folder = a_round(root)
    unclear_pair(folder, root / "pair")
    ingest(folder, [root / "pair"], now=LATER, workers=1)
    book = answer(folder, "Bea Birch", root / "bea.xlsx", ("Agree", "Agree", None))
    handed(folder, root / "m.eml", "For 1B please read Disagree.", book)
    (root / "order.pdf").write_bytes(b"%PDF-1.4 nothing of ours")
    ingest(folder, [root / "order.pdf"], now=LATER, workers=1)
    return folder


@dataclass
class DeskClient:
    """Asks a desk as one browser does; its cookies are kept from one request to the next."""

    app: ASGIApp
    sessions: Sessions
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Send one request and return the answer; redirects are not followed."""
        return _run(self._ask(method, address, dict(headers or {}), more))

    async def _ask(
        self, method: str, address: str, headers: dict[str, str], more: dict[str, Any]
    ) -> httpx.Response:
        if self.cookies and "cookie" not in headers:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers["cookie"] = "; ".join(pairs)
        home = f"http://127.0.0.1:{self.sessions.port}"
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=home) as client:
            answer = await client.request(method, address, headers=headers, **more)
        for said in answer.headers.get_list("set-cookie"):
            name, _, value = said.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, address: str, **headers: str) -> httpx.Response:
        """Return a page."""
        return self.ask("GET", address, {name.replace("_", "-"): v for name, v in headers.items()})

    def post(
        self, address: str, fields: Mapping[str, Any], headers: Mapping[str, str] = FROM_HERE
    ) -> httpx.Response:
        """Send a form as the desk's own page does; fields must have its number."""
        return self.ask("POST", address, headers, data=dict(fields))

    def upload(
        self, files: Sequence[tuple[str, bytes]], number: str = "", **fields: str
    ) -> httpx.Response:
        """Hand files over on the page that receives them, each with its name."""
        number = number or number_in(self.get("/receive"))
        parts = [("files", (name, content)) for name, content in files]
        return self.ask("POST", "/receive", FROM_HERE, data={"number": number, **fields},
                        files=parts)  # fmt: skip

    def enter(self) -> DeskClient:
        """Open the one-time link."""
        answer = self.get(self.sessions.new_link())
        assert answer.status_code == 200
        return self


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def a_desk(folder: AssessmentFolder, name: str = "Cora Coordinator") -> DeskClient:
    """Return a client of a desk over this folder, let in under this name."""
    return closed_desk(folder, name).enter()


def closed_desk(folder: AssessmentFolder, name: str = "Cora Coordinator") -> DeskClient:
    """Return a client of a desk over this folder, not let in yet."""
    sessions = Sessions(PORT)
    return DeskClient(create_app(folder.root, sessions, User(name)), sessions)


def number_in(answer: httpx.Response) -> str:
    """Return the number of the first form on a page."""
    found = re.search(r'name="number" value="([^"]+)"', answer.text)
    assert found is not None
    return found.group(1)


def words_in(answer: httpx.Response) -> str:
    """Return what a page says, without its markup, in one line."""
    body = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body.partition(">")[2])).split())


def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def process_of(job_id: str) -> int:
    """Return the process that does a job."""
    for place in Path("/proc").iterdir():
        with suppress(OSError):
            if place.name.isdigit() and job_id.encode() in (place / "cmdline").read_bytes():
                return int(place.name)
    raise AssertionError(job_id)


@contextmanager
def running(folder: AssessmentFolder) -> Iterator[Sessions]:
    """Serve a desk over this folder on this computer; ``new_link`` of what it gives lets one in."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    sessions = Sessions(listening.getsockname()[1])
    app = create_app(folder.root, sessions, User("Cora Coordinator"))
    config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield sessions
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def a_desk_at_work(root: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client, str]]:
    """Run the desk as its command does, with a browser that was let in; kill it at the end."""
    command = [sys.executable, "-m", "xlassess", "desk", str(root), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            link = next(line.strip() for line in server.stdout if "/open/" in line)
            with httpx.Client(timeout=60) as browser:
                browser.get(link).raise_for_status()
                yield server, browser, link.partition("/open/")[0]
        finally:
            server.kill()


def settled(desk: DeskClient, address: str) -> httpx.Response:
    """Return a page once the figures that it shows are worked out."""
    for _ in range(400):
        answer = desk.get(address)
        if "data-again" not in answer.text and answer.status_code != 503:
            return answer
        time.sleep(0.05)
    raise AssertionError(address)


def links_in(answer: httpx.Response) -> list[str]:
    """Return every address that a page leads to or shows a picture from, as it stands there."""
    found = re.findall(r'(?:href|src)="(/[^"]*)"', answer.text)
    return [unescape(one) for one in found]

"""Who is let in: the one-time link, sessions, and what every request and answer must have.

The desk listens on this computer only. Any page open in the same browser can still send requests to
it, and any name can be made to lead to it; so each request is checked before a page sees it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Literal

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xlassess.web.request.page import refusal_page

OPENING, STATIC = "/open/", "/static/"
"""Where the one-time link leads, and where style and script are: all that needs no session."""

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""What every answer says to the browser, errors and files included."""

_OWN_SITE, _TYPED = "same-origin", "none"


Role = Literal["coordinator", "reader", "facilitator"]
"""What somebody may do: everything; see and change nothing; see figures without names."""


@dataclass(frozen=True, slots=True)
class User:
    """Who uses the desk: the name under which decisions are recorded, and what they may do.

    Whoever opens the desk on their own computer may do everything.
    """

    name: str
    role: Role = "coordinator"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that was let in: who uses it, and the key that its forms are signed with."""

    user: User
    key: bytes


@dataclass(slots=True)
class Sessions:
    """The browsers that were let in, and the link that lets the next one in.

    Cookies do not tell ports apart: each desk has a cookie of its own name.
    """

    port: int
    _link: bytes = b""
    _open: dict[bytes, Session] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return f"xlassess-desk-{self.port}"

    def new_link(self) -> str:
        """Return where the next browser is let in, once; a link given before no longer works."""
        token = secrets.token_urlsafe(32)
        self._link = digest_of(token)
        return f"http://127.0.0.1:{self.port}{OPENING}{token}"

    def enter(self, token: str, user: User) -> str | None:
        """Return the cookie's value for a new session; nothing if the link does not hold."""
        if not self._link or not hmac.compare_digest(self._link, digest_of(token)):
            return None
        self._link = b""
        value = secrets.token_urlsafe(32)
        self._open[digest_of(value)] = Session(user, secrets.token_bytes(32))
        return value

    def of(self, headers: Headers) -> Session | None:
        """Return the session that a request belongs to."""
        held = cookie_in(headers, self.cookie)
        return self._open.get(digest_of(held)) if held else None


def cookie_in(headers: Headers, name: str) -> str:
    """Return the value of a cookie that came with a request; empty if there is none."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    held = cookies.get(name)
    return held.value if held else ""


def digest_of(text: str) -> bytes:
    """What is kept of a secret, so that comparing it tells nothing about it."""
    return sha256(text.encode("utf-8", "surrogateescape")).digest()


class Guard:
    """Stands before the pages: refuses what is not asked for by a page of ours, in our browser.

    Args:
        app: the pages.
        sessions: who was let in.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app, self._sessions = app, sessions
        self._hosts = {f"{name}:{sessions.port}" for name in ("127.0.0.1", "localhost")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it; every answer is given the headers."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        reason = self._refusal(scope, headers)
        if reason:
            await refusal_page(reason)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> str:
        """Return why a request is refused; nothing if it is not."""
        if headers.get("host", "").lower() not in self._hosts:
            return "host"
        if scope["method"] not in ("GET", "HEAD") and not is_from_here(headers, self._origins):
            return "elsewhere"
        path = str(scope["path"])
        if path.startswith((OPENING, STATIC)):
            return ""
        session = self._sessions.of(headers)
        if session is None:
            return "session"
        scope["session"] = session
        return ""


def is_from_here(headers: Headers, origins: Collection[str]) -> bool:
    """True when a form was sent by a page of ours; both that browsers may say must agree.

    As pages forbid to say where a link was followed from, browsers say "null" as the origin
    of a form, and only Sec-Fetch-Site tells.

    Args:
        headers: of the request.
        origins: ours, such as ``https://desk.example``.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and origin != "null" and origin.lower() not in origins:
        return False
    if site is not None:
        return site == _OWN_SITE
    return origin is not None and origin != "null"

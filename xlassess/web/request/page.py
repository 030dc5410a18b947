"""Writing pages: templates in which every text is text, and answers that are no page."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, HTMLResponse, Response

from xlassess.services.common.phrases import (
    capital,
    count,
    day,
    moment,
    percent,
    visible,
    without_commands,
)
from xlassess.web.request.instead import on_a_page

_KEPT = "\n\t"
"""Characters that steer text and are meant: lines of a comment stay lines."""


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; whatever is written into them is text, never markup."""
    made = Environment(
        loader=PackageLoader("xlassess.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters.update(
        capital=capital, counted=count, day=day, moment=moment, percent=percent,
        on_a_page=on_a_page, without_commands=without_commands,
    )  # fmt: skip
    return made


def load_templates() -> None:
    """Load every template, so that nobody's first page waits until it is compiled."""
    for name in templates().list_templates():
        templates().get_template(name)


def _shown(value: object) -> object:
    """Return text without what could turn or hide the text around it."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isascii():
        return value
    return "".join(char if char in _KEPT else visible(char) for char in value)


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to a page, as lists of them show it; ``here`` on the page itself."""

    title: str
    to: str
    here: bool = False


def page(visit: object, template: str, title: str, view: object, status: int = 200) -> Response:
    """Return a page.

    Args:
        visit: the request, which templates know as ``visit``.
        template: the name of the template.
        title: what the page is called, as its heading and in the browser's bar.
        view: what the template shows; it is called ``view`` there.
        status: the answer's status.
    """
    return _html(template, status, visit=visit, title=title, view=view)


def piece(template: str, macro: str, *values: object) -> str:
    """Return a piece of a page, in one line: what a macro of a template writes.

    Args:
        template: the name of the template.
        macro: the macro; it may not need the request.
        values: what it is given.
    """
    made = templates().get_template(template).make_module()
    return " ".join(str(getattr(made, macro)(*values)).split())


def refusal_page(reason: str) -> Response:
    """Return the page for whoever is not let in, or asks for what is not there."""
    status = 404 if reason == "missing" else 403
    return _html("refused.html", status, reason=reason, title="You cannot open this page")


def team_page(template: str, title: str, status: int = 200, **values: object) -> Response:
    """Return a page of a team's desk that is about no assessment.

    Args:
        template: the name of the template.
        title: what the page is called.
        status: the answer's status.
        values: what the template shows.
    """
    return _html(template, status, title=title, **{"who": None, "errors": (), **values})


def entrance_page(cookie: str, value: str) -> Response:
    """Return the page that lets a browser in and goes on to the desk.

    A page and no redirect: a cookie that is for our own pages only is not sent along where the
    link was followed from a page of somebody else, such as a terminal in the browser.
    """
    answer = _html("entrance.html", 200, title="Opening the desk")
    answer.set_cookie(cookie, value, httponly=True, samesite="strict", path="/")
    return answer


def _html(template: str, status: int, **values: Any) -> Response:
    return HTMLResponse(templates().get_template(template).render(values), status)


def download_all(paths: Sequence[Path], name: str) -> Response:
    """Return files as one zip file, to be saved under a name.

    Raises:
        OSError: it cannot be written.
    """
    handle, place = tempfile.mkstemp(suffix=".zip")
    made = Path(place)
    try:
        # Workbooks are packed already: packing them again takes long and saves nothing.
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for path in paths:
                archive.write(path, path.name)
        answer = download(made, name)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    answer.background = BackgroundTask(made.unlink, missing_ok=True)
    return answer


def download(path: Path, name: str) -> Response:
    """Return a file to be saved under a name, and never shown in the browser."""
    safe = "".join("_" if char in '/\\:*?"<>|' else visible(char)[:1] for char in name)
    return FileResponse(
        path, media_type="application/octet-stream", filename=safe.strip(". ") or "download"
    )

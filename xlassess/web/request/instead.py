"""What errors and remarks say to do by a command, said as the page on which it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

PAGE_TITLES: Mapping[str, str] = {
    "home": "Home", "send": "Send", "messages": "Messages", "receive": "Receive",
    "register": "Register", "settle": "Settle", "summary": "Summary", "plan": "Plan",
    "follow-up": "Report progress", "workshop": "Talk the findings over",
    "papers": "Papers", "history": "Look back", "round": "Begin the next round",
    "settings": "Settings",
}  # fmt: skip
"""The pages that people are sent to, with what each is called."""

_PAGE_OF: Mapping[str, str] = {
    "generate": "send", "send": "messages", "sent": "send", "remind": "messages",
    "reminded": "register", "ingest": "receive", "status": "register", "query": "settle",
    "waive": "settle", "choose": "settle", "set-aside": "settle", "reassign": "settle",
    "correct": "settle", "enter": "settle", "nil": "register", "decline": "register",
    "consolidate": "summary", "report": "summary", "export": "summary", "plan": "plan",
    "progress": "follow-up", "history": "register", "verify": "history", "round": "home",
    "feedback": "papers", "workshop": "workshop", "settings": "settings",
}  # fmt: skip
"""The page on which what a command does is done."""

_COMMAND = re.compile(
    r": xlassess (?P<last>[a-z-]+)(?:(?!\. )[^;\n])*\.?(?=$|[;\n ])"
    r"|(?P<by>\bwith )?xlassess (?P<within>[a-z-]+)(?: (?:list|new|close|reopen)\b)?"
)
"""A command: after a colon, where it ends the sentence, or within one."""


def on_pages(line: tuple[str, str]) -> tuple[str, str]:
    """Return what is wrong and what to do, with pages in place of commands."""
    wrong, remedy = line
    return on_a_page(wrong), on_a_page(remedy)


def on_a_page(text: str) -> str:
    """Return a text with pages in place of the commands that it names.

    One after a colon ends its sentence: "Read them first: xlassess ingest PATH" becomes "Read them
    first: see the page Receive." One that has no page stays as it is.
    """
    return _COMMAND.sub(_said, text)


def _said(found: re.Match[str]) -> str:
    name = _PAGE_OF.get(found["last"] or found["within"])
    if not name:
        return found[0]
    page = f"the page {PAGE_TITLES[name]}"
    if found["last"]:
        return f": see {page}."
    return f"on {page}" if found["by"] else page


def pages_named(line: tuple[str, str]) -> Iterator[str]:
    """Yield the names of the pages on which what a line says to do is done."""
    for text in line:
        for found in _COMMAND.finditer(text):
            if name := _PAGE_OF.get(found["last"] or found["within"]):
                yield name

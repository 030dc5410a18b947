"""Roles: who may open which page, and who may send the form on it.

Nothing is allowed that does not stand here. A page that is added to the desk is for coordinators
alone until it is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from xlassess.web.request.security import Role

ROLES: tuple[Role, ...] = get_args(Role)
"""All roles, the one that may do most first."""

IN_WORDS: Mapping[Role, str] = {
    "coordinator": "sees and decides everything",
    "reader": "sees everything and can save it, changes nothing",
    "facilitator": "sees the summary and the workshop in figures only, without names",
}
"""What each role may do."""

_READ: frozenset[str] = frozenset((
    "home", "toolkit", "people", "send", "workbook", "receive", "messages", "draft-file", "bundle",
    "register", "response", "settle", "doubt", "query", "summary", "sheet", "item", "picture",
    "data", "plan", "plan-file", "workshop", "follow-up", "papers", "pages", "paper", "history",
    "cells", "kept", "job", "job-events",
))  # fmt: skip
"""The pages that readers open. Those that begin something are no use to them; a copy for typing in
bears a seal, and what is typed into it counts."""

_SHOWN: frozenset[str] = frozenset(("summary", "sheet", "item", "picture", "workshop"))
"""The pages that facilitators open: figures over all returns, and nothing that can be saved, as
files are written for coordinators, with names."""


def may_open(role: Role, page: str) -> bool:
    """True when a role may open a page.

    Args:
        role: the role.
        page: the page's name in the table of pages.
    """
    return role == "coordinator" or page in {"reader": _READ, "facilitator": _SHOWN}[role]


def menu_of(role: Role, menu: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the menu for a role: the pages that it may open.

    Whoever may not open the page that a page is a part of finds that one in the menu.

    Args:
        role: the role.
        menu: names and titles of the pages that the menu leads to.
    """
    apart = _ENTRIES.get(role, ())
    return (*(one for one in menu if may_open(role, one[0])), *apart)


_ENTRIES: Mapping[Role, tuple[tuple[str, str], ...]] = {"facilitator": (("workshop", "Workshop"),)}
"""Further entries of the menu: name and title."""


def may_act(role: Role) -> bool:
    """True when a role may send forms that change something."""
    return role == "coordinator"

"""Toolkits as the ledger keeps them: as JSON."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from xlassess.model.toolkit import Toolkit

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@lru_cache(maxsize=1)
def _toolkit() -> TypeAdapter[Toolkit]:
    from pydantic import TypeAdapter

    return TypeAdapter(Toolkit)


def toolkit_body(toolkit: Toolkit) -> str:
    """Return a toolkit as JSON."""
    return _toolkit().dump_json(toolkit).decode()


def toolkit_of(body: str) -> Toolkit:
    """Return the toolkit that `toolkit_body` wrote."""
    return _toolkit().validate_json(body)

"""The rows of a toolkit's tables: what each column shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.exchange.cells import number_text
from xlassess.toolkits.exchange.sheets import (
    BANDS,
    HORIZONS,
    ITEMS,
    OVERALL,
    PLAN,
    SCALE_FACTS,
    SCALES,
    SCENARIOS,
    SCORING,
    SECTIONS,
    STATUSES,
    TOOLKIT,
    VIEWS,
    Block,
    BookColumn,
    level_column,
)

Shown = str | float
"""What a cell shows; an empty text for an empty cell."""

_DIGITS = 15
"""Digits of a number that every spreadsheet program keeps."""


def columns_of(block: Block, toolkit: Toolkit) -> tuple[BookColumn, ...]:
    """Return the columns a block has for this toolkit: those of level descriptors with them."""
    rows = list(records(block, toolkit))
    columns = [
        column
        for column in block.columns
        if not column.spare or any(shown(column, row) not in ("", column.usual) for row in rows)
    ]
    if block is ITEMS:
        columns += [level_column(code, label) for code, label in _levels(toolkit).items()]
    return tuple(columns)


def _levels(toolkit: Toolkit) -> dict[str, str]:
    """Return the choices that are described, or in a matrix may be, with their labels."""
    matrices = (section for section in toolkit.all_sections if section.form == "matrix")
    candidates = [item for section in matrices for item in section.items]
    described = [item for item in candidates if item.levels] or candidates
    codes = {code: code for item in described for code in item.levels}
    for name in dict.fromkeys(item.answer for item in described):
        scale = toolkit.scales.get(name)
        for choice in reversed(scale.substantive if scale else ()):
            codes[choice.code] = choice.label
    return codes


def records(block: Block, toolkit: Toolkit) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a block by field; a form has one."""
    plan = toolkit.action_plan
    if block is TOOLKIT:
        yield _fields(block, toolkit)
    elif block is SCORING:
        yield _fields(block, toolkit.scoring)
    elif block is PLAN:
        yield _fields(block, plan)
    elif block is VIEWS:
        yield from (_fields(block, view) for view in toolkit.views)
    elif block is SECTIONS:
        yield from _sections(toolkit)
    elif block is ITEMS:
        yield from _items(toolkit)
    elif block is SCALES:
        yield from _scales(toolkit)
    elif block is BANDS:
        yield from _bands(toolkit)
    elif block in (HORIZONS, STATUSES, SCENARIOS) and plan:
        yield from (_fields(block, entry) for entry in getattr(plan, block.loc[-1]))


def _fields(block: Block, thing: object) -> dict[str, Any]:
    """Return what the block's columns show of a thing; a part of it after a point."""
    return {column.field: _value(thing, column.field) for column in block.columns}


def _value(thing: object, field: str) -> Any:
    for name in field.split("."):
        thing = getattr(thing, name, None)
    return thing


def _sections(toolkit: Toolkit) -> Iterator[dict[str, Any]]:
    for closing, sections in ((False, toolkit.sections), (True, toolkit.closing)):
        yield from (_fields(SECTIONS, section) | {"closing": closing} for section in sections)


def _items(toolkit: Toolkit) -> Iterator[dict[str, Any]]:
    for section in toolkit.all_sections:
        for item in section.items:
            levels = {f"levels.{code}": text for code, text in item.levels.items()}
            yield _fields(ITEMS, item) | levels | {"section": section.id}


def _scales(toolkit: Toolkit) -> Iterator[dict[str, Any]]:
    for name, scale in toolkit.scales.items():
        facts: dict[str, Any] = {field: getattr(scale, field) for field in SCALE_FACTS}
        for choice in scale.choices:
            yield _fields(SCALES, choice) | facts | {"scale": name}
            facts = dict.fromkeys(SCALE_FACTS)


def _bands(toolkit: Toolkit) -> Iterator[dict[str, Any]]:
    for section in toolkit.all_sections:
        yield from (_fields(BANDS, band) | {"section": section.id} for band in section.bands)
    yield from (_fields(BANDS, band) | {"section": OVERALL} for band in toolkit.scoring.bands)


def shown(column: BookColumn, record: Mapping[str, Any]) -> Shown:
    """Return what a cell shows of a record."""
    value = record.get(column.field)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        # As text where the program would round it.
        exact = float(f"{value:.{_DIGITS}g}") == value
        return value if exact else number_text(value)
    if isinstance(value, tuple):
        return ("\n" if column.kind == "lines" else ", ").join(value)
    return str(value)

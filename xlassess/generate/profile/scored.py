"""The answers that count towards scores, as terms for formulas.

Which sections, views and items count is decided where scores are computed
(`xlassess.score`); the formulas here say the same in a spreadsheet's words.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.contract.layout import Layout, SectionLayout, list_name, proper_name, score_name
from xlassess.generate.workbook.lists import Range, added, counted, equal, is_pattern, runs
from xlassess.model.toolkit import Choice, Item, Scale, Section, Toolkit, answer_field
from xlassess.score import counts_towards, reported_sections, section_views


@dataclass(frozen=True, slots=True)
class Scored:
    """The answers of one section, from one view, that count.

    ``label`` names it in tables and charts; ``cells`` are the answers; ``asked`` is how many
    there are.
    """

    section: Section
    place: SectionLayout
    view: str
    label: str
    cells: tuple[Range, ...]
    asked: int
    scale_id: str
    scale: Scale | None

    @property
    def _has_patterns(self) -> bool:
        """True where a label is more than text to COUNTIF, which is shorter and does else."""
        return self.scale is not None and any(is_pattern(c.label) for c in self.scale.choices)

    def _each(self, name: str) -> str:
        """Sum over the choices: how often each was picked, times what stands beside its label."""
        labels = list_name(self.scale_id)
        places = range(1, len(self.scale.choices) + 1) if self.scale else ()
        return added(
            f"({equal(self.cells, f'INDEX({labels},{k})')})*INDEX({name},{k})" for k in places
        )

    @property
    def answered(self) -> str:
        """How many answers are substantive."""
        labels, proper = list_name(self.scale_id), proper_name(self.scale_id)
        if self._has_patterns:
            return self._each(proper)
        return f"SUMPRODUCT(({counted(self.cells, labels)})*{proper})"

    @property
    def total(self) -> str:
        """The total of the answers' scores."""
        labels, scores = list_name(self.scale_id), score_name(self.scale_id)
        if self._has_patterns:
            return self._each(scores)
        return f"SUMPRODUCT({counted(self.cells, labels)},{scores})"

    def picked(self, label_cell: str) -> str:
        """How often the choice was picked whose label stands in a cell."""
        return (equal if self._has_patterns or not self.scale else counted)(self.cells, label_cell)


def scored_parts(layout: Layout) -> tuple[Scored, ...]:
    """Return the scored answers, section by section and view by view."""
    toolkit = layout.toolkit
    places = {place.section.id: place for place in layout.sections}
    return tuple(
        _scored(toolkit, places[section.id], view)
        for section in reported_sections(toolkit)
        for view in section_views(toolkit, section)
    )


def _scored(toolkit: Toolkit, place: SectionLayout, view: str) -> Scored:
    field = answer_field(view)
    rows: dict[int, list[int]] = {}
    for table in place.tables:
        for row in table.rows:
            for column in table.fields(row.item):
                counts = counts_towards(toolkit, place.section, row.item)
                if column.field == field and counts:
                    rows.setdefault(column.index, []).append(row.index)
    cells = tuple(r for column, found in rows.items() for r in runs(place.sheet, column, found))
    name = place.section.name
    label = f"{name}: {toolkit.view(view).label}" if view else name
    asked = sum(len(found) for found in rows.values())
    scale = toolkit.scoring.scale
    return Scored(place.section, place, view, label, cells, asked, scale, toolkit.scales.get(scale))


def scored_places(layout: Layout) -> tuple[SectionLayout, ...]:
    """Return the sheets of the sections a scorecard reports on."""
    reported = {section.id for section in reported_sections(layout.toolkit)}
    return tuple(place for place in layout.sections if place.section.id in reported)


def scoring_scale(toolkit: Toolkit) -> Scale:
    """Return the scale whose items are scored.

    Raises:
        KeyError: the toolkit names none.
    """
    return toolkit.scales[toolkit.scoring.scale]


def least_first(scale: Scale) -> tuple[Choice, ...]:
    """Return the substantive choices, least first."""
    return tuple(reversed(scale.substantive))


@dataclass(frozen=True, slots=True)
class Flaggable:
    """An answer that may make its item a matter to act on: its cell, and the labels that do."""

    item: Item
    place: SectionLayout
    cell: Range
    labels: tuple[str, ...]


def flaggable(layout: Layout) -> tuple[Flaggable, ...]:
    """Return every answer that may be flagged, in the order of the sheets."""
    toolkit = layout.toolkit
    found: list[Flaggable] = []
    for place in scored_places(layout):
        for table in place.tables:
            for row in table.rows:
                labels = _flagged_labels(toolkit, place.section, row.item)
                found += [
                    Flaggable(
                        row.item,
                        place,
                        Range(place.sheet, column.index, row.index, row.index),
                        labels,
                    )
                    for column in table.fields(row.item)
                    if column.role == "answer" and labels
                ]
    return tuple(found)


def _flagged_labels(toolkit: Toolkit, section: Section, item: Item) -> tuple[str, ...]:
    if item.is_free or not counts_towards(toolkit, section, item):
        return ()
    flagged = toolkit.scoring.flagged
    return tuple(c.label for c in toolkit.scales[item.answer].choices if c.code in flagged)


def answer_cell(layout: Layout, item_id: str) -> Range | None:
    """Return the cell of an item's (first) answer, or None where there is no such item."""
    for place in layout.sections:
        for table in place.tables:
            for row in table.rows:
                if row.item.id == item_id:
                    for column in table.fields(row.item):
                        if column.role == "answer":
                            return Range(place.sheet, column.index, row.index, row.index)
    return None

"""The workbook at work in LibreOffice: its formulas say what the scoring rules say."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.clients import validator
from tests.clients.office import Office, Offices, Seen, Typed
from tests.factory import Entry, Workbook, entries, issue
from tests.generate.conftest import RULES, a_toolkit, with_patterns
from xlassess.contract.layout import LISTS, PROFILE, REFERENCE_ROW, START, Layout, layout
from xlassess.generate.profile.scored import scored_parts
from xlassess.generate.workbook.status import CHECK, DONE, OPEN, OPTIONAL, TO_DO
from xlassess.model.answer import Answer
from xlassess.model.toolkit import Toolkit
from xlassess.score import Scorecard, scorecard, suggest_scenario
from xlassess.toolkits.load import builtin_ids, find_toolkit

DAY_ZERO = date(1899, 12, 30)
FIRST = REFERENCE_ROW + 3
"""The Profile's first row of figures, counted from 0; the one above holds the headings."""


MADE = {**{rule: a_toolkit(rule) for rule in RULES}, "patterns": with_patterns()}
"""Toolkits made for tests, by name."""


@pytest.fixture(scope="module", params=[*MADE, *builtin_ids()])
def toolkit(request: pytest.FixtureRequest) -> Toolkit:
    return MADE.get(request.param) or find_toolkit(request.param)


@pytest.fixture(scope="module")
def issued(toolkit: Toolkit, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workbook, Path]:
    made = issue(toolkit)
    return made, made.write(tmp_path_factory.mktemp(toolkit.id))


@pytest.fixture(scope="module")
def untouched(offices: Offices, issued: tuple[Workbook, Path]) -> Seen:
    """The workbook as issued, after every formula was worked out anew."""
    made, path = issued
    sheets = [START, PROFILE, *(place.sheet for place in layout(made.toolkit).sections)]
    return offices.get().work(path, recalculate=True, read=True, heights=sheets)


def typed(given: Iterable[Entry]) -> list[Typed]:
    found = []
    for entry in given:
        value: str | float | date = entry.typed
        if isinstance(value, date):
            value = float((value - DAY_ZERO).days)
        kind = "text" if isinstance(value, str) else "number"
        found.append(Typed(entry.sheet, entry.cell, value, kind))  # type: ignore[arg-type]
    return found


def answers(given: Iterable[Entry]) -> list[Answer]:
    return [Answer(e.item, e.field, e.value, e.sheet, e.cell) for e in given]


def table(seen: Seen) -> list[dict[str, object]]:
    """The Profile's table by its headings, row by row up to the first without a name."""
    values = seen.values[PROFILE]
    columns = "ABCDEFGHIJKLMNOP"
    heads = {str(values[f"{c}{FIRST}"]): c for c in columns if values.get(f"{c}{FIRST}")}
    rows = []
    for row in range(FIRST + 1, FIRST + 40):
        if not values.get(f"B{row}"):
            break
        rows.append({head: values.get(f"{c}{row}", "") for head, c in heads.items()})
    return rows


@pytest.mark.clients("libreoffice")
def test_formulas__have_the_values_a_recalculation_gives(
    untouched: Seen,
    issued: tuple[Workbook, Path],
) -> None:
    made, _ = issued
    seen = untouched
    assert seen.errors() == {}
    formulas = openpyxl.load_workbook(io.BytesIO(made.data))
    values = openpyxl.load_workbook(io.BytesIO(made.data), data_only=True)
    different = {}
    count = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                count += 1
                kept = values[sheet.title][cell.coordinate].value
                found = seen.values[sheet.title].get(cell.coordinate)
                if ("" if kept is None else kept) != ("" if found is None else found):
                    different[f"{sheet.title}!{cell.coordinate}"] = (kept, found)
    assert different == {}
    assert count > 20


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize("variation", [0, pytest.param(1, marks=pytest.mark.thorough)])
def test_filled__the_profile_says_what_the_scorecard_says(
    office: Office,
    issued: tuple[Workbook, Path],
    variation: int,
) -> None:
    made, path = issued
    given = [e for e in entries(made.toolkit, variation) if e.typed != ""]
    seen = office.work(path, typed(given), read=True)
    assert seen.locked == ()
    assert seen.errors() == {}
    card = scorecard(made.toolkit, answers(given))
    assert_profile(seen, made.toolkit, card)
    # What another answer may call for is "Still open" where it does, and optional where not.
    called_for = any(item.only_when for item in made.toolkit.items())
    expected = (DONE, TO_DO, OPEN, OPTIONAL) if called_for else (DONE, TO_DO)
    said = {str(value) for value in statuses(seen, layout(made.toolkit))}
    assert {value for value in said if not value.startswith(expected)} == set()


@pytest.mark.clients("libreoffice")
def test_gaps__no_total_is_given_and_missing_answers_are_no_noughts(
    office: Office,
    issued: tuple[Workbook, Path],
) -> None:
    made, path = issued
    given = [e for i, e in enumerate(entries(made.toolkit)) if i % 5]
    seen = office.work(path, typed(given), read=True)
    assert_profile(seen, made.toolkit, scorecard(made.toolkit, answers(given)))
    assert str(seen.values[START]["A3"]).startswith("Still to do")


def statuses(seen: Seen, places: Layout) -> list[object]:
    found = []
    for place in places.sections:
        for part in place.tables:
            column = next(c for c in part.columns if c.role == "status")
            letter = chr(65 + column.index)
            found += [seen.values[place.sheet][f"{letter}{row.index + 1}"] for row in part.rows]
    return found


def assert_spread(seen: Seen, toolkit: Toolkit, card: Scorecard) -> None:
    """Where sections are judged from views, each view's judgements are counted by choice."""
    scores = [score for score in card.sections if score.view]
    values = seen.values[PROFILE]
    heads = [row for row in range(FIRST + 1, FIRST + 40) if values.get(f"C{row}") == "Judged"]
    assert len(heads) == bool(scores)
    for row, score in enumerate(scores, heads[0] + 1 if heads else 0):
        assert values[f"A{row}"] == score.section
        assert (values[f"C{row}"], values[f"D{row}"]) == (score.answered, score.asked)
        labels = {
            choice.code: choice.label for s in toolkit.scales.values() for choice in s.choices
        }
        shown = {str(values[f"{c}{heads[0]}"]): values[f"{c}{row}"] for c in "EFGHIJ"}
        counted = {labels[code]: count for code, count in score.counts.items() if count}
        assert {label: count for label, count in shown.items() if count} == counted


def assert_profile(seen: Seen, toolkit: Toolkit, card: Scorecard) -> None:
    rows = table(seen)
    if toolkit.scoring.rule == "none":
        assert len(rows) == len({score.section for score in card.sections})
        assert_spread(seen, toolkit, card)
    else:
        parts = scored_parts(layout(toolkit))
        for row, score, part in zip(rows, card.sections, parts, strict=False):
            assert (part.section.id, part.view) == (score.section, score.view)
            assert (row["Answered"], row["Asked"]) == (score.answered, score.asked)
            assert_figure(row, toolkit, score.score)
            if score.band:
                assert row["Band"] == score.band.name
                assert row.get("What it says", score.band.reading) == score.band.reading
            if toolkit.scoring.rule != "sum":
                scale = toolkit.scales[toolkit.scoring.scale]
                for choice in scale.choices:
                    assert row[choice.label] == score.counts[choice.code]
        assert len(rows) == len(card.sections) + len(card.overall)
        for row, overall in zip(rows[len(card.sections) :], card.overall, strict=False):
            assert_figure(row, toolkit, overall.score)
            if overall.band:
                assert row["Band"] == overall.band.name
    assert_flags(seen, toolkit, card)
    if toolkit.scoring.rule == "sum":
        assert_dartboard(seen, toolkit, card)
        assert_scenario(seen, toolkit, card)


def assert_figure(row: Mapping[str, object], toolkit: Toolkit, score: float | None) -> None:
    heads = {"sum": "Score", "mean": "Mean", "share": "Share of"}
    name = heads.get(toolkit.scoring.rule)
    if name is None:
        assert score is None
        return
    value = next(row[head] for head in row if head.startswith(name))
    assert value == ("" if score is None else pytest.approx(score))


def assert_flags(seen: Seen, toolkit: Toolkit, card: Scorecard) -> None:
    values = seen.values[PROFILE]
    heads = [cell for cell, value in values.items() if value == "Section and matter"]
    if not heads:
        assert card.flagged == ()
        return
    first, most = int(heads[0][1:]) + 1, 25 if toolkit.scoring.rule == "none" else 15
    listed = [values.get(f"A{row}", "") for row in range(first, first + most)]
    expected = [flag.item for flag in card.flagged][:most]
    assert [item for item in listed if item and not str(item).startswith("Only")] == expected
    for row, item in enumerate(expected, first):
        asked = toolkit.item(item)
        named = f"{toolkit.section_of(item).name}: {asked.short or asked.ask}"
        assert values[f"B{row}"] == named


def assert_dartboard(seen: Seen, toolkit: Toolkit, card: Scorecard) -> None:
    """A segment is shaded up to the ring of its band; the rings stand on the lists sheet."""
    values = seen.values[LISTS]
    heads = {
        str(v): c.rstrip("0123456789")
        for c, v in values.items()
        if c.endswith("1") and c[:-1].isalpha()
    }
    bands = [sorted(s.bands, key=lambda b: b.low) for s in toolkit.scored_sections]
    for ring in range(1, len(bands[0]) + 1):
        column = heads[f"ring {ring}"]
        for i, (score, own) in enumerate(zip(card.sections, bands, strict=True)):
            shaded = score.band is not None and own.index(score.band) + 1 >= ring
            slices = (values[f"{column}{2 * i + 2}"], values[f"{column}{2 * i + 3}"])
            assert slices == ((1, 0) if shaded else (0, 1)), (ring, score.section)


def assert_scenario(seen: Seen, toolkit: Toolkit, card: Scorecard) -> None:
    scores = {score.section: score.score for score in card.sections}
    suggested = suggest_scenario(toolkit, scores, card.overall[0].score)
    plan = toolkit.action_plan
    assert plan is not None
    shown = [
        scenario.id
        for scenario in plan.scenarios
        for value in seen.values[PROFILE].values()
        if str(value).startswith(f"{scenario.id}: {scenario.title}.")
    ]
    assert shown == ([suggested.id] if suggested else [])


@pytest.mark.clients("libreoffice")
def test_status__says_what_is_wrong_or_still_wanted(
    office: Office,
    tmp_path: Path,
) -> None:
    made = issue(a_toolkit("mean"))
    path = made.write(tmp_path)
    place = layout(made.toolkit).sections[1]
    spot = {
        (row.item.id, column.field): (row.index, column.index)
        for part in place.tables
        for row in part.rows
        for column in part.fields(row.item)
    }
    status = next(c for c in place.tables[0].columns if c.role == "status").index

    def enter(item: str, field: str, value: str | float) -> Typed:
        row, column = spot[item, field]
        kind = "text" if isinstance(value, str) else "number"
        return Typed(place.sheet, f"{chr(65 + column)}{row + 1}", value, kind)  # type: ignore[arg-type]

    def said(seen: Seen, item: str) -> str:
        row = next(r for (name, _), (r, _) in spot.items() if name == item)
        return str(seen.values[place.sheet][f"{chr(65 + status)}{row + 1}"])

    seen = office.work(path, read=True)
    assert (said(seen, "1.1"), said(seen, "1.4")) == (TO_DO, OPTIONAL)
    first = [enter("1.1", "answer", "fully"), enter("1.2", "answer:in", "Hardly"),
             enter("1.3", "answer", "perhaps"), enter("1.4", "answer", 12),
             enter("1.10", "answer", "Don't know"), enter("1.5", "answer", " ")]  # fmt: skip
    seen = office.work(path, first, read=True)
    assert said(seen, "1.1") == DONE
    assert said(seen, "1.2") == f"{TO_DO}: Outside"
    assert said(seen, "1.3") == f"{CHECK} answer"
    assert said(seen, "1.4") == f"{CHECK} answer"
    assert said(seen, "1.10") == f"{OPEN}: Who might know?"
    assert said(seen, "1.5") == OPTIONAL
    assert "look again" in str(seen.values[START]["A3"])
    more = [*first, enter("1.2", "answer:out", "Fully"), enter("1.4", "answer", 3)]
    seen = office.work(path, more, read=True)
    assert said(seen, "1.2") == f'{TO_DO}: Say why, in "a few" words.'
    assert said(seen, "1.4") == DONE
    seen = office.work(path, [*more, enter("1.2", "comment", "Because.")], read=True)
    assert said(seen, "1.2") == DONE


@pytest.mark.clients("libreoffice")
def test_rows__are_high_enough_in_libreoffice(untouched: Seen) -> None:
    short = [
        (sheet, number, have, need)
        for sheet, rows in untouched.heights.items()
        for number, (have, need) in enumerate(rows, start=1)
        if need > have + 0.5
    ]
    assert short == []


@pytest.mark.clients("validator")
@pytest.mark.parametrize("name", MADE)
def test_package__passes_the_open_xml_sdk(name: str, tmp_path: Path) -> None:
    """The built-in toolkits' workbooks are among those of `tests/made.py`."""
    assert validator.problems(issue(MADE[name]).write(tmp_path)) == []

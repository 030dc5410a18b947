"""Which action-planning scenario a result suggests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlassess.score import suggest_scenario


@pytest.mark.parametrize(
    ("lowest", "total", "expected"),
    [
        (19, 120, "A"), (13, 109, "A"), (12.9, 120, "B"), (18, 108.9, "B"), (6, 73, "B"),
        (13, 72.9, "C"), (6, 36, "C"), (24, 36, "C"),
    ],
)  # fmt: skip
def test_suggest_scenario__limits(pat_like, lowest, total, expected):
    sections = {str(n): 24.0 for n in range(1, 7)} | {"4": lowest}
    assert suggest_scenario(pat_like, sections, total).id == expected


def test_suggest_scenario__rest_needs_all_to_agree(pat_like):
    sections = {str(n): 24.0 for n in range(1, 7)}
    assert suggest_scenario(pat_like, sections, 144, agreed=False).id == "B"
    assert suggest_scenario(pat_like, sections, 144, agreed=True).id == "A"


def test_suggest_scenario__needs_every_section_and_the_total(pat_like):
    sections = {str(n): 24.0 for n in range(1, 7)}
    assert suggest_scenario(pat_like, sections | {"2": None}, 144) is None
    assert suggest_scenario(pat_like, sections, None) is None


def test_suggest_scenario__toolkit_without_scenarios(pat_like):
    sections = {str(n): 24.0 for n in range(1, 7)}
    assert suggest_scenario(replace(pat_like, action_plan=None), sections, 144) is None

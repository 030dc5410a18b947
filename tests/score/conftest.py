"""Toolkits in small, for scoring rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from xlassess.model.answer import Answer
from xlassess.model.toolkit import (
    ActionPlan,
    Band,
    Choice,
    Item,
    Scale,
    Scenario,
    Scoring,
    Section,
    Toolkit,
    View,
)

AGREEMENT = Scale(
    "Agreement",
    (
        Choice("sa", "Strongly agree", 4),
        Choice("a", "Agree", 3),
        Choice("d", "Disagree", 2),
        Choice("sd", "Strongly disagree", 1),
        Choice("dk", "Don't know", apart=True),
    ),
)
YES_NO = Scale(
    "Yes or no",
    (Choice("yes", "Yes", 1), Choice("no", "No", 0), Choice("na", "Not applicable", apart=True)),
)
WEIGHT = Scale("Weight", tuple(Choice(f"w{n}", str(n), n) for n in (5, 4, 3, 2, 1)))
LEVELS = Scale(
    "Levels", tuple(Choice(code, code.title()) for code in ("advanced", "better", "basic", "below"))
)
SECTION_BANDS = (
    Band(19, 24, "Best", "best"),
    Band(13, 18, "Good", "good"),
    Band(7, 12, "Limited", "limited"),
    Band(6, 6, "Minimal", "minimal"),
)
TOTAL_BANDS = (
    Band(109, 144, "Well", "well"),
    Band(73, 108, "Well enough", "well enough"),
    Band(37, 72, "Concerns", "concerns"),
    Band(36, 36, "Badly", "badly"),
)
SCENARIOS = (
    Scenario("A", "Working well", "", "", weakest=1, overall=0),
    Scenario("B", "In parts", "", "", overall=1),
    Scenario("C", "Concerns", "", ""),
)


def _plan(scenarios: tuple[Scenario, ...]) -> ActionPlan:
    return ActionPlan("", (Choice("quick", "Quick win"),), (Choice("open", "Open"),), 5, scenarios)


@pytest.fixture
def pat_like() -> Toolkit:
    """Six sections of six statements, as the Partnership Assessment Tool scores them."""
    return make_pat_like()


def make_pat_like() -> Toolkit:
    """Six sections of six statements, scored like the Partnership Assessment Tool."""
    sections = tuple(
        Section(
            id=str(n),
            tab=f"S{n}",
            title=f"Principle {n}",
            items=(
                *(Item(f"{n}{letter}", "?", "agreement") for letter in "ABCDEF"),
                Item(f"{n}T", "?", "text", required=False),
            ),
            bands=SECTION_BANDS,
        )
        for n in range(1, 7)
    )
    closing = Section(
        "7",
        "Overall",
        "Overall",
        (
            *(Item(f"S{n}", "?", "weight", weighs=str(n)) for n in range(1, 7)),
            Item("T1", "?", "agreement"),
        ),
        scored=False,
    )
    return Toolkit(
        id="pat-like", version="1", title="T", short="T", publisher="", year=2000, source="",
        rights="", about="", how="", scales={"agreement": AGREEMENT, "weight": WEIGHT},
        sections=sections,
        scoring=Scoring("sum", "", "agreement", overall=True, bands=TOTAL_BANDS, success="T1"),
        action_plan=_plan(SCENARIOS),
        closing=(closing,),
    )  # fmt: skip


@pytest.fixture
def simple() -> Callable[..., Toolkit]:
    """Build a toolkit of two sections of three items under another rule."""

    def build(rule: str, scale: Scale, views: tuple[str, ...] = (), **scoring: object) -> Toolkit:
        sections = tuple(
            Section(
                id=section,
                tab=section,
                title=section,
                items=tuple(Item(f"{section}.{n}", "?", "scale", views=views) for n in (1, 2, 10)),
            )
            for section in ("one", "two")
        )
        return Toolkit(
            id="simple", version="1", title="T", short="T", publisher="", year=2000, source="",
            rights="", about="", how="", scales={"scale": scale}, sections=sections,
            scoring=replace(Scoring("mean", "", "scale"), rule=rule, **scoring),
            views=tuple(View(view, view.title()) for view in views),
        )  # fmt: skip

    return build


def given(values: Mapping[str, str], field: str = "answer") -> list[Answer]:
    """Answers from item numbers and choice codes."""
    return [
        Answer(item, field, value, "Sheet", f"E{row}")
        for row, (item, value) in enumerate(values.items(), 1)
    ]

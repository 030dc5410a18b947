"""Toolkits made for tests, one for each scoring rule, with what the built-in ones leave out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlassess.model.toolkit import (
    ActionPlan,
    Band,
    Choice,
    FollowUp,
    Item,
    Rule,
    Scale,
    Scenario,
    Scoring,
    Section,
    Toolkit,
    View,
)

POINTS = Scale(
    "How far",
    (
        Choice("fully", "Fully", 3, about="In every respect."),
        Choice("partly", "Partly", 2),
        Choice("hardly", "Hardly", 1),
        Choice("unknown", "Don't know", apart=True),
    ),
)
YES_NO = Scale("Yes or no", (Choice("yes", "Yes"), Choice("no", 'No, or "not quite"')))
RULES: tuple[Rule, ...] = ("sum", "mean", "levels", "share", "none")


def _items(section: str) -> tuple[Item, ...]:
    reasons = FollowUp(("hardly",), 'Say why, in "a few" words.', required=True)
    return (
        Item(f"{section}.1", "A first statement?", "points", why="Because.",
             prompts=("One?", "Two?")),
        Item(f"{section}.2", "Both views?", "points", views=("in", "out"), follow_up=reasons),
        Item(f"{section}.3", "Yes or no?", "yes-no", comment=False, evidence=True),
        Item(f"{section}.4", "How many?", "number", minimum=1, maximum=9, required=False),
        Item(f"{section}.10", "A last statement?", "points", required=False,
             follow_up=FollowUp(("unknown",), "Who might know?")),
        Item(f"{section}.5", "Say more", "long-text", comment=False, required=False),
    )  # fmt: skip


def _bands(low: int, high: int) -> tuple[Band, ...]:
    middle = (low + high) // 2
    return (
        Band(middle + 1, high, "Strong", "It is strong."),
        Band(low, middle, "Weak", "It is weak & wants work."),
    )


_BANDS = {"sum": _bands(3, 9), "mean": _bands(1, 3)}
_OVERALL = {"sum": _bands(9, 27), "mean": _bands(1, 3)}

DETAILS = Section(
    "D",
    "Details & dates",
    "Details",
    (
        Item("D1", "When?", "date"),
        Item("D2", "How much?", "money", minimum=0),
        Item("D3", "What share?", "percent", minimum=0, maximum=1, required=False),
        Item("D4", "Who?", "text", comment=False),
        Item("D5", "Statutory?", "yes-no"),
    ),
    form="text",
    scored=False,
)


def a_toolkit(rule: Rule) -> Toolkit:
    """Return a toolkit with this rule that has every form of section and kind of answer."""
    views = rule in ("mean", "levels")
    scale = "yes-no" if rule == "share" else "points"
    sections = tuple(
        Section(
            name,
            f"{name} {form}",
            f"Section {name}",
            tuple(replace(i, views=i.views if views else ()) for i in _items(name)),
            about="What it is about.",
            form=form,  # type: ignore[arg-type]
            bands=_BANDS.get(rule, ()),
        )
        for name, form in (("1", "statements"), ("2", "matrix"), ("3", "checklist"))
    )
    levels = {"fully": "All of it.", "partly": "Some of it.", "hardly": "None of it."}
    matrix = tuple(
        replace(i, levels=levels) if i.answer == "points" else i for i in sections[1].items
    )
    sections = (sections[0], replace(sections[1], items=matrix), sections[2])
    closing = Section(
        "9", "9 Closing", "Closing",
        (Item("W1", "How much does section 1 matter?", "points", weighs="1", required=False),
         Item("T1", "Does it work?", "points", comment=False)),
        scored=False,
    )  # fmt: skip
    return Toolkit(
        id=f"test-{rule}", version="1", title=f"A toolkit by {rule}", short=rule.title(),
        publisher="Nobody", year=None, source="Made up", rights="None.", about="For tests.",
        how="Fill it in.", scales={"points": POINTS, "yes-no": YES_NO},
        sections=(DETAILS, *sections), closing=(closing,),
        scoring=Scoring(
            rule, "Made up", scale="" if rule == "none" else scale, overall=rule in ("sum", "mean"),
            bands=_OVERALL.get(rule, ()), no_overall_because="It has none.",
            flagged=("no", "hardly"), flagged_as="matter to settle", success="T1", note="A note.",
        ),
        action_plan=ActionPlan(
            "Plan.", (Choice("now", "Now"), Choice("later", "Later")), (Choice("open", "Open"),),
            rows=3, proposal="What do you propose?",
            scenarios=(Scenario("A", "Good", "All is well.", "Go on.", weakest=0, overall=0),
                       Scenario("B", "Else", "It is not.", "Talk.")),
        ),
        views=(View("in", "Inside", "By our own goals."), View("out", "Outside")),
    )  # fmt: skip


def with_patterns() -> Toolkit:
    """Return a toolkit whose labels COUNTIF would take for comparisons and patterns."""
    toolkit = a_toolkit("mean")
    labels = ("> 5 years *", "1 to 5 years?", "< 1 year", "~ unknown")
    choices = (
        replace(choice, label=label) for choice, label in zip(POINTS.choices, labels, strict=True)
    )
    scales = {**toolkit.scales, "points": replace(POINTS, choices=tuple(choices))}
    return replace(toolkit, scales=scales)


@pytest.fixture(params=RULES)
def any_toolkit(request: pytest.FixtureRequest) -> Toolkit:
    """A toolkit for each scoring rule in turn."""
    return a_toolkit(request.param)

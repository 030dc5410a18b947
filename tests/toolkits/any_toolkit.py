"""Any sound toolkit, for property tests."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from xlassess.model.toolkit import (
    FREE_ANSWERS,
    ActionPlan,
    Band,
    Choice,
    FollowUp,
    Item,
    Scale,
    Scenario,
    Scoring,
    Section,
    Toolkit,
    View,
)

_LINE = st.characters(
    blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\ufffe\uffff"
)
AWKWARD_LINES = (
    "1.10", "1.0", "no", "Yes", "null", "~", "=1+1", "-- x", "# x", "a: b", "a #b", "'a'", '"',
    "@x", "- a", "? a", "[a]", "{a: b}", "a\tb", "_x000D_", "a_x0041_b", "x005F_", "TRUE", "1e5",
    "2026-03-31", "a  b", "\u00a0a\u2028b\u0085c", "%", "&amp;<b>", "|", ">", "a\\", "🙂", "\u202e",
    "word " * 40, "a\u00a0long text with spaces that do not break " * 4, "x" * 130, "*a", "!a", "`",
)  # fmt: skip
"""Texts that YAML, XML or a spreadsheet may take for something else."""


def _stripped(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return texts.map(str.strip).filter(bool)


line = _stripped(st.one_of(st.sampled_from(AWKWARD_LINES), st.text(_LINE, min_size=1, max_size=30)))
"""A text in one line, with nothing around it."""

text = st.one_of(line, _stripped(st.lists(line | st.just(""), max_size=4).map("\n".join)))
"""A text that may run over lines."""

maybe = st.just("") | text
label = line.filter(lambda found: len(found.encode("utf-16-le")) <= 510)
number = st.one_of(
    st.integers(-9, 99).map(float), st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: x + 0.0)
)
_NAME = string.ascii_letters + string.digits
short = st.lists(st.text(_NAME, min_size=1, max_size=5), max_size=7).map(" ".join)


def names(first: str, rest: str, size: int) -> st.SearchStrategy[str]:
    """Ids: a character of the first kind, then of the rest."""
    return st.builds(str.__add__, st.sampled_from(first), st.text(rest, max_size=size - 1))


scale_ids = names(string.ascii_lowercase, string.ascii_lowercase + "-", 12).filter(
    lambda name: name not in FREE_ANSWERS and not name.startswith("plan")
)
codes = names(_NAME, _NAME + "_-", 10)
section_ids = names(_NAME, _NAME + "._-", 6)
item_ids = names(_NAME, _NAME + ".()_-", 8)


def _key(found: str) -> str:
    import unicodedata

    return " ".join(unicodedata.normalize("NFKC", found).casefold().split())


def distinct(texts: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Texts that differ by more than capitals and spaces."""
    named = texts.filter(lambda found: bool(_key(found)))
    return st.lists(named, min_size=least, max_size=most, unique_by=_key)


@st.composite
def choices(draw: st.DrawFn, least: int = 2, scored: bool = False) -> tuple[Choice, ...]:
    own = draw(distinct(codes, least, 4))
    plain = label.filter(lambda found: not found.startswith("="))
    labels = draw(distinct(plain, len(own), len(own)))
    made = []
    for index, (code, shown) in enumerate(zip(own, labels, strict=True)):
        apart = index > 0 and not scored and draw(st.booleans())
        score = draw(number) if scored or (not apart and draw(st.booleans())) else None
        made.append(Choice(code, shown, score, apart, draw(maybe)))
    # What stands first is best or most.
    scores = sorted(choice.score for choice in made if choice.score is not None)
    return tuple(
        choice if choice.score is None else replace(choice, score=scores.pop()) for choice in made
    )


@st.composite
def scales(draw: st.DrawFn) -> dict[str, Scale]:
    own = draw(distinct(scale_ids, 1, 3))
    return {
        name: Scale(draw(text), draw(choices()), draw(st.booleans()), draw(maybe)) for name in own
    }


@st.composite
def items(
    draw: st.DrawFn, own: str, form: str, scales: dict[str, Scale], views: Sequence[View]
) -> Item:
    answer = draw(st.sampled_from([*scales, *FREE_ANSWERS]))
    item = Item(
        id=own,
        ask=draw(text),
        answer=answer,
        short=draw(short),
        why=draw(maybe),
        prompts=tuple(draw(st.lists(line, max_size=3))),
        comment=draw(st.booleans()),
        required=draw(st.booleans()),
    )
    if draw(st.booleans()):
        follows = draw(st.sampled_from(["", f"0/{own}"]))
        item = replace(item, follows=follows, comparable=bool(follows) or draw(st.booleans()))
    if answer in ("number", "money", "percent"):
        least, most = draw(st.tuples(number, number).map(sorted))
        item = replace(item, minimum=draw(st.sampled_from([None, least])))
        item = replace(item, maximum=draw(st.sampled_from([None, most])))
    if answer == "date":
        item = replace(item, past=draw(st.booleans()))
    if views and (form == "text" or not item.is_wide):
        chosen = draw(st.lists(st.sampled_from([v.id for v in views]), unique=True))
        item = replace(item, views=tuple(chosen))
    if form != "text" and not item.is_wide:
        item = replace(item, evidence=draw(st.booleans()))
    return item if item.is_free else draw(_chosen(item, form, scales[answer]))


@st.composite
def _chosen(draw: st.DrawFn, item: Item, form: str, scale: Scale) -> Item:
    """Give an item answered on a scale what only such an item has."""
    if form == "matrix" and list_of(scale):
        described = draw(st.lists(st.sampled_from(list_of(scale)), unique=True))
        item = replace(item, levels={code: draw(text) for code in described})
    if form != "text" and item.comment and draw(st.booleans()):
        codes = [choice.code for choice in scale.choices]
        when = draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
        item = replace(item, follow_up=FollowUp(tuple(when), draw(text), draw(st.booleans())))
    return item


def list_of(scale: Scale) -> list[str]:
    """The codes of a scale's answers proper."""
    return [choice.code for choice in scale.substantive]


@st.composite
def action_plans(draw: st.DrawFn) -> ActionPlan:
    ids = draw(distinct(codes, 0, 3))
    return ActionPlan(
        about=draw(text),
        horizons=draw(choices(least=1)),
        statuses=draw(choices(least=1)),
        rows=draw(st.integers(1, 500)),
        scenarios=tuple(Scenario(own, draw(text), draw(text), draw(text)) for own in ids),
        proposal=draw(maybe),
    )


def _sections(
    draw: st.DrawFn, count: int, closing: int, make: Callable[[str, str], Item]
) -> list[Section]:
    ids = draw(distinct(section_ids, count + closing, count + closing))
    numbers = draw(distinct(item_ids, 2 * len(ids), 2 * len(ids)))
    made = []
    for index, own in enumerate(ids):
        form = draw(st.sampled_from(["statements", "checklist", "text"]))
        form = "matrix" if index == 0 else form
        mine = numbers[2 * index : 2 * index + draw(st.integers(1, 2))]
        made.append(
            Section(
                id=own,
                tab=f"{index} sheet",
                title=draw(text),
                items=tuple(make(number, form) for number in mine),
                short=draw(short),
                about=draw(maybe),
                form=form,
                scored=False,
            )
        )
    # The descriptors of a matrix are those of one scale.
    described = {item.answer for item in made[0].items if item.levels}
    if len(described) > 1:
        bare = tuple(replace(item, levels={}) for item in made[0].items[1:])
        made[0] = replace(made[0], items=(made[0].items[0], *bare))
    return made


@st.composite
def toolkits(draw: st.DrawFn) -> Toolkit:
    """Any toolkit that the checks find sound, with or without a score."""
    offered = draw(scales())
    view_ids = draw(distinct(codes, 0, 2))
    labels = draw(distinct(label.map(lambda found: f"{found} seen"), len(view_ids), len(view_ids)))
    views = tuple(
        View(own, shown, draw(maybe)) for own, shown in zip(view_ids, labels, strict=True)
    )
    closing = draw(st.integers(0, 1))

    def make(own: str, form: str) -> Item:
        return draw(items(own, form, offered, views))

    sections = _sections(draw, draw(st.integers(1, 3)), closing, make)
    split = len(sections) - closing
    flagged = draw(st.sampled_from([choice.code for s in offered.values() for choice in s.choices]))
    plain = Scoring("none", draw(text), no_overall_because=draw(maybe), note=draw(maybe))
    marked = replace(plain, flagged=(flagged,), flagged_as=draw(text))
    toolkit = Toolkit(
        id=draw(names(string.ascii_lowercase, string.ascii_lowercase + string.digits + "-", 12)),
        version=draw(names(_NAME, _NAME + ".+-", 6)),
        title=draw(label.filter(lambda found: len(found) < 120)),
        short=draw(text),
        publisher=draw(text),
        year=draw(st.none() | st.integers(1900, 2200)),
        source=draw(text),
        rights=draw(text),
        about=draw(text),
        how=draw(text),
        scales=offered,
        sections=tuple(sections[:split]),
        closing=tuple(sections[split:]),
        views=views,
        scoring=draw(st.sampled_from([plain, marked])),
        action_plan=draw(st.none() | action_plans()),
    )
    if draw(st.booleans()):
        toolkit = _weighing(toolkit)
    return draw(_scored(toolkit)) if draw(st.booleans()) else toolkit


def _weighing(toolkit: Toolkit) -> Toolkit:
    """Let the first item state the significance of the last section."""
    first, *others = toolkit.sections
    item, *rest = first.items
    item = replace(item, weighs=toolkit.sections[-1].id)
    return replace(toolkit, sections=(replace(first, items=(item, *rest)), *others))


@st.composite
def _scored(draw: st.DrawFn, toolkit: Toolkit) -> Toolkit:
    """Add a section whose mean is scored, with bands for it and for all sections."""
    own = draw(choices(scored=True))
    scores = sorted(choice.score for choice in own if choice.score is not None)
    names = draw(distinct(label, 1, 1))
    band = Band(scores[0], scores[-1], names[0], draw(text))
    section = Section(
        id="scored",
        tab="scored",
        title=draw(text),
        items=(Item("scored_1", draw(text), "the-scale"),),
        bands=(band,) if draw(st.booleans()) else (),
    )
    overall = draw(st.booleans())
    bands = (band,) if overall and draw(st.booleans()) else ()
    plan = toolkit.action_plan
    if plan and section.bands:
        limits = {"weakest": 0, "overall": 0 if bands else None}
        scenarios = tuple(replace(scenario, **limits) for scenario in plan.scenarios)
        toolkit = replace(toolkit, action_plan=replace(plan, scenarios=scenarios))
    scoring = Scoring(
        rule="mean",
        source=draw(text),
        scale="the-scale",
        overall=overall,
        bands=bands,
        success="scored_1",
        note=draw(maybe),
    )
    return replace(
        toolkit,
        scales={**toolkit.scales, "the-scale": Scale("It", own)},
        sections=(*toolkit.sections, section),
        scoring=scoring,
    )

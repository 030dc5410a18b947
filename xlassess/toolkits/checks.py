"""What must hold in a toolkit beyond the kinds of its values.

Each check is a generator of remarks: where in the file, what is wrong, and what to do. All
of them run, so that an author sees everything at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from itertools import pairwise

from xlassess.contract.layout import HEADERS, HORIZONS, RESERVED_SHEETS, STATUSES
from xlassess.files.problems import Problem
from xlassess.files.yaml_file import Loc, Remark, Source
from xlassess.model.toolkit import FREE_ANSWERS, Choice, Item, Scale, Section, Toolkit, View
from xlassess.toolkits.checks_scoring import SCORING_CHECKS
from xlassess.toolkits.remarks import (
    Check,
    check_choices,
    folded,
    placed_sections,
    twice,
    unfit_texts,
    units,
    unknown,
)

SHORT_WORDS = 7
"""Most words of a short name; `xlassess.model.toolkit.Item`."""

TAB_LIMIT = 31
"""Most characters of a sheet's name; Excel, "Rename a worksheet"."""

_TAB_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_RESERVED = (*RESERVED_SHEETS, "History")
"""The program's own sheets, and the one name Excel keeps for itself."""

_NUMERIC = ("number", "money", "percent")


def _scales(toolkit: Toolkit) -> Iterator[Remark]:
    for name, scale in toolkit.scales.items():
        loc: Loc = ("scales", name)
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,59}", name):
            hint = "Use small letters, digits and hyphens, beginning with a letter."
            yield loc, f"'{name}' cannot be the id of a scale.", hint
        if name in FREE_ANSWERS or name in (HORIZONS, STATUSES):
            yield loc, f"'{name}' has a meaning of its own.", "Give the scale another id."
        yield from _scale(loc, scale)
    for name in ("horizons", "statuses"):
        if toolkit.action_plan:
            choices = getattr(toolkit.action_plan, name)
            yield from check_choices(("action_plan", name), choices)
            if not choices:
                yield ("action_plan", name), f"There are no {name}.", "Give at least one choice."


def _scale(loc: Loc, scale: Scale) -> Iterator[Remark]:
    yield from check_choices((*loc, "choices"), scale.choices)
    if len(scale.choices) < 2:
        yield (*loc, "choices"), "A scale needs at least two choices.", "Add what is missing."
    yield from _order(loc, scale)
    if not scale.substantive:
        message = "Every choice of this scale is counted apart."
        yield (*loc, "choices"), message, "At least one choice must not be counted apart."
    for index, choice in enumerate(scale.choices):
        at = (*loc, "choices", index, "score")
        if choice.score is not None and not math.isfinite(choice.score):
            yield at, f"'{choice.score}' cannot be a score.", "Give a number."
        if choice.apart and choice.score is not None:
            message = f"'{choice.label}' is counted apart and has a score."
            yield at, message, "Remove one of the two."


def _order(loc: Loc, scale: Scale) -> Iterator[Remark]:
    """Remark on a scale whose scores rise: what stands first is read as best or most."""
    scored = [
        (index, choice.score)
        for index, choice in enumerate(scale.choices)
        if choice.score is not None and not choice.apart
    ]
    for (_, above), (index, score) in pairwise(scored):
        if score > above:
            message = f"The scores rise down the list: '{scale.choices[index].label}' scores "
            message += f"{score:g}, the choice above it {above:g}."
            hint = "List the choices best or most first, and worst last."
            yield (*loc, "choices", index), message, hint
            return


def _views(toolkit: Toolkit) -> Iterator[Remark]:
    ids = ((("views", i, "id"), view.id) for i, view in enumerate(toolkit.views))
    labels = [(("views", i, "label"), view.label) for i, view in enumerate(toolkit.views)]
    yield from twice(ids, "The view id", "Give each view a different id.")
    yield from twice(labels, "The view label", "Give each view a different label.")
    headings = {folded(header) for header in HEADERS.values()}
    for index, view in enumerate(toolkit.views):
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", view.id):
            hint = "Use up to 40 letters, digits and hyphens."
            yield ("views", index, "id"), f"'{view.id}' cannot be the id of a view.", hint
        if not view.label or folded(view.label) in headings:
            message = f"'{view.label}' cannot head a column of its own."
            yield ("views", index, "label"), message, "Choose another label."


def _sections(toolkit: Toolkit) -> Iterator[Remark]:
    placed = list(placed_sections(toolkit))
    ids = (((*loc, "id"), section.id) for loc, section in placed)
    tabs = (((*loc, "tab"), section.tab) for loc, section in placed)
    yield from twice(ids, "The section id", "Give each section a different id.")
    yield from twice(
        tabs,
        "The tab",
        "Give each sheet a different name. Capitals alone do not make a difference.",
    )
    for loc, section in placed:
        yield from _tab((*loc, "tab"), section.tab)
        yield from _section(loc, section)


def _section(loc: Loc, section: Section) -> Iterator[Remark]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", section.id):
        hint = "Use up to 40 letters, digits and hyphens."
        yield (*loc, "id"), f"'{section.id}' cannot be the id of a section.", hint
    if not section.title:
        yield (*loc, "title"), "The title is empty.", "Fill it in."
    if not section.items:
        yield (*loc, "items"), f"Section {section.id} has no items.", "Add one, or remove it."
    yield from _short((*loc, "short"), section.short)
    if section.form == "matrix":
        yield from _matrix(loc, section)


def _matrix(loc: Loc, section: Section) -> Iterator[Remark]:
    scales = {item.answer for item in section.items if item.levels}
    if len(scales) > 1:
        message = f"The items of matrix {section.id} have descriptors on several scales."
        yield (*loc, "items"), message, "Put the items of each scale into a separate section."


def _tab(loc: Loc, tab: str) -> Iterator[Remark]:
    if not tab:
        yield loc, "The tab is empty.", "Name the sheet."
    if units(tab) > TAB_LIMIT:
        message = f"The tab '{tab}' has {units(tab)} characters; {TAB_LIMIT} is the most."
        yield loc, message, "Shorten it."
    found = "".join(dict.fromkeys(_TAB_FORBIDDEN.findall(tab)))
    if found or tab.startswith("'") or tab.endswith("'") or "\n" in tab:
        what = found or ("an apostrophe at its end" if "'" in tab else "a line break")
        hint = r"A sheet's name has none of [ ] : * ? / \ and no apostrophe at either end."
        yield loc, f"The tab '{tab}' contains {what}.", hint
    if folded(tab) in map(folded, _RESERVED):
        yield loc, f"The tab '{tab}' is the name of another sheet.", "Choose another name."


def _short(loc: Loc, short: str) -> Iterator[Remark]:
    words = len(short.split())
    if words > SHORT_WORDS:
        message = f"The short name has {words} words; {SHORT_WORDS} is the most."
        yield loc, message, "Shorten it; charts and tables show it."


def _items(toolkit: Toolkit) -> Iterator[Remark]:
    placed = [
        (loc, section, (*loc, "items", i), item)
        for loc, section in placed_sections(toolkit)
        for i, item in enumerate(section.items)
    ]
    ids = (((*at, "id"), item.id) for _, _, at, item in placed)
    yield from twice(ids, "The item id", "Give each item of a toolkit a different number.")
    weighs = [((*at, "weighs"), item.weighs) for _, _, at, item in placed if item.weighs]
    sections = [section.id for section in toolkit.sections]
    yield from unknown(weighs, sections, "There is no section '{name}' to weigh.")
    yield from twice(weighs, "The weight of section", "One item states it.", fold=False)
    earlier = [((*at, "follows"), item.follows) for _, _, at, item in placed if item.follows]
    yield from twice(earlier, "The earlier item", "One item follows it.", fold=False)
    for _, section, at, item in placed:
        yield from _follows(toolkit, at, item)
        yield from _item(toolkit, at, item)
        yield from _asks(toolkit, section, at, item)
        yield from _depends(toolkit, at, item)


def _item(toolkit: Toolkit, at: Loc, item: Item) -> Iterator[Remark]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.()_-]{0,15}", item.id):
        hint = "Use up to 16 letters, digits, points and hyphens, as printed in the publication."
        yield (*at, "id"), f"'{item.id}' cannot be the number of an item.", hint
    if not item.ask:
        yield (*at, "ask"), f"Item {item.id} asks nothing.", "Fill in 'ask'."
    yield from _short((*at, "short"), item.short)
    kinds = (*toolkit.scales, *FREE_ANSWERS)
    answer = [((*at, "answer"), item.answer)]
    yield from unknown(answer, kinds, f"Item {item.id}: there is no scale '{{name}}'.")
    views = [((*at, "views", i), view) for i, view in enumerate(item.views)]
    known = [view.id for view in toolkit.views]
    yield from unknown(views, known, f"Item {item.id}: there is no view '{{name}}'.")
    yield from twice(views, "The view", "Name each view once.", fold=False)
    yield from _limits(at, item)
    yield from _wording(at, item)


def _limits(at: Loc, item: Item) -> Iterator[Remark]:
    if item.past and item.answer != "date":
        message = f"Item {item.id} asks for a past day, but its answer is not a date."
        yield (*at, "past"), message, "Remove it, or ask for a date."
    for name in ("minimum", "maximum"):
        limit = getattr(item, name)
        if limit is None:
            continue
        if item.answer not in _NUMERIC:
            message = f"Item {item.id} has a {name}, but its answer is not a number."
            yield (*at, name), message, "Remove it, or ask for number, money or percent."
        elif not math.isfinite(limit):
            yield (*at, name), f"'{limit}' cannot be a {name}.", "Give a number."
    if item.minimum is not None and item.maximum is not None and item.minimum > item.maximum:
        message = f"Item {item.id}: the minimum is above the maximum."
        yield (*at, "minimum"), message, "Exchange the two."


def _asks(toolkit: Toolkit, section: Section, at: Loc, item: Item) -> Iterator[Remark]:
    """Remark on what an item asks for and its sheet has no room to ask."""
    scale = toolkit.scales.get(item.answer)
    choices = [choice.code for choice in scale.choices] if scale else []
    name = f"Item {item.id}"
    levels = [((*at, "levels", code), code) for code in item.levels]
    when = item.follow_up.when if item.follow_up else ()
    follow = [((*at, "follow_up", "when", i), code) for i, code in enumerate(when)]
    if scale:
        substantive = [choice.code for choice in scale.substantive]
        yield from unknown(levels, substantive, name + ": there is no choice '{name}' to describe.")
        yield from unknown(follow, choices, name + ": there is no choice '{name}' to follow up.")
    elif item.is_free and (item.levels or item.follow_up):
        what = "levels" if item.levels else "follow_up"
        message = f"{name} has '{what}', but its answer is not chosen from a scale."
        yield (*at, what), message, "Remove it, or give the item a scale."
    if item.levels and section.form != "matrix":
        message = f"{name} has level descriptors, which only a matrix shows."
        yield (*at, "levels"), message, "Give its section the form 'matrix'."
    no_comment = not item.comment or section.form == "text"
    if item.follow_up and scale and no_comment:
        message = f"{name} has a follow-up in the comment, but no comment."
        yield (*at, "follow_up"), message, "Let the item have a comment."
    if item.evidence and item.is_wide and section.form != "text":
        message = f"{name} asks for evidence, but its answer is free text."
        yield (*at, "evidence"), message, "Ask for evidence in the question, or in an item."
    if item.views and item.is_wide and section.form != "text":
        message = f"{name} is free text and has several views."
        yield (*at, "views"), message, "Make it one item per view."


def _depends(toolkit: Toolkit, at: Loc, item: Item) -> Iterator[Remark]:
    """Remark on an item that depends on another which is not there or has no such choice."""
    condition = item.only_when
    if condition is None:
        return
    others = {each.id: each for each in toolkit.items()}
    other = others.get(condition.item)
    scale = toolkit.scales.get(other.answer) if other else None
    if other is None or scale is None:
        message = f"Item {item.id} depends on '{condition.item}', which is no item with a scale."
        yield (*at, "only_when", "item"), message, "Name an item that is answered by a choice."
        return
    codes = [choice.code for choice in scale.choices]
    named = [((*at, "only_when", "choices", i), code) for i, code in enumerate(condition.choices)]
    yield from unknown(named, codes, f"Item {item.id}: {other.id} has no choice '{{name}}'.")


def _follows(toolkit: Toolkit, at: Loc, item: Item) -> Iterator[Remark]:
    """Remark on an item that follows what cannot be an item of an earlier version."""
    if not item.follows:
        return
    version, slash, earlier = item.follows.partition("/")
    if not slash or not version or not earlier:
        message = f"Item {item.id} follows '{item.follows}', which names no version and item."
        yield (*at, "follows"), message, "Write the version, a slash and the item: 1.0/3.2"
    elif version == toolkit.version:
        message = f"Item {item.id} follows an item of version {version}, which is this version."
        yield (*at, "follows"), message, "Name an earlier version, or raise this one."
    if not item.comparable:
        message = f"Item {item.id} follows an earlier item, but is said not to be comparable."
        yield (*at, "comparable"), message, "Remove one of the two."


def _wording(at: Loc, item: Item) -> Iterator[Remark]:
    """Remark on parts of an item that say nothing, or that no cell can show apart."""
    for index, prompt in enumerate(item.prompts):
        if not prompt or "\n" in prompt:
            what = "runs over lines" if prompt else "is empty"
            message = f"A prompt of item {item.id} {what}."
            yield (*at, "prompts", index), message, "Write each prompt in one line."
    for code, descriptor in item.levels.items():
        if not descriptor:
            message = f"Item {item.id} does not describe '{code}'."
            yield (*at, "levels", code), message, "Describe it, or leave it out."
    if item.follow_up and not item.follow_up.when:
        message = f"Item {item.id} follows up on no choice."
        yield (*at, "follow_up", "when"), message, "Name the codes of choices, or remove it."


PART_CHECKS: tuple[Check, ...] = (_scales, _views, _sections, _items)


_LOOKED_AT = {
    (Toolkit, "id"), (Toolkit, "version"), (View, "id"), (View, "label"),
    (Choice, "code"), (Choice, "label"), (Section, "id"), (Section, "tab"), (Section, "title"),
    (Item, "id"), (Item, "ask"), (Item, "answer"),
}  # fmt: skip
"""Needed texts that other checks look at."""

_TITLE_LIMIT = 255
_ROW_LIMIT = 500


def check_toolkit(toolkit: Toolkit, file: Source) -> tuple[Problem, ...]:
    """Return every problem of a toolkit whose values are of the right kinds.

    Args:
        toolkit: the toolkit as read.
        file: what it was read from, for the places.
    """
    remarks = list(_file_name(toolkit, file.name))
    remarks += unfit_texts(file.tree)
    remarks += _empty(toolkit, ())
    for check in (_head, *PART_CHECKS, *SCORING_CHECKS):
        remarks += check(toolkit)
    problems = (file.problem(*remark) for remark in remarks)
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _file_name(toolkit: Toolkit, name: str) -> Iterator[Remark]:
    if name != f"{toolkit.id}.yaml" and not name.casefold().endswith(".xlsx"):
        message = f"The toolkit's id is '{toolkit.id}', but its file is named {name}."
        yield ("id",), message, f"Name the file {toolkit.id}.yaml, or change the id."


def _empty(thing: object, loc: Loc) -> Iterator[Remark]:
    """Remark on needed texts that are empty, but for `_LOOKED_AT`."""
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _empty(value, (*loc, key))
    elif isinstance(thing, tuple):
        for index, value in enumerate(thing):
            yield from _empty(value, (*loc, index))
    elif is_dataclass(thing):
        for field in fields(thing):
            value = getattr(thing, field.name)
            needed = field.default is MISSING and (type(thing), field.name) not in _LOOKED_AT
            if needed and value == "":
                message = f"The field '{field.name}' is empty."
                yield (*loc, field.name), message, "Fill it in."
            yield from _empty(value, (*loc, field.name))


def _head(toolkit: Toolkit) -> Iterator[Remark]:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", toolkit.id):
        hint = "Use up to 40 small letters, digits and hyphens, beginning with a letter."
        yield ("id",), f"'{toolkit.id}' cannot be the id of a toolkit.", hint
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,19}", toolkit.version):
        hint = "Use a number such as 1.0. Raise it whenever a question that was issued changes."
        yield ("version",), f"'{toolkit.version}' cannot be a version.", hint
    if units(toolkit.title) > _TITLE_LIMIT:
        message = f"The title has {units(toolkit.title)} characters; {_TITLE_LIMIT} is the most."
        yield ("title",), message, "Shorten it; 'about' can say more."
    if toolkit.year is not None and not 1900 <= toolkit.year <= 2200:
        yield ("year",), f"{toolkit.year} cannot be the year of publication.", "Correct it."
    if not toolkit.sections:
        yield ("sections",), "The toolkit has no sections.", "Add at least one."
    plan = toolkit.action_plan
    if plan and not 1 <= plan.rows <= _ROW_LIMIT:
        message = f"The action plan cannot have {plan.rows} rows."
        yield ("action_plan", "rows"), message, f"Use 1 to {_ROW_LIMIT}."

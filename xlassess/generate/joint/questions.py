"""What joint workbooks ask, as questions like any others: one row for each matter.

Writer, seal, ledger and reader so know a plan workbook as they know a partner's: its rows are
items with numbers, its columns are what is filled in for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from xlassess.contract.layout import JOINT, RESERVED_SHEETS
from xlassess.model.plan import (
    ADDED,
    ADOPT,
    DECLINE,
    ENTRIES,
    FINISHED,
    IN_PROGRESS,
    INTO,
    MERGE,
    NOT_STARTED,
    OWNER,
    REWORD,
    STOPPED,
    AgreedAction,
    JointKind,
    Matter,
    TalkingGroup,
    TalkingPoint,
    action_number,
)
from xlassess.model.toolkit import Choice, Item, Scale, Scoring, Section, Toolkit, View
from xlassess.sheet.words import Words

WORDS = "joint.j2"

CONCERN, FREE = "C", "N"
"""What the numbers begin with of rows for concerns without a proposal, and for new actions.
Those of proposals are plain."""

FREE_ROWS = 10
"""Rows left for new actions in every plan workbook."""

_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One toolkit in the plan workbook: its key, the name of its sheet, and its title."""

    key: str
    short: str
    title: str


def kind_of(toolkit: Toolkit) -> JointKind | None:
    """Return what the joint workbook with these questions is for; None for a partner's."""
    return JOINT.get(toolkit.id)


def _toolkit(
    kind: JointKind, scales: Mapping[str, Scale], sections: Iterable[Section], words: Words
) -> Toolkit:
    name = next(name for name, each in JOINT.items() if each == kind)
    labels = words.headings(f"{kind}_columns")
    views = tuple(View(id_, label) for id_, label in zip(ENTRIES[kind], labels, strict=True))
    return Toolkit(
        id=name,
        version="1",
        title=words.say(f"{kind}_title"),
        short=words.say(f"{kind}_short"),
        publisher="",
        year=None,
        source=words.say("source"),
        rights="",
        about=words.say(f"{kind}_about"),
        how="",
        scales=scales,
        sections=tuple(sections),
        scoring=Scoring("none", source=""),
        views=views,
    )


def _offered(title: str, labels: Iterable[str]) -> Scale:
    """A list from which a text may be picked."""
    choices = (Choice(label, label) for label in dict.fromkeys(labels))
    return Scale(title, tuple(choices), ordinal=False)


def _tabs(names: Sequence[str]) -> list[str]:
    """Names for sheets, each once, of names of toolkits."""
    taken = {name.casefold() for name in RESERVED_SHEETS}
    tabs: list[str] = []
    for name in names:
        base = " ".join(name.translate(_FORBIDDEN).split())[: _LONGEST_NAME - 4] or "Sheet"
        tab, turn = base, 2
        while tab.casefold() in taken:
            tab, turn = f"{base} {turn}", turn + 1
        taken.add(tab.casefold())
        tabs.append(tab)
    return tabs


# ---- the plan ---------------------------------------------------------------


def plan_questions(
    matters: Sequence[Matter],
    parts: Sequence[PlanPart],
    owners: Sequence[str],
    before: Toolkit | None = None,
    decided: Iterable[str] = (),
) -> Toolkit:
    """Return the questions of the plan workbook.

    A matter keeps the number it had. One that is gone stays as long as something was decided on
    it; no number is given twice.

    Args:
        matters: what is to be decided on.
        parts: the toolkits, in order.
        owners: whom the list of owners offers.
        before: the questions of the plan workbook issued last.
        decided: the numbers of rows in which something was decided.
    """
    words = Words(WORDS)
    known = _Known(before, frozenset(decided))
    items = {part.key: known.items(matters, part.key, words) for part in parts}
    items[ADDED] = known.free(words)
    whole = (*parts, PlanPart(ADDED, words.say("plan_added_tab"), words.say("plan_added_title")))
    filled = [part for part in whole if items[part.key]]
    sections = [
        Section(
            id=part.key,
            tab=tab,
            title=part.title,
            items=tuple(items[part.key]),
            about=words.say("plan_added_about" if part.key == ADDED else "plan_sheet_about"),
            scored=False,
        )
        for part, tab in zip(filled, _tabs([part.short for part in filled]), strict=True)
    ]
    decisions = (ADOPT, REWORD, MERGE, DECLINE)
    scales = {
        "decision": Scale(words.say("decision_title"), ordinal=False, choices=tuple(
            Choice(code, label, about=about) for code, label, about in zip(
                decisions, words.headings("decisions"), words.headings("decisions_about"),
                strict=True,
            )
        )),
        INTO: _offered(
            words.say("numbers_title"), [item.id for part in filled for item in items[part.key]]
        ),
    }  # fmt: skip
    if owners:
        scales[OWNER] = _offered(words.say("owners_title"), owners)
    return _toolkit("plan", scales, sections, words)


class _Known:
    """The rows of the plan workbook issued last, and which numbers were given."""

    def __init__(self, before: Toolkit | None, decided: frozenset[str]) -> None:
        self._items: dict[tuple[str, str, str], list[Item]] = {}
        self._of: dict[str, list[Item]] = {}
        self._last = {"": 0, CONCERN: 0, FREE: 0}
        self._decided = decided
        for section in before.sections if before else ():
            self._of[section.id] = list(section.items)
            for item in section.items:
                ask = "" if item.id.startswith(CONCERN) else item.ask
                self._items.setdefault((section.id, item.short, ask), []).append(item)
                prefix = item.id.rstrip("0123456789")
                number = int(item.id.removeprefix(prefix))
                self._last[prefix] = max(self._last[prefix], number)

    def items(self, matters: Sequence[Matter], part: str, words: Words) -> list[Item]:
        """Return the rows of one toolkit: those known before first, in their order."""
        rows: dict[str, Item] = {}
        for matter in matters:
            if matter.part == part:
                row = self._row(matter, words)
                rows[row.id] = row
        for item in self._of.get(part, ()):
            if item.id in self._decided:
                rows.setdefault(item.id, item)
        return sorted(rows.values(), key=_order)

    def free(self, words: Words) -> list[Item]:
        """Return the rows of new actions: those decided on, and as many free ones as ever."""
        kept = [item for item in self._of.get(ADDED, ()) if item.id in self._decided]
        room = [item for item in self._of.get(ADDED, ()) if item.id not in self._decided]
        while len(room) < FREE_ROWS:
            ask = words.say("plan_added_row")
            room.append(_plan_item(self._next(FREE), ask, "", "", ()))
        return [*kept, *room]

    def _row(self, matter: Matter, words: Words) -> Item:
        proposed = matter.proposed
        text = proposed.action.translate(_HOLES) if proposed else ""
        bare = words.say("nothing_proposed_further" if matter.further else "nothing_proposed")
        why = "\n\n".join(words.paragraphs("plan_answers", matter))
        said = words.paragraphs("plan_suggested", proposed) if proposed else ()
        said = tuple(each.translate(_HOLES) for each in said)
        # A concern keeps its number, whether the committee is asked about it or not.
        same = self._items.get((matter.part, matter.item, text), [])
        number = same.pop(0).id if same else self._next("" if proposed else CONCERN)
        return _plan_item(number, text or bare, matter.item, why, said)

    def _next(self, prefix: str) -> str:
        self._last[prefix] += 1
        return f"{prefix}{self._last[prefix]}"


def may_stay_empty(item: Item) -> bool:
    """True for a row of the plan workbook that need not be decided on.

    That is a row for a new action, and a concern that the summary does not put to the committee.
    """
    if item.id.startswith(CONCERN):
        return item.ask == Words(WORDS).say("nothing_proposed_further")
    return item.id.startswith(FREE)


def _order(item: Item) -> tuple[bool, bool, int]:
    """Proposals before concerns, of these those first that have to be; each by number."""
    prefix = item.id.rstrip("0123456789")
    return bool(prefix), may_stay_empty(item), int(item.id.removeprefix(prefix))


_HOLES = dict.fromkeys(range(0xE000, 0xE004), "\ufffd")
"""Characters by which a plate marks what is filled in; a partner's text must hold none."""


def _plan_item(number: str, ask: str, short: str, why: str, prompts: tuple[str, ...]) -> Item:
    return Item(
        id=number,
        ask=ask.translate(_HOLES),
        answer="decision",
        short=short,
        why=why.translate(_HOLES),
        prompts=tuple(prompt.translate(_HOLES) for prompt in prompts),
        views=tuple(ENTRIES["plan"]),
        comment=False,
        required=False,
    )


# ---- progress ---------------------------------------------------------------


def progress_questions(actions: Sequence[AgreedAction], round_name: str) -> Toolkit:
    """Return the questions of one owner's progress workbook.

    Args:
        actions: the owner's actions.
        round_name: the round in which it is issued.
    """
    words = Words(WORDS)
    states = (NOT_STARTED, IN_PROGRESS, FINISHED, STOPPED)
    scale = Scale(words.say("state_title"), ordinal=False, choices=tuple(
        Choice(code, label) for code, label in zip(states, words.headings("states"), strict=True)
    ))  # fmt: skip
    items = tuple(
        Item(
            id=action_number(action, round_name),
            ask=action.action.translate(_HOLES),
            answer="state",
            short=action.item,
            why="\n\n".join(words.paragraphs("progress_answers", action)).translate(_HOLES),
            views=tuple(ENTRIES["progress"]),
            comment=False,
            required=False,
        )
        for action in actions
    )
    section = Section(
        id="actions",
        tab=words.say("progress_tab"),
        title=words.say("progress_title"),
        items=items,
        about=words.say("progress_sheet_about"),
        scored=False,
    )
    return _toolkit("progress", {"state": scale}, [section], words)


# ---- the workshop -----------------------------------------------------------

_WIDEST_BAR = 20
_BLOCK = "\u25a0"


def workshop_questions(points: Sequence[TalkingPoint], part: str, toolkit: Toolkit) -> Toolkit:
    """Return the questions of the facilitator's workbook for one toolkit.

    Args:
        points: what is worth talking about, in order.
        part: the toolkit's key in the summary.
        toolkit: the instrument.
    """
    words = Words(WORDS)
    sections = [
        Section(
            id=f"{part}/{group}",
            tab=words.say("workshop_tab", group),
            title=words.say("workshop_group", group),
            items=tuple(_talked(point, words) for point in points if point.group == group),
            about=words.say("workshop_sheet_about", group),
            scored=False,
        )
        for group in get_args(TalkingGroup)
        if any(point.group == group for point in points)
    ]
    used = {point.scale for point in points}
    scales = {name: scale for name, scale in toolkit.scales.items() if name in used}
    made = _toolkit("workshop", scales, sections, words)
    return replace(made, title=words.say("workshop_title_of", toolkit), short=toolkit.short)


def _talked(point: TalkingPoint, words: Words) -> Item:
    why = "\n\n".join(bars(point.spread)) or words.say("workshop_withheld")
    if point.levels:
        why += f"\n\n{words.say('workshop_levels', point.levels)}"
    return Item(
        id=f"{point.item} {point.label}".strip(),
        ask=point.ask,
        answer=point.scale,
        short=f"{point.item}/{point.view}",
        why=why,
        prompts=point.prompts,
        views=tuple(ENTRIES["workshop"]),
        comment=False,
        required=False,
    )


def bars(spread: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Return how answers fall as lines of text, each with its count: a bar beside each label."""
    most = max((count for _, count in spread), default=0)
    scale = min(1.0, _WIDEST_BAR / most) if most else 1.0
    return tuple(
        f"{label}: {count} {_BLOCK * max(1, round(count * scale)) if count else ''}".rstrip()
        for label, count in spread
    )

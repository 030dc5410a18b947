"""What a portfolio says, from its figures; sentences from ``portfolio.j2``.

Each sentence follows from one written rule, says what its numbers are out of, and is left out where
the rule does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, get_args

from xlassess.consolidate.figures.portfolio import (
    ItemAcross,
    Peers,
    Portfolio,
    PortfolioLine,
    PortfolioPart,
    ToolkitAcross,
)
from xlassess.consolidate.figures.thresholds import (
    CHANGE_STEP,
    LISTED,
    PEERS_LEAST,
    SPEAKS_FOR_ALL,
    WEAK_EVERYWHERE,
)
from xlassess.consolidate.figures.values import SectionFigures
from xlassess.consolidate.wording.pointed import name_of
from xlassess.consolidate.wording.terms import NOTHING, WITHHELD, decimal, percent
from xlassess.consolidate.wording.trend_words import trend_in_words
from xlassess.model.programme import Membership
from xlassess.sheet.words import Words

_NAMED = 3
"""Concerns named in a line; of more, how many there are is said."""


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences of the portfolio."""
    return Words("portfolio.j2")


def lead_in_words(portfolio: Portfolio) -> str:
    """Return how many partnerships there are, how many were evaluated, and how many overdue."""
    standings = [line.entry.membership for line in portfolio.lines]
    joined = [line for line in portfolio.lines if line.entry.membership == "joined"]
    return words().say(
        "lead",
        [(name, standings.count(name)) for name in dict.fromkeys(get_args(Membership))],
        sum(line.evaluated is not None for line in joined),
        len(portfolio.with_figures),
        len(portfolio.overdue),
    )


def decisions_in_words(portfolio: Portfolio) -> tuple[str, ...]:
    """Return what the committee is asked to decide."""
    found = tuple(_decisions(portfolio))
    return found or ((words().say("decide_nothing"),) if portfolio.lines else ())


def _decisions(portfolio: Portfolio) -> Iterator[str]:
    say, lines = words().say, portfolio.lines
    for line in portfolio.overdue:
        yield say("decide_overdue", line.name, line.due, line.entry.lead_body)
    for line in lines:
        if line.is_undecided:
            yield say("decide_proposed", line.name, line.checklist)
    behind = [(line.name, line.actions.overdue, line.actions.open)
            for line in lines if line.actions and line.actions.overdue]  # fmt: skip
    if behind:
        yield say("decide_overdue_actions", behind)
    for across in portfolio.across:
        if weak := across.weak_everywhere:
            shown, more = _named(weak)
            yield say("decide_shared", shown, more, across.label)
        if apart := across.apart:
            yield say("decide_apart", _named(apart)[0], across.label)
    few = [line.name for line in portfolio.with_figures if not _speaks(line)]
    if few:
        yield say("decide_few", few)
    never = [line.name for line in lines if _is_never_evaluated(line)]
    if never:
        yield say("decide_never", never)


def _speaks(line: PortfolioLine) -> bool:
    """True where something is said of the whole, or each of its papers stands by itself."""
    return any(part.speaks_for_all or part.toolkit.subject == "proposal" for part in line.parts)


def _is_never_evaluated(line: PortfolioLine) -> bool:
    joined = line.entry.membership == "joined" and not line.unusable
    return joined and not (line.evaluated or line.due or line.under_way)


def _named(items: Sequence[ItemAcross]) -> tuple[list[str], int]:
    """The first of these items by name and number, and how many more there are."""
    shown = [f"{item.figures.name} ({item.figures.item.id})" for item in items[:LISTED]]
    return shown, len(items) - len(shown)


def _numbered(item: ItemAcross) -> tuple[str, str]:
    return item.figures.name, item.figures.item.id


def _weak(item: ItemAcross) -> tuple[int, int]:
    return len(item.weak), len(item.read)


def shared_in_words(portfolio: Portfolio) -> tuple[str, ...]:
    """Return which questions are weak in most partnerships, and on which these differ."""
    if not portfolio.across:
        return (words().say("no_toolkit_shared"),) if portfolio.with_figures else ()
    return tuple(text for across in portfolio.across for text in _shared(across))


def _shared(across: ToolkitAcross) -> Iterator[str]:
    say = words().say
    if across.toolkit.subject != "partnership":
        yield say("bodies_apart", across.label)
        return
    if across.read < PEERS_LEAST:
        yield say("few_shared", across.label, across.read, PEERS_LEAST)
        return
    weak = across.weak_everywhere
    for item in weak[:LISTED]:
        yield say("weak_everywhere", *_numbered(item), *_weak(item), across.label)
    if len(weak) > LISTED:
        rest = [f"{item.figures.name} ({item.figures.item.id})" for item in weak[LISTED:]]
        yield say("weak_too", rest, across.label)
    for item in across.apart:
        yield say("apart", *_numbered(item), item.strong, item.weak, across.label)
    if not weak and not across.apart:
        yield say("nothing_shared", across.label, across.read)


def line_in_words(portfolio: Portfolio, line: PortfolioLine) -> tuple[str, ...]:
    """Return the cells of one partnership's line; of several toolkits each stands in a line."""
    say, parts = words().say, line.parts
    several = len(parts) > 1
    scored = [part for part in parts if part.toolkit.subject != "proposal"]
    return (
        line.name,
        line.round,
        "\n".join(say("answered", part, several) for part in parts),
        "\n".join(say("reading", part, several) for part in parts) or _why(line),
        "\n".join(_trend(part, several=several) for part in scored),
        "\n".join(_concerns(part, several=several) for part in scored),
        say("actions", line.actions) if parts else "",
        say("next", line, portfolio.today),
    )


def _why(line: PortfolioLine) -> str:
    """Why nothing is said of a partnership; of one that was left, what was decided."""
    if line.entry.is_over:
        return words().say("over", line.entry)
    text = line.why or words().say("nothing_back")
    return f"{text[:1].upper()}{text[1:]}"


def _trend(part: PortfolioPart, *, several: bool) -> str:
    label, trend = part.label if several else "", part.trend
    if trend is None:
        return words().say("trend", label, "", 0, 0, 0, False)
    if trend.bodies:
        said = trend_in_words(trend, sheets=False)[0]
        return f"{label}: {said}" if label else said
    sections = trend.of("section")
    up, down = (sum(line.change == way for line in sections) for way in ("up", "down"))
    compared = any(line.moves is not None and not line.moves.withheld for line in sections)
    return words().say("trend", label, trend.before, up, down, len(sections), compared)


def _concerns(part: PortfolioPart, *, several: bool) -> str:
    label, found = part.label if several else "", part.concerns
    names = [name_of(item) for item in found[:_NAMED]]
    return words().say("concerns", label, names, len(found) - len(names), len(part.items))


def profile_of(part: PortfolioPart) -> tuple[tuple[str, str, float | None], ...]:
    """Return the sections of a profile, each with its figure as it is read and as a number."""
    return tuple((each.name, _figure(part, each), each.score.mean) for each in part.sections)


def _figure(part: PortfolioPart, each: SectionFigures) -> str:
    if each.score.withheld:
        return WITHHELD
    if each.score.mean is None:
        return NOTHING
    shares = part.toolkit.scoring.rule in ("share", "levels")
    return percent(each.score.mean) if shares else decimal(each.score.mean)


def register_in_words(line: PortfolioLine) -> tuple[str, ...]:
    """Return what the register says of a partnership, but for the days."""
    entry = line.entry
    return (
        line.name, entry.purpose, entry.lead_body, words().say("statutory", entry.statutory),
        entry.budget, f"{entry.membership[:1].upper()}{entry.membership[1:]}",
    )  # fmt: skip


def peer_rows(peers: Peers, kind: Literal["concern", "strength"]) -> tuple[tuple[str, ...], ...]:
    """Return the concerns or strengths of a partnership, and whether many of its peers share it."""
    return tuple(
        (item.figures.item.id, item.figures.item.ask, words().say("peers_many", item))
        for item in peers.items
        if item.kind == kind
    )


def order_in_words(portfolio: Portfolio) -> tuple[str, ...]:
    """Return what the lines are ordered by, and what that can and cannot mean."""
    say, order = words().say, portfolio.order
    if order != "total":
        return (say("order", order),)
    totals = [
        next((part for part in line.parts if part.total is not None), None)
        for line in portfolio.lines
    ]
    labels = list(dict.fromkeys(part.label for part in totals if part))
    meaning = say("order_by_total", labels, totals.count(None), percent(CHANGE_STEP))
    return say("order", order), meaning


def rests_in_words(portfolio: Portfolio) -> tuple[str, ...]:
    """Return the order of the lines and what it means, and the rules of what is said."""
    rules = words().paragraphs("rests", SPEAKS_FOR_ALL, PEERS_LEAST, percent(WEAK_EVERYWHERE))
    return (*order_in_words(portfolio), *rules)


def left_out_in_words(portfolio: Portfolio) -> tuple[str, ...]:
    """Return of which partnerships nothing can be said, each with the reason."""
    say = words().say
    return tuple(
        say("left_out", line.name, line.why or say("nothing_back"))
        for line in portfolio.lines
        if not line.parts and line.entry.membership == "joined"
    )

"""Many partnerships beside each other: what each one's own summary says, and what they share.

Everything here follows from what the summary of each partnership prints. Nothing is read from its
returns, and what is withheld there is not here either: so no combination of a portfolio with the
summaries tells more than they do. Figures of different questions are never put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.plan_counts import PlanCounts, plan_counts
from xlassess.consolidate.figures.thresholds import (
    DIGITS,
    LISTED,
    PEERS_APART,
    PEERS_HALF,
    PEERS_HIDDEN,
    PEERS_LEAST,
    SPEAKS_FOR_ALL,
    WEAK_EVERYWHERE,
    is_share,
)
from xlassess.consolidate.figures.trend import Trend
from xlassess.consolidate.figures.values import (
    ItemFigures,
    OverallFigures,
    SectionFigures,
    Summary,
    ToolkitResults,
)
from xlassess.model.days import local_day
from xlassess.model.programme import Partnership, Programme
from xlassess.model.toolkit import Toolkit

PortfolioOrder = Literal["register", "name", "due", "total"]
"""What the lines of a portfolio are ordered by: as in the register, by name, by the day of the next
evaluation, or by the grand total, where the publication gives one and somebody asks for it."""


@dataclass(frozen=True, slots=True)
class PortfolioPart:
    """What the summary of one partnership says of one toolkit.

    ``answered`` of ``issued`` workbooks came back, ``returned`` of them with answers. ``reading``
    is the finding in one sentence. ``items`` are figures of the items that may be read, ``weak``
    and ``strong`` those that are a concern or a strength (by `place_of`). ``checklists`` has, for
    each completed checklist that may be shown, how many matters are to be settled first: its title
    and whoever filled it in are not told.
    """

    label: str
    digest: str
    toolkit: Toolkit
    issued: int
    answered: int
    returned: int
    reading: str
    trend: Trend | None
    sections: tuple[SectionFigures, ...]
    overall: tuple[OverallFigures, ...]
    items: tuple[ItemFigures, ...]
    weak: tuple[str, ...]
    strong: tuple[str, ...]
    checklists: tuple[int, ...] = ()

    @property
    def speaks_for_all(self) -> bool:
        """True when enough returned to say something of the partnership."""
        return self.returned >= SPEAKS_FOR_ALL

    @property
    def total(self) -> float | None:
        """The grand total, where the publication gives one and it may be shown."""
        if not self.toolkit.scoring.overall or not self.speaks_for_all:
            return None
        return next((one.score.mean for one in self.overall if one.score.mean is not None), None)

    @property
    def concerns(self) -> tuple[ItemFigures, ...]:
        """The items that are a concern, in the order in which they are asked."""
        return tuple(item for item in self.items if place_of(item) in self.weak)


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    """One partnership of a portfolio.

    ``round`` is the one that its figures are of. ``actions`` says how far its agreed actions have
    come, None without any. ``checklist``, ``evaluated`` and ``due`` as in the register. ``why``
    says why there are no figures, ``unusable`` that its assessment cannot be used. ``under_way``
    is the round in which workbooks are out.
    """

    entry: Partnership
    name: str
    round: str = ""
    parts: tuple[PortfolioPart, ...] = ()
    actions: PlanCounts | None = None
    checklist: date | None = None
    evaluated: date | None = None
    due: date | None = None
    under_way: str = ""
    why: str = ""
    unusable: bool = False
    marking: str = ""

    def is_overdue(self, today: date) -> bool:
        """True when the day of the next evaluation has passed and no round is under way."""
        return bool(self.due and self.due < today and not self.under_way and not self.unusable)

    @property
    def is_undecided(self) -> bool:
        """True for a partnership that is proposed, and on which no decision is on record."""
        return self.entry.membership == "proposed" and not self.entry.decision


@dataclass(frozen=True, slots=True)
class ItemAcross:
    """One item over all partnerships that were asked it and of which it may be read.

    ``read`` are the names of these partnerships, ``weak`` those of which it is a concern, and
    ``strong`` those of which it is a strength. ``spread`` is how far apart they lie, as a share of
    its scale; it is used to choose what is named, and is not shown.
    """

    figures: ItemFigures
    read: tuple[str, ...]
    weak: tuple[str, ...]
    strong: tuple[str, ...]
    spread: float

    @property
    def is_weak_everywhere(self) -> bool:
        """True where it is a concern in most of enough partnerships."""
        enough = len(self.read) >= PEERS_LEAST
        return enough and is_share(len(self.weak), len(self.read), WEAK_EVERYWHERE)

    @property
    def is_apart(self) -> bool:
        """True where it is a strength of one and a concern of another, far apart on the scale.

        Not where it is a concern in most: then that is what is said of it.
        """
        if self.is_weak_everywhere:
            return False
        far = round(self.spread - PEERS_APART, DIGITS) >= 0
        return far and len(self.read) >= PEERS_LEAST and bool(self.weak and self.strong)


@dataclass(frozen=True, slots=True)
class ToolkitAcross:
    """One toolkit over the partnerships that were asked exactly the same questions.

    ``parts`` has, by the name of the partnership, what its summary says; those with too few
    returns, or whose figures may not be shown, are not among the ones that ``items`` rest on.
    """

    label: str
    toolkit: Toolkit
    parts: Mapping[str, PortfolioPart]
    items: tuple[ItemAcross, ...]

    @property
    def read(self) -> int:
        """How many partnerships returned enough to say something of the whole."""
        return sum(part.speaks_for_all for part in self.parts.values())

    @property
    def weak_everywhere(self) -> tuple[ItemAcross, ...]:
        """The items that are a concern in most partnerships, those of most of them first."""
        found = [item for item in self.items if item.is_weak_everywhere]
        return tuple(sorted(found, key=lambda item: -_share(item)))

    @property
    def apart(self) -> tuple[ItemAcross, ...]:
        """The items on which partnerships lie furthest apart: the first, and those level with it.

        So many are named as on the page of one partnership; ties are not parted.
        """
        ordered = sorted((item for item in self.items if item.is_apart), key=_apartness)
        if len(ordered) <= LISTED:
            return tuple(ordered)
        last = _apartness(ordered[LISTED - 1])
        return tuple(item for item in ordered if _apartness(item) <= last)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Every partnership of a programme, ready to be written down.

    ``lines`` stand in the order that was asked for (``order``). ``across`` has the toolkits that
    more than one partnership used, each in one version.
    """

    programme: Programme
    made_at: datetime
    program: str
    lines: tuple[PortfolioLine, ...]
    across: tuple[ToolkitAcross, ...]
    order: PortfolioOrder = "register"

    @property
    def today(self) -> date:
        """The day that the portfolio speaks of."""
        return local_day(self.made_at)

    @property
    def marking(self) -> str:
        """The programme's marking and those of its assessments, each once: none is left out."""
        found = (self.programme.marking, *(line.marking for line in self.lines))
        return " / ".join(dict.fromkeys(filter(None, found)))

    @property
    def overdue(self) -> tuple[PortfolioLine, ...]:
        """The partnerships whose evaluation is overdue."""
        return tuple(line for line in self.lines if line.is_overdue(self.today))

    @property
    def with_figures(self) -> tuple[PortfolioLine, ...]:
        """The partnerships of which something is said."""
        return tuple(line for line in self.lines if line.parts)


def portfolio_parts(summary: Summary) -> tuple[PortfolioPart, ...]:
    """Return what a portfolio says of a partnership: no more than its summary."""
    return tuple(_part(summary, part) for part in summary.parts)


def portfolio_actions(summary: Summary) -> PlanCounts | None:
    """Return how far the agreed actions of a partnership have come; None without any."""
    counts = plan_counts(summary.followed, local_day(summary.made_at))
    return counts if counts.agreed else None


def _part(summary: Summary, part: ToolkitResults) -> PortfolioPart:
    toolkit, returns = part.toolkit, part.returned
    shown = not summary.participants.withholds(returns) and toolkit.subject != "proposal"
    items = points.judged(part.items, returns) if shown and returns else ()
    weak = [place_of(one) for one in items if points.is_weak(toolkit, one, returns)]
    strong = [place_of(one) for one in items if points.is_strong(toolkit, one, returns)]
    return PortfolioPart(
        label=part.label, digest=part.digest, toolkit=toolkit, issued=part.issued,
        answered=part.back, returned=returns, reading=part.narrative.reading, trend=part.trend,
        sections=part.sections if shown else (), overall=part.overall if shown else (),
        items=items, weak=tuple(weak), strong=tuple(strong),
        checklists=tuple(len(each.settle) for each in part.checklists),
    )  # fmt: skip


def place_of(item: ItemFigures) -> str:
    """Return what an item is known by in every assessment: its number and its answer field."""
    return f"{item.item.id} {item.field}"


def portfolio(
    programme: Programme,
    made_at: datetime,
    program: str,
    lines: Sequence[PortfolioLine],
    order: PortfolioOrder = "register",
) -> Portfolio:
    """Return the portfolio of these partnerships.

    Args:
        programme: the register.
        made_at: the moment it speaks of; decides what is overdue.
        program: what made it.
        lines: the partnerships, in the order of the register.
        order: what they are to be ordered by.
    """
    across = tuple(_across(lines))
    return Portfolio(programme, made_at, program, _ordered(lines, order), across, order)


def _ordered(lines: Sequence[PortfolioLine], order: PortfolioOrder) -> tuple[PortfolioLine, ...]:
    if order == "name":
        return tuple(sorted(lines, key=lambda line: line.name.casefold()))
    if order == "due":
        return tuple(sorted(lines, key=lambda line: line.due or date.max))
    if order == "total":
        digests = dict.fromkeys(part.digest for part, _ in _totals(lines))
        known = {digest: place for place, digest in enumerate(digests)}
        return tuple(sorted(lines, key=lambda line: _by_total(line, known)))
    return tuple(lines)


def _by_total(line: PortfolioLine, known: Mapping[str, int]) -> tuple[int, float]:
    """The toolkit, then the total, highest first; all without a total last, as they stood."""
    found = next((part for part in line.parts if part.total is not None), None)
    return (known[found.digest], -(found.total or 0.0)) if found else (len(known), 0.0)


def _totals(lines: Iterable[PortfolioLine]) -> Iterator[tuple[PortfolioPart, float]]:
    """Yield every grand total that may be shown."""
    for line in lines:
        for part in line.parts:
            if part.total is not None:
                yield part, part.total


def can_order_by_total(lines: Iterable[PortfolioLine]) -> bool:
    """True where two partnerships have a grand total over the same questions."""
    digests = [part.digest for part, _ in _totals(lines)]
    return len(digests) > len(set(digests))


@dataclass(frozen=True, slots=True)
class PeerItem:
    """An item that is a concern or a strength of one partnership, and whether of others as well.

    ``many`` says that the same holds of half or more of the ``count`` partnerships of which it can
    be read, this one among them. How many exactly is not told: with few partnerships, it would tell
    of each.
    """

    figures: ItemFigures
    kind: Literal["concern", "strength"]
    count: int
    many: bool


@dataclass(frozen=True, slots=True)
class Peers:
    """How one partnership stands with one toolkit among ``count`` that can be compared."""

    label: str
    count: int
    items: tuple[PeerItem, ...]


def peers_of(whole: Portfolio, name: str) -> tuple[Peers, ...]:
    """Return how a partnership stands among its peers; nothing where they would be told apart.

    Args:
        whole: all partnerships.
        name: the one.
    """
    return tuple(
        Peers(across.label, across.read, tuple(_peer_items(across, name)))
        for across in whole.across
        if across.read >= PEERS_HIDDEN
        and across.toolkit.subject == "partnership"
        and name in across.parts
        and across.parts[name].speaks_for_all
    )


def _peer_items(across: ToolkitAcross, name: str) -> Iterator[PeerItem]:
    for item in across.items:
        count = len(item.read)
        if count < PEERS_HIDDEN:
            continue
        if name in item.weak:
            many = is_share(len(item.weak), count, PEERS_HALF)
            yield PeerItem(item.figures, "concern", count, many)
        elif name in item.strong:
            many = is_share(len(item.strong), count, PEERS_HALF)
            yield PeerItem(item.figures, "strength", count, many)


def _across(lines: Sequence[PortfolioLine]) -> Iterator[ToolkitAcross]:
    """Yield the toolkits that more than one partnership used, in the same version."""
    parts: dict[str, dict[str, PortfolioPart]] = {}
    for line in lines:
        for part in line.parts:
            if part.toolkit.subject != "proposal":
                parts.setdefault(part.digest, {})[line.name] = part
    for own in parts.values():
        if len(own) > 1:
            first = next(iter(own.values()))
            items = tuple(_items(own)) if first.toolkit.subject == "partnership" else ()
            yield ToolkitAcross(first.label, first.toolkit, own, items)


def _items(parts: Mapping[str, PortfolioPart]) -> Iterator[ItemAcross]:
    """Yield each item with the partnerships of which it may be read, in the order it is asked."""
    found: dict[str, list[tuple[str, PortfolioPart, ItemFigures]]] = {}
    for name, part in parts.items():
        if part.speaks_for_all:
            for item in part.items:
                found.setdefault(place_of(item), []).append((name, part, item))
    toolkit = next(iter(parts.values())).toolkit
    places = {item.id: place for place, item in enumerate(toolkit.items())}
    for key, read in sorted(found.items(), key=lambda pair: places[pair[1][0][2].item.id]):
        stands = [points.merit(part.toolkit, item) for _, part, item in read]
        yield ItemAcross(
            read[0][2],
            tuple(name for name, _, _ in read),
            tuple(name for name, part, _ in read if key in part.weak),
            tuple(name for name, part, _ in read if key in part.strong),
            max(stands) - min(stands),
        )


def _share(item: ItemAcross) -> float:
    return round(len(item.weak) / len(item.read), DIGITS)


def _apartness(item: ItemAcross) -> tuple[int, float]:
    return -min(len(item.weak), len(item.strong)), -round(item.spread, DIGITS)

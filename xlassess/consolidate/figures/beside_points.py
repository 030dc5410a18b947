"""Where names of points stand in a picture, so that they do not cover each other or a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from xlassess.consolidate.figures.values import ToolkitResults

Side = Literal["right", "left", "above", "below"]
Box = tuple[float, float, float, float]
"""The left, lower, right and upper edge of a rectangle."""

_NEAR = 16
"""Points share a name where they stand nearer than one part in so many of the axes."""

_KEPT, _MANY = 200, 30
"""How many ways to place the names so far are followed up with every further name; beyond so many
names fewer are, so that the work stays about the same."""


@dataclass(frozen=True, slots=True)
class PointName:
    """A name beside a point: where the point is, and how wide and tall the name is."""

    x: float
    y: float
    wide: float
    tall: float

    def box(self, side: Side, away: float) -> Box:
        """Return where the name stands on a side of its point, so far away from its middle."""
        x, y, wide, tall = self.x, self.y, self.wide, self.tall
        if side in ("right", "left"):
            left = x + away if side == "right" else x - away - wide
            return left, y - tall / 2, left + wide, y + tall / 2
        low = y + away if side == "above" else y - away - tall
        return x - wide / 2, low, x + wide / 2, low + tall


_SIDES: tuple[Side, ...] = ("right", "left", "above", "below")


def sides_of_points(
    names: Sequence[PointName], room: Box, taken: Sequence[Box], radius: float
) -> tuple[Side, ...]:
    """Return on which side of its point each name stands, so that least is covered.

    All names are placed together: the nearest free side of one may be the only one of the next.
    With very many names fewer ways to do so are tried.

    Args:
        names: the names, all in one unit of length.
        room: where names may stand.
        taken: what else stands there.
        radius: how far a point reaches from its middle.
    """
    points = [(n.x - radius, n.y - radius, n.x + radius, n.y + radius) for n in names]
    fixed = (*taken, *points)
    kept = max(1, int(_KEPT * min(1.0, _MANY / max(1, len(names))) ** 2))
    ways: list[tuple[float, tuple[Side, ...], tuple[Box, ...]]] = [(0.0, (), ())]
    for name in names:
        boxes = [(side, name.box(side, radius * 1.25)) for side in _SIDES]
        alone = [_covered(box, fixed) + _size(box) - _shared(box, room) for _, box in boxes]
        further = [
            (cost + own + _covered(box, placed), (*chosen, side), (*placed, box))
            for cost, chosen, placed in ways
            for (side, box), own in zip(boxes, alone, strict=True)
        ]
        ways = sorted(further, key=lambda way: round(way[0], 6))[:kept]
    return ways[0][1]


def _covered(box: Box, others: Sequence[Box]) -> float:
    return sum(_shared(box, other) for other in others)


def _shared(box: Box, other: Box) -> float:
    """How much two rectangles share."""
    wide = min(box[2], other[2]) - max(box[0], other[0])
    tall = min(box[3], other[3]) - max(box[1], other[1])
    return max(0.0, wide) * max(0.0, tall)


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def points_together(
    part: ToolkitResults, axes: tuple[tuple[float, float], tuple[float, float]]
) -> list[list[int]]:
    """Return the places of sections whose points all but coincide, each group in order.

    Args:
        part: the toolkit.
        axes: the ends of the axes of score and significance.
    """
    across, upright = axes
    marks: dict[tuple[int, int], list[int]] = {}
    for index, each in enumerate(part.sections):
        if each.score.mean is not None and each.significance.mean is not None:
            at = (
                round(_NEAR * (each.score.mean - across[0]) / (across[1] - across[0])),
                round(_NEAR * (each.significance.mean - upright[0]) / (upright[1] - upright[0])),
            )
            marks.setdefault(at, []).append(index)
    return list(marks.values())

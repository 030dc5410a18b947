"""Which figures have to stay out, so that those on show give nobody's answers away.

Where single returns are not shown, every printed figure is a sum over answers: how answers fall
on an item, a section's mean, the same for a level. Readers can add such sums up and take them
from each other, and may well know who was asked, who is of which level, and who left what out.
So whatever can be worked out is a combination of the printed sums. A combination that rests on
fewer people than the minimum group is one that must not be possible.

That is linear algebra, and not a list of cases. Printed sums span a space; in it, each person
has a share of every direction. A direction that lies wholly within fewer people than the minimum
is a disclosure, and the figure in it that is worth least is given up, until none is left. What
was given up and turns out not to matter comes back.

A sum also tells every answer in it when all of them are the same and it shows it (all at an end of
the scale, or all on one choice). Such a figure is not shown, nor may the others add up to it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_NEAR = 1e-7
"""Shares this near to a whole are whole. Weights are small fractions, so that true shares below
one stay well away from it; where rounding errs, it errs towards withholding."""

_MOST_GROUPS = 3_000
"""Groups of people looked at before the nearest to a disclosure is taken for one. Reached only in
rounds in which very many left out different things; it costs figures there, and no privacy."""

_USED = 1e-6
"""The least part a figure has in a combination to count as being in it."""


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """A figure that is to be printed, as a sum over answers.

    ``key`` names the figure. ``worth`` says what is given up last: the figure of less worth goes
    first. ``weights`` has the weight of each answer in the sum, by respondent and question.
    ``telling`` is True where the value shows that all these answers are the same.
    """

    key: Hashable
    worth: int
    weights: Mapping[tuple[str, str], float]
    telling: bool = False


def to_withhold(sums: Sequence[PrintedSum], minimum: int) -> frozenset[Hashable]:
    """Return the keys of figures to leave out, as few and of as little worth as can be found.

    Args:
        sums: all that is to be printed, in all outputs together.
        minimum: the fewest people whose answers a combination of figures may tell together.
    """
    given_up: list[PrintedSum] = [each for each in sums if each.telling]
    kept = [each for each in sums if not each.telling and each.weights]
    telling = tuple(given_up)
    while (least := _least_in_a_disclosure(kept, telling, minimum)) is not None:
        given_up.append(least)
        kept.remove(least)
    for each in sorted(given_up[len(telling) :], key=lambda one: -one.worth):
        if _least_in_a_disclosure([*kept, each], telling, minimum) is None:
            kept.append(each)
    shown = {each.key for each in kept}
    return frozenset(each.key for each in sums if each.key not in shown and each.weights)


def _least_in_a_disclosure(
    sums: Sequence[PrintedSum], telling: Sequence[PrintedSum], minimum: int
) -> PrintedSum | None:
    """Return the figure worth least in a combination that must not be; None without one."""
    if not sums:
        return None
    span = _Span(sums, telling)
    part = span.of_few(minimum)
    if part is None:
        part = span.of_telling(len(telling))
    if part is None:
        return None
    used = [(each, abs(share)) for each, share in zip(sums, part, strict=True)]
    most = max(share for _, share in used)
    return min(
        (pair for pair in used if pair[1] > _USED * most),
        key=lambda pair: (pair[0].worth, -pair[1]),
    )[0]


class _Span:
    """The space that printed sums span, and what part of it lies within whom.

    People whose answers stand in every sum alike cannot be told apart by any combination; they
    are taken together, which keeps the algebra small however many respond.

    Args:
        sums: what is printed.
        telling: sums that must not be in the space.
    """

    def __init__(self, sums: Sequence[PrintedSum], telling: Sequence[PrintedSum]) -> None:
        import numpy as np

        rows = [*sums, *telling]
        questions = {
            q: n for n, q in enumerate(dict.fromkeys(k[1] for s in rows for k in s.weights))
        }
        alike: dict[tuple[tuple[int, int, float], ...], int] = {}
        for entries in _by_person(rows, questions).values():
            alike[entries] = alike.get(entries, 0) + 1
        self._sizes = list(alike.values())
        blocks = np.zeros((len(alike), len(rows), len(questions)))
        for place, entries in enumerate(alike):
            for row, question, weight in entries:
                blocks[place, row, question] = weight
        norms = np.sqrt(np.einsum("prq,prq,p->r", blocks, blocks, self._sizes))
        blocks /= norms[None, :, None]
        self._count = len(sums)
        printed = blocks[:, : self._count]
        many = np.array(self._sizes, dtype=float).reshape(-1, 1, 1)
        self._grams: Array = np.matmul(printed, printed.transpose(0, 2, 1)) * many
        values, vectors = np.linalg.eigh(self._grams.sum(axis=0))
        real = values > _NEAR * values[-1]
        self._basis: Array = vectors[:, real] / np.sqrt(values[real])
        self._blocks: Array = blocks

    def of_few(self, minimum: int) -> Array | None:
        """Return a combination that lies within fewer people than this, by sums; or None."""
        import numpy as np

        small = [place for place, size in enumerate(self._sizes) if size < minimum]
        shares = {p: self._basis.T @ self._grams[p] @ self._basis for p in small}
        most = {p: float(np.linalg.eigvalsh(shares[p])[-1]) for p in small}
        ordered = sorted((p for p in small if most[p] > _NEAR), key=lambda p: -most[p])
        nearest, best = 0.0, np.zeros(self._basis.shape[1])
        for looked, group in enumerate(_groups(ordered, self._sizes, most, minimum)):
            values, vectors = np.linalg.eigh(sum(shares[p] for p in group))
            if values[-1] > nearest:
                nearest, best = float(values[-1]), vectors[:, -1]
            if nearest > 1 - _NEAR or looked >= _MOST_GROUPS:
                return np.asarray(self._basis @ best)
        return None

    def of_telling(self, count: int) -> Array | None:
        """Return how one of the telling sums is made from the printed ones, if one can be."""
        import numpy as np

        for row in range(self._count, self._count + count):
            target = np.einsum(
                "prq,pq,p->r", self._blocks[:, : self._count], self._blocks[:, row], self._sizes
            )
            along = self._basis.T @ target
            if along @ along > 1 - _NEAR:
                return np.asarray(self._basis @ along)
        return None


def _by_person(
    rows: Sequence[PrintedSum], questions: Mapping[str, int]
) -> dict[str, tuple[tuple[int, int, float], ...]]:
    """Where each person's answers stand: row, question and weight, in order."""
    found: dict[str, list[tuple[int, int, float]]] = {}
    for row, each in enumerate(rows):
        for (person, question), weight in each.weights.items():
            found.setdefault(person, []).append((row, questions[question], weight))
    return {person: tuple(sorted(entries)) for person, entries in found.items()}


def _groups(
    ordered: Sequence[int], sizes: Sequence[int], most: Mapping[int, float], minimum: int
) -> Iterator[tuple[int, ...]]:
    """Yield groups of fewer people than the minimum that may hold a whole direction.

    A group can hold no more of a direction than its members' greatest shares add up to, so that
    most groups need not be looked at.
    """

    def grow(
        group: tuple[int, ...], start: int, room: int, share: float
    ) -> Iterator[tuple[int, ...]]:
        if group and share >= 1 - _NEAR:
            yield group
        for n in range(start, len(ordered)):
            here = ordered[n]
            # Shares only fall from here on: this bounds all that could still come.
            if share + most[here] * room < 1 - _NEAR:
                return
            if sizes[here] <= room:
                yield from grow((*group, here), n + 1, room - sizes[here], share + most[here])

    yield from grow((), 0, minimum - 1, 0.0)

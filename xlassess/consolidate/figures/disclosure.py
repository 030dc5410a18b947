"""Which figures have to stay out, so that those on show give nobody's answers away.

Where single returns are not shown, every printed figure is a sum over answers: how answers fall
on an item, a section's mean, the same for a level. Readers can add such sums up and take them
from each other, and may well know who was asked, who is of which level, and who left what out.
So whatever can be worked out is a combination of the printed sums. A combination that rests on
fewer people than the minimum group is one that must not be possible.

That is linear algebra, and not a list of cases. Printed sums span a space; in it, each person
has a share of every direction. A direction that lies wholly within fewer people than the minimum
is a disclosure, and figures are let in, the most worth first, only as long as there is none.

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
"""Groups of people looked at before figures are taken to give something away. Reached only in
rounds in which very many left out different things; it costs figures there, and no privacy."""


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """A figure that is to be printed, as a sum over answers.

    ``key`` names the figure. ``worth`` says what is given up last: the figure of less worth goes
    first. ``weights`` has the weight of each answer in the sum, by respondent and question.
    ``telling`` is True where the value shows that all these answers are the same. Sums with the
    same ``together`` are shown or withheld as one; None stands alone.
    """

    key: Hashable
    worth: int
    weights: Mapping[tuple[str, str], float]
    telling: bool = False
    together: Hashable = None


def to_withhold(sums: Sequence[PrintedSum], minimum: int) -> frozenset[Hashable]:
    """Return the keys of figures to leave out, so that the rest gives nothing away.

    Figures are let in by worth, the most worth first, and only where all that was let in before
    stays safe beside them. None that is left out could come back.

    Args:
        sums: all that is to be printed, in all outputs together.
        minimum: the fewest people whose answers a combination of figures may tell together.
    """
    telling = tuple(each for each in sums if each.telling and each.weights)
    units: dict[tuple[int, Hashable], list[PrintedSum]] = {}
    for each in sums:
        if each.weights and not each.telling:
            name = each.key if each.together is None else each.together
            units.setdefault((-each.worth, name), []).append(each)
    kept: list[PrintedSum] = []
    for worth in sorted({worth for worth, _ in units}):
        batch = [unit for (each, _), unit in units.items() if each == worth]
        kept += _let_in(kept, batch, telling, minimum)
    shown = {each.key for each in kept}
    return frozenset(each.key for each in sums if each.weights and each.key not in shown)


def _let_in(
    kept: Sequence[PrintedSum],
    batch: Sequence[Sequence[PrintedSum]],
    telling: Sequence[PrintedSum],
    minimum: int,
) -> list[PrintedSum]:
    """Return those of a batch that may stand beside the rest: all, or else those of its halves.

    Few figures give anything away, so that most are let in together.
    """
    new = [each for unit in batch for each in unit]
    if not _gives_away([*kept, *new], telling, minimum):
        return new
    if len(batch) == 1:
        return []
    half = len(batch) // 2
    first = _let_in(kept, batch[:half], telling, minimum)
    return [*first, *_let_in([*kept, *first], batch[half:], telling, minimum)]


def _gives_away(sums: Sequence[PrintedSum], telling: Sequence[PrintedSum], minimum: int) -> bool:
    span = _Span(sums, telling)
    return span.has_few(minimum) or span.has_telling(len(telling))


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

    def has_few(self, minimum: int) -> bool:
        """True where a combination lies within fewer people than this."""
        import numpy as np

        small = [place for place, size in enumerate(self._sizes) if size < minimum]
        shares = {p: self._basis.T @ self._grams[p] @ self._basis for p in small}
        most = {p: float(np.linalg.eigvalsh(shares[p])[-1]) for p in small}
        ordered = sorted((p for p in small if most[p] > _NEAR), key=lambda p: -most[p])
        for looked, group in enumerate(_groups(ordered, self._sizes, most, minimum)):
            whole = np.linalg.eigvalsh(sum(shares[p] for p in group))[-1] > 1 - _NEAR
            if whole or looked >= _MOST_GROUPS:
                return True
        return False

    def has_telling(self, count: int) -> bool:
        """True where one of the telling sums can be made from the printed ones."""
        import numpy as np

        printed = self._blocks[:, : self._count]
        for row in range(self._count, self._count + count):
            target = np.einsum("prq,pq,p->r", printed, self._blocks[:, row], self._sizes)
            along = self._basis.T @ target
            if along @ along > 1 - _NEAR:
                return True
        return False


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

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

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_Entries: TypeAlias = tuple[tuple[int, int, float], ...]
"""Where a person's answers stand in sums: row, question and weight, in order."""

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


def to_withhold(
    sums: Sequence[PrintedSum], minimum: int, before: Sequence[PrintedSum] = ()
) -> frozenset[Hashable]:
    """Return the keys of figures to leave out, so that the rest gives nothing away.

    Figures are let in by worth, the most worth first, and only where all that was let in before
    stays safe beside them. None that is left out could come back.

    Args:
        sums: all that is to be printed, in all outputs together.
        minimum: the fewest people whose answers a combination of figures may tell together.
        before: what was printed earlier. What that tells by itself is past mending and is left
            out of account.
    """
    earlier = _past_mending([each for each in before if each.weights], minimum)
    telling = tuple(each for each in sums if each.telling and each.weights)
    for printed, _ in earlier:
        if printed and telling:
            telling = tuple(each for each in telling if not _Span(printed, [each]).has_telling())
    units: dict[tuple[int, Hashable], list[PrintedSum]] = {}
    for each in sums:
        if each.weights and not each.telling:
            name = each.key if each.together is None else each.together
            units.setdefault((-each.worth, name), []).append(each)
    kept: list[PrintedSum] = []
    for worth in sorted({worth for worth, _ in units}):
        batch = [unit for (each, _), unit in units.items() if each == worth]
        kept += _let_in(kept, batch, telling, earlier)
    shown = {each.key for each in kept}
    return frozenset(each.key for each in sums if each.weights and each.key not in shown)


_Earlier: TypeAlias = Sequence[tuple[Sequence[PrintedSum], int]]
"""What was printed earlier and tells nowhere of fewer than a minimum, with that minimum."""


def _past_mending(before: Sequence[PrintedSum], minimum: int) -> _Earlier:
    """What was printed earlier, as far as it keeps to the minimum, and to lower ones.

    Some of it may have been printed under a lower minimum. Then it tells of groups that are too
    small now; but together with it, nothing may tell of still smaller ones.
    """
    found: list[tuple[Sequence[PrintedSum], int]] = []
    for least in range(minimum, 1, -1):
        safe = _let_in([], [[each] for each in before], (), [((), least)])
        found.append((safe, least))
        if len(safe) == len(before):
            break
    return found or [((), minimum)]


Base: TypeAlias = Mapping[Hashable, int]
"""What figures stand on: for each person the number of the return that counted."""


def tells_few(earlier: Sequence[Base], base: Base, minimum: int) -> bool:
    """True where figures over a base, set against earlier ones, tell of fewer than the minimum.

    A return that was changed is another one of the same person. To say the same again tells
    nothing new. What earlier figures tell among themselves is past mending, but no further
    difference may be as small.

    Args:
        earlier: what figures were printed over before.
        base: what figures are to be printed over.
        minimum: the fewest people that a difference may be about.
    """
    if base in earlier:
        return False
    if any(0 < len(changed(each, base)) < minimum for each in earlier):
        return True
    distinct = [each for place, each in enumerate(earlier) if each not in earlier[:place]]
    for least in range(minimum, 1, -1):
        safe: list[Base] = []
        for each in distinct:
            if not _has_few([*safe, each], least):
                safe.append(each)
        if _has_few([*safe, base], least):
            return True
        if len(safe) == len(distinct):
            break  # nothing was shown under a lower minimum
    return False


def changed(one: Base, other: Base) -> frozenset[Hashable]:
    """Return the people who count in one base and not in the same way in the other."""
    return frozenset(who for who in one.keys() | other.keys() if one.get(who) != other.get(who))


def _has_few(bases: Sequence[Base], minimum: int) -> bool:
    # Counted for each person from 0, so that people who came in alike are taken together.
    seen: dict[Hashable, dict[int, str]] = {}

    def version(who: Hashable, number: int) -> str:
        mine = seen.setdefault(who, {})
        return mine.setdefault(number, str(len(mine)))

    sums = [
        PrintedSum(n, 1, {(str(who), version(who, one)): 1.0 for who, one in base.items()})
        for n, base in enumerate(bases)
        if base
    ]
    return _Span(sums, ()).has_few(minimum)


def _let_in(
    kept: Sequence[PrintedSum],
    batch: Sequence[Sequence[PrintedSum]],
    telling: Sequence[PrintedSum],
    earlier: _Earlier,
) -> list[PrintedSum]:
    """Return those of a batch that may stand beside the rest: all, or else those of its halves.

    Few figures give anything away, so that most are let in together.
    """
    new = [each for unit in batch for each in unit]
    if not new:
        return []
    if not any(_gives_away([*printed, *kept, *new], telling, least) for printed, least in earlier):
        return new
    if len(batch) == 1:
        return []
    half = len(batch) // 2
    first = _let_in(kept, batch[:half], telling, earlier)
    return [*first, *_let_in([*kept, *first], batch[half:], telling, earlier)]


def _gives_away(sums: Sequence[PrintedSum], telling: Sequence[PrintedSum], minimum: int) -> bool:
    span = _Span(sums, telling)
    return span.has_few(minimum) or span.has_telling()


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
        alike = Counter(_by_person(rows, questions).values())
        self._people, self._sizes = list(alike), list(alike.values())
        self._shape, self._count = (len(rows), len(questions)), len(sums)
        gram = np.zeros((len(rows), len(rows)))
        for entries, size in alike.items():
            block = self._block(entries)
            gram += size * (block @ block.T)
        self._norms: Array = np.sqrt(np.diag(gram))
        gram /= np.outer(self._norms, self._norms)
        self._of_telling: Array = gram[: self._count, self._count :]
        values, vectors = np.linalg.eigh(gram[: self._count, : self._count])
        real = values > _NEAR * values[-1]
        self._basis: Array = vectors[:, real] / np.sqrt(values[real])

    def _block(self, entries: _Entries) -> Array:
        """The weights of one person's answers: sums by questions."""
        import numpy as np

        block = np.zeros(self._shape)
        for row, question, weight in entries:
            block[row, question] = weight
        return block

    def _part(self, place: int) -> Array:
        """What people of one kind have of each direction of the space, by question."""
        import numpy as np

        block = self._block(self._people[place]) / self._norms[:, None]
        return np.asarray(np.sqrt(self._sizes[place]) * (self._basis.T @ block[: self._count]))

    def has_few(self, minimum: int) -> bool:
        """True where a combination lies within fewer people than this."""
        import numpy as np

        most: dict[int, float] = {}
        for place, size in enumerate(self._sizes):
            if size < minimum:
                part = self._part(place)
                # By question and not by direction: there are fewer, and the greatest is the same.
                most[place] = float(np.linalg.eigvalsh(part.T @ part)[-1])
        ordered = sorted((p for p in most if most[p] > _NEAR), key=lambda p: -most[p])
        for looked, group in enumerate(_groups(ordered, self._sizes, most, minimum)):
            parts = np.concatenate([self._part(place) for place in group], axis=1)
            whole = np.linalg.eigvalsh(parts @ parts.T)[-1] > 1 - _NEAR
            if whole or looked >= _MOST_GROUPS:
                return True
        return False

    def has_telling(self) -> bool:
        """True where one of the telling sums can be made from the printed ones."""
        along = self._basis.T @ self._of_telling
        return bool(((along**2).sum(axis=0) > 1 - _NEAR).any())


def _by_person(rows: Sequence[PrintedSum], questions: Mapping[str, int]) -> dict[str, _Entries]:
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

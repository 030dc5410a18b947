"""Holding returns back where an earlier output and a new one would together tell too much.

Two papers over all respondents, one made before a late return and one after, give that return
away whole, however much each of them withholds by itself. So what every output stands on is on
record. A new one either stands on returns that differ by enough people from those of every
earlier one, or on the very returns of an earlier one, which tells nothing new.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from xlassess.consolidate.figures.privacy.attribution import Applied, applied_to
from xlassess.consolidate.figures.privacy.disclosure import changed, tells_few
from xlassess.model.answer import Issued, Return, state_of
from xlassess.model.assessment import Attribution
from xlassess.model.days import written_day
from xlassess.model.errors import XlassessError
from xlassess.model.record import HeldBack, Output, Round


class HeldBackError(XlassessError):
    """Nothing can be shown that does not give single answers away, with what was shown earlier."""


_RESTATED = ("accepted", "accepted with notes", "query", "superseded")
"""The states of returns that may be shown again as they were shown before. What was set aside by a
decision may not."""


def with_returns_held_back(record: Round, *, anyway: bool = False) -> Round:
    """Return the round with the returns that an output may stand on now.

    Toolkit by toolkit: the present returns, or else those of the latest earlier output.

    Args:
        record: the round as it stands.
        anyway: stand on the present returns, whatever that tells.

    Raises:
        HeldBackError: neither is possible.
    """
    applied = applied_to(record)
    if applied.shows_rows or anyway:
        return record
    current, held = dict(record.current), {}
    for digest, base in record.base.items():
        earlier = _Earlier.of(record, digest)
        if len(base) < applied.minimum or not earlier.outputs:
            continue  # nothing is printed of so few
        mine = earlier.by_person(base)
        # A later round's papers told of some of these people what they said in this one.
        followed = record.followed and mine not in earlier.figures
        if not followed and not earlier.tells_few(mine, applied.minimum):
            continue
        last = earlier.last_that_may_stand(applied.minimum)
        then = last.base[digest]
        apart = len(changed(earlier.by_person(then), mine))
        more = max(1, applied.minimum - apart)
        held[digest] = HeldBack(last.kind, last.at, apart, more, followed)
        restated = _restated(record, then)
        if restated is None:
            raise _impossible(record.toolkits[digest].short, held[digest], applied)
        current = {name: ret for name, ret in current.items() if name not in base} | restated
    return replace(record, current=current, held=held)


def is_on_record(record: Round) -> bool:
    """True where showing the round tells nothing that an output on record has not told.

    That is so where rows of single returns may be shown, and where figures of these very returns
    were written before, under this very minimum: under another one, other figures were withheld.
    """
    applied = applied_to(record)
    return applied.shows_rows or any(
        one.attribution == "aggregated"
        and one.minimum_group == applied.minimum
        and one.base == record.base
        for one in record.outputs
    )


def as_then(record: Round, output: Output) -> Round:
    """Return the round as an earlier output saw it, as far as the returns are on record."""
    came = {ret.number: ret for ret in record.history}
    counted = {
        reference: replace(ret, state=state_of(ret.findings, ret.normalised))
        for base in output.base.values()
        for reference, number in base.items()
        if (ret := came.get(number))
    }
    former = (issued for issued in record.former if issued.reference in counted)
    return replace(record, issued=(*record.issued, *former), current=counted, held={})


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What earlier outputs of a toolkit stood on, the oldest first.

    ``people`` are whose each workbook is: of one person several may count one after the other.
    ``outputs`` are those that showed anything.
    """

    people: Mapping[str, tuple[str, str]]
    digest: str
    outputs: tuple[Output, ...]

    @classmethod
    def of(cls, record: Round, digest: str) -> _Earlier:
        """Return what was written of a toolkit."""
        people = {one.reference: _person(one) for one in (*record.issued, *record.former)}
        shown = (one for one in record.outputs if _shows_anything(one, digest))
        return cls(people, digest, tuple(shown))

    def by_person(self, base: Mapping[str, int]) -> dict[Hashable, int]:
        """Return the returns that counted by whose they are."""
        return {self.people.get(name, name): number for name, number in base.items()}

    def _bases(self, *attributions: Attribution) -> list[dict[Hashable, int]]:
        return [
            self.by_person(one.base[self.digest])
            for one in self.outputs
            if one.attribution in attributions
        ]

    @property
    def figures(self) -> list[dict[Hashable, int]]:
        """What figures stood on, where no single returns were shown."""
        return self._bases("aggregated")

    def tells_few(self, mine: Mapping[Hashable, int], minimum: int) -> bool:
        """True where figures over these returns, beside all that was shown, tell of too few.

        Where single returns were shown, figures tell of those who are left. Under letters they
        were shown as well, but not whose each is: that figures with and without one person must
        not tell, either.
        """
        if mine in self.figures:
            return False
        # Whoever reads figures only may have seen none of the papers with single answers.
        if tells_few(self.figures, mine, minimum):
            return True
        named = {pair for base in self._bases("named", "partner") for pair in base.items()}
        shown = named | {pair for base in self._bases("lettered") for pair in base.items()}
        if 0 < len(mine.items() - shown) < minimum:
            return True
        if _beside(self.figures, mine, shown, minimum):
            return True
        return _beside(self._bases("aggregated", "lettered"), mine, named, minimum)

    def last_that_may_stand(self, minimum: int) -> Output:
        """Return the last output whose figures tell nothing new; the last one, if none does."""
        for one in reversed(self.outputs):
            if not self.tells_few(self.by_person(one.base[self.digest]), minimum):
                return one
        return self.outputs[-1]


def _beside(
    earlier: Sequence[Mapping[Hashable, int]], mine: Mapping[Hashable, int],
    known: Set[tuple[Hashable, int]], minimum: int,
) -> bool:  # fmt: skip
    """True where figures over these tell of too few, beside earlier ones and what is known."""
    rest = dict(mine.items() - known)
    bases = [left for base in earlier if (left := dict(base.items() - known))]
    return bool(rest) and tells_few(bases, rest, minimum)


def _shows_anything(output: Output, digest: str) -> bool:
    """True for an output in which single returns of this toolkit stood, or figures over them."""
    base = output.base.get(digest, {})
    least = output.minimum_group if output.attribution == "aggregated" else 1
    return len(base) >= least


def _person(issued: Issued) -> tuple[str, str]:
    return issued.identity.partner, issued.identity.respondent


def _restated(record: Round, base: Mapping[str, int]) -> dict[str, Return] | None:
    """The returns of an earlier base, as they counted then; None where one may not any more."""
    asked = {issued.reference for issued in record.issued} - record.register.outcomes.keys()
    came = {ret.number: ret for ret in record.history}
    found = {}
    for reference, number in base.items():
        ret = came.get(number)
        if ret is None or reference not in asked or ret.reference != reference:
            return None
        if ret.state not in _RESTATED:
            return None
        found[reference] = replace(ret, state=state_of(ret.findings, ret.normalised))
    return found


def _impossible(short: str, held: HeldBack, applied: Applied) -> HeldBackError:
    people = "1 person" if held.people == 1 else f"{held.people} people"
    one, several = "1 more person's return has", f"the returns of {held.more} more people have"
    return HeldBackError(
        f"Nothing was written. Set against the {held.kind} of {written_day(held.since)}, "
        f"the figures of “{short}” could show what {people} answered, and no "
        "figure may rest on fewer than "
        f"{applied.minimum}. The returns of then cannot be shown again, because one of them "
        "no longer counts.",
        f"Wait until {one if held.more == 1 else several} come in or changed. Or accept it, with a "
        'reason that is kept on record: add --anyway "REASON".',
    )

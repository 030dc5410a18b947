"""Holding returns back where an earlier output and a new one would together tell too much.

Two papers over all respondents, one made before a late return and one after, give that return
away whole, however much each of them withholds by itself. So what every output stands on is on
record. A new one either stands on returns that differ by enough people from those of every
earlier one, or on the very returns of an earlier one, which tells nothing new.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace

from xlassess.consolidate.figures.privacy.attribution import Participants, participants_of
from xlassess.consolidate.figures.privacy.disclosure import changed, tells_few
from xlassess.model.answer import Issued, Return, state_of
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
    participants = participants_of(record)
    if participants.shows_rows or anyway:
        return record
    current, held = dict(record.current), {}
    for digest, base in record.base.items():
        earlier = [one for one in record.outputs if _is_figures(one, digest)]
        if len(base) < participants.minimum or not earlier:
            continue  # nothing is printed of so few
        people = _people(record)
        bases = [_by_person(one.base[digest], people) for one in earlier]
        mine = _by_person(base, people)
        # A later round's papers told of some of these people what they said in this one.
        followed = record.followed and mine not in bases
        if not followed and not tells_few(bases, mine, participants.minimum):
            continue
        last = earlier[-1]
        apart = len(changed(bases[-1], mine))
        more = max(1, participants.minimum - apart)
        held[digest] = HeldBack(last.kind, last.at, apart, more, followed)
        restated = _restated(record, last.base[digest])
        if restated is None:
            raise _impossible(record.toolkits[digest].short, held[digest], participants)
        current = {name: ret for name, ret in current.items() if name not in base} | restated
    return replace(record, current=current, held=held)


def is_on_record(record: Round) -> bool:
    """True where showing the round tells nothing that an output on record has not told.

    That is so where rows of single returns may be shown, and where figures of these very returns
    were written before, under no higher minimum.
    """
    participants = participants_of(record)
    return participants.shows_rows or any(
        one.attribution == "aggregated"
        and one.minimum_group <= participants.minimum
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


def _is_figures(output: Output, digest: str) -> bool:
    """True for an output in which figures over this toolkit's returns stood, and no single ones."""
    base = output.base.get(digest, {})
    return output.attribution == "aggregated" and len(base) >= output.minimum_group


def _people(record: Round) -> dict[str, tuple[str, str]]:
    """Whose each workbook is: of one person several may count one after the other."""
    return {issued.reference: _person(issued) for issued in (*record.issued, *record.former)}


def _person(issued: Issued) -> tuple[str, str]:
    return issued.identity.partner, issued.identity.respondent


def _by_person(
    base: Mapping[str, int], people: Mapping[str, tuple[str, str]]
) -> dict[Hashable, int]:
    return {people.get(reference, reference): number for reference, number in base.items()}


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


def _impossible(short: str, held: HeldBack, participants: Participants) -> HeldBackError:
    people = "1 person" if held.people == 1 else f"{held.people} people"
    more = "1 more has" if held.more == 1 else f"{held.more} more have"
    return HeldBackError(
        f"Nothing was written. Set against the {held.kind} of {written_day(held.since)}, "
        f"the figures of “{short}” could show what {people} answered, and no "
        "figure may rest on fewer than "
        f"{participants.minimum}. The returns of then cannot be shown again, because one of them "
        "no longer counts.",
        f"Wait until the returns of {more} come in or changed. Or accept it, with a reason that is "
        'kept on record: add --anyway "REASON".',
    )

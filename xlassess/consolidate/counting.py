"""The returns of a round that count, toolkit by toolkit, and what was printed of them before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from xlassess.consolidate.figures.privacy.attribution import Person, participants_then
from xlassess.consolidate.figures.privacy.disclosure import PrintedSum
from xlassess.consolidate.figures.privacy.held_back import as_then
from xlassess.consolidate.figures.values import ScoreRow
from xlassess.consolidate.figures.withholding import (
    CountedReturns,
    Known,
    person_of,
    printed_figures,
    version_mark,
)
from xlassess.consolidate.register import RoundInputs, ToolkitGroup
from xlassess.model.answer import Answer, Issued, Return
from xlassess.model.errors import XlassessError
from xlassess.model.query import concerned
from xlassess.model.record import Output, Round
from xlassess.model.toolkit import Toolkit
from xlassess.score import ScoringPlan


def groups_of(record: Round) -> tuple[ToolkitGroup, ...]:
    """Issued workbooks by their questions, in the order the assessment names its toolkits."""
    by_digest: dict[str, list[Issued]] = {}
    for issued in record.issued:
        by_digest.setdefault(issued.identity.digest, []).append(issued)
    missing = by_digest.keys() - record.toolkits.keys()
    if missing:
        which = by_digest[min(missing)][0].identity
        raise XlassessError(
            f"The questions of toolkit {which.toolkit} {which.version} are not in the ledger.",
            "Restore the ledger from a copy that holds them.",
        )
    order = {toolkit: place for place, toolkit in enumerate(record.assessment.toolkits)}
    digests = sorted(
        by_digest,
        key=lambda digest: (
            order.get(record.toolkits[digest].id, len(order)),
            record.toolkits[digest].id,
            record.toolkits[digest].version,
            digest,
        ),
    )
    names = _keys([record.toolkits[digest] for digest in digests], digests)
    return tuple(
        ToolkitGroup(key, label, digest, record.toolkits[digest], tuple(by_digest[digest]))
        for digest, (key, label) in zip(digests, names, strict=True)
    )


def _keys(toolkits: Sequence[Toolkit], digests: Sequence[str]) -> list[tuple[str, str]]:
    """A key and a label for each toolkit, with version and digest only as far as needed."""
    ids = Counter(toolkit.id for toolkit in toolkits)
    versions = Counter((toolkit.id, toolkit.version) for toolkit in toolkits)
    found = []
    for toolkit, digest in zip(toolkits, digests, strict=True):
        key, label = toolkit.id, toolkit.short
        if ids[toolkit.id] > 1:
            key, label = f"{key}-{toolkit.version}", f"{label} (version {toolkit.version})"
        if versions[toolkit.id, toolkit.version] > 1:
            key, label = f"{key}-{digest[:8]}", f"{label} [{digest[:8]}]"
        found.append((key, label))
    return found


def usable_of(inputs: RoundInputs, group: ToolkitGroup) -> list[tuple[Person, Return]]:
    """Return the returns of a toolkit that count, in the order in which people are shown."""
    found = [
        (inputs.participants.people[issued.reference], inputs.usable[issued.reference])
        for issued in group.issued
        if issued.reference in inputs.usable
    ]
    return sorted(found, key=lambda pair: pair[0].place)


def printed_before(inputs: RoundInputs, group: ToolkitGroup) -> tuple[PrintedSum, ...]:
    """What earlier outputs printed of a toolkit: in them, too, answers must not be found.

    Every base is looked at as it was when it was first printed, with those before it. The same
    base under the same minimum shows what it showed.
    """
    record, printed = inputs.record, list[PrintedSum]()
    if inputs.participants.shows_rows:
        return ()
    seen: list[tuple[Mapping[str, int], int]] = []
    for output in _up_to_now(inputs, group):
        base = output.base.get(group.digest, {})
        if output.attribution != "aggregated" or (base, output.minimum_group) in seen:
            continue
        seen.append((base, output.minimum_group))
        then = as_then(record, output)
        known = _known(record, group, record.outputs[: record.outputs.index(output)])
        printed += _printed_then(then, output, group, printed, known)
    return tuple(printed)


def known_before(inputs: RoundInputs, group: ToolkitGroup) -> Known:
    """The returns of which an earlier paper showed the answers one by one, as far as it matters."""
    if inputs.participants.shows_rows:
        return frozenset()
    return _known(inputs.record, group, _up_to_now(inputs, group))


def _up_to_now(inputs: RoundInputs, group: ToolkitGroup) -> Sequence[Output]:
    """The outputs up to the one that showed these very returns under this very minimum, if any."""
    outputs, least = inputs.record.outputs, inputs.participants.minimum
    mine = inputs.record.base.get(group.digest)
    for place, one in enumerate(outputs):
        same = one.base.get(group.digest, {}) == mine and one.minimum_group == least
        if same and one.attribution == "aggregated":
            return outputs[:place]
    return outputs


def _known(record: Round, group: ToolkitGroup, outputs: Sequence[Output]) -> Known:
    """The returns of which these outputs showed the answers one by one."""
    issued = {one.reference: one for one in (*record.issued, *record.former)}
    found = [
        (issued[name], number)
        for output in outputs
        if output.attribution != "aggregated"
        for name, number in output.base.get(group.digest, {}).items()
        if name in issued
    ]
    marks = map(version_mark, _versions(record, found))
    return frozenset(zip((person_of(one) for one, _ in found), marks, strict=True))


def _printed_then(
    then: Round, output: Output, group: ToolkitGroup, before: Sequence[PrintedSum], known: Known
) -> tuple[PrintedSum, ...]:
    """Return what an earlier paper printed of a toolkit, beside those before it."""
    people = participants_then(then, output)
    returns = [
        (people.people[issued.reference], then.current[issued.reference])
        for issued in then.issued
        if issued.identity.digest == group.digest and issued.reference in then.current
    ]
    counted = counted_of(group.toolkit, returns, then, known)
    return printed_figures(group.toolkit, people, counted, before)


def counted_of(
    toolkit: Toolkit,
    returns: Sequence[tuple[Person, Return]],
    record: Round,
    known: Known = frozenset(),
) -> CountedReturns:
    """Return the scores and answers of returns, and which of their person's they are."""
    answers = _asked_answers(toolkit, [ret for _, ret in returns])
    plan = ScoringPlan.of(toolkit)
    asked = frozenset((item.id, field) for item in toolkit.items() for field in item.answer_fields)
    rows = tuple(
        ScoreRow(person, plan.card(given), _doubtful(asked, ret))
        for (person, ret), given in zip(returns, answers, strict=True)
    )
    which = _versions(record, [(person.issued, ret.number) for person, ret in returns])
    return CountedReturns(rows, answers, which, known)


def _versions(record: Round, counted: Sequence[tuple[Issued, int]]) -> tuple[int, ...]:
    """Which return of its person each is, of those that counted in anything printed, from 0.

    A person may have filled in several workbooks one after the other.
    """
    people = {one.reference: _place(one) for one in (*record.issued, *record.former)}
    seen: dict[tuple[str, ...], dict[int, int]] = {}
    for output in record.outputs:
        for base in output.base.values():
            for reference, number in base.items():
                mine = seen.setdefault(people.get(reference, (reference,)), {})
                mine.setdefault(number, len(mine))
    own = (seen.get(_place(issued), {}) for issued, _ in counted)
    return tuple(
        mine.get(number, len(mine)) for mine, (_, number) in zip(own, counted, strict=True)
    )


def _place(issued: Issued) -> tuple[str, ...]:
    identity = issued.identity
    return identity.partner, identity.respondent, identity.digest


_EMPTY = frozenset({"C02", "C27"})
"""The findings that a place is empty: of all others it is not certain what was answered there."""


def _doubtful(asked: frozenset[tuple[str, str]], ret: Return) -> frozenset[tuple[str, str]]:
    """Those of the items and answer fields asked without an answer on which there is a query.

    A query that was waived is one of them: what was answered stays out, and was answered.
    """
    doubts = [finding for finding in ret.findings if finding.code not in _EMPTY]
    if not doubts:
        return frozenset()
    read = {(answer.item, answer.field) for answer in ret.answers if answer.value != ""}
    return (asked - read).intersection(chain.from_iterable(map(concerned, doubts)))


def _asked_answers(toolkit: Toolkit, returns: Sequence[Return]) -> list[list[Answer]]:
    """The answers to the toolkit's items; texts asked for elsewhere are not scored."""
    known = {item.id for item in toolkit.items()}
    return [[answer for answer in ret.answers if answer.item in known] for ret in returns]

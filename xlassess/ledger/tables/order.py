"""Which of several returns for one workbook counts, and which of them say the same.

The rules, in this order:

- The same answers again, in whatever bytes, are no new return (`same_answers`).
- A return that bears no seal never takes the place of one that does: anybody can type a
  reference. A sealed one takes the place of those without.
- A return that bears no seal and names somebody else than its reference was issued to does not
  count at all before the coordinator says so.
- A return received in a later run comes after one of an earlier run, unless the moments of saving
  say otherwise: where it was certainly saved before it, it waits; where that depends on a time
  zone that is not known, the order is not clear.
- Within a run the moments of saving decide, where both are known well enough.
- Whatever the order, a return without an answer never takes the place of one that has some, and one
  that has some takes the place of those without: a blank copy is no change of mind.
- What somebody typed in for a respondent never takes the place of what the respondent sent, unless
  that is blank: the coordinator decides. What the respondent sends later takes its place, whenever
  it was saved, if it bears a seal and is not blank. Without a seal it waits, as above: anybody
  might have made it.
- Otherwise the order is not clear: the one recorded first goes on counting, and the other waits
  for the coordinator. A refused return never takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Final, Literal

from xlassess.model.answer import Answer, Return
from xlassess.model.finding import Finding

Standing = Literal["current", "contested", "superseded", "set aside", "refused", "unclaimed"]
"""Counts; waits for a decision; was followed by a later one; does not count by decision; cannot
be used; read for a decision to give it to somebody, and now nobody's (`Ledger.record_return`)."""

OPEN = ("current", "contested")
"""The standings of returns among which one counts or is to be chosen."""

ANOTHER_ADDRESS = "I15"
"""The note that a workbook came from the address of another respondent."""

SAYS = "I14"
"""The finding with what a message says: a note that may be put away."""

UNSEALED = "I09"
"""The finding of a workbook that was recognised by its printed reference, without its seal."""

NAMES_ANOTHER: Final = "I18"
"""The finding of a workbook without its seal that names somebody else than its reference does."""

Doubt = Literal["L01", "L04", "L05", "L06", "L08", "I18"]
"""Why a return waits: the order is not clear; it bears no seal, and the other does; it came later
but was saved earlier; it was typed in, and the other was not. Or why it gives way: nothing is
filled in (L06)."""

UNCLEAR: frozenset[str] = frozenset(("L01", "L04", "L05", "L08", NAMES_ANOTHER))
"""The findings of returns of which the coordinator has to say whether they count."""

_WEST, _EAST = timedelta(hours=12), timedelta(hours=14)
"""How far local time is from UTC at most (the IANA time zone database: UTC-12 to UTC+14)."""

_SLACK = timedelta(minutes=5)
"""By so much a clock may be ahead and still be believed."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a return came, and what is known of when it was saved.

    ``run`` is the number of its run. ``saved_at`` is what the file says, None where it says
    nothing or what cannot be true (`believable`); without a zone it is local time, no one knows
    where. ``sealed`` says that it proved whose it is, ``empty`` that nothing is filled in,
    ``entered`` that somebody typed it in for the respondent, ``names_another`` that it bears no
    seal and names somebody else than the workbook was issued to.
    """

    run: int
    saved_at: datetime | None
    sealed: bool = True
    empty: bool = False
    entered: bool = False
    names_another: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """How a return stands among the others, and why it waits or gives way, if it does."""

    standing: Standing
    doubt: Doubt = "L01"


def ranked(new: Arrival, open_ones: Sequence[Arrival]) -> Ranked:
    """Return how a new return stands among those of its workbook that are still open.

    Args:
        new: the new return.
        open_ones: those that count or wait for a decision.
    """
    sealed = [one for one in open_ones if one.sealed]
    if not new.sealed and (sealed or new.names_another):
        return Ranked("contested", "L04" if sealed else NAMES_ANOTHER)
    open_ones = [one for one in open_ones if not one.names_another]
    rivals = sealed if new.sealed else open_ones
    if new.empty and not all(one.empty for one in rivals):
        return Ranked("superseded", "L06")
    rivals = [one for one in rivals if one.empty == new.empty]
    if new.sealed and not (new.empty or new.entered):
        rivals = [one for one in rivals if not one.entered]
    if new.entered and any(not (one.entered or one.empty) for one in open_ones):
        return Ranked("contested", "L08")
    order = [(_compare(new, other), new.run > other.run) for other in rivals]
    if (-1, False) in order:
        return Ranked("superseded")
    if (-1, True) in order:
        return Ranked("contested", "L05")
    return Ranked("contested" if any(later == 0 for later, _ in order) else "current")


def _compare(new: Arrival, other: Arrival) -> int:
    """1 when the new one is later, -1 when it is earlier, 0 when that is not clear."""
    saved = saved_later(new.saved_at, other.saved_at)
    if new.run <= other.run or saved == -1 or _zone_decides(new.saved_at, other.saved_at):
        return saved
    return 1


def _zone_decides(one: datetime | None, other: datetime | None) -> bool:
    """True when only one of two times has a zone: then neither it nor the run tells the order."""
    return one is not None and other is not None and (one.tzinfo is None) != (other.tzinfo is None)


def saved_later(one: datetime | None, other: datetime | None) -> int:
    """1 when the first was certainly saved later, -1 when earlier, 0 when that is not clear.

    Two local times are compared as they are: they are most often of one person and one computer.
    """
    if one is None or other is None or one == other:
        return 0
    if (one.tzinfo is None) == (other.tzinfo is None):
        return 1 if one > other else -1
    (first, last), (others_first, others_last) = _span(one), _span(other)
    if first > others_last:
        return 1
    return -1 if last < others_first else 0


def believable(saved: datetime | None, issued: datetime, received: datetime) -> datetime | None:
    """Return when a file was saved, or None where what it says cannot be true.

    Nothing is saved before it is issued or after it is received; a clock that says so was wrong,
    and tells nothing of the order either.
    """
    if saved is None:
        return None
    first, last = _span(saved)
    return saved if last >= issued and first <= received + _SLACK else None


def _span(saved: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment (UTC) that a time of saving may mean."""
    if saved.tzinfo is not None:
        return saved, saved
    as_utc = saved.replace(tzinfo=timezone.utc)
    return as_utc - _EAST, as_utc + _WEST


def same_answers(one: Return, other: Return) -> bool:
    """True when the first return says nothing that the other does not, and leaves nothing open.

    Mail gateways and document stores change the bytes of a file and add properties to it;
    another program stores it anew. What was read from cells decides: answers, actions, what
    is in doubt, and what somebody wrote elsewhere, but not where it stood or how it was put right.
    """
    if one.query and one.query != other.query:
        return False  # an answer to a query, even an empty one, is more than what it asks about
    if other.entered and not one.entered:
        return False  # the respondent's own word is more than what somebody typed in for them
    return (
        _values(one.answers) == _values(other.answers)
        and _actions(one) == _actions(other)
        and _said(one, "query") == _said(other, "query")
        and _said(one, "note") <= _said(other, "note")
    )


def _values(answers: Sequence[Answer]) -> set[tuple[str, ...]]:
    return {(a.item, a.field, type(a.value).__name__, str(a.value)) for a in answers}


def _actions(ret: Return) -> list[tuple[object, ...]]:
    return sorted(
        (a.item, a.action, a.horizon, a.owner, str(a.deadline), a.measure, a.status)
        for a in ret.actions
    )


_SAID = {"query": ("R", "C"), "note": ("R",)}
"""How the codes of findings begin that hold what the partner wrote, by severity.

Others are about the file, which may differ, or follow from the answers: a later version of this
program may note more of the same answers.
"""
_LOOKS = ("R19", "R21")
"""These say that something is hidden in the file: a matter of how it was saved last."""


def _said(ret: Return, severity: str) -> set[tuple[object, ...]]:
    return {
        _sense(finding)
        for finding in ret.findings
        if finding.severity == severity
        and finding.code.startswith(_SAID[severity])
        and finding.code not in _LOOKS
    }


def _sense(finding: Finding) -> tuple[object, ...]:
    """What a finding tells of the partner's words; later versions may word advice anew."""
    own = sorted((name, told) for name, told in finding.details.items() if name not in _ADVICE)
    return finding.code, finding.item, finding.field, tuple(own)


_ADVICE = ("suggestion", "choices", "wanted")
"""The details of findings that are ours."""


def once_chosen(ret: Return) -> Return:
    """Return it with what was unclear of its order as a note, where that was settled.

    So it stands in a return that is made from this one: between that one and others, nothing is to
    be chosen.
    """
    findings = tuple(
        replace(one, kind=replace(one.kind, severity="note"))
        if one.waiver and one.code in UNCLEAR
        else one
        for one in ret.findings
    )
    return replace(ret, findings=findings)

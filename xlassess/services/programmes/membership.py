"""The life of a partnership in the register: proposed, decided on, evaluated, left.

Source: Partnership Protocol of Melton Borough Council, section 7: a checklist before a partnership
is joined, an evaluation every three years, a review to committee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from xlassess.assessment.programme import ProgrammeFolder
from xlassess.files.problems import did_you_mean
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError
from xlassess.model.programme import Membership, Partnership
from xlassess.services.programmes.programme import PartnershipStanding, programme_status

Verdict = Literal["join", "decline", "stay", "leave"]
"""What a committee may decide on a partnership."""

_FROM: Mapping[Verdict, Membership] = {
    "join": "proposed", "decline": "proposed", "stay": "joined", "leave": "joined",
}  # fmt: skip
_TO: Mapping[Verdict, Membership] = {
    "join": "joined", "decline": "not joined", "stay": "joined", "leave": "left",
}  # fmt: skip
_WORDS: Mapping[Verdict, str] = {
    "join": "Join", "decline": "Do not join", "stay": "Stay", "leave": "Leave",
}  # fmt: skip
"""What is written where the committee's own words are not given."""


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """A partnership of which something was written in the register.

    ``due`` is the day of the next evaluation from then on. ``remark`` is what is worth a second
    look, such as joining without a completed checklist; empty where nothing is.
    """

    name: str
    membership: Membership
    due: date | None
    remark: str = ""

    @property
    def standing(self) -> str:
        """How it stands now, to be said behind its name."""
        return _standing(self.membership)


def _standing(membership: Membership) -> str:
    return "has left" if membership == "left" else f"is {membership}"


def propose(folder: ProgrammeFolder, entry: Partnership, *, today: date) -> MembershipChanged:
    """Write a partnership into the register that somebody proposes to join.

    One that was left, or not joined, is proposed again; what was decided before stays on record.

    Raises:
        UsageError: it has no name, or is proposed or joined already.
        XlassessError: the register cannot be used.
        OSError: the file cannot be written.
    """
    if not entry.name:
        raise UsageError("The partnership has no name.", "Give its name.")
    known = _matching(programme_status(folder, today=today).lines, entry.name)
    if not known:
        folder.add(replace(entry, membership="proposed"))
        return _now(folder, -1, today)
    line = _only(known, entry.name)
    if not line.entry.is_over:
        raise UsageError(
            f"{line.name} is in the register already: {line.entry.membership}.",
            "See it with: xlassess programme status",
        )
    given = {name: value for name in ("purpose", "lead_body", "statutory", "budget")
             if (value := getattr(entry, name)) not in ("", None)}  # fmt: skip
    fields: dict[str, Any] = {**given, "membership": "proposed", **_put_by(line.entry)}
    place = _place(folder, line)
    folder.change(place, fields)
    return _now(folder, place, today)


def decide(
    folder: ProgrammeFolder, which: str, verdict: Verdict, decision: str = "",
    *, on: date, today: date, due: date | None = None,
) -> MembershipChanged:  # fmt: skip
    """Write down what the committee decided on a partnership.

    Args:
        folder: the programme.
        which: the partnership, by its name or folder.
        verdict: what was decided.
        decision: the committee's own words; empty for the plainest.
        on: the day of the decision.
        today: the present day.
        due: the day by which the committee wants the next evaluation, if it named one.

    Raises:
        UsageError: there is no such partnership, or this cannot be decided on it.
        XlassessError: the register cannot be used.
        OSError: the file cannot be written.
    """
    line = _line(folder, which, today)
    entry = line.entry
    _not_ahead(on, today)
    if entry.membership != _FROM[verdict]:
        raise UsageError(
            f"{line.name} {_standing(entry.membership)}, so that “{verdict}” cannot be decided on "
            "it.",
            _INSTEAD[entry.membership],
        )
    if entry.decided and on < entry.decided:
        raise UsageError(
            f"{line.name} has a later decision, of {written_day(entry.decided)}.",
            "Check the day. To put right what is on record, edit programme.yaml.",
        )
    fields: dict[str, Any] = {
        "membership": _TO[verdict], "decision": decision.strip() or _WORDS[verdict], "decided": on,
    }  # fmt: skip
    if due:
        fields["due"] = due
    place = _place(folder, line)
    folder.change(place, {**fields, **_put_by(entry, clear=False)})
    remark = ""
    if verdict == "join" and line.checklist is None:
        remark = (
            "No completed checklist of it is on record. The protocol asks for one before a "
            "partnership is joined. If there is one elsewhere, enter its day as checklist in "
            "programme.yaml."
        )
    return _now(folder, place, today, remark)


_INSTEAD: Mapping[Membership, str] = {
    "proposed": "It can be: join or decline.",
    "joined": "It can be: stay. To leave it: xlassess programme leave",
    "not joined": "To propose it again: xlassess programme propose",
    "left": "To propose it again: xlassess programme propose",
}


def evaluate(
    folder: ProgrammeFolder, which: str, *, on: date, today: date, due: date | None = None
) -> MembershipChanged:
    """Write down that a partnership was evaluated, where no round here has a record of it.

    Args:
        folder: the programme.
        which: the partnership, by its name or folder.
        on: the day of the evaluation.
        today: the present day.
        due: the day by which the committee wants the next one, if before the cycle's.

    Raises:
        UsageError: there is no such partnership, it is not joined, or the day cannot be.
        XlassessError: the register cannot be used.
        OSError: the file cannot be written.
    """
    line = _line(folder, which, today)
    _not_ahead(on, today)
    if line.entry.membership != "joined":
        raise UsageError(
            f"{line.name} {_standing(line.entry.membership)}. Only partnerships that are joined "
            "are evaluated.",
            _INSTEAD[line.entry.membership],
        )
    if due and due <= on:
        raise UsageError("The next evaluation cannot be due before this one.", "Check the days.")
    remark = ""
    if line.evaluated and line.evaluated > on:
        remark = f"An evaluation of {written_day(line.evaluated)} is on record, and counts."
    fields: dict[str, Any] = {"evaluated": on, **({"due": due} if due else {})}
    place = _place(folder, line)
    folder.change(place, fields)
    return _now(folder, place, today, remark)


def _put_by(entry: Partnership, *, clear: bool = True) -> dict[str, Any]:
    """The fields that put the decision on record by, before another one takes its place."""
    gone: dict[str, Any] = {"decision": "", "decided": None} if clear else {}
    if not entry.decision:
        return {}
    day = f"{entry.decided.isoformat()}: " if entry.decided else ""
    return {**gone, "earlier": (*entry.earlier, f"{day}{entry.decision}")}


def _line(folder: ProgrammeFolder, which: str, today: date) -> PartnershipStanding:
    """The partnership that is meant.

    Raises:
        UsageError: there is none, or several could be meant.
    """
    lines = programme_status(folder, today=today).lines
    found = _matching(lines, which)
    if not found:
        names = [line.name for line in lines]
        raise UsageError(f"There is no partnership {which} here.", did_you_mean(which, names))
    return _only(found, which)


def _only(found: Sequence[PartnershipStanding], which: str) -> PartnershipStanding:
    """The one partnership that was found.

    Raises:
        UsageError: several were.
    """
    if len(found) > 1:
        raise UsageError(
            f"Several partnerships are called {which}.",
            f"Name its folder: {', '.join(line.entry.folder for line in found)}.",
        )
    return found[0]


def _matching(lines: Sequence[PartnershipStanding], which: str) -> list[PartnershipStanding]:
    """The partnerships of this folder, or else of this name, or else of a folder so called."""
    folder, said = Path(which).as_posix(), which.strip().casefold()
    placed = [line for line in lines if line.entry.folder]
    return (
        [line for line in placed if line.entry.folder == folder]
        or [line for line in lines if said in (line.name.casefold(), line.entry.name.casefold())]
        or [line for line in placed if Path(line.entry.folder).name.casefold() == said]
    )


def _place(folder: ProgrammeFolder, line: PartnershipStanding) -> int:
    return folder.programme().partnerships.index(line.entry)


def _not_ahead(on: date, today: date) -> None:
    if on > today:
        raise UsageError(f"{written_day(on)} is still to come.", "Check the day.")


def _now(folder: ProgrammeFolder, place: int, today: date, remark: str = "") -> MembershipChanged:
    """How the partnership at a place of the register stands now that it was changed."""
    entry = folder.programme().partnerships[place]
    lines = programme_status(folder, today=today).lines
    line = next(one for one in lines if one.entry == entry)
    return MembershipChanged(line.name, line.entry.membership, line.due, remark)

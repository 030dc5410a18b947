"""Workbooks of another round that came in: what can be done with each, as commands for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlassess.ledger import Ledger
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import as_argument

OTHER_ROUND = "I05"
"""The finding of a workbook of another round: whose it is, is known."""


@dataclass(frozen=True, slots=True)
class OfOtherRound:
    """A refused file of another round.

    ``closed`` says that that round is closed; ``to`` is the workbook of this round that asks the
    same person the same questions, empty where there is none, and ``counts`` the return that counts
    for it, or 0.
    """

    number: int
    round: str
    closed: bool
    to: str = ""
    counts: int = 0

    def ways(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield what can be done, as the beginning of a sentence, and the command that does it.

        Args:
            path: the file, or what it was handed over in, as somebody types it.
        """
        there = as_argument(self.round)
        if self.closed:
            reopen = f'xlassess round reopen {there} --reason "..."'
            yield (
                f"Round {self.round} is closed. To open it again, before it can count there",
                reopen,
            )
        yield (
            f"To count it in round {self.round}",
            f"xlassess ingest {as_argument(path)} --round {there}",
        )
        if self.to:
            instead = f" --instead-of {self.counts}" if self.counts else ""
            yield (
                f"To count it in this round in place of return {self.counts}, which counts now"
                if self.counts
                else "To count it in this round, if it was filled in for it",
                f'xlassess reassign {self.number} --to {self.to}{instead} --reason "..."',
            )


def of_other_rounds(
    ledger: Ledger, returns: Iterable[Return], round_name: str
) -> dict[int, OfOtherRound]:
    """Return the files of another round among these, by the number of the return.

    Args:
        ledger: the ledger.
        returns: what came in.
        round_name: the present round.
    """
    said = {
        ret.number: one.details
        for ret in returns
        for one in ret.findings
        if ret.number and ret.state == "refused" and one.code == OTHER_ROUND
    }
    if not said:
        return {}
    closed, now = ledger.closed_rounds(), ledger.issued(round_name)
    replaced, counting = ledger.replaced(), ledger.counting(round_name)
    made = {}
    for number, told in said.items():
        own = ledger.book(told.get("reference", ""))
        same = [one for one in now if own and _alike(one, own) and one.reference not in replaced]
        to = same[-1].reference if same else ""
        made[number] = OfOtherRound(
            number, told["found"], told["found"] in closed, to, counting.get(to, 0)
        )
    return made


def _alike(one: Issued, other: Issued) -> bool:
    """True for workbooks that ask the same person the same questions."""
    mine, theirs = one.identity, other.identity
    return (mine.partner, mine.respondent, mine.digest) == (
        theirs.partner, theirs.respondent, theirs.digest
    )  # fmt: skip

"""What of one round may be compared with an earlier one, question by question.

Two questions are compared where the toolkit says that one follows the other, or where they have
the same number and the same wording, scale and views. Nothing else is taken for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlassess.contract.seal import question_digest
from xlassess.model.toolkit import Item, Toolkit


@dataclass(frozen=True, slots=True)
class Match:
    """The earlier item that an item may be compared with; or None, and why, as a sentence."""

    item: Item | None
    why: str = ""


def earlier_items(now: Toolkit, then: Toolkit) -> dict[str, Match]:
    """Return, for every item of a toolkit, the earlier item that it may be compared with.

    Args:
        now: the toolkit as it is asked.
        then: the toolkit as it was asked in an earlier round.
    """
    former = {item.id: item for item in then.items()}
    if now.version == then.version:
        taken = set[str]()
    else:
        named = (_named(item) for item in now.items() if item.follows)
        taken = {item for version, item in named if version == then.version}
    return {item.id: _match(now, item, then, former, taken) for item in now.items()}


def chained(matches: Iterable[Mapping[str, Match]]) -> dict[str, Match]:
    """Return the matches over several rounds from those of each with the one before it.

    Args:
        matches: those of the present round first.
    """
    found: dict[str, Match] = {}
    for number, step in enumerate(matches):
        if not number:
            found = dict(step)
            continue
        found = {
            name: step[match.item.id] if match.item is not None else match
            for name, match in found.items()
        }
    return found


def _match(
    now: Toolkit, item: Item, then: Toolkit, former: Mapping[str, Item], taken: set[str]
) -> Match:
    same = former.get(item.id)
    asked_alike = same is not None and question_digest(then, same) == question_digest(now, item)
    if now.version == then.version and asked_alike:
        return Match(same)
    if not item.comparable:
        return Match(None, "The toolkit says that it is not comparable.")
    version, number = _named(item)
    if item.follows and version == then.version:
        return _following(now, item, then, former.get(number), number)
    if same is None:
        return Match(None, f"It was not asked in version {then.version}.")
    if asked_alike and same.id not in taken:
        return Match(same)
    what = "question was another one" if not asked_alike else "number was another question's"
    return Match(None, f"In version {then.version} this {what}.")


def _following(now: Toolkit, item: Item, then: Toolkit, other: Item | None, number: str) -> Match:
    if other is None:
        return Match(None, f"Version {then.version} has no item {number}, which it follows.")
    if _answered_with(now, item) != _answered_with(then, other):
        return Match(None, f"It was answered on another scale in version {then.version}.")
    return Match(other)


def _named(item: Item) -> tuple[str, str]:
    """The version and the number of the item that an item follows."""
    version, _, number = item.follows.partition("/")
    return version, number


def _answered_with(toolkit: Toolkit, item: Item) -> tuple[object, ...]:
    """What two answers must have in common to be set against each other, words aside."""
    scale = toolkit.scales.get(item.answer)
    choices = [(c.code, c.score, c.apart) for c in scale.choices] if scale else [item.answer]
    return scale is None or scale.ordinal, tuple(choices), item.views

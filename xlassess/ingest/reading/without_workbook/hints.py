"""What the words of a message seem to ask for: a correction, a nil return, another person.

No word of a message is taken for an answer. What it seems to say is offered to the coordinator,
who decides. A rule that is not sure says nothing: the message itself is shown in any case.

The rules, sentence by sentence; a sentence that asks, supposes or denies gives no hint:

- A correction names an item of the toolkit by its number, speaks of a change (`_CHANGE`), and has
  one value that the item takes right after a word such as "read" or "to" (`_LEADS`). Two values
  for an item give none. Items that are named together ("3B and 3C") share the value behind them.
- A nil return says that there is nothing to report (`NIL_RETURN`), and names no item and no part.
- A change of person says that whoever writes has left, or who answers instead
  (`speaks_of_another`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from xlassess.ingest.reading.read import parse
from xlassess.ingest.reading.reading_plan import ItemLayout, ReadingPlan
from xlassess.ingest.reading.without_workbook.another_person import (
    speaks_of_another,
    words_in_names,
)
from xlassess.ingest.reading.without_workbook.denied import is_denied
from xlassess.model.answer import Value
from xlassess.model.toolkit import Toolkit

HintKind = Literal["correction", "nil return", "declined", "another person"]
"""What words in a message may seem to be."""

MOST_TEXT = 4_000
"""Characters of a message that are looked at."""
_MOST_SHOWN = 200
_MOST_HINTS = 20
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s+/\s+")
"""What stands between sentences."""
_WORD = re.compile(r"[^\W_]+(?:[.:'’-][^\W_]+)*|[£$€]?\d[\d,.]*%?")
_DENIED = re.compile(
    r"\?|\b(?:if|unless|whether|should (?:i|we)|would|could|might|do not|don['’]t(?! know\b)"
    r"|did not|(?:did|should|must|need|wo)n['’]t|not to|never|no need)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\b(?:could|can|would|will) (?:you|we) (?:please |kindly |mind )*(?=\w)", re.IGNORECASE
)
_CHANGE = re.compile(
    r"\b(?:please|should|ought|chang(?:e|ed|es|ing)|correct(?:ed|ion)?|amend(?:ed|ment)?|replaced?"
    r"|alter(?:ed)?|revised?|substituted?|switch|instead|updated?|meant|mistake|wrong(?:ly)?|error"
    r"|erratum|corrigendum|typo"
    r"|(?:for|in|under|at) (?:(?:item|question|statement) )?\S{1,9},? read)\b",
    re.IGNORECASE,
)
_UNCHANGED = re.compile(
    r"\b(?:(?:must|need|will|can|should|shall) ?not|can['’]t)\b[^,:;]{0,80}"
    rf"(?:{_CHANGE.pattern})|\b(?:not|un)[ -]?(?:sure|certain)\b",
    re.IGNORECASE,
)
"""What denies a change or doubts it; who "cannot answer" may say all the same who does."""

_LEADS = frozenset({
    "as", "be", "been", "but", "enter", "it", "meant", "put", "read", "say", "substitute",
})  # fmt: skip
"""Words right before a value that make it the new one; "from", "not" and "instead of" do not."""
_LEADS_AFTER = {
    "to": frozenset({
        "alter", "altered", "amend", "amended", "change", "changed", "changes", "changing",
        "correct", "corrected", "from", "revise", "revised", "set", "switch", "update", "updated",
    }),
    "with": frozenset({"replace", "replaced"}),
    "by": frozenset({"replace", "replaced"}),
}  # fmt: skip
"""Words that do so only behind one of these: who "had to disagree" changes nothing."""
_TOGETHER = re.compile(
    r"\s*(?:,|&|and|,\s*and|/)\s*(?:(?:item|question|statement)\s+)?\S+\s*", re.I
)
"""What stands between two items that are named together: the second of them is its end."""

_NAMES_A_NUMBER = frozenset({"item", "no", "number", "q", "question", "statement"})
NOT_ANYTHING = re.compile(
    r"\b(?:(?:do not|don['’]t|have not|haven['’]t) (?:have |got )?|(?:is|are)(?: not|n['’]t) )any"
    r"(?:thing| activity| activities| projects?| work) to (?=report|declare|submit|say|add)",
    re.IGNORECASE,
)
"""What denies, and says that there is nothing."""

NIL_RETURN = re.compile(
    r"\bnothing to (?:report|declare|submit)\b|\bnil[- ](?:return|response|report)\b"
    r"|\bno (?:activity|activities|projects?|work) to report\b",
    re.IGNORECASE,
)
"""What says by itself that there is nothing to report."""
_PART = re.compile(
    r"\b(?:section|part|page|sheet|question|item|statement|heading|else|further|more|other)s?\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\s*(?:on|about|under|regarding)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a sentence of a message seems to ask for.

    ``words`` is the sentence. Of a correction, ``item`` is the number of the item, ``value`` what
    its answer would be, and ``label`` the same as it would be written in the workbook.
    """

    kind: HintKind
    words: str
    item: str = ""
    value: Value = ""
    label: str = ""


def hints_in(text: str, toolkit: Toolkit, partner: str = "") -> tuple[Hint, ...]:
    """Return what the words of a message seem to ask for, in their order.

    Args:
        text: what the message says.
        toolkit: the questions of the workbook that it is about.
        partner: the name of the partner whose workbook that is, where it is known.
    """
    return hint_reader(toolkit)(text, partner)


def hint_reader(toolkit: Toolkit) -> Callable[[str, str], tuple[Hint, ...]]:
    """Return what looks for hints in many messages about workbooks with the same questions.

    It is asked with what a message says, and the name of the partner.
    """
    return partial(_hints_by, ReadingPlan.of(toolkit), words_in_names(toolkit))


def _hints_by(plan: ReadingPlan, own: frozenset[str], text: str, partner: str) -> tuple[Hint, ...]:
    known = {name.casefold(): name for name in plan.items}
    found: list[Hint] = []
    for sentence in SENTENCE.split(text[:MOST_TEXT]):
        polite = _POLITE.search(sentence)
        asked = sentence[polite.end() :].rstrip("? ") if polite else sentence
        asked = NOT_ANYTHING.sub("nothing to ", asked)
        if _DENIED.search(asked):
            continue
        shown = as_shown(sentence)
        items = list(_items(sentence, known))
        if items and _CHANGE.search(sentence) and not _UNCHANGED.search(asked):
            found += _corrections(sentence, shown, items, plan)
        if not items and _says_nil(asked):
            found.append(Hint("nil return", shown))
        if speaks_of_another(sentence, own, partner):
            found.append(Hint("another person", shown))
    return tuple(_agreeing(found))[:_MOST_HINTS]


def as_shown(sentence: str) -> str:
    """Return a sentence as far as it is shown."""
    return sentence if len(sentence) <= _MOST_SHOWN else f"{sentence[:_MOST_SHOWN]} ..."


def says_another_answers(text: str, partner: str = "") -> bool:
    """True where a message says that whoever it is from has left, or who answers instead.

    Args:
        text: what the message says.
        partner: the name of the partner that they answer for, where it is known.
    """
    return any(speaks_of_another(one, partner=partner) for one in SENTENCE.split(text[:MOST_TEXT]))


def _says_nil(sentence: str) -> bool:
    """True where a sentence says that there is nothing to report of the workbook."""
    said = NIL_RETURN.search(sentence)
    return bool(said and not _is_of_a_part(sentence, said) and not is_denied(sentence, said))


def _is_of_a_part(sentence: str, said: re.Match[str]) -> bool:
    """True where what is said to be nothing is so of a part of the workbook only, or of more."""
    after = sentence[said.end() :]
    around = f"{sentence[: said.start()]} {after}"
    return bool(_PART.search(around) or _ABOUT.match(after))


def _items(sentence: str, known: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the items that a sentence names, and where each ends.

    A bare number is one only behind a word that says so: it may be a day or a sum.
    """
    before = ""
    for match in _WORD.finditer(sentence):
        word = match[0].casefold().rstrip(".:")
        name = known.get(word) or known.get(word.partition(":")[0])
        name = name or known.get(word.removeprefix("q"))
        if name and (not name.isdecimal() or before in _NAMES_A_NUMBER):
            yield name, match.end()
        before = word


def _corrections(
    sentence: str, shown: str, items: list[tuple[str, int]], plan: ReadingPlan
) -> Iterator[Hint]:
    """Yield a correction for each item of a sentence that has one new value.

    The value of the only item may stand anywhere; those of several each behind their item, or
    behind the last of those that are named together.
    """
    if len({name for name, _ in items}) == 1:
        parts = [(items[0][0], "", sentence)]
    else:
        first = sentence[: items[0][1]]
        ends = [*(end for _, end in items[1:]), len(sentence)]
        parts = [
            (name, first, f"{name} {sentence[start:end]}")
            for (name, start), end in zip(items, ends, strict=True)
        ]
    said: dict[Value, str] = {}
    told: list[Hint] = []
    for at, (name, before, part) in reversed(list(enumerate(parts))):
        values = dict(_values(part, plan.items[name], plan, before))
        if at + 1 < len(parts) and _TOGETHER.fullmatch(part, len(name)):
            following = plan.items[parts[at + 1][0]]
            # Of items that take different answers, nobody knows that they share this one.
            values = said if _takes(plan.items[name], plan) == _takes(following, plan) else {}
        said = values
        if len(values) == 1:
            ((value, label),) = values.items()
            told.append(Hint("correction", shown, name, value, label))
    yield from reversed(told)


def _takes(one: ItemLayout, plan: ReadingPlan) -> object:
    """What an item takes for an answer, where it has one place for it."""
    columns = [each for each in one.fields if each.field.startswith("answer")]
    return columns[0].takes(one.item) if len(columns) == 1 else one


def _values(
    text: str, one: ItemLayout, plan: ReadingPlan, first: str = ""
) -> Iterator[tuple[Value, str]]:
    """Yield the new values for an item that stand in a text, and their labels.

    Args:
        text: where they stand.
        one: the item.
        plan: what is read where.
        first: the words before the first item of the sentence, which hold for all of them.
    """
    columns = [each for each in one.fields if each.field.startswith("answer")]
    if len(columns) != 1 or columns[0].field != "answer" or columns[0].is_wide(one.item):
        return
    column = columns[0]
    choices = plan.choices.get(column.takes(one.item))
    words = [match[0].rstrip(".:'’-") for match in _WORD.finditer(text)]
    labels = choices.labels if choices else ()
    longest = max((len(_WORD.findall(label)) for label in labels), default=1)
    before = {match[0].casefold() for match in _WORD.finditer(first)}
    for at in range(1, len(words)):
        led = _is_led(words, at, one.item.id, before)
        before.add(words[at - 1].casefold())
        if not led:
            continue
        for length in range(min(longest, len(words) - at), 0, -1):
            told = " ".join(words[at : at + length])
            read = parse(_number(told) if choices is None else told, one.item, column, plan)
            if read.value is not None and not read.code:
                yield read.value, choices.names[str(read.value)] if choices else told
                break


def _is_led(words: list[str], at: int, item: str, before: set[str]) -> bool:
    """True where the words before a value say that it is the new one.

    Args:
        words: those of the text.
        at: where the value begins.
        item: the number of the item.
        before: all words up to the one before the value, in small letters.
    """
    lead = words[at - 1].casefold()
    if any(word.casefold() == "not" for word in words[max(0, at - 3) : at]):
        return False
    if lead == "put" and at > 1 and words[at - 2].casefold() in ("i", "we"):
        return False  # that is what was put before
    after = _LEADS_AFTER.get(lead, frozenset())
    return lead in _LEADS or lead == item.casefold() or not after.isdisjoint(before)


def _number(text: str) -> str | float:
    """A number as a cell would hold it, or the text."""
    try:
        return float(text)
    except ValueError:
        return text


def _agreeing(found: list[Hint]) -> Iterator[Hint]:
    """Yield each hint once; where two give an item different values, neither."""
    values: dict[str, set[Value]] = {}
    for one in found:
        if one.kind == "correction":
            values.setdefault(one.item, set()).add(one.value)
    told: set[tuple[str, str]] = set()
    for one in found:
        sole = one.kind != "correction" or len(values[one.item]) == 1
        if sole and (one.kind, one.item) not in told:
            told.add((one.kind, one.item))
            yield one

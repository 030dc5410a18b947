"""What the words of a message seem to ask for: a correction, a nil return, another person.

No word of a message is taken for an answer. What it seems to say is offered to the coordinator,
who decides. A rule that is not sure says nothing: the message itself is shown in any case.

The rules, sentence by sentence; a sentence that asks, supposes or denies gives no hint:

- A correction names an item of the toolkit by its number, speaks of a change (`_CHANGE`), and has
  one value that the item takes right after a word such as "read" or "to" (`_LEADS`). Two values
  for an item give none.
- A nil return says that there is nothing to report (`_NIL`), and names no item and no part.
- A change of person says that whoever writes has left, or who answers instead (`_PERSON`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from xlassess.ingest.reading.read import parse
from xlassess.ingest.reading.reading_plan import ItemLayout, ReadingPlan
from xlassess.model.answer import Value
from xlassess.model.toolkit import Toolkit

HintKind = Literal["correction", "nil return", "another person"]
"""What words in a message may seem to be."""

_MOST_TEXT = 4_000
_MOST_SHOWN = 200
_MOST_HINTS = 20
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s+/\s+")
_WORD = re.compile(r"[^\W_]+(?:[.:'’-][^\W_]+)*|[£$€]?\d[\d,.]*%?")
_DENIED = re.compile(
    r"\?|\b(?:if|unless|whether|should (?:i|we)|would|could|might|do not|don['’]t(?! know\b)"
    r"|did not|didn['’]t|not to|never|no need)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\b(?:could|can|would|will) (?:you|we) (?:please |kindly |mind )*(?=\w)", re.IGNORECASE
)
_CHANGE = re.compile(
    r"\b(?:please|should|chang(?:e|ed|es|ing)|correct(?:ed|ion)?|amend(?:ed)?|replaced?|instead|updated?"
    r"|meant|mistake|wrong(?:ly)?|error)\b",
    re.IGNORECASE,
)
_LEADS = frozenset({"as", "be", "been", "but", "enter", "it", "meant", "put", "read", "say"})
"""Words right before a value that make it the new one; "from", "not" and "instead of" do not."""
_LEADS_AFTER = {
    "to": frozenset({
        "amend", "amended", "change", "changed", "changes", "changing", "correct", "corrected",
        "from", "set", "switch", "update", "updated",
    }),
    "with": frozenset({"replace", "replaced"}),
}  # fmt: skip
"""Words that do so only behind one of these: who "had to disagree" changes nothing."""
_NAMES_A_NUMBER = frozenset({"item", "no", "number", "q", "question", "statement"})
_NIL = re.compile(
    r"\bnothing to (?:report|declare|submit)\b|\bnil[- ](?:return|response|report)\b"
    r"|\bno (?:activity|activities|projects?|work) to report\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:section|part|page|sheet|question|item|statement|heading|else|further|more|other)s?\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\s*(?:on|about|under|regarding)\b", re.IGNORECASE)
_WORKPLACE = (
    r"(?:association|authority|board|charity|college|company|council|department|firm|group|job"
    r"|office|organi[sz]ation|partnership|position|post|role|school|service|team|trust)"
)
_PERSON = re.compile(
    r"\b(?:i am|i['’]m|(?:s?he) is) no longer (?:with|at|employed|working (?:at|for|here|with|in)"
    r"|in (?:post|this (?:role|post)|that (?:role|post))"
    r"|the (?:contact|lead|manager|director|chair))\b"
    rf"|\b(?:i|s?he) (?:have|has|had) (?:now |since )?left (?:the |my |our |this )?(?:\w+ ){{0,3}}"
    rf"{_WORKPLACE}\b"
    r"|\bno longer works? (?:here|for|at|with)\b"
    r"|\b(?:i have|i['’]ve|i am|(?:s?he) has) (?:now )?retired\b"
    r"|\bmy successor\b"
    r"|\b(?:has|have|is|will be) (?:now )?tak(?:en|ing) over (?:from me|my|this role|the role)\b",
    re.IGNORECASE,
)


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


def hints_in(text: str, toolkit: Toolkit) -> tuple[Hint, ...]:
    """Return what the words of a message seem to ask for, in their order.

    Args:
        text: what the message says.
        toolkit: the questions of the workbook that it is about.
    """
    return hint_reader(toolkit)(text)


def hint_reader(toolkit: Toolkit) -> Callable[[str], tuple[Hint, ...]]:
    """Return what looks for hints in many messages about workbooks with the same questions."""
    return partial(_hints_by, ReadingPlan.of(toolkit))


def _hints_by(plan: ReadingPlan, text: str) -> tuple[Hint, ...]:
    known = {name.casefold(): name for name in plan.items}
    found: list[Hint] = []
    for sentence in _SENTENCE.split(text[:_MOST_TEXT]):
        polite = _POLITE.search(sentence)
        asked = sentence[polite.end() :].rstrip("? ") if polite else sentence
        if _DENIED.search(asked):
            continue
        shown = sentence if len(sentence) <= _MOST_SHOWN else f"{sentence[:_MOST_SHOWN]} ..."
        items = list(_items(sentence, known))
        if items and _CHANGE.search(sentence):
            found += _corrections(sentence, shown, items, plan)
        if not items and (said := _NIL.search(sentence)) and not _is_of_a_part(sentence, said):
            found.append(Hint("nil return", shown))
        if _PERSON.search(sentence):
            found.append(Hint("another person", shown))
    return tuple(_agreeing(found))[:_MOST_HINTS]


def says_another_answers(text: str) -> bool:
    """True where a message says that whoever it is from has left, or who answers instead.

    Args:
        text: what the message says.
    """
    return any(_PERSON.search(one) for one in _SENTENCE.split(text[:_MOST_TEXT]))


def _is_of_a_part(sentence: str, said: re.Match[str]) -> bool:
    """True where what is said to be nothing is so of a part of the workbook only, or of more."""
    after = sentence[said.end() :]
    around = f"{sentence[: said.start()]} {after}"
    denied = re.search(r"\bnot (?:a|an|the)?\s*$", sentence[: said.start()], re.IGNORECASE)
    return bool(_PART.search(around) or _ABOUT.match(after) or denied)


def _items(sentence: str, known: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the items that a sentence names, and where each ends.

    A bare number is one only behind a word that says so: it may be a day or a sum.
    """
    before = ""
    for match in _WORD.finditer(sentence):
        word = match[0].casefold().rstrip(".:")
        name = known.get(word) or known.get(word.partition(":")[0])
        if name and (not name.isdecimal() or before in _NAMES_A_NUMBER):
            yield name, match.end()
        before = word


def _corrections(
    sentence: str, shown: str, items: list[tuple[str, int]], plan: ReadingPlan
) -> Iterator[Hint]:
    """Yield a correction for each item of a sentence that has one new value.

    The value of the only item may stand anywhere; those of several each behind their item.
    """
    if len({name for name, _ in items}) == 1:
        parts = [(items[0][0], sentence)]
    else:
        ends = [*(end for _, end in items[1:]), len(sentence)]
        parts = [
            (name, f"{name} {sentence[start:end]}")
            for (name, start), end in zip(items, ends, strict=True)
        ]
    for name, part in parts:
        values = dict(_values(part, plan.items[name], plan))
        if len(values) == 1:
            ((value, label),) = values.items()
            yield Hint("correction", shown, name, value, label)


def _values(text: str, one: ItemLayout, plan: ReadingPlan) -> Iterator[tuple[Value, str]]:
    """Yield the new values for an item that stand in a text, and their labels."""
    columns = [each for each in one.fields if each.field.startswith("answer")]
    if len(columns) != 1 or columns[0].field != "answer" or columns[0].is_wide(one.item):
        return
    column = columns[0]
    choices = plan.choices.get(column.takes(one.item))
    words = [match[0].rstrip(".:'’-") for match in _WORD.finditer(text)]
    labels = choices.labels if choices else ()
    longest = max((len(_WORD.findall(label)) for label in labels), default=1)
    before: set[str] = set()
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

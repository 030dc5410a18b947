"""What a message says of a workbook that did not come with it: nothing to report, or no part in it.

Somebody who is asked with two toolkits sends one workbook, and writes what becomes of the other. No
word is taken for an answer: what it seems to say is offered, and a rule that is not sure says
nothing.

- The words name the toolkit, or "the other one" where only one is left that could be meant.
- They say it in the same part of a sentence; or nothing else is named in the whole sentence.
- What asks, supposes or puts off, or is about a part of the workbook, gives no hint.
- Nor does what is about a thing that only bears the name: a meeting, or training.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from xlassess.ingest.reading.without_workbook.denied import is_denied
from xlassess.ingest.reading.without_workbook.hints import (
    MOST_TEXT,
    NIL_RETURN,
    NOT_ANYTHING,
    SENTENCE,
    Hint,
    HintKind,
    as_shown,
)
from xlassess.model.toolkit import Toolkit

_PIECE = re.compile(r"[;:,–—]|\s-\s|\b(?:and|but|while|whereas|though|although)\b", re.IGNORECASE)
"""What stands between the parts of a sentence."""

_NIL = re.compile(rf"{NIL_RETURN.pattern}|\bnothing to (?:say|add|contribute)\b", re.IGNORECASE)
"""Who has nothing to say or to add means a nil return only where a workbook is named."""

_NOT = r"\b(?:(?:do|does|will|shall|are|is|am)(?: ?not|n['’]t)|won['’]t|['’](?:m|re|ll) not)\b"
_PART_IN_IT = r"(?:tak(?:e|ing) part|participat(?:e|ing))"
_DECLINED = re.compile(
    rf"(?:{_NOT}|\b(?:cannot|can['’]t|no longer))(?: be)?"
    rf"(?: (?:wish|want|intend|plan|going|able) to)? {_PART_IN_IT}\b"
    rf"|{_NOT}(?: be)?(?: (?:wish|want|intend|plan|going) to)?"
    r" (?:complet(?:e|ing)|answer(?:ing)?|fill(?:ing)?(?: \S+){0,3}? (?:in|out)|return(?:ing)?)\b"
    r"|\b(?:declin(?:e|es|ed|ing)|opt(?:s|ed|ing)? out)\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\?|\b(?:if|unless|whether|would|could|might|may|should|perhaps|maybe|yet|until|till|before|by"
    r"|today|tomorrow|this week|next week|now|currently|at the moment|in time|never said)\b",
    re.IGNORECASE,
)
_OF_A_PART = re.compile(
    r"\b(?:sections?|pages?|sheets?|questions?|items?|statements?|headings?|tabs?|else|further)\b"
    r"|\b(?:agenda|briefing|call|conference|course|discussion|event|group|interview|launch|meeting"
    r"|minute|panel|pilot|presentation|seminar|session|training|visit|webinar|workshop)s?\b"
    r"|\battend(?:ed|ing|s)?\b",
    re.IGNORECASE,
)
"""A part of a workbook, or something else that may be had or done about one."""

_THE_OTHER = re.compile(
    r"\bthe (?:other|second|remaining) (?:one|workbook|questionnaire|toolkit|form|file|spreadsheet"
    r"|survey)\b|\bthe other\s*[.!]?\s*$",
    re.IGNORECASE,
)
_GENERAL = frozenset({
    "assessment", "better", "checks", "organisation", "partners", "partnership", "questionnaire",
    "questions", "together", "toolkit", "value", "working",
})  # fmt: skip
"""Words of names that are said of much else."""

_FIRST_MARK = 0xE000
_MARK = re.compile(r"[\ue000-\uf8ff]")
"""Marks in the place of names: characters for private use, taken out of what a message says first.

What somebody writes is never taken for a mark."""

_BOOK = (
    r"(?:assessment|checklist|exercise|file|form|questionnaire|return|self-assessment|spreadsheet"
    r"|survey|tool|toolkit|workbook)"
)
_OF_MORE = re.compile(
    r"[\ue000-\uf8ff](?:['’]s?)?[ -](?!(?:"
    rf"{_BOOK}|again|also|and|anyway|are|as|at|attached|because|but|by|can|cannot|do|does|due"
    r"|either|enclosed|follows|for|from|had|has|have|here|i|in|is|it|next|no|nor|not|nothing|now"
    r"|on|one|or|our|out|owing|please|since|so|sorry|the|then|there|they|this|though|to|too|was|we"
    r"|were|whereas|which|while|will|with|won['’]t)\b)\w",
    re.IGNORECASE,
)
"""A name that is only the beginning of another: nobody who misses "the PAT meeting" refuses PAT."""

_REST = re.compile(
    r"(?: to (?:answer|complete|fill in|return|(?:be|take) part|participate))?"
    r"(?:\s+(?:about|as to|concerning|for|from|in|of|on|regarding|to|under|with))?"
    r"(?:\s+(?:our|that|the|this|your))?"
    rf"(?:\s*[\ue000-\uf8ff](?: one|\s+{_BOOK})?"
    rf"|\s+(?:the )?(?:other|remaining|second)(?: one| {_BOOK})?|\s+(?:it|that|this)(?: one)?)?"
    r"(?:\s+(?:in|out))?"
    r"(?:\s+(?:(?:for |in )?(?:this (?:round|time|year)|\d{4})|again|any ?more|at all|either|here"
    r"|from (?:here|our side|us)|please|sorry|thanks|thank you|with regret))?"
    r"\W*(?:\b(?:as|because|due to|owing to|since|so)\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""What may stand behind the words that say so: the workbook itself, and no other thing of it."""

_LED = re.compile(
    r"\b(?:about|as to|concerning|for|in|of|on|re|regarding|to|under)(?: (?:our|the|your))?"
    r" ([\ue000-\uf8ff])",
    re.IGNORECASE,
)
"""A workbook that a message is about, as it says itself."""

_NAME_ALONE = re.compile(
    r"\s*(?:(?:also|about|as|as to|both|for|in|of|on|or|our|regarding|the|to|under|your)\s+){0,4}"
    rf"[\ue000-\uf8ff](?:\s+{_BOOK})?(?:\s+(?:please|too|either|as well))?\W*",
    re.IGNORECASE,
)
"""A part of a sentence that only names a workbook."""

_SHORT = 4
"""A name of one word with no more letters than this is told from a word by its capitals."""


@dataclass(frozen=True, slots=True)
class OtherWorkbooks:
    """The workbooks of one person that a message may be about, by reference, with their toolkits.

    ``here`` are the toolkits of what came with it; without any, no workbook is "the other one".
    """

    toolkits: Mapping[str, Toolkit]
    here: tuple[Toolkit, ...] = ()


def hints_of_others(text: str, others: OtherWorkbooks) -> Iterator[tuple[str, Hint]]:
    """Yield what a message seems to say of workbooks that did not come with it, by reference.

    Args:
        text: what the message says.
        others: the workbooks of whoever it is from.
    """
    told: set[tuple[str, str]] = set()
    for sentence in SENTENCE.split(text[:MOST_TEXT]):
        for reference, kind in _in_sentence(sentence, others):
            if (reference, kind) not in told:
                told.add((reference, kind))
                yield reference, Hint(kind, as_shown(sentence))


def nil_returns_of(text: str, others: OtherWorkbooks) -> dict[str, str]:
    """Return the workbooks that a message says nothing is to report for, each with the sentence.

    Empty where the message names none of them: what it says holds for all. Where it holds for
    none of them, an empty name stands for that.

    Args:
        text: what the message says.
        others: all workbooks of whoever it is from.
    """
    found: dict[str, str] = {}
    general = ""
    led, denied = set[str](), set[str]()
    for sentence in SENTENCE.split(text[:MOST_TEXT]):
        marked = NOT_ANYTHING.sub("nothing to ", _marked(sentence, others))
        led |= _named("".join(_LED.findall(marked)), others)
        said = _NIL.search(marked)
        if said is None or is_denied(marked, said):
            denied |= _named(marked, others) if said or _DECLINED.search(marked) else set()
        elif not _MARK.search(marked):
            general = general or sentence
        else:
            about = set() if _OF_MORE.search(marked) else _nil_in(marked, others)
            found = dict.fromkeys(about or {""}, sentence) | found
    if general and not any(found) and (led or denied):
        rest = {*others.toolkits} if denied else set()
        found = dict.fromkeys(led - denied or rest - denied or {""}, general)
    return {one: as_shown(sentence) for one, sentence in found.items()}


def _nil_in(marked: str, others: OtherWorkbooks) -> set[str]:
    """The references of the workbooks that the words of a sentence with a nil return are about.

    Those that stand in the same part of it, and any that are named together with them.
    """
    pieces = _PIECE.split(marked)
    about: set[str] = set()
    for at, piece in enumerate(pieces):
        said = _NIL.search(piece)
        if said is None or is_denied(piece, said):
            continue
        before = bool(_MARK.search(piece[: said.start()]))
        after = bool(_MARK.search(piece[said.end() :]))
        back, on = _together(reversed(pieces[:at])), _together(pieces[at + 1 :])
        words = piece + (back if before else on if after else back or on)
        about |= _named(words, others) or _only(_named(marked, others))
    return about


def _together(pieces: Iterable[str]) -> str:
    """The parts of a sentence, from the nearest on, that only name a workbook."""
    return "".join(takewhile(lambda one: not one.strip() or _NAME_ALONE.fullmatch(one), pieces))


def _only(references: set[str]) -> set[str]:
    return references if len(references) == 1 else set()


def _in_sentence(sentence: str, others: OtherWorkbooks) -> Iterator[tuple[str, HintKind]]:
    """Yield the references of the workbooks that a sentence says something of, and what."""
    marked = NOT_ANYTHING.sub("nothing to ", _marked(sentence, others))
    if any(one.search(marked) for one in (_UNSURE, _OF_A_PART, _OF_MORE)):
        return
    whole = _named(marked, others)
    for piece in _PIECE.split(marked):
        nil, declined = _NIL.search(piece), _DECLINED.search(piece)
        said = nil or declined
        named = _named(piece, others) or whole
        if said is None or (nil and declined) or not _REST.fullmatch(piece, said.end()):
            continue
        if is_denied(piece, said):
            continue
        if len(named) == 1 and (found := named.copy().pop()):
            yield found, "nil return" if nil else "declined"


def _named(text: str, others: OtherWorkbooks) -> set[str]:
    """The references of the workbooks that words name; empty text for one that came."""
    references = [*others.toolkits, ""]
    found = {references[ord(mark) - _FIRST_MARK] for mark in _MARK.findall(text)}
    if others.here and len(others.toolkits) == 1 and _THE_OTHER.search(text):
        found.add(references[0])
    return found


def _marked(sentence: str, others: OtherWorkbooks) -> str:
    """A sentence with a mark in the place of each name of a toolkit, the longest first."""
    sentence = _MARK.sub(" ", sentence)
    each = [*others.toolkits.values()]
    names = [(name, at) for at, kit in enumerate(each) for name in _names(kit, each, others.here)]
    last = len(each)
    names += [(name, last) for kit in others.here for name in _names(kit, others.here, each)]
    for name, at in sorted(names, key=lambda one: -len(one[0])):
        plain = re.escape(name)
        pattern = rf"(?<!\w){plain}(?!\w)"
        if len(name) > _SHORT or " " in name:
            pattern = f"(?i:{pattern})"
        elif name.lower() != name:
            small = re.escape(name.lower())
            pattern += rf"|(?:(?<=\bfor )|(?<=\bin )|(?<=\bon )|(?<=\babout )){small}(?!\w)"
        sentence = re.sub(pattern, chr(_FIRST_MARK + at), sentence)
    return sentence


def _names(one: Toolkit, *among: Sequence[Toolkit]) -> set[str]:
    """What people call a toolkit: its title, short name or id, or "the" and a word of its own."""
    rest = {
        word.casefold()
        for some in among
        for kit in some
        if kit.id != one.id
        for word in re.findall(r"\w+", f"{kit.title} {kit.short}")
    }
    own = {
        f"the {word}"
        for word in re.findall(r"\w{5,}", one.short)
        if word.casefold() not in rest | _GENERAL
    }
    name = one.id if len(one.id) > _SHORT else one.id.upper()
    return {one.title, one.short, name, *own} - {""}

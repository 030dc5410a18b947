"""Whether a sentence says that somebody has left, or who answers instead.

Whoever has left is not reminded any more: it is better to miss that somebody has than to stop
writing to somebody who has not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from xlassess.model.toolkit import Toolkit

_WORKPLACE = (
    r"(?:association|authority|board|charity|college|company|council|department|firm|group|job"
    r"|office|organi[sz]ation|partnership|position|post|role|school|service|team|trust)\b"
    r"(?! (?:answer|blank|box|cell|column|empty|field|figure|item|logo|name|off|open|out|page|paper"
    r"|part|question|report|row|section|sheet|unanswered|as (?:it|is|they)\b"
    r"|to (?!join|take|work)))"
)
_NOT_OF_A_NAME = (
    r"(?:a|all|an|and|any|as|at|blank|but|by|empty|for|from|her|him|in|it|my|on|or|our|out|some"
    r"|that|the|them|these|this|those|to|up|us|with|you|your)"
)
"""Words between "left" and a place of work by which something else is left there, or to it."""
_WHO = (
    r"(?:s?he|who|colleague|chair|director|lead|manager|officer|predecessor|secretary"
    r"|(?<!\bthe )(?<!\bour )(?<!\byour )(?<!\bthis )"
    r"(?!(?:everything|excel|it|our|outlook|teams|that|the|this|which|word|your)\b)"
    rf"(?!{_WORKPLACE})(?-i:[A-ZÀ-ÖØ-Þ])[\w'’-]{{0,40}}),?"
)
"""Whoever it is about: organisations retire logos and move to other places, too."""

_NAME = (
    r"(?-i:(?P<name>[A-ZÀ-ÖØ-Þ][\w&'’-]{0,40}"
    r"(?: (?:[A-ZÀ-ÖØ-Þ&][\w&'’-]{0,40}|of|and|for|the)){0,6}))"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_WHEN = (
    r" (?:(?:on|at|in|since|last|this|next|from|as of|with effect from)"
    r"(?: (?:the|end|beginning|start|middle|early|late|mid|of|last|this|next)){0,5}[ -]"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?{_MONTH}|\d{{4}}\b|\d{{1,2}}[./-]\d{{1,2}}\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|(?:week|month|year|spring|summer|autumn|winter|easter|christmas|then)\b)"
    r"|(?:today|tomorrow|yesterday)\b)"
)
_ENDS = r"\s*(?:[.;!](?!\w)|$)|, (?:so|please|i|therefore|sorry|and no longer)\b"
_NAME_ENDS = rf"(?={_ENDS}|,?{_WHEN})"
_LEFT = re.compile(
    rf"\b(?:(?:i have|i['’]ve|s?he has) (?:now |since |recently |also )?left"
    rf"|(?P<leaving>(?:i am|i['’]m|{_WHO} is) leaving)) {_NAME}{_NAME_ENDS}",
    re.IGNORECASE,
)
"""Words by which somebody has left, or leaves, what has a name.

Who has "left Tom a message", "left Part 2 empty" or "left it to Ann and Tom to finish" is there
still: the name ends what is said, or a day follows, or what such a message asks for. Whoever is
taken for gone is no longer reminded, so that a name which may be anything else is none.
"""

_LEFT_THE = re.compile(
    r"(?<!\bwhen )(?<!\bafter )(?<!\bbefore )(?<!\bsince )(?<!\bwhile )(?<!\buntil )"
    r"\bi(?: have|['’]ve)?(?: now| recently| just)? left the "
    rf"(?P<name>(?:(?!{_NOT_OF_A_NAME}\b|of\b)[^\W\d][\w&'’-]* ){{0,4}}?[^\W\d][\w&'’-]*)"
    r"(?! (?:in|since) \d{4},? (?:and|but|so)\b)"
    rf"(?P<when>{_WHEN}(?: \d{{4}}\b)?(?=\s*(?:[.;,!](?!\w)|$|(?:and|but|so)\b)))?"
    rf"(?(when)|(?={_ENDS}))",
    re.IGNORECASE,
)
"""Words by which whoever writes has left "the College": its name ends what is said, or a day does.

Who tells of the time "when I left the College" may have come back, or speak of another."""

_KINDS = frozenset({"charity", "college", "council", "force", "hospital", "school", "trust"})
"""What organisations are called, where no other word of their names is said."""

_LINKS = frozenset({"&", "and", "for", "of", "the"})
_NO_ORGANISATION = frozenset({
    "annex", "annexe", "answer", "appendix", "attachment", "blank", "box", "cell", "chapter",
    "choice", "column", "comment", "date", "document", "draft", "everything", "evidence", "excel",
    "field", "figure", "file", "form", "guidance", "heading", "instructions", "item", "line",
    "message", "name", "none", "note", "nothing", "number", "outlook", "page", "paragraph", "part",
    "pat", "place", "question", "reply", "row", "score", "section", "sheet", "statement", "tab",
    "table", "teams", "word", "workbook", "today", "tomorrow", "january", "february", "march",
    "april", "june", "july", "august", "september", "october", "november", "december", "monday",
    "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "easter", "christmas",
})  # fmt: skip
"""Words, without the letter of the plural, of names that are no organisation's."""

_THEMES = frozenset({
    "accountability", "agreement", "aims", "arrangements", "clarity", "collaboration",
    "commitment", "communication", "communications", "conclusion", "conclusions", "culture",
    "delivery", "engagement", "equality", "finance", "finances", "governance", "impact",
    "information", "introduction", "involvement", "leadership", "learning", "management",
    "membership", "objectives", "outcomes", "ownership", "partnership", "people", "performance",
    "planning", "priorities", "purpose", "resources", "results", "risk", "risks", "strategy",
    "structure", "summary", "trust", "values", "vision", "working",
})  # fmt: skip
"""What parts of a workbook are called: a name of nothing else is that of one."""

_LONG = 4
"""Letters that a word of an organisation's name has at least: "Yes" and "H" are none."""

_PERSON = re.compile(
    r"\b(?:i am|i['’]m|(?:s?he) is) no longer (?:with|at|employed|working (?:at|for|here|with|in)"
    r"|in (?:post|this (?:role|post)|that (?:role|post))"
    r"|the (?:right |correct |best |main )?(?:person|contact|lead|manager|director|chair))\b"
    rf"|\b(?:i|s?he) (?:have|has|had) (?:now |since )?left (?:the|my|our|this) "
    rf"(?:(?!{_NOT_OF_A_NAME}\b)[^\W\d]+ ){{0,3}}{_WORKPLACE}"
    rf"|\b(?:i am|i['’]m|{_WHO} is) leaving (?:the |my |our |this )(?:\w+ ){{0,2}}"
    rf"(?!office){_WORKPLACE}"
    rf"|\b(?:i have|i['’]ve|{_WHO} has|i) (?:now |since |recently )?moved (?:on )?to "
    rf"(?:an?|another|the) (?:(?!office)\w+ ){{0,3}}(?!office){_WORKPLACE}"
    rf"|\b(?:i now work|(?:i|{_WHO}) no longer works?) (?:here|for|at|with)\b"
    rf"|\b(?:i have|i['’]ve|i am|{_WHO} has) (?:now |since |recently )?retired\b"
    r"|\b(?:i am|i['’]m) retiring\b"
    r"|\bmy (?:successor|replacement)\b|\bis now the (?:right |new |main )?contact\b"
    r"|\b(?:answer(?:ing)?|complet(?:e|ing)|fill(?:ing)? (?:it|this) in|reply(?:ing)?) "
    r"(?:it |this )?(?:in my (?:place|stead)|instead of me)\b"
    r"|\b(?:has|have|is|will be) (?:now )?tak(?:en|ing) over (?:from me|my|this role|the role)\b",
    re.IGNORECASE,
)


def speaks_of_another(sentence: str, own: Collection[str] = frozenset(), partner: str = "") -> bool:
    """True where a sentence says that whoever writes has left, or who answers instead.

    Args:
        sentence: what somebody writes.
        own: the words of names in the workbook, in small letters, where it is known: what is left
            there is no place of work.
        partner: the name of whoever writes answers for, where it is known.
    """
    left = (_is_organisation(one["name"], own, one["leaving"]) for one in _LEFT.finditer(sentence))
    gone = (_is_theirs(one, own, partner) for one in _LEFT_THE.finditer(sentence))
    return bool(_PERSON.search(sentence)) or any(left) or any(gone)


def words_in_names(toolkit: Toolkit) -> frozenset[str]:
    """Return the words of the names in a workbook, in small letters: of parts, and of choices."""
    return frozenset(
        word for name in _names(toolkit) for word in re.findall(r"\w+", name.casefold())
    )


def _names(toolkit: Toolkit) -> Iterator[str]:
    yield from (toolkit.title, toolkit.short, toolkit.id)
    for section in toolkit.sections:
        yield from (section.title, section.short, section.tab)
        yield from (name for item in section.items for name in (item.id, item.short))
    for scale in toolkit.scales.values():
        yield scale.title
        yield from (choice.label for choice in scale.choices)


def _is_theirs(said: re.Match[str], own: Collection[str], partner: str) -> bool:
    """True where "the College", or whatever somebody left, can only be where they worked.

    What a part of the workbook or a choice is called, too, only with the day on which they left.
    """
    words = said["name"].split()
    last = words[-1].casefold()
    theirs = {
        word.casefold() for word in re.findall(r"[\w&'’-]+", partner)
        if len(word) >= _LONG or word.isupper()
    } - _NO_ORGANISATION  # fmt: skip
    known = last in theirs | _KINDS
    apart = any(word.casefold().removesuffix("s") in _NO_ORGANISATION for word in words)
    unclear = last in own or last in _THEMES
    return known and not apart and bool(said["when"] or not unclear)


def _is_organisation(name: str, own: Collection[str], leaving: str | None) -> bool:
    """True for a name that can only be that of an organisation.

    Who is "leaving" a place of one word may travel.
    """
    words = [word for word in re.findall(r"[\w&'’-]+", name.casefold()) if word not in _LINKS]
    if any(letter.isdigit() for letter in name) or name.rsplit(maxsplit=1)[-1] in _LINKS:
        return False
    if any(
        word in _NO_ORGANISATION or word.removesuffix("s") in _NO_ORGANISATION for word in words
    ):
        return False
    if leaving and len(words) == 1:
        return False
    long = any(len(word) >= _LONG for word in words)
    return long and not all(word in own or word in _THEMES for word in words)

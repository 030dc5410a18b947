"""The page that lists the built-in toolkits: ``docs/instruments.md``.

``python -m xlassess.toolkits.instruments FILE`` writes it, from the toolkits alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from xlassess.model.toolkit import Scale, Section, Toolkit
from xlassess.toolkits.load import all_toolkits

_HEAD = """\
# Instruments

The toolkits that come with xlassess: what each asks, where it comes from, and how it is scored.
This page is made from the toolkits with `make docs`.

What holds for all of them: an answer that is missing is never a zero. "Don't know" and "not
applicable" enter no score. Every figure is shown with the number of answers it rests on, its
denominator. Free text is never scored.
"""

_RULES = {
    "sum": "total",
    "mean": "mean",
    "levels": "profile of levels, no score",
    "share": "share of “{first}”",
    "none": "not scored",
}

_DENOMINATORS = {
    "sum": "all scored items of the section; with gaps no total is given, but “5 of 6 answered”",
    "mean": "the ratings given",
    "levels": "the items of the section answered with a level",
    "share": "the items of the section answered “{first}” or “{others}”",
    "none": "the items asked; answered, open and “don't know” are counted",
}


def instruments_page(toolkits: Sequence[Toolkit]) -> str:
    """Return the page about these toolkits, in Markdown."""
    lines = [_HEAD, *_overview(toolkits)]
    for toolkit in toolkits:
        lines += ["", *_instrument(toolkit)]
    return "\n".join(lines) + "\n"


def _overview(toolkits: Iterable[Toolkit]) -> Iterator[str]:
    heads = "Toolkit", "Published by", "Sections", "Items", "Response scale", "Scoring"
    yield from _table(
        (*heads, "Denominator"),
        (
            (
                f"[`{toolkit.id}`](#{_anchor(toolkit)})",
                f"{toolkit.publisher}, {toolkit.year or 'undated'}",
                str(len(toolkit.all_sections)),
                str(sum(1 for _ in toolkit.items())),
                _scales_in_short(toolkit),
                _rule(toolkit),
                _worded(toolkit, _DENOMINATORS),
            )
            for toolkit in toolkits
        ),
    )


def _instrument(toolkit: Toolkit) -> Iterator[str]:
    yield f"## {toolkit.title}"
    yield ""
    yield f"`{toolkit.id}`, version {toolkit.version}. {_sentence(toolkit.source)}"
    yield ""
    yield toolkit.rights
    yield ""
    rows = [_section(toolkit, section) for section in toolkit.all_sections]
    scored = sum(_scored(toolkit, section) for section in toolkit.all_sections)
    rows.append(("", "**All**", str(sum(1 for _ in toolkit.items())), str(scored or "none"), ""))
    yield from _table(("Sheet", "Section", "Items", "Scored", "Answers"), rows)
    yield ""
    for name, scale in toolkit.scales.items():
        addition = f" {scale.addition}" if scale.addition else ""
        yield f"- **Scale `{name}`**: {_choices(scale)}.{addition}"
    for name, text in _scoring(toolkit):
        if text:
            yield f"- **{name}**: {_sentence(text)}"


def _scoring(toolkit: Toolkit) -> Iterator[tuple[str, str]]:
    scoring = toolkit.scoring
    yield "Scoring", _rule(toolkit)
    yield "Denominator", _worded(toolkit, _DENOMINATORS)
    yield "Range", _ranges(toolkit)
    yield "Source of the rule", scoring.source
    yield "Why no overall score", scoring.no_overall_because
    yield "Listed as matters to act on", _flagged(toolkit)
    yield "Note", scoring.note


def _ranges(toolkit: Toolkit) -> str:
    """Say which totals there can be, where the rule adds up."""
    if toolkit.scoring.rule != "sum":
        return ""
    scale = toolkit.scales[toolkit.scoring.scale]
    scores = [choice.score for choice in scale.substantive if choice.score is not None]
    counts = [_scored(toolkit, section) for section in toolkit.scored_sections]
    sections = dict.fromkeys(f"{min(scores) * n:g} to {max(scores) * n:g}" for n in counts)
    whole = f"{min(scores) * sum(counts):g} to {max(scores) * sum(counts):g}"
    total = f"; grand total {whole}" if toolkit.scoring.overall else ""
    return f"section {', '.join(sections)}{total}"


def _flagged(toolkit: Toolkit) -> str:
    labels = {c.code: c.label for scale in toolkit.scales.values() for c in scale.choices}
    flagged = ", ".join(dict.fromkeys(labels[code] for code in toolkit.scoring.flagged))
    return f"{flagged} ({toolkit.scoring.flagged_as})" if flagged else ""


def _section(toolkit: Toolkit, section: Section) -> tuple[str, ...]:
    kinds = dict.fromkeys(item.answer for item in section.items)
    views = any(item.views for item in section.items)
    answers = ", ".join(f"`{kind}`" for kind in kinds) + (", judged from views" if views else "")
    scored = _scored(toolkit, section)
    return section.tab, section.title, str(len(section.items)), str(scored or "no"), answers


def _scored(toolkit: Toolkit, section: Section) -> int:
    """How many items of a section count towards a score or profile."""
    if toolkit.scoring.rule == "none" or not section.scored:
        return 0
    return sum(toolkit.is_scored(section, item) for item in section.items)


def _scales_in_short(toolkit: Toolkit) -> str:
    name = toolkit.scoring.scale
    scale = toolkit.scales[name] if name else next(iter(toolkit.scales.values()), None)
    return _choices(scale) if scale else "free text"


def _choices(scale: Scale) -> str:
    labels = (f"{c.label} (not in the score)" if c.apart else c.label for c in scale.choices)
    scores = [f"{choice.score:g}" for choice in scale.choices if choice.score is not None]
    return ", ".join(labels) + (f"; scored {', '.join(scores)}" if scores else "")


def _rule(toolkit: Toolkit) -> str:
    overall = ", and grand total" if toolkit.scoring.overall else ""
    return _worded(toolkit, _RULES) + overall


def _worded(toolkit: Toolkit, words: dict[str, str]) -> str:
    scale = toolkit.scales.get(toolkit.scoring.scale)
    first, *others = [choice.label for choice in scale.substantive] if scale else [""]
    return words[toolkit.scoring.rule].format(first=first, others="” or “".join(others))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _anchor(toolkit: Toolkit) -> str:
    """Return the anchor that GitHub gives the toolkit's heading."""
    kept = (char for char in toolkit.title.lower() if char.isalnum() or char in " -_")
    return "".join(kept).replace(" ", "-")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(instruments_page(all_toolkits()), encoding="utf-8", newline="\n")
